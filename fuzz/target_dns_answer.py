"""A DNS message: whatever parses is followed to an answer that holds only records on the chain of names."""

import dns.exception
import dns.message
import dns.name

from frankmark.adapters.network.answers import RECORDS, follow
from frankmark.foundation.dns import RRType, Status

NAME = dns.name.from_text("a.test.")
LIMIT = 8


def one_input(data: bytes) -> None:
    try:
        message = dns.message.from_wire(data, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError):
        return
    for rrtype in RRType:
        found = follow(message, (NAME,), rrtype, limit=LIMIT)
        answer = found.answer
        records = (*answer.texts, *answer.addresses, *answer.exchanges, *answer.names)
        if (answer.status is Status.OK) != bool(records) or len(records) > RECORDS:
            raise AssertionError("records and status do not belong together")
        if len(found.seen) > LIMIT + 1 or len(set(found.seen)) != len(found.seen):
            raise AssertionError("the chain of names is too long or a loop")
