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
from frankmark.foundation.dns import Lookup
from frankmark.foundation.errors import Error, Malformed, Unavailable, Unverified
from frankmark.foundation.jwks import JwkSet
from frankmark.mail import dmarc, received, spf
from frankmark.mail.alignment import MechanismResult, SpfFacts, identifier_domain
from frankmark.mail.authres import trusted_results
from frankmark.mail.dkim import DkimOutcome, best_result, key_questions, verify_signatures
from frankmark.mail.dkim_key import KeyCache
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
from frankmark.protocols.securestamp.record import Publication, look_up_records
from frankmark.protocols.securestamp.scoring import assess
from frankmark.protocols.securestamp.signals import UNAVAILABLE, Mode, SignalName
from frankmark.protocols.securestamp.wire import evidence_of_assessment
from frankmark.services.aside import aside
from frankmark.services.deadline import BoundedResolver
from frankmark.services.driving import Driven, Recall, asked, finish
from frankmark.services.mailsignals import Signed, authenticated, foreseen, observed
from frankmark.services.tokens import ChannelJudge

__all__ = [
    "UNFIT",
    "Envelope",
    "EnvelopeSource",
    "MailCheck",
    "MailTrust",
    "MailVerdict",
    "SenderReason",
    "SpfFinding",
]

CHECK = "/api/trust/check"
OK = 200
BAD_REQUEST = 400
_STAMP_FIELD: Final = HEADER_NAME.lower().encode("ascii")
NO_SENDER = "INVALID_TARGET"  # as the node says it


class SenderReason(StrEnum):
    """Why the author of a message is nobody."""

    FROM_NOBODYS_DOMAIN = "FROM_NOBODYS_DOMAIN"  # a public suffix, and nothing shows that its keeper wrote


# What makes a message one that nobody can judge; its display is BLOCKED, for programs would show different authors.
UNFIT: Final = frozenset[str]({*FromReason, *MessageReason, *SenderReason})
_SOURCES = {
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
        self._memory = (KeyCache(), ChannelJudge(), Recall())

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
            Malformed: A `FromReason` when the message has not exactly one author, a `SenderReason` when that is nobody;
                an SPF reason when the address in `envelope` is none.
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
        memory: tuple[KeyCache, ChannelJudge, Recall],
    ) -> None:
        self._resolver = resolver
        self._node = node
        self._trust = trust
        self._clock = clock
        self._keys, self._judge, self._recall = memory

    async def verdict(self, message: Message, envelope: Envelope | None, fraud: int | None) -> MailVerdict:
        sender = author(message)
        domain, now_ms = sender.address.domain, self._clock.now_ms()
        asking = None if self._node is None else asyncio.create_task(self._ask(self._node, domain, message))
        found, dkim, channels, (outcome, signals) = await self._local(message, domain, envelope, now_ms)
        answered = None if asking is None else await asking
        remote = _somebody(answered, domain, outcome)
        ml = None if fraud is None else Signal(name=SignalName.ML, value=fraud, source="device", observed_ms=now_ms)
        evidence = (
            remote.of_message(*signals, ml=ml, channels=_joined(channels, remote))
            if remote is not None
            else _unasked(domain, signals, ml, channels)
        )
        assessment = assess(evidence)
        return MailVerdict(
            author=sender,
            assessment=assessment,
            display=display(assessment) if remote else Display.UNKNOWN,
            spf=found,
            dkim=dkim,
            dmarc=outcome,
            reachable=answered is not None,
        )

    async def _local(self, message: Message, domain: str, envelope: Envelope | None, now_ms: int) -> _Local:
        """What the message and the DNS show; the node may take as long as it likes meanwhile."""
        now_s = now_ms // 1000
        # The keys of all signatures are asked for at once; the evaluation itself asks for one after the other.
        keys = key_questions(message, now_s=now_s) if len(message.named(b"dkim-signature")) > 1 else ()
        found = self._spf(message, envelope, now_s)
        dkim = Driven(verify_signatures(message, now_s=now_s, cache=self._keys), self._resolver)
        published = self._recall.driven(domain, lambda: look_up_records(domain), self._resolver)
        first = [found, dkim, published, *[Driven(asked(question), self._resolver) for question in keys]]
        if any(each.waiting for each in first):  # not behind name servers that strangers chose: they may never answer
            first.append(Driven(foreseen(domain), self._resolver))
            await finish(*first)
        signed = tuple([Signed(each.domain, each.result, not each.unsigned_octets) for each in dkim.result])
        told = domain, found.result.facts, signed, best_result(dkim.result)
        last = self._recall.driven(told, lambda: authenticated(*told), self._resolver)
        if last.waiting:
            await finish(last)
        outcome, values = last.result
        channels = self._channels(published.result, message, domain, now_s)
        return found.result, dkim.result, channels, (outcome, observed(values, now_ms))

    async def _ask(self, node: NodeApi, domain: str, message: Message) -> Evidence | SenderReason | None:
        """The node's evidence about the domain; a reason if that is no sender's; None when nothing can be had."""
        try:
            answer = await aside(node.call, "POST", CHECK, _question(domain, message))
            if answer.status == BAD_REQUEST and isinstance(answer.body, dict) and answer.body.get("code") == NO_SENDER:
                return SenderReason.FROM_NOBODYS_DOMAIN
            if answer.status != OK or not isinstance(answer.body, dict):
                return None
            evidence = evidence_of_assessment(answer.body.get("assessment"))
        except (Unavailable, Malformed):  # a node that answers something else is as good as none
            return None
        return evidence if (evidence.target, evidence.mode) == (domain, Mode.DOMAIN) else None

    def _spf(self, message: Message, envelope: Envelope | None, now_s: int) -> Driven[SpfFinding]:
        handed = self._handed(message, envelope)

        def evaluation() -> Lookup[SpfFinding]:
            return self._reported(message) if handed is None else (yield from _evaluated(*handed, now_s))

        if handed is not None:
            found = self._recall.driven(handed, evaluation, self._resolver)
            if found.waiting or not (found.result.outcome and found.result.outcome.explanation):
                return found
        return Driven(evaluation(), self._resolver)  # no two are the same: an explanation may name the time

    def _handed(self, message: Message, envelope: Envelope | None) -> tuple[EnvelopeSource, Envelope] | None:
        if envelope is not None:
            return EnvelopeSource.GIVEN, envelope
        try:
            handover = received.handover(message, self._trust.receivers)
        except Unverified:
            return None
        if handover.mail_from is None:
            return None
        handed = Envelope(client_ip=handover.client_ip, helo=handover.helo, mail_from=handover.mail_from)
        return EnvelopeSource.RECEIVED, handed

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

    def _channels(self, publication: Publication, message: Message, domain: str, now_s: int) -> _Channels:
        verifier = Verifier(issuers=self._trust.issuers, now_s=now_s, stamps=None)
        values = [field.value for field in message.named(_STAMP_FIELD)]
        return (
            self._judge.publication(publication, domain, verifier),
            self._judge.header(values, (domain,), verifier),
        )


def _evaluated(source: EnvelopeSource, envelope: Envelope, now_s: int) -> Lookup[SpfFinding]:
    checked = spf.mail_from_domain(envelope.mail_from, envelope.helo)
    outcome = yield from spf.check_host(envelope.client_ip, checked, envelope.mail_from, envelope.helo, now_s=now_s)
    facts = SpfFacts(result=MechanismResult(outcome.result.value), domain=identifier_domain(outcome.domain))
    return SpfFinding(source=source, facts=facts, outcome=outcome)


def _somebody(answered: Evidence | SenderReason | None, domain: str, outcome: dmarc.DmarcOutcome) -> Evidence | None:
    """The node's evidence, if there is any.

    A domain under which anybody registers names is nobody's: whoever writes from it is nobody either, except its
    keeper, whose mail passes DMARC. Nothing is known of that one, since no node registers such names.

    Raises:
        Malformed: `FROM_NOBODYS_DOMAIN`.
    """
    if not isinstance(answered, SenderReason):
        return answered
    if outcome.result is not dmarc.DmarcResult.PASS:
        detail = f"{domain} is nobody's domain: others register names below it"
        raise Malformed(SenderReason.FROM_NOBODYS_DOMAIN, detail)
    return None


def _question(domain: str, message: Message) -> Json:
    """All that a node is told: the domain, and the token of the stamp header if there is one that can be read."""
    try:
        header = one_header([field.value for field in message.named(_STAMP_FIELD)], 1)
    except Error:
        header = None
    return {"target": domain} if header is None else {"target": domain, "token": header.token}


_UNASKED: Final = tuple(
    Signal(
        name=name,
        value=UNAVAILABLE,
        source=_SOURCES.get(name, "receivers"),
        observed_ms=None,
        reason=Reason.REGISTRY_UNAVAILABLE,
    )
    for name in signal_names(ALGORITHM)[3:]  # SPF, DKIM and DMARC come first, and the message shows them
)
_NO_API: Final = ChannelOutcome(
    channel=ChannelName.API, result=ChannelResult.TEMPERROR, reason=Reason.REGISTRY_UNAVAILABLE
)


def _unasked(domain: str, observed: tuple[Signal, ...], ml: Signal | None, channels: _Channels) -> Evidence:
    """The evidence when no node answers: nothing is known but what the message shows."""
    lists = Lists(channels=(*channels, _NO_API))
    return Evidence(target=domain, mode=Mode.MESSAGE, signals=(*observed, *_UNASKED), ml=ml, lists=lists)


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
