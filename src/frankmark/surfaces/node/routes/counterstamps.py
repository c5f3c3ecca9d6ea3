"""Counter-stamps: opened by a brand, moved by those whom the table of moves names, counted for everybody.

What says whom or what a counter-stamp is about is TLP:AMBER: for its brand, its channel's owner and reviewers, and
never stored on the way. The owner needs no key; the nonce of an answered challenge, as `Frankmark-Control`, is one.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark.ports.limits import Rate
from frankmark.protocols.signal.abuse import opening_json
from frankmark.protocols.signal.counterstamp import EvidenceDigest, ReasonCode, core_hash
from frankmark.protocols.signal.model import ArtifactType, State
from frankmark.services.channel_control import ControlMethod
from frankmark.services.counterstamp_filing import ControlAnswer, Filed, Filing, Wish
from frankmark.services.counterstamps import Cases
from frankmark.surfaces.node.endpoint import Access, Call, Reply, operation
from frankmark.surfaces.node.routes.shapes import ListQuery, page_of

__all__ = ["CounterStampRoom"]

CLEAR, AMBER = "TLP:CLEAR", "TLP:AMBER"
UNSTORED = {"Cache-Control": "no-store"}
CONTROL_FIELD = "frankmark-control"
MOVING = (
    "NOT_FOUND",
    "VERSION_CONFLICT",
    "INVALID_TRANSITION",
    "ACTOR_NOT_ALLOWED",
    "EVIDENCE_REQUIRED",
    "REASON_REQUIRED",
    "STATEMENT_REQUIRED",
    "STATEMENT_MISMATCH",
    "STATEMENT_TIME",
    "PERIMETER_TIME",
    "BRAND_KEY_MISMATCH",
    "SIGNATURE_FALSE",
    "CONTROL_UNPROVEN",
    "CHALLENGE_NOT_OPEN",
    "CHALLENGE_UNAVAILABLE",
    "METHOD_UNAVAILABLE",
)

CaseId = Annotated[str, Meta(pattern="^cs_[0-9A-HJKMNP-TV-Z]{26}$", examples=["cs_01KDZJ4M00041061050R3GG28A"])]
BrandId = Annotated[str, Meta(pattern="^br_[0-9A-HJKMNP-TV-Z]{26}$", examples=["br_01KDZJ4M00041061050R3GG28A"])]
Seconds = Annotated[int, Meta(ge=0, le=253_402_300_799, description="Seconds since the Unix epoch.")]


class CounterStampChannel(msgspec.Struct, frozen=True, kw_only=True):
    """A channel; asked for in any spelling, answered in its canonical one."""

    type: ArtifactType
    value: Annotated[str, Meta(min_length=1, max_length=2048)]


class EvidenceBody(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence by its digest; the piece itself stays where it is."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    mime: Annotated[str, Meta(min_length=3, max_length=127, examples=["image/png"])]


Evidence = Annotated[list[EvidenceBody], Meta(max_length=100)]


class CounterStampBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a brand opens a counter-stamp with."""

    brand: BrandId
    artifact: CounterStampChannel
    reason_code: ReasonCode
    expires_at: Seconds | None = msgspec.field(default=None, name="expires_at")
    evidence: Evidence = []


class ControlBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer to a challenge."""

    method: ControlMethod
    nonce: Annotated[str, Meta(min_length=1, max_length=64)]
    answer: Annotated[str, Meta(max_length=128)] = ""


class CounterStampMove(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A wish to move a counter-stamp; `ifVersion` may be left out beside `control`."""

    id: CaseId
    to: State
    if_version: Annotated[int, Meta(ge=1)] | None = None
    reason: Annotated[str, Meta(max_length=2000)] = ""
    jws: Annotated[str, Meta(max_length=4096)] = ""
    evidence: Evidence = []
    control: ControlBody | None = None


class ChallengeBody(msgspec.Struct, frozen=True, kw_only=True):
    """Which counter-stamp, and how control will be shown."""

    id: CaseId
    method: ControlMethod


class ControlChallenge(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the owner of a channel is asked for: for `domain-txt` a TXT record `text` at `place`.<the domain>."""

    method: str
    nonce: str
    expires_at: int
    place: str
    text: str
    tlp: str


class CounterStampView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A counter-stamp, for those concerned; `core` and `log` are what the brand's statement names."""

    id: str
    brand: str
    artifact: CounterStampChannel
    reason_code: str
    opened_at: int = msgspec.field(name="opened_at")
    expires_at: int = msgspec.field(name="expires_at")
    core: str
    log: str
    state: State
    version: int
    disputed_at: int | None
    evidence: list[EvidenceBody]
    tlp: str


class CounterStampListView(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the counter-stamps."""

    items: list[CounterStampView]
    next: str
    tlp: str


class CounterStampQuery(ListQuery, frozen=True, kw_only=True):
    """Which part of the counter-stamps, and in which state."""

    state: State | None = None


class OpeningDetail(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One move, as the abuse log committed to it."""

    cs: str
    came_from: str | None = msgspec.field(name="from")
    to: str
    version: int
    actor_role: str
    brand: str
    artifact: CounterStampChannel
    reason_code: str
    at: int


class OpeningView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What shows one move: its detail, the salt, and the proof that the abuse log holds the commitment."""

    detail: OpeningDetail
    salt: str
    leaf_index: int
    tree_size: int
    audit_path: list[str]
    sth: str


class OpeningsView(msgspec.Struct, frozen=True, kw_only=True):
    """What shows each move of a counter-stamp, all under one tree head."""

    items: list[OpeningView]
    tlp: str


class AbuseCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Counter-stamps by month of opening, kind of channel and state; a count below five is `<5`."""

    months: dict[str, dict[str, dict[str, int | str]]]
    tlp: str


def _view(filed: Filed) -> CounterStampView:
    stamp, core = filed.stamp, filed.stamp.core
    return CounterStampView(
        id=core.id,
        brand=core.brand,
        artifact=CounterStampChannel(type=core.artifact.type, value=core.artifact.value),
        reason_code=core.reason_code.value,
        opened_at=core.opened_at_s,
        expires_at=core.expires_at_s,
        core=core_hash(core),
        log=filed.origin,
        state=filed.state,
        version=stamp.version,
        disputed_at=stamp.disputed_at_s,
        evidence=[EvidenceBody(sha256=each.sha256, mime=each.mime) for each in stamp.evidence],
        tlp=AMBER,
    )


def _evidence(bodies: list[EvidenceBody]) -> tuple[EvidenceDigest, ...]:
    return tuple(EvidenceDigest(sha256=body.sha256, mime=body.mime) for body in bodies)


class CounterStampRoom:
    """Operations on counter-stamps.

    Args:
        cases: What they are about.
        share: How many codes may be sent into one channel.
    """

    def __init__(self, cases: Cases, share: Rate) -> None:
        self._cases = cases
        self._share = share

    @operation(
        "POST",
        "/api/signal/counter-stamps",
        "Open a counter-stamp",
        access=Access.CREDENTIAL,
        body=CounterStampBody,
        returns={201: CounterStampView},
        problems=("NOT_FOUND", "ACTOR_NOT_ALLOWED", "CHANNEL_IN_PERIMETER", "COUNTERSTAMP_OPEN"),
    )
    async def open(self, call: Call, body: CounterStampBody) -> Reply:
        """A brand's case against a channel that it has not declared its own."""
        filing = Filing(
            brand=body.brand,
            kind=body.artifact.type,
            value=body.artifact.value,
            reason_code=body.reason_code,
            expires_s=body.expires_at,
            evidence=_evidence(body.evidence),
        )
        return Reply(content=_view(await self._cases.open(call.known, filing)), status=201, headers=UNSTORED)

    @operation(
        "PATCH",
        "/api/signal/counter-stamps",
        "Move a counter-stamp; with a control proof the owner of the channel needs no credential",
        body=CounterStampMove,
        returns={200: CounterStampView},
        problems=MOVING,
    )
    async def move(self, call: Call, body: CounterStampMove) -> Reply:
        """One move of the table."""
        given = body.control
        control = ControlAnswer(method=given.method, nonce=given.nonce, answer=given.answer) if given else None
        wish = Wish(
            case_id=body.id,
            to=body.to,
            if_version=body.if_version,
            reason=body.reason,
            evidence=_evidence(body.evidence),
            statement=body.jws,
            control=control,
        )
        return Reply(content=_view(await self._cases.move(call.principal, wish)), headers=UNSTORED)

    @operation(
        "POST",
        "/api/signal/counter-stamps/challenges",
        "Ask how control of a channel is shown",
        body=ChallengeBody,
        returns={201: ControlChallenge},
        problems=("NOT_FOUND", "INVALID_TRANSITION", "METHOD_UNAVAILABLE"),
    )
    async def challenge(self, call: Call, body: ChallengeBody) -> Reply:
        """A nonce for the owner of the channel."""
        if body.method is not ControlMethod.DOMAIN_TXT:
            await call.hold_to(self._share, f"case:{body.id}")
        made = await self._cases.challenge(body.id, body.method)
        content = ControlChallenge(
            method=made.method.value,
            nonce=made.nonce,
            expires_at=made.expires_s,
            place=made.place,
            text=made.text,
            tlp=AMBER,
        )
        return Reply(content=content, status=201, headers=UNSTORED)

    @operation(
        "GET",
        "/api/signal/counter-stamps",
        "List counter-stamps: an organisation's own, or for reviewers all",
        access=Access.CREDENTIAL,
        query=CounterStampQuery,
        returns={200: CounterStampListView},
    )
    async def cases(self, call: Call, query: CounterStampQuery) -> Reply:
        """Counter-stamps by time."""
        part = await self._cases.cases(call.known, page_of(query), state=query.state)
        content = CounterStampListView(items=[_view(each) for each in part.items], next=part.next, tlp=AMBER)
        return Reply(content=content, headers=UNSTORED)

    @operation(
        "GET",
        "/api/signal/counter-stamps/{case_id}",
        "A counter-stamp",
        access=Access.CREDENTIAL,
        returns={200: CounterStampView},
    )
    async def case(self, call: Call, _: None) -> Reply:
        """For its brand and for reviewers."""
        return Reply(content=_view(await self._cases.case(call.known, call.path["case_id"])), headers=UNSTORED)

    @operation(
        "GET",
        "/api/signal/counter-stamps/{case_id}/openings",
        "What shows each move; the owner of the channel sends the nonce of an answered challenge as Frankmark-Control",
        returns={200: OpeningsView},
        problems=("AUTH_REQUIRED", "FORBIDDEN", "NOT_FOUND", "CONTROL_UNPROVEN", "CHALLENGE_UNAVAILABLE"),
    )
    async def openings(self, call: Call, _: None) -> Reply:
        """For its brand, the owner of the channel and reviewers."""
        nonce = call.request.headers.get(CONTROL_FIELD, "")
        found = await self._cases.openings(call.principal, call.path["case_id"], nonce=nonce)
        content = {"items": [opening_json(each) for each in found], "tlp": AMBER}
        return Reply(content=content, headers=UNSTORED)

    @operation(
        "GET",
        "/api/signal/logs/abuse/stats",
        "How many counter-stamps, by month, kind of channel and state",
        returns={200: AbuseCounts},
    )
    async def counts(self, _call: Call, _: None) -> Reply:
        """What the public may know of them."""
        return Reply(content=AbuseCounts(months=await self._cases.counts(), tlp=CLEAR))
