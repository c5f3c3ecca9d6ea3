"""The walk through the main job: a domain gets a stamp, a person checks messages and channels, an outsider verifies.

Every verdict is computed by the code that `frankmark check` runs, from real sockets; what each must be stands here as
an `Expected`, and the walk has succeeded only if all of them were met.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from frankmark.assembly import client
from frankmark.assembly.demo import DemoWorld, Source
from frankmark.assembly.demo_cast import ACME, BANK, TWIN, Letter
from frankmark.assembly.offline import recognise
from frankmark.assembly.offline_signal import Brought, judge_signal
from frankmark.assembly.pins import Issuer, load_pins
from frankmark.assembly.proofs import draft_of
from frankmark.assembly.tables import shipped_timezones
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Refused
from frankmark.foundation.note import VerifierKey
from frankmark.mail.message import parse
from frankmark.ports.clock import Clock
from frankmark.protocols.securestamp.channels import Verifier
from frankmark.protocols.securestamp.display import Display
from frankmark.protocols.securestamp.examination import examine_token
from frankmark.protocols.securestamp.signals import SignalName
from frankmark.protocols.signal.model import Fact
from frankmark.protocols.stampedsafe.model import Content, Trust
from frankmark.protocols.stampedsafe.verify import verify as verify_proof
from frankmark.protocols.stampedsafe.wire import render_proof
from frankmark.services.ledger_tx import parse_transaction
from frankmark.services.mailcheck import MailVerdict
from frankmark.settings import Settings
from frankmark.surfaces.node.demo_stage import DemoReason, Holder, Stage, letters, text
from frankmark.surfaces.node.demo_telling import Telling

__all__ = ["Expected", "Place", "Walk"]

TTL_S: Final = 1.2  # the zone's TTL and a little more: then nobody remembers the record
ENTRY_FILE: Final = "entry.json"
PROOF_FILE: Final = "proof.json"
PROVEN: Final = "Acme Paper pays 240 crowns on the 30th."
TRUSTED_FROM: Final = 70
BLOCKED_BELOW: Final = 30
STRONG: Final = 900
LIKELY: Final = 700


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a verdict must be.

    Attributes:
        display: The state that is shown; None for any but trusted.
        least: The lowest score.
        most: The highest.
        reasons: Codes that must be among those that lowered the score.
        signals: Values that signals must have.
        likeness: The least and the greatest confidence of a look-alike, in thousandths; None for no look-alike.
    """

    display: Display | None
    least: int = 0
    most: int = 100
    reasons: frozenset[str] = frozenset()
    signals: tuple[tuple[SignalName, str], ...] = ()
    likeness: tuple[int, int] | None = None

    def missed(self, verdict: MailVerdict) -> list[str]:
        """What is otherwise; empty if all is as it must be."""
        assessment = verdict.assessment
        found = {reason.value for reason in assessment.reasons}
        similar = assessment.evidence.lists.lookalike
        confidence = similar.confidence if similar is not None and similar.confidence >= LIKELY else None
        shown = verdict.display
        missed = [f"{name.value}={value}" for name, value in self.signals if assessment.evidence.value(name) != value]
        missed += sorted(self.reasons - found)
        if not verdict.reachable or (shown is Display.TRUSTED if self.display is None else shown is not self.display):
            missed.append(f"display={self.display or 'other'}")
        if not self.least <= assessment.score <= self.most:
            missed.append(f"score {self.least}..{self.most}")
        if (confidence is None) is not (self.likeness is None):
            missed.append("look-alike")
        elif confidence is not None and self.likeness and not self.likeness[0] <= confidence <= self.likeness[1]:
            missed.append(f"confidence {self.likeness[0]}..{self.likeness[1]}")
        return missed


GOOD: Final = Expected(
    display=Display.TRUSTED,
    least=TRUSTED_FROM,
    signals=(
        (SignalName.SPF, "pass"),
        (SignalName.DKIM, "pass"),
        (SignalName.REGISTRY, "verified"),
        (SignalName.STAMP, "active"),
    ),
)
NOT_TRUSTED: Final = Expected(display=None, most=TRUSTED_FROM - 1)
EXPECTED: Final[Mapping[str, Expected]] = {
    "good": GOOD,
    "ordinary": Expected(
        display=Display.UNKNOWN, most=TRUSTED_FROM - 1, signals=((SignalName.SPF, "pass"), (SignalName.DKIM, "pass"))
    ),
    "lookalike-caution": Expected(
        display=Display.CAUTION,
        least=BLOCKED_BELOW,
        most=TRUSTED_FROM - 1,
        reasons=frozenset({"LOOKALIKE"}),
        likeness=(LIKELY, STRONG - 1),
    ),
    "lookalike-blocked": Expected(
        display=Display.BLOCKED,
        most=BLOCKED_BELOW - 1,
        reasons=frozenset({"LOOKALIKE_STRONG"}),
        likeness=(STRONG, 1000),
    ),
    "forged": Expected(
        display=Display.BLOCKED,
        most=BLOCKED_BELOW - 1,
        reasons=frozenset({"DMARC_FAIL"}),
        signals=((SignalName.SPF, "pass_unaligned"), (SignalName.DKIM, "pass_unaligned")),
    ),
}
CHANNELS: Final[Mapping[str, tuple[str, Fact]]] = {
    "inside": (f"shop.{ACME.domain}", Fact.PERTENECE),
    "outside": (TWIN.domain, Fact.NO_PERTENECE),
}
TAMPERED: Final = Expected(
    display=Display.CAUTION,
    most=TRUSTED_FROM - 1,
    reasons=frozenset({"SCORE_LOW"}),
    signals=((SignalName.SPF, "pass"), (SignalName.DKIM, "fail")),
)
WITHOUT_KEY: Final = Expected(
    display=Display.CAUTION,
    most=TRUSTED_FROM - 1,
    reasons=frozenset({"SCORE_LOW"}),
    signals=((SignalName.SPF, "pass"),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the walk happens.

    Attributes:
        world: The servers that stand in for the world.
        settings: The demonstration's settings, of the listener that really listens.
        folder: Where mails and proofs are written, and the trust file stands.
        clock: The clock.
    """

    world: DemoWorld
    settings: Settings
    folder: Path
    clock: Clock

    @property
    def trust_file(self) -> Path:
        """Whom the reader of mail believes."""
        return self.folder / "config" / "trust.toml"


class Walk:
    """The walk.

    Args:
        place: Where it happens.
        telling: What tells of it.
    """

    def __init__(self, place: Place, telling: Telling) -> None:
        self._place = place
        self._telling = telling
        self._stage = Stage(place.world, place.settings)
        self._letters: dict[str, Letter] = {}
        self._mails: dict[str, bytes] = {}

    async def set_up(self) -> Holder:
        """Two domains get their stamps, and the messages are written; answers the holder of the first."""
        tell, stage = self._telling, self._stage
        tell.title("demo.title.stamp", domain=ACME.domain)
        org_id, key = await stage.organisation("Acme Paper")
        _, other = await stage.organisation("Harbourline Savings")
        tell.done("demo.organisation", name="Acme Paper", org=org_id, prefix=f"{key[:14]}…")
        tell.done("demo.owned", record=await stage.own(ACME, key))
        await stage.own(BANK, other)
        acme, bank = await stage.stamp(ACME, key), await stage.stamp(BANK, other)
        serial, score = acme.stamp.get("serial"), acme.stamp.get("score")
        tell.done("demo.stamped", serial=str(serial), score=str(score), tx=text(acme.stamp, "txHash")[:16] + "…")
        publish = acme.stamp.get("publish")
        strings = publish.get("strings") if isinstance(publish, dict) else None
        count = len(strings) if isinstance(strings, list) else 0
        tell.done("demo.published", record=text(acme.stamp, "publish", "name"), count=count)
        tell.must(holds=count > 1, what="strings > 1")
        tell.done("demo.other_stamp", domain=BANK.domain)
        brand = await stage.declare(ACME, "Acme Paper", key, self._place.clock.now_ms())
        tell.done("demo.brand", brand=brand, domain=ACME.domain)
        self._write(acme, bank)
        where = f"/v1/ledger/tx/{text(acme.stamp, 'txHash')}"
        answer = await asyncio.to_thread(stage.asking().call, "GET", where)
        (self._place.folder / ENTRY_FILE).write_bytes(answer.data)
        return acme

    def _write(self, acme: Holder, bank: Holder) -> None:
        """The messages, as files too."""
        self._letters = letters(acme, bank)
        now_s = self._place.clock.now_ms() // 1000
        folder = self._place.folder / "mail"
        folder.mkdir(exist_ok=True)
        for name, letter in self._letters.items():
            self._mails[name] = self._place.world.cast.deliver(letter, now_s)
            (folder / f"{name}.eml").write_bytes(self._mails[name])
        self._mails["changed"] = _one_byte_changed(self._mails["good"])
        (folder / "changed.eml").write_bytes(self._mails["changed"])
        (self._place.folder / "acme.token").write_text(acme.mark[0] + "\n", encoding="ascii")

    async def check_mails(self) -> None:
        """One good message, an ordinary one, a look-alike of each kind, and a forged one."""
        tell = self._telling
        tell.title("demo.title.check")
        for name, expected in EXPECTED.items():
            verdict = await self.look(self._mails[name])
            tell.line()
            tell.fact("demo.mail", f"mail/{name}.eml  {tell.say(f'demo.mail.{name}')}")
            tell.verdict(verdict, f"{verdict.author.address} · {self._letters[name].subject}")
            self._judge(verdict, expected)

    async def look(self, mail: bytes) -> MailVerdict:
        """The verdict on a message, as a command that has just started finds it."""
        place = self._place
        check = client.mail_check(
            place.settings, place.clock, pins=load_pins(place.trust_file), node=self._stage.asking()
        )
        return await check.check(parse(mail))

    async def change_something(self) -> None:
        """One byte of a message, then one record in the zone."""
        tell, world = self._telling, self._place.world
        tell.title("demo.title.change")
        tell.line()
        tell.fact("demo.change", tell.say("demo.change.byte"))
        await self._again("changed", TAMPERED)
        record = world.withdraw_key(ACME)
        await asyncio.sleep(TTL_S)
        tell.line()
        tell.fact("demo.change", tell.say("demo.change.record", record=record))
        await self._again("good", WITHOUT_KEY)
        world.publish_key(ACME)
        await asyncio.sleep(TTL_S)
        tell.fact("demo.change", tell.say("demo.change.back"))
        await self._again("good", GOOD)

    async def stop_sources(self) -> None:
        """Each source stops in turn, and the good message is trusted no longer."""
        tell, world = self._telling, self._place.world
        tell.title("demo.title.stop")
        for source in Source:
            await world.stop(source)
            try:
                await asyncio.sleep(TTL_S)
                tell.line()
                tell.fact("demo.stop", tell.say(f"demo.stop.{source.value}", port=world.port(source)))
                await self._again("good", NOT_TRUSTED)
            finally:
                await world.start(source)
        await asyncio.sleep(TTL_S)
        tell.line()
        tell.fact("demo.change", tell.say("demo.stop.back"))
        await self._again("good", GOOD)

    async def _again(self, name: str, expected: Expected) -> None:
        verdict = await self.look(self._mails[name])
        self._telling.headline(verdict, f"{verdict.author.address} · {self._letters['good'].subject}")
        self._telling.differences(verdict)
        self._telling.because(verdict.assessment)
        self._judge(verdict, expected)

    def _judge(self, verdict: MailVerdict, expected: Expected) -> None:
        missed = expected.missed(verdict)
        self._telling.must(holds=not missed, what=", ".join(missed))

    async def ask_channels(self) -> None:
        """One channel inside a brand's perimeter and one outside, each receipt verified; then a proof of a text."""
        tell, place, stage = self._telling, self._place, self._stage
        tell.title("demo.title.channels", domain=ACME.domain)
        for name, (what, fact) in CHANNELS.items():
            asked: Json = {"artifact": {"type": "domain", "value": what}, "brand": ACME.domain}
            answer = await stage.ask(stage.asking(), "POST", "/api/signal/verify", asked)
            found = _first_result(answer)
            tell.must(holds=found.get("fact") == fact, what=f"{what}: {fact.value}")
            (place.folder / f"{name}.receipt").write_text(f"{found.get('receipt')}\n", encoding="ascii")
            seen = judge_signal(
                recognise((place.folder / f"{name}.receipt").read_bytes()),
                Brought(pins=load_pins(place.trust_file), now_ms=place.clock.now_ms()),
            )
            tell.must(holds=seen.error is None and seen.facts.get("fact") == fact, what=f"receipt: {seen.error}")
            tell.done(f"demo.channel.{name}", what=what, domain=ACME.domain, fact=fact.value)
        self._prove()

    def _prove(self) -> None:
        """A proof of a text holds; with one character of the text changed it does not."""
        tell, place = self._telling, self._place
        draft = draft_of(Content(message=PROVEN), "UTC")
        proof = render_proof(draft.self_attested(place.clock.now_ms()))
        (place.folder / PROOF_FILE).write_bytes(proof + b"\n")
        trust = Trust(timezones=shipped_timezones())
        tell.must(holds=verify_proof(proof, trust).valid, what="proof")
        tell.done("demo.proof", text=PROVEN)
        changed = verify_proof(proof.replace(PROVEN.encode(), PROVEN.replace("240", "940").encode()), trust)
        tell.must(holds=not changed.valid, what="changed proof")
        tell.done("demo.proof_changed", reason=", ".join(sorted({each.code.value for each in changed.errors})))

    async def verify_outside(self, acme: Holder) -> None:
        """Somebody who trusts only pinned keys looks at the token and at the ledger entry, offline."""
        tell, place = self._telling, self._place
        tell.title("demo.title.verify")
        issuer = load_pins(place.trust_file).issuer(place.settings.public_url)
        if issuer is None:
            raise Refused(DemoReason.DEMO_ANSWER, "the node did not pin itself")
        token, now_s = acme.mark[0], place.clock.now_ms() // 1000
        verifier = Verifier(issuers={issuer.iss: issuer.keys}, now_s=now_s, stamps=None)
        seen = examine_token(token, verifier, ACME.domain)
        tell.must(holds=seen.valid and seen.signature is True, what=f"token: {seen.reason}")
        tell.done("demo.token", issuer=issuer.iss)
        seen = examine_token(token, verifier, BANK.domain)
        tell.must(holds=not seen.valid, what="token for another domain")
        tell.done("demo.token_elsewhere", domain=BANK.domain, reason=str(seen.reason))
        entry = (place.folder / ENTRY_FILE).read_bytes()
        fault = _fault(entry, issuer)
        tell.must(holds=fault == "", what=f"ledger entry: {fault}")
        tell.done("demo.entry", origin=_log(issuer).name)
        fault = _fault(_one_digit_changed(entry), issuer)
        tell.must(holds=fault != "", what="changed ledger entry")
        tell.done("demo.entry_changed", reason=fault)


def _first_result(answer: Json) -> Mapping[str, Json]:
    """The first result of an answer about channels; empty if there is none."""
    results = answer.get("results") if isinstance(answer, dict) else None
    first = results[0] if isinstance(results, list) and results else None
    return first if isinstance(first, dict) else {}


def _log(issuer: Issuer) -> VerifierKey:
    """The key of an issuer's log."""
    return VerifierKey.parse(issuer.log_vkeys[0])


def _fault(octets: bytes, issuer: Issuer) -> str:
    """Why a transaction does not hold under an issuer's keys; empty if it does."""
    log = _log(issuer)
    witnesses = [VerifierKey.parse(key) for key in issuer.witnesses]
    try:
        claim = parse_transaction(octets)
        claim.verify(origin=log.name, log_keys=[log], witnesses=witnesses, quorum=issuer.quorum)
    except Error as fault:
        return fault.code.value
    return ""


def _one_digit_changed(transaction: bytes) -> bytes:
    """The transaction with another time in its entry."""
    before, mark, after = transaction.partition(b'"timestamp":')
    return before + mark + (b"2" if after[:1] == b"1" else b"1") + after[1:]


def _one_byte_changed(mail: bytes) -> bytes:
    """The invoice asks for more: one octet of the body is another."""
    changed = mail.replace(b"over 240 ", b"over 940 ", 1)
    if changed == mail:
        raise Refused(DemoReason.DEMO_ANSWER, "the good message has no amount")
    return changed
