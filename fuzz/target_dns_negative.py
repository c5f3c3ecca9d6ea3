"""Plain negative answers of the DNS: what is read is an answer to the question, and is what the library reads."""

import dns.exception
import dns.message
import dns.name

from frankmark.adapters.network.answers import follow
from frankmark.adapters.network.wire import negative, query
from frankmark.foundation.dns import RRType

NAME = dns.name.from_text("a.example.test")
ASKED = query(NAME.to_digestable(), 16, 0x1234, 1232, authentic=False)
QUESTION = ASKED[12:-11]


def one_input(data: bytes) -> None:
    """Read octets behind the head and the question that they would have to repeat."""
    wire = ASKED[:2] + data[:10] + QUESTION + data[10:]
    found = negative(ASKED, wire)
    if found is None:
        return
    try:
        message = dns.message.from_wire(wire)
    except dns.exception.DNSException:
        return
    if not dns.message.from_wire(ASKED).is_response(message):
        raise AssertionError(wire)
    if found != follow(message, (NAME,), RRType.TXT, limit=8).answer:
        raise AssertionError(wire)
