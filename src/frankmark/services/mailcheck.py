"""One message: what it proves by itself, what a node knows of its sender, and both in one assessment.

SPF, DKIM, DMARC, the stamp header and the stamp record are evaluated here; nothing of the message but the domain of its
From field, and the token of its stamp header, goes to the node. The assessment that the node returns is completed with
what the message shows and computed again with the same code (specs/trust-score.md).
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Malformed, Unavailable, Unverified
from frankmark.foundation.jwks import JwkSet
from frankmark.mail import dmarc, received, spf
from frankmark.mail.alignment import DkimFacts, MechanismResult, SpfFacts, Walks, identifier_domain
from frankmark.mail.authres import trusted_results
from frankmark.mail.dkim import DkimOutcome, best_result, key_questions, verify_signatures
from frankmark.mail.dkim_key import KeyCache
from frankmark.mail.dkim_reasons import DkimResult
from frankmark.mail.dmarc_record import AlignmentMode
from frankmark.mail.mailbox import FromReason, Mailbox, author
from frankmark.mail.message import Message, MessageReason
from frankmark.ports.clock import Clock
from frankmark.ports.node_api import NodeApi
from frankmark.ports.resolver import Resolver
from frankmark.protocols.securestamp.assessment import Assessment
from frankmark.protocols.securestamp.channels import ChannelName, ChannelOutcome, ChannelResult, Verifier
from frankmark.protocols.securestamp.display import Display, display
from frankmark.protocols.securestamp.evidence import ALGORITHM, Evidence, Lists, Signal, signal_names
from frankmark.protocols.securestamp.header import HEADER_NAME, one_header
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.record import look_up_records
from frankmark.protocols.securestamp.scoring import assess
from frankmark.protocols.securestamp.signals import UNAVAILABLE, Mode, SignalName, Value
from frankmark.protocols.securestamp.wire import evidence_of_assessment
from frankmark.services.collectors import dmarc_value, drive, unavailable
from frankmark.services.deadline import BoundedResolver
from frankmark.services.tokens import ChannelJudge

__all__ = ["UNFIT", "Envelope", "EnvelopeSource", "MailCheck", "MailTrust", "MailVerdict", "SpfFinding"]

CHECK = "/api/trust/check"
OK = 200
# What makes a message one that nobody can judge; its display is BLOCKED, for programs would show different authors.
UNFIT: Final = frozenset[str]({*FromReason, *MessageReason})
_SOURCES = {
    SignalName.SPF: "message",
    SignalName.DKIM: "message",
    SignalName.DMARC: "message",
    SignalName.DOMAIN_AGE: "rdap",
    SignalName.REGISTRATION: "rdap",
    SignalName.SSL: "tls",
    SignalName.CT: "tls",
    SignalName.STAMP: "ledger",
    SignalName.REGISTRY: "registry",
}


class EnvelopeSource(StrEnum):
    """Who says which client handed the message over."""

    GIVEN = "given"  # whoever asks
    RECEIVED = "received"  # a receiver that the operator trusts
    RESULTS = "authentication-results"  # the operator's own server, with the result of its own check
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """How the message was handed over, as whoever asks says.

    Attributes:
        client_ip: The client's address.
        helo: What it called itself.
        mail_from: The reverse-path; empty for the null reverse-path.
    """

    client_ip: str
    helo: str
    mail_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTrust:
    """Whom the reader of mail believes.

    Attributes:
        issuers: Pinned keys by issuer.
        receivers: Hosts whose Received fields are believed.
        authserv_ids: Servers whose Authentication-Results are believed.
    """

    issuers: Mapping[str, JwkSet]
    receivers: Collection[str] = ()
    authserv_ids: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpfFinding:
    """What SPF says, and on whose word.

    Attributes:
        source: Who said which client it was.
        facts: Result and domain, for alignment; None when nobody said.
        outcome: The evaluation; None when it was another's, or none.
    """

    source: EnvelopeSource
    facts: SpfFacts | None = None
    outcome: spf.SpfOutcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailVerdict:
    """Everything about one message.

    Attributes:
        author: The mailbox in its From field.
        assessment: The assessment in message mode; each signal says what it contributed.
        display: What to show; `UNKNOWN` when no node could be asked.
        spf: SPF's part.
        dkim: One outcome a signature.
        dmarc: DMARC's part.
        reachable: Whether a node answered.
    """

    author: Mailbox
    assessment: Assessment
    display: Display
    spf: SpfFinding
    dkim: tuple[DkimOutcome, ...]
    dmarc: dmarc.DmarcOutcome
    reachable: bool


_Channels = tuple[ChannelOutcome, ChannelOutcome]
_Local = tuple[SpfFinding, tuple[DkimOutcome, ...], _Channels, tuple[dmarc.DmarcOutcome, tuple[Signal, ...]]]


class MailCheck:
    """Checks messages.

    Args:
        resolver: The DNS.
        node: The node to ask; None to check without one.
        trust: Whom the reader believes.
        clock: For times.
        deadline_ms: For all questions to the DNS about one message together.
    """

    def __init__(
        self,
        *,
        resolver: Resolver,
        node: NodeApi | None,
        trust: MailTrust,
        clock: Clock,
        deadline_ms: int = 3_000,
    ) -> None:
        self._parts = (resolver, node, trust, clock)
        self._deadline_ms = deadline_ms
        self._memory = (KeyCache(), ChannelJudge())

    async def check(
        self, message: Message, *, envelope: Envelope | None = None, fraud: int | None = None
    ) -> MailVerdict:
        """Check one message.

        Args:
            message: The message.
            envelope: How it was handed over, if whoever asks knows.
            fraud: The device's phishing probability in thousandths, if there is one.

        Returns:
            The verdict.

        Raises:
            Malformed: A `FromReason` when the message has not exactly one author; an SPF reason when the address in
                `envelope` is none.
        """
        resolver, node, trust, clock = self._parts
        bounded = BoundedResolver(resolver, clock, self._deadline_ms)
        return await _Checking(bounded, node, trust, clock, self._memory).verdict(message, envelope, fraud)


class _Checking:
    """One check, whose look-ups share one deadline."""

    def __init__(
        self,
        resolver: Resolver,
        node: NodeApi | None,
        trust: MailTrust,
        clock: Clock,
        memory: tuple[KeyCache, ChannelJudge],
    ) -> None:
        self._resolver = resolver
        self._node = node
        self._trust = trust
        self._clock = clock
        self._keys, self._judge = memory

    async def verdict(self, message: Message, envelope: Envelope | None, fraud: int | None) -> MailVerdict:
        sender = author(message)
        domain, now_ms = sender.address.domain, self._clock.now_ms()
        remote, local = await asyncio.gather(self._ask(domain, message), self._local(message, domain, envelope, now_ms))
        found, dkim, channels, (outcome, signals) = local
        base = remote or _unasked(domain)
        ml = None if fraud is None else Signal(name=SignalName.ML, value=fraud, source="device", observed_ms=now_ms)
        evidence = base.of_message(*signals, ml=ml, channels=_joined(channels, base))
        assessment = assess(evidence)
        return MailVerdict(
            author=sender,
            assessment=assessment,
            display=display(assessment) if remote else Display.UNKNOWN,
            spf=found,
            dkim=dkim,
            dmarc=outcome,
            reachable=remote is not None,
        )

    async def _local(self, message: Message, domain: str, envelope: Envelope | None, now_ms: int) -> _Local:
        """What the message and the DNS show; the node may take as long as it likes meanwhile."""
        found, dkim, channels = await asyncio.gather(
            self._spf(message, envelope, now_ms // 1000),
            self._dkim(message, now_ms // 1000),
            self._channels(message, domain, now_ms // 1000),
        )
        return found, dkim, channels, await self._authenticated(domain, found, dkim, now_ms)

    async def _ask(self, domain: str, message: Message) -> Evidence | None:
        """The node's evidence about the domain; None when it cannot be had."""
        if self._node is None:
            return None
        try:
            answer = await asyncio.to_thread(self._node.call, "POST", CHECK, _question(domain, message))
            if answer.status != OK or not isinstance(answer.body, dict):
                return None
            evidence = evidence_of_assessment(answer.body.get("assessment"))
        except (Unavailable, Malformed):  # a node that answers something else is as good as none
            return None
        return evidence if (evidence.target, evidence.mode) == (domain, Mode.DOMAIN) else None

    async def _spf(self, message: Message, envelope: Envelope | None, now_s: int) -> SpfFinding:
        if envelope is not None:
            return await self._evaluated(EnvelopeSource.GIVEN, envelope, now_s)
        try:
            handover = received.handover(message, self._trust.receivers)
        except Unverified:
            return self._reported(message)
        if handover.mail_from is None:
            return self._reported(message)
        handed = Envelope(client_ip=handover.client_ip, helo=handover.helo, mail_from=handover.mail_from)
        return await self._evaluated(EnvelopeSource.RECEIVED, handed, now_s)

    async def _evaluated(self, source: EnvelopeSource, envelope: Envelope, now_s: int) -> SpfFinding:
        checked = spf.mail_from_domain(envelope.mail_from, envelope.helo)
        lookup = spf.check_host(envelope.client_ip, checked, envelope.mail_from, envelope.helo, now_s=now_s)
        outcome = await drive(lookup, self._resolver)
        facts = SpfFacts(result=MechanismResult(outcome.result.value), domain=identifier_domain(outcome.domain))
        return SpfFinding(source=source, facts=facts, outcome=outcome)

    def _reported(self, message: Message) -> SpfFinding:
        """SPF as the reader's own server reports it (RFC 8601 §2.7.2); only the MAIL FROM identity counts."""
        results = trusted_results(message, self._trust.authserv_ids) if self._trust.authserv_ids else None
        for result in results.of("spf") if results else ():
            mail_from = [each.value for each in result.properties if (each.ptype, each.name) == ("smtp", "mailfrom")]
            if mail_from and result.result in set(MechanismResult):
                domain = identifier_domain(mail_from[0].rpartition("@")[2])
                facts = SpfFacts(result=MechanismResult(result.result), domain=domain)
                return SpfFinding(source=EnvelopeSource.RESULTS, facts=facts)
        return SpfFinding(source=EnvelopeSource.NOBODY)

    async def _dkim(self, message: Message, now_s: int) -> tuple[DkimOutcome, ...]:
        # The answers wait in the resolver's cache when the evaluation asks for them one after the other.
        await asyncio.gather(*map(self._resolver.resolve, key_questions(message, now_s=now_s)))
        return await drive(verify_signatures(message, now_s=now_s, cache=self._keys), self._resolver)

    async def _channels(self, message: Message, domain: str, now_s: int) -> tuple[ChannelOutcome, ChannelOutcome]:
        publication = await drive(look_up_records(domain), self._resolver)
        verifier = Verifier(issuers=self._trust.issuers, now_s=now_s, stamps=None)
        values = [field.value for field in message.named(HEADER_NAME.lower().encode())]
        return (
            self._judge.publication(publication, domain, verifier),
            self._judge.header(values, (domain,), verifier),
        )

    async def _authenticated(
        self, domain: str, found: SpfFinding, dkim: tuple[DkimOutcome, ...], now_ms: int
    ) -> tuple[dmarc.DmarcOutcome, tuple[Signal, ...]]:
        """DMARC, and the three signals in message mode: what passes counts only if it is aligned."""
        # Where nobody says which client it was, SPF may have passed: DMARC then fails for nobody.
        unknown = SpfFacts(result=MechanismResult.TEMPERROR, domain=domain)
        facts = [DkimFacts(result=MechanismResult(each.result.value), domain=each.domain) for each in dkim]
        outcome = await drive(dmarc.evaluate(domain, found.facts or unknown, facts), self._resolver)
        record = outcome.published.record
        walks = Walks()

        async def aligned(identifier: str, mode: AlignmentMode) -> bool | None:
            try:
                return await drive(walks.aligned(domain, identifier, mode), self._resolver)
            except Unavailable:
                return None

        spf_mode = record.aspf if record else AlignmentMode.RELAXED
        dkim_mode = record.adkim if record else AlignmentMode.RELAXED
        passed = [each.domain for each in dkim if each.result is DkimResult.PASS]
        near = [await aligned(identifier, dkim_mode) for identifier in dict.fromkeys(passed)]
        values: dict[SignalName, Value | Reason] = {
            SignalName.SPF: Reason.NO_TRUSTED_RECEIVED,
            SignalName.DKIM: _dkim_value(dkim, near),
            SignalName.DMARC: _dmarc_value(outcome, found),
        }
        if found.facts is not None:
            passing = found.facts.result is MechanismResult.PASS and found.facts.domain is not None
            close = await aligned(str(found.facts.domain), spf_mode) if passing else False
            values[SignalName.SPF] = _spf_value(found.facts, close)
        return outcome, tuple(_signal(name, value, now_ms) for name, value in values.items())


def _question(domain: str, message: Message) -> Json:
    """All that a node is told: the domain, and the token of the stamp header if there is one that can be read."""
    try:
        header = one_header([field.value for field in message.named(HEADER_NAME.lower().encode())], 1)
    except Error:
        header = None
    return {"target": domain} if header is None else {"target": domain, "token": header.token}


def _signal(name: SignalName, value: Value | Reason, now_ms: int) -> Signal:
    if isinstance(value, Reason):
        return unavailable(name, "message", value)
    return Signal(name=name, value=value, source="message", observed_ms=now_ms)


def _passing(near: bool | None) -> Value | Reason:  # noqa: FBT001  (three states of one question)
    if near is None:
        return Reason.SOURCE_UNAVAILABLE
    return "pass" if near else "pass_unaligned"


def _spf_value(facts: SpfFacts, near: bool | None) -> Value | Reason:  # noqa: FBT001  (three states of one question)
    match facts.result:
        case MechanismResult.PASS:
            return _passing(near)
        case MechanismResult.TEMPERROR:
            return Reason.SOURCE_UNAVAILABLE
        case MechanismResult.POLICY:
            return MechanismResult.FAIL.value
        case _:
            return facts.result.value


def _dkim_value(outcomes: tuple[DkimOutcome, ...], near: list[bool | None]) -> Value | Reason:
    if near:
        return _passing(True if True in near else None if None in near else False)
    result = best_result(outcomes)
    return Reason.SOURCE_UNAVAILABLE if result is DkimResult.TEMPERROR else result.value


def _dmarc_value(outcome: dmarc.DmarcOutcome, found: SpfFinding) -> Value | Reason:
    match outcome.result:
        case dmarc.DmarcResult.FAIL:
            return f"fail:{outcome.disposition.value}"
        case dmarc.DmarcResult.TEMPERROR:
            return Reason.SOURCE_UNAVAILABLE if found.facts else Reason.NO_TRUSTED_RECEIVED
        case _:
            return dmarc_value(outcome.published.publication)


def _unasked(domain: str) -> Evidence:
    """The evidence when no node answers: nothing is known but what the message will show."""
    signals = tuple(
        Signal(
            name=name,
            value=UNAVAILABLE,
            source=_SOURCES.get(name, "receivers"),
            observed_ms=None,
            reason=Reason.REGISTRY_UNAVAILABLE,
        )
        for name in signal_names(ALGORITHM)
    )
    api = ChannelOutcome(channel=ChannelName.API, result=ChannelResult.TEMPERROR, reason=Reason.REGISTRY_UNAVAILABLE)
    return Evidence(target=domain, mode=Mode.DOMAIN, signals=signals, lists=Lists(channels=(api,)))


def _joined(local: tuple[ChannelOutcome, ...], remote: Evidence) -> tuple[ChannelOutcome, ...]:
    """What the message's channels say; where the token holds here, the node may still know that its stamp does not."""
    known = {outcome.channel: outcome for outcome in remote.lists.channels}
    return tuple(
        known[each.channel]
        if each.result is ChannelResult.PASS
        and each.channel in known
        and known[each.channel].result is ChannelResult.FAIL
        else each
        for each in local
    )
