"""SPF records: which TXT record is one, and what it says (RFC 7208 §3, §4.5, §4.6, §5, §6).

A syntax error anywhere makes the whole record worthless (§4.6), so a record is parsed to its end before any of it is
used. Parsing is a pure function of the octets: the result may be kept as long as the octets are the same.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from frankmark.foundation.errors import Malformed
from frankmark.mail.spf_macro import MacroString, parse_domain_spec, parse_macro_string
from frankmark.mail.spf_reasons import Mechanism, SpfProblem, SpfResult

__all__ = ["IPV4_BITS", "IPV6_BITS", "Directive", "Record", "parse_record", "select_record"]

MAX_RECORD = 16_384
IPV4_BITS = 32
IPV6_BITS = 128

_VERSION = b"v=spf1"
_QUALIFIERS = {
    "+": SpfResult.PASS,
    "-": SpfResult.FAIL,
    "~": SpfResult.SOFTFAIL,
    "?": SpfResult.NEUTRAL,
}
_VISIBLE = re.compile(rb"[\x20-\x7e]*")
_MODIFIER = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_.-]*)=(?P<value>.*)")
_MECHANISM = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9]*)(?P<rest>.*)")
_DUAL_CIDR = re.compile(r"(?P<rest>.*?)(?:/(?P<ip4>[0-9]+)(?://(?P<both>[0-9]+))?|//(?P<ip6>[0-9]+))")
_MECHANISMS = {mechanism.value: mechanism for mechanism in Mechanism}


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """One mechanism with its qualifier.

    Attributes:
        result: What a match means.
        mechanism: Which mechanism.
        text: The term as published.
        target: The domain-spec; None means the domain under evaluation.
        network: The address of `ip4` and `ip6` as a number.
        prefix4: The prefix length for IPv4 clients in bits.
        prefix6: The prefix length for IPv6 clients in bits.
    """

    result: SpfResult
    mechanism: Mechanism
    text: str
    target: MacroString | None = None
    network: int = 0
    prefix4: int = IPV4_BITS
    prefix6: int = IPV6_BITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record without a syntax error.

    Attributes:
        directives: In the order of the record.
        redirect: The domain-spec of `redirect=`, if there is one and no `all` makes it void (§6.1).
        explanation: The domain-spec of `exp=`.
    """

    directives: tuple[Directive, ...] = ()
    redirect: MacroString | None = None
    explanation: MacroString | None = None


def select_record(texts: Iterable[bytes]) -> bytes | None:
    """Pick the SPF record out of a name's TXT records (RFC 7208 §4.5).

    Args:
        texts: The records, character-strings joined.

    Returns:
        The one record of version spf1; None if there is none.

    Raises:
        Malformed: `RECORD_MULTIPLE`.
    """
    length = len(_VERSION)
    found = [text for text in texts if text[:length].lower() == _VERSION and text[length : length + 1] in {b"", b" "}]
    if len(found) > 1:
        raise Malformed(SpfProblem.RECORD_MULTIPLE, "A domain must publish one v=spf1 record, not several.")
    return found[0] if found else None


def parse_record(data: bytes) -> Record:
    """Parse a record that `select_record` picked.

    Args:
        data: The record, character-strings joined, the version included.

    Returns:
        The record.

    Raises:
        Malformed: With the `SpfProblem` of the first syntax error.
    """
    if len(data) > MAX_RECORD:
        raise Malformed(SpfProblem.RECORD_TOO_LONG, f"An SPF record has at most {MAX_RECORD} octets here.")
    if not _VISIBLE.fullmatch(data):
        raise Malformed(SpfProblem.RECORD_NOT_ASCII, "An SPF record holds visible ASCII characters and spaces only.")
    directives: list[Directive] = []
    modifiers: dict[str, MacroString] = {}
    for term in data[len(_VERSION) :].decode("ascii").split(" "):
        modifier = _MODIFIER.fullmatch(term)
        if modifier is not None:
            _modify(modifiers, modifier["name"].lower(), modifier["value"])
        elif term:
            directives.append(_directive(term))
    final = any(directive.mechanism is Mechanism.ALL for directive in directives)
    return Record(
        directives=tuple(directives),
        redirect=None if final else modifiers.get("redirect"),
        explanation=modifiers.get("exp"),
    )


def _modify(modifiers: dict[str, MacroString], name: str, value: str) -> None:
    if name not in {"redirect", "exp"}:
        parse_macro_string(value)  # unknown modifiers are ignored, but not their syntax errors
        return
    if name in modifiers:
        raise Malformed(SpfProblem.MODIFIER_TWICE, f"{name}= stands at most once in a record.")
    modifiers[name] = parse_domain_spec(value)


def _directive(term: str) -> Directive:
    qualifier = _QUALIFIERS.get(term[0])
    match = _MECHANISM.fullmatch(term[1:] if qualifier else term)
    mechanism = _MECHANISMS.get(match["name"].lower()) if match else None
    if match is None or mechanism is None:
        raise Malformed(SpfProblem.MECHANISM_UNKNOWN, "A term is neither a mechanism of RFC 7208 nor a modifier.")
    rest, result = match["rest"], qualifier or SpfResult.PASS
    if mechanism is Mechanism.ALL:
        if rest:
            raise Malformed(SpfProblem.MECHANISM_SYNTAX, "The mechanism all takes no argument.")
        return Directive(result=result, mechanism=mechanism, text=term)
    if mechanism in {Mechanism.IP4, Mechanism.IP6}:
        return _network(Directive(result=result, mechanism=mechanism, text=term), _argument(rest))
    return _lookup(result, mechanism, term, rest)


def _argument(rest: str) -> str:
    if not rest.startswith(":"):
        raise Malformed(SpfProblem.MECHANISM_SYNTAX, "The mechanism needs a colon and an argument.")
    return rest[1:]


def _network(directive: Directive, argument: str) -> Directive:
    address, slash, length = argument.partition("/")
    ip4 = directive.mechanism is Mechanism.IP4
    bits = IPV4_BITS if ip4 else IPV6_BITS
    try:
        number = int(IPv4Address(address) if ip4 else IPv6Address(address.replace("%", "x")))  # no zone identifiers
    except AddressValueError:
        raise Malformed(SpfProblem.NETWORK_SYNTAX, "ip4: and ip6: take an address of their kind.") from None
    prefix = _prefix(length if slash else None, bits)
    return Directive(
        result=directive.result,
        mechanism=directive.mechanism,
        text=directive.text,
        network=number,
        prefix4=prefix if ip4 else IPV4_BITS,
        prefix6=IPV6_BITS if ip4 else prefix,
    )


def _lookup(result: SpfResult, mechanism: Mechanism, term: str, rest: str) -> Directive:
    prefix4, prefix6 = IPV4_BITS, IPV6_BITS
    if mechanism in {Mechanism.A, Mechanism.MX}:
        match = _DUAL_CIDR.fullmatch(rest)
        if match is not None:
            rest, prefix4 = match["rest"], _prefix(match["ip4"], IPV4_BITS)
            prefix6 = _prefix(match["both"] or match["ip6"], IPV6_BITS)
    implicit = not rest and mechanism not in {Mechanism.INCLUDE, Mechanism.EXISTS}
    return Directive(
        result=result,
        mechanism=mechanism,
        text=term,
        target=None if implicit else parse_domain_spec(_argument(rest)),
        prefix4=prefix4,
        prefix6=prefix6,
    )


def _prefix(digits: str | None, bits: int) -> int:
    if digits is None:
        return bits
    plain = digits.isdecimal() and (digits == "0" or not digits.startswith("0"))
    if not plain or len(digits) > len(str(bits)) or int(digits) > bits:
        raise Malformed(SpfProblem.NETWORK_SYNTAX, f"A prefix length is a number from 0 to {bits}.")
    return int(digits)
