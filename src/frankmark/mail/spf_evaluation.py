"""How an SPF record is evaluated (RFC 7208 §4, §5, §6): one `Evaluation` for one client and one identity.

The laws:

* A match decides and ends; what stands behind it is not asked for (§4.6.2).
* A term that asks the DNS is counted before it asks. The eleventh is a `permerror`, and so is the third that met an
  answer without records; a term counts once, however many questions it asks (§4.6.4).
* A look-up that failed is a `temperror`, except for PTR names, which are then as if they were not there (§5.5).
* A name that the DNS cannot hold is not asked for: a host of that name matches nothing, a record there is none (§4.8).

Inside, `Malformed` means `permerror` and `Unavailable` means `temperror`; `frankmark.mail.spf` turns them into values.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from typing_extensions import override

from frankmark.foundation.dns import Answer, Lookup, Question, RRType, Status
from frankmark.foundation.errors import Malformed, Unavailable
from frankmark.mail.spf_macro import Expansion, MacroString, expand, expand_name, parse_macro_string
from frankmark.mail.spf_reasons import Mechanism, SpfProblem, SpfResult
from frankmark.mail.spf_record import IPV4_BITS, IPV6_BITS, Directive, Record, parse_record, select_record

__all__ = ["RFC_LIMITS", "Client", "Evaluation", "SpfLimits", "StrangerEvaluation", "Verdict", "is_name"]

LONGEST_LABEL = 63
LONGEST_NAME = 253
LONGEST_EXPLANATION = 1_024
SHORT_RECORD = 1_024

_FAILURES: Final = {
    Status.TIMEOUT: SpfProblem.DNS_TIMEOUT,
    Status.SERVFAIL: SpfProblem.DNS_SERVFAIL,
    Status.BOGUS: SpfProblem.DNS_BOGUS,
}
_STATIC: Final = {Mechanism.ALL, Mechanism.IP4, Mechanism.IP6}
_NOT_ASKED: Final = Answer(status=Status.NXDOMAIN)

_NAME: Final = re.compile(rf"[ -\-/-~]{{1,{LONGEST_LABEL}}}(?:\.[ -\-/-~]{{1,{LONGEST_LABEL}}})*")

_address = lru_cache(maxsize=512)(ip_address)  # a receiver meets the same clients again; what is no address is not kept
_parse_short_record = lru_cache(maxsize=512)(parse_record)  # bounds what strangers' records can hold of our memory


def is_name(name: str) -> bool:
    """Whether the DNS can hold a name: labels of 1 to 63 printable ASCII characters, 253 in all."""
    return len(name) <= LONGEST_NAME and _NAME.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpfLimits:
    """How much DNS one evaluation may cost (RFC 7208 §4.6.4).

    Attributes:
        lookups: Terms that ask the DNS.
        voids: Terms of which a question met no record.
        exchanges: MX records at one name.
        pointers: PTR names that are looked at; further ones are ignored.
    """

    lookups: int = 10
    voids: int = 2
    exchanges: int = 10
    pointers: int = 10


RFC_LIMITS: Final = SpfLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The address of the host that sends.

    Attributes:
        text: The canonical text form, the macro c.
        number: The address as a number.
        bits: 32 for IPv4, 128 for IPv6.
        dotted: The macro i: dotted octets, or dotted nibbles in upper case.
        family: The macro v.
    """

    text: str
    number: int
    bits: int
    dotted: str
    family: str

    @classmethod
    def parse(cls, text: str) -> "Client":
        """Parse an address; one that is IPv4-mapped counts as IPv4 (RFC 7208 §5).

        Args:
            text: IPv4 or IPv6 in any text form; a zone identifier is dropped.

        Returns:
            The client.

        Raises:
            Malformed: `CLIENT_ADDRESS`.
        """
        try:
            address = _address(text.partition("%")[0])
        except ValueError:
            raise Malformed(SpfProblem.CLIENT_ADDRESS, "The client's address must be IPv4 or IPv6.") from None
        if isinstance(address, IPv6Address):
            address = address.ipv4_mapped or address
        if isinstance(address, IPv4Address):
            return cls(text=str(address), number=int(address), bits=IPV4_BITS, dotted=str(address), family="in-addr")
        dotted = ".".join(f"{int(address):032X}")
        return cls(text=str(address), number=int(address), bits=IPV6_BITS, dotted=dotted, family="ip6")

    @property
    def rrtype(self) -> RRType:
        """The type of the address records that can name this client."""
        return RRType.A if self.bits == IPV4_BITS else RRType.AAAA

    @property
    def pointer(self) -> str:
        """The name of the client's PTR records."""
        return ".".join(reversed(self.dotted.lower().split("."))) + f".{self.family}.arpa"

    def within(self, network: int, prefix: int) -> bool:
        """Whether the first `prefix` bits are those of `network`."""
        return (self.number ^ network) >> (self.bits - prefix) == 0

    def near(self, address: str, prefix: int) -> bool:
        """Whether the first `prefix` bits are those of an address out of an `Answer`."""
        if address == self.text:
            return True
        return prefix < self.bits and self.within(int(ip_address(address)), prefix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one domain's record, with those it redirects to, says.

    Attributes:
        result: Never an error: those are raised.
        domain: Where the record that decided stands.
        directive: The directive that matched, as published.
        explanation: The `exp=` of that record.
        problem: Why the result is `none`.
    """

    result: SpfResult
    domain: str
    directive: str = ""
    explanation: MacroString | None = None
    problem: SpfProblem | None = None


class Evaluation:
    """The state of one evaluation: what was counted, and what PTR look-ups brought.

    Args:
        client: The client.
        values: The macros' values by letter, without d and p.
        limits: What the evaluation may cost.
    """

    def __init__(self, client: Client, values: Mapping[str, str], limits: SpfLimits = RFC_LIMITS) -> None:
        self.client = client
        self.lookups = 0
        self._values = values
        self._limits = limits
        self._counting = True
        self._voids: set[int] = set()
        self._names: tuple[str, ...] | None = None
        self._validated: dict[str, bool] = {}

    def verdict(self, domain: str) -> Lookup[Verdict]:
        """Evaluate a domain's record (RFC 7208 §4.3 to §4.7, §6.1).

        Args:
            domain: The domain, lower-case.

        Returns:
            The verdict.

        Raises:
            Malformed: For `permerror`.
            Unavailable: For `temperror`.
        """
        record = yield from self._record(domain)
        if isinstance(record, SpfProblem):
            return Verdict(result=SpfResult.NONE, domain=domain, problem=record)
        while True:
            for directive in record.directives:
                static = directive.mechanism in _STATIC  # most directives: worth sparing them a generator
                if self._lists(directive) if static else (yield from self._matches(directive, domain)):
                    said = record.explanation
                    return Verdict(result=directive.result, domain=domain, directive=directive.text, explanation=said)
            if record.redirect is None:
                return Verdict(result=SpfResult.NEUTRAL, domain=domain)
            self._count()
            domain = yield from self._name(record.redirect, domain)
            record = yield from self._record(domain)
            if isinstance(record, SpfProblem):
                raise Malformed(SpfProblem.REDIRECT_NONE, "redirect= leads to a domain without an SPF record.")

    def explain(self, verdict: Verdict) -> Lookup[str]:
        """Fetch the sender's explanation of a `fail`; whatever goes wrong, there is none (RFC 7208 §6.2).

        Args:
            verdict: The verdict of the domain that was checked.

        Returns:
            Visible ASCII, or an empty text.
        """
        if verdict.result is not SpfResult.FAIL or verdict.explanation is None:
            return ""
        self._counting = False  # §4.6.4: what an explanation costs is not the record's
        try:
            name = yield from self._name(verdict.explanation, verdict.domain)
            answer = yield from self._ask(name, RRType.TXT)
            (text,) = answer.joined
            macro = parse_macro_string(text.decode("ascii"), explanation=True)
            said = expand(macro, (yield from self._known(macro, verdict.domain)).__getitem__)
        except (Malformed, Unavailable, ValueError):
            return ""
        return said if said.isprintable() and said.isascii() and len(said) <= LONGEST_EXPLANATION else ""

    def _record(self, domain: str) -> Lookup[Record | SpfProblem]:
        if "." not in domain or not is_name(domain):
            return SpfProblem.DOMAIN_INVALID
        answer = yield from self._ask(domain, RRType.TXT)
        data = select_record(answer.joined)
        if data is None:
            return SpfProblem.NO_RECORD
        return _parse_short_record(data) if len(data) <= SHORT_RECORD else parse_record(data)

    def _lists(self, directive: Directive) -> bool:
        match directive.mechanism:
            case Mechanism.IP4:
                return self.client.bits == IPV4_BITS and self.client.within(directive.network, directive.prefix4)
            case Mechanism.IP6:
                return self.client.bits == IPV6_BITS and self.client.within(directive.network, directive.prefix6)
            case _:
                return True

    def _matches(self, directive: Directive, domain: str) -> Lookup[bool]:
        self._count()
        name = yield from self._name(directive.target, domain)
        return (yield from self._found(directive, name))

    def _found(self, directive: Directive, name: str) -> Lookup[bool]:
        prefix = directive.prefix4 if self.client.bits == IPV4_BITS else directive.prefix6
        match directive.mechanism:
            case Mechanism.INCLUDE:
                return (yield from self._included(name))
            case Mechanism.A:
                return (yield from self._has_client(name, prefix))
            case Mechanism.MX:
                return (yield from self._exchanges_client(name, prefix))
            case Mechanism.PTR:
                return (yield from self._pointed(name)) is not None
            case _:
                answer = yield from self._ask(name, RRType.A)
                return bool(answer.addresses)

    def _included(self, name: str) -> Lookup[bool]:
        verdict = yield from self.verdict(name)
        if verdict.result is SpfResult.NONE:
            raise Malformed(SpfProblem.INCLUDE_NONE, "include: names a domain without an SPF record.")
        return verdict.result is SpfResult.PASS

    def _has_client(self, name: str, prefix: int) -> Lookup[bool]:
        answer = yield from self._ask(name, self.client.rrtype)
        return any(self.client.near(address, prefix) for address in answer.addresses)

    def _exchanges_client(self, name: str, prefix: int) -> Lookup[bool]:
        answer = yield from self._ask(name, RRType.MX)
        if len(answer.exchanges) > self._limits.exchanges:
            raise Malformed(SpfProblem.MX_LIMIT, f"mx: a name has at most {self._limits.exchanges} exchanges.")
        for _, host in sorted(answer.exchanges):
            if (yield from self._has_client(host, prefix)):
                return True
        return False

    def _pointed(self, domain: str, *, inside: bool = True) -> Lookup[str | None]:
        """The first validated name of the client that is `domain` or, unless told otherwise, lies under it (§5.5)."""
        if self._names is None:
            try:
                answer = yield from self._ask(self.client.pointer, RRType.PTR)
            except Unavailable:
                answer = _NOT_ASKED
            self._names = tuple(name.lower() for name in answer.names[: self._limits.pointers])
        for name in self._names:
            lies = name == domain or (inside and name.endswith(f".{domain}"))
            if lies and (yield from self._is_validated(name)):
                return name
        return None

    def _is_validated(self, name: str) -> Lookup[bool]:
        if name not in self._validated:
            try:
                self._validated[name] = yield from self._has_client(name, self.client.bits)
            except Unavailable:
                self._validated[name] = False
        return self._validated[name]

    def _pointer_name(self, domain: str) -> Lookup[str]:
        """The macro p: the domain itself, else a name under it, else any, else "unknown" (RFC 7208 §7.3)."""
        for inside in (False, True):
            name = yield from self._pointed(domain, inside=inside)
            if name is not None:
                return name
        for name in self._names or ():
            if (yield from self._is_validated(name)):
                return name
        return "unknown"

    def _name(self, target: MacroString | None, domain: str) -> Lookup[str]:
        if target is None:
            return domain
        return expand_name(target, (yield from self._known(target, domain)).__getitem__)

    def _known(self, macro: MacroString, domain: str) -> Lookup[dict[str, str]]:
        known = {**self._values, "d": domain}
        if any(isinstance(part, Expansion) and part.letter == "p" for part in macro.parts):
            known["p"] = yield from self._pointer_name(domain)
        return known

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > self._limits.lookups:
            raise Malformed(SpfProblem.LOOKUP_LIMIT, f"More than {self._limits.lookups} terms ask the DNS.")

    def _ask(self, name: str, rrtype: RRType) -> Lookup[Answer]:
        if not is_name(name):
            return _NOT_ASKED
        answer = yield Question(name=name, rrtype=rrtype)
        if answer.failed:
            raise Unavailable(_FAILURES[answer.status], f"The {rrtype} look-up failed.")
        if self._counting and not (answer.addresses or answer.exchanges or answer.names or answer.texts):
            self._voids.add(self.lookups)
            if len(self._voids) > self._limits.voids:
                raise Malformed(SpfProblem.VOID_LIMIT, f"More than {self._limits.voids} terms met no record.")
        return answer


class StrangerEvaluation(Evaluation):
    """What a client meets that the domain does not list: it follows what any client follows and matches no host.

    A network of prefix length 0 that passes is met by everybody.
    """

    @override
    def _lists(self, directive: Directive) -> bool:
        return directive.mechanism is Mechanism.ALL or self._lists_everybody(directive)

    @override
    def _matches(self, directive: Directive, domain: str) -> Lookup[bool]:
        if directive.mechanism is Mechanism.INCLUDE:
            return (yield from super()._matches(directive, domain))
        self._count()
        return self._lists_everybody(directive)

    @staticmethod
    def _lists_everybody(directive: Directive) -> bool:
        return directive.result is SpfResult.PASS and 0 in {directive.prefix4, directive.prefix6}

    @override
    def explain(self, verdict: Verdict) -> Lookup[str]:
        yield from ()
        return ""

    @override
    def _pointer_name(self, domain: str) -> Lookup[str]:
        yield from ()
        return "unknown"
