"""From a DNS message to an `Answer`: the chain of names, negative answers, the records (RFC 1034 §3.6.2, RFC 2308)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.SOA
import dns.rdtypes.ANY.TXT
import dns.rdtypes.nsbase
import dns.rrset

from frankmark.foundation.dns import Answer, RRType, Status

__all__ = ["RECORDS", "Followed", "follow"]

RECORDS = 256  # records of one answer that are read; a set that is larger is not an answer but an attack


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How far one message leads.

    Attributes:
        answer: What is known now; its TTL is the smallest on the way.
        seen: Every name on the chain so far.
        onward: The name to ask next; None when `answer` is final.
    """

    answer: Answer
    seen: tuple[dns.name.Name, ...]
    onward: dns.name.Name | None = None


def follow(message: dns.message.Message, seen: tuple[dns.name.Name, ...], rrtype: RRType, *, limit: int) -> Followed:
    """Follow the chain of names through the answer section; records off the chain are not read.

    Args:
        message: A response to the question for the last of `seen`, with NOERROR or NXDOMAIN.
        seen: The names so far; the last one was asked.
        rrtype: The type that is wanted.
        limit: The most CNAME records to follow in all.

    Returns:
        The final answer, or the name to go on with.
    """
    wanted = dns.rdatatype.from_text(rrtype)
    sets = {(rrset.name, rrset.rdtype): rrset for rrset in message.answer if rrset.rdclass == dns.rdataclass.IN}
    ttl = 86_400
    crossed = False
    while (found := sets.get((seen[-1], wanted))) is None:
        alias = sets.get((seen[-1], dns.rdatatype.CNAME))
        if alias is None:
            return _unfound(message, seen, ttl, crossed=crossed)
        target: dns.name.Name = alias[0].target
        ttl = min(ttl, alias.ttl)
        if target in seen or len(seen) > limit:
            return Followed(answer=Answer(status=Status.SERVFAIL), seen=seen)
        seen = (*seen, target)
        crossed = True
    if message.rcode() == dns.rcode.NXDOMAIN:  # records of a name that does not exist: the message contradicts itself
        return Followed(answer=Answer(status=Status.SERVFAIL), seen=seen)
    return Followed(answer=_read(found, rrtype, min(ttl, found.ttl)), seen=seen)


def _unfound(message: dns.message.Message, seen: tuple[dns.name.Name, ...], ttl: int, *, crossed: bool) -> Followed:
    """The chain ends without records: a negative answer, or an alias whose target must be asked for."""
    soa = _negative_ttl(message.authority)
    if message.rcode() == dns.rcode.NXDOMAIN:
        return Followed(answer=Answer(status=Status.NXDOMAIN, ttl=min(ttl, soa or 0)), seen=seen)
    if crossed and soa is None:
        return Followed(answer=Answer(status=Status.NODATA, ttl=ttl), seen=seen[:-1], onward=seen[-1])
    return Followed(answer=Answer(status=Status.NODATA, ttl=min(ttl, soa or 0)), seen=seen)


def _negative_ttl(authority: Iterable[dns.rrset.RRset]) -> int | None:
    for rrset in authority:
        if rrset.rdtype == dns.rdatatype.SOA and rrset:
            return min(rrset.ttl, int(rrset[0].minimum))
    return None


def _read(rrset: dns.rrset.RRset, rrtype: RRType, ttl: int) -> Answer:
    if len(rrset) > RECORDS:
        return Answer(status=Status.SERVFAIL)
    return replace(_READERS[rrtype](list(rrset)), ttl=ttl)


def _texts(records: Iterable[dns.rdata.Rdata]) -> Answer:
    texts = tuple(tuple(record.strings) for record in records if isinstance(record, dns.rdtypes.ANY.TXT.TXT))
    return Answer(status=Status.OK, texts=texts)


def _addresses(records: Iterable[dns.rdata.Rdata]) -> Answer:
    return Answer(status=Status.OK, addresses=tuple(record.to_text() for record in records))


def _exchanges(records: Iterable[dns.rdata.Rdata]) -> Answer:
    found = tuple(
        (int(record.preference), _text(record.exchange))
        for record in records
        if isinstance(record, dns.rdtypes.ANY.MX.MX)
    )
    return Answer(status=Status.OK, exchanges=tuple(sorted(found)))


def _names(records: Iterable[dns.rdata.Rdata]) -> Answer:
    found = tuple(_text(record.target) for record in records if isinstance(record, dns.rdtypes.nsbase.NSBase))
    return Answer(status=Status.OK, names=found)


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


_READERS: Mapping[RRType, Callable[[list[dns.rdata.Rdata]], Answer]] = {
    RRType.A: _addresses,
    RRType.AAAA: _addresses,
    RRType.MX: _exchanges,
    RRType.TXT: _texts,
    RRType.CNAME: _names,
    RRType.NS: _names,
    RRType.PTR: _names,
}
