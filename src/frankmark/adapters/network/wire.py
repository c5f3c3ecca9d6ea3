"""DNS messages in their octets, as far as speed asks for it (RFC 1035 §4.1, RFC 6891 §6.1).

A question is always of one form, and most answers to a cold check say that there is nothing: both are cheaper to write
and read here than as objects of a library that knows all forms. What is of any other form is the library's to read.
"""

import struct

from frankmark.foundation.dns import Answer, Status

__all__ = ["negative", "query"]

HEAD = struct.Struct("!6H")
RECORD = struct.Struct("!HHIH")  # type, class, time to live, length
RECURSION, AUTHENTIC = 0x0100, 0x0020
RESPONSE, OPCODE_AND_TRUNCATED, RCODE = 0x8000, 0x7A00, 0x000F
SOA, OPT, IN = 6, 41, 1
NUMBERS = 20  # octets at the end of a SOA record; the last four are the time to keep a negative answer
LONGEST_TTL = 0x7FFFFFFF
DAY_S = 86_400
POINTER = 0xC0
_STATUSES = {0: Status.NODATA, 3: Status.NXDOMAIN}
_ADDITIONAL = struct.Struct("!BHHIH")


def query(name: bytes, rrtype: int, ident: int, payload: int, *, authentic: bool) -> bytes:
    """Write a question.

    Args:
        name: The name in wire form, uncompressed.
        rrtype: The number of the record type.
        ident: The message's id.
        payload: The largest datagram that is taken, octets.
        authentic: Whether to ask for the AD bit (RFC 6840 §5.7).

    Returns:
        The message.
    """
    head = HEAD.pack(ident, RECURSION | (AUTHENTIC if authentic else 0), 1, 0, 0, 1)
    return head + name + struct.pack("!HH", rrtype, IN) + _ADDITIONAL.pack(0, OPT, payload, 0, 0)


def negative(asked: bytes, wire: bytes) -> Answer | None:
    """Read an answer that says in the plainest form that there is nothing.

    Args:
        asked: What `query` wrote.
        wire: A datagram from the server that was asked.

    Returns:
        The answer, kept for as long as its SOA record says (RFC 2308 §5), at most a day; None if the message is of
        another form, or none to this question.
    """
    question = asked[HEAD.size : -_ADDITIONAL.size]
    at = HEAD.size + len(question)
    if len(wire) < at or wire[:2] != asked[:2] or wire[HEAD.size : at] != question:
        return None
    _, flags, questions, answers, authorities, additionals = HEAD.unpack_from(wire)
    status = _STATUSES.get(flags & RCODE)
    if status is None or not flags & RESPONSE or flags & OPCODE_AND_TRUNCATED:
        return None
    if (questions, answers, authorities) != (1, 0, 1) or additionals > 1:
        return None
    try:
        at, ttl = _authority(wire, at)
        if additionals:
            at = _edns(wire, at)
    except (struct.error, IndexError, ValueError):
        return None
    return Answer(status=status, ttl=min(ttl, DAY_S)) if at == len(wire) else None


def _authority(wire: bytes, at: int) -> tuple[int, int]:
    """Where a SOA record ends, and for how long nothing is to be asked again."""
    at = _after_name(wire, at)
    kind, group, ttl, length = RECORD.unpack_from(wire, at)
    start = at + RECORD.size
    numbers = _after_name(wire, _after_name(wire, start))
    (minimum,) = struct.unpack_from("!I", wire, numbers + NUMBERS - 4)
    if (kind, group) != (SOA, IN) or numbers + NUMBERS != start + length or max(ttl, minimum) > LONGEST_TTL:
        raise ValueError
    return start + length, min(ttl, minimum)


def _edns(wire: bytes, at: int) -> int:
    """Where an OPT record ends that extends nothing."""
    root, kind, _, extended, length = _ADDITIONAL.unpack_from(wire, at)
    if root or kind != OPT or extended >> 16 or length:
        raise ValueError
    return at + _ADDITIONAL.size


def _after_name(wire: bytes, at: int) -> int:
    while length := wire[at]:
        if length >= POINTER:
            return at + 2
        if length > 63:  # noqa: PLR2004  (the longest label)
            raise ValueError
        at += 1 + length
    return at + 1
