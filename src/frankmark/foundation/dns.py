"""Questions to the DNS and their answers, as values (RFC 1034, RFC 1035, RFC 4035).

Evaluators in the pure rooms do no look-ups. They are generators (`Lookup`): they yield a `Question`, are sent the
`Answer` and return their result. Whoever drives them (a service with a resolver, a test with a table) decides where
answers come from::

    def evaluate(...) -> Lookup[Result]:
        answer = yield Question(name="example.com", rrtype=RRType.TXT)
        ...
        return result
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeVar

__all__ = ["Answer", "Lookup", "Question", "RRType", "Status", "answered_by"]

Result = TypeVar("Result")


class RRType(StrEnum):
    """The record types that we ask for; the value is the type's mnemonic."""

    A = "A"
    AAAA = "AAAA"
    CNAME = "CNAME"
    MX = "MX"
    NS = "NS"
    PTR = "PTR"
    TXT = "TXT"


class Status(StrEnum):
    """How a look-up ended. `NODATA` and `NXDOMAIN` are answers; the last three are not."""

    OK = "ok"  # at least one record of the type asked for
    NODATA = "nodata"  # the name exists, not with this type
    NXDOMAIN = "nxdomain"  # the name does not exist
    TIMEOUT = "timeout"  # nobody answered in time
    SERVFAIL = "servfail"  # a server answered that it failed, or answered nonsense, a CNAME loop included
    BOGUS = "bogus"  # DNSSEC validation failed


class Question(NamedTuple):
    """One look-up. A plain tuple, because every table of answers hashes and compares it.

    Attributes:
        name: The name as A-labels, lower-case, without the final dot.
        rrtype: The record type.
    """

    name: str
    rrtype: RRType


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a look-up brought. Only the member that belongs to the type asked for is filled.

    Attributes:
        status: How the look-up ended.
        texts: TXT records; each is the tuple of its character-strings as octets, not yet joined.
        addresses: A and AAAA records in the canonical text form of RFC 5952.
        exchanges: MX records as (preference, name).
        names: CNAME, NS and PTR targets; names as A-labels, lower-case, without the final dot.
        ttl: Seconds the answer may be kept; 0 if unknown.
        authenticated: A validating resolver that the operator trusts vouched for it (the AD bit).
    """

    status: Status
    texts: tuple[tuple[bytes, ...], ...] = ()
    addresses: tuple[str, ...] = ()
    exchanges: tuple[tuple[int, str], ...] = ()
    names: tuple[str, ...] = ()
    ttl: int = 0
    authenticated: bool = False

    @property
    def failed(self) -> bool:
        """Whether nothing can be concluded: the look-up timed out, failed or was bogus."""
        return self.status in {Status.TIMEOUT, Status.SERVFAIL, Status.BOGUS}

    @property
    def joined(self) -> tuple[bytes, ...]:
        """TXT records with their character-strings joined with nothing between (RFC 7208 §3.3, RFC 6376 §3.6.2.2)."""
        return tuple(b"".join(strings) for strings in self.texts)


Lookup = Generator[Question, Answer, Result]
"""A pure evaluation that asks as it goes."""


def answered_by(evaluation: Lookup[Result], source: Callable[[Question], Answer]) -> Result:
    """Drive an evaluation to its end with a function that answers each question at once.

    Args:
        evaluation: The started or unstarted generator.
        source: Answers one question.

    Returns:
        What the evaluation returns.
    """
    try:
        question = next(evaluation)
        while True:
            question = evaluation.send(source(question))
    except StopIteration as ended:
        result: Result = ended.value
        return result
