"""What Signal is asked and what it answers: the members of its bodies."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from frankmark.foundation.canonical import JsonLike
from frankmark.ports.signal import Control
from frankmark.protocols.signal.attribution import Platform
from frankmark.protocols.signal.model import ArtifactType, Attribution, Fact, ObservedSignal, SignalLevel
from frankmark.protocols.signal.perimeter import LONGEST, Match
from frankmark.protocols.signal.receipt import BrandRef
from frankmark.services.channels import Answer, Result
from frankmark.surfaces.node.routes.shapes import Limit

__all__ = [
    "CLEAR",
    "AnswerView",
    "BrandView",
    "ChannelQuery",
    "ChannelsView",
    "HistoryQuery",
    "HistoryView",
    "PerimeterBody",
    "ReceiptView",
    "VerifyBody",
    "answer_json",
    "brand_json",
]

CLEAR = "TLP:CLEAR"

BrandName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=255,
        description="The id of a brand, or its anchor domain.",
        examples=["br_01KDZJ4M00041061050R3GG28A", "acme.example"],
    ),
]
Spelling = Annotated[str, Meta(min_length=1, max_length=2048, description="A channel in any spelling.")]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Tlp = Annotated[str, Meta(description="TLP 2.0 label.")]


class AskedArtifact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A channel; `url` is read as a short link and as the domain of its host."""

    type: Annotated[
        str,
        Meta(min_length=1, max_length=32, extra_json_schema={"enum": ["url", *(each.value for each in ArtifactType)]}),
    ]
    value: Spelling


class AskedMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A platform's own object, as its webhook brings it; nothing of it is kept."""

    platform: Platform
    payload: dict[str, Any]


class VerifyBody(msgspec.Struct, frozen=True, kw_only=True):
    """A channel, or a message in which channels are looked for; exactly one of the two."""

    brand: BrandName | None = None
    artifact: AskedArtifact | None = None
    message: AskedMessage | None = None
    nonce: Annotated[str, Meta(min_length=1, max_length=128, pattern="^[!-~]+$")] | None = None


class PerimeterBody(msgspec.Struct, frozen=True, kw_only=True):
    """A brand's signed perimeter. Publishing it states that the numbers in it belong to the organisation."""

    perimeter: Annotated[str, Meta(min_length=1, max_length=LONGEST)]


class ChannelQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A channel, in any spelling."""

    type: ArtifactType
    value: Spelling


class HistoryQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a history: `after` is the `next` of the part before."""

    after: Annotated[str, Meta(max_length=1024, extra_json_schema={"format": "cursor"})] = ""
    limit: Limit = 20


class ArtifactView(msgspec.Struct, frozen=True, kw_only=True):
    """A channel in its canonical form."""

    type: ArtifactType
    value: str


class NamedBrand(msgspec.Struct, frozen=True, kw_only=True):
    """A brand: never its name without its anchor."""

    id: str
    name: str
    domain: str


class ResultView(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One channel's fact and its receipt; `code` says why there is no receipt."""

    artifact: ArtifactView | None
    brand: NamedBrand | None
    fact: Fact
    signal_level: SignalLevel
    signals: list[ObservedSignal]
    attribution: Attribution
    receipt_id: str | None
    receipt: str | None
    code: str = ""


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """One result a channel; `overall` is the lowest level."""

    overall: SignalLevel
    results: list[ResultView]
    tlp: Tlp


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """A declared channel, and whether the brand has shown that it is in its hands."""

    type: ArtifactType
    value: str
    match: Match
    control: Control


class DeclaredChannel(msgspec.Struct, frozen=True, kw_only=True):
    """A channel as a perimeter declares it."""

    type: ArtifactType
    value: str
    match: Match


class PlacedView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A perimeter with its place in the official log; its text is null once it was erased."""

    seq: int
    iat: int | None
    exp: int | None
    sha256: Hash
    jkt: str
    accepted_at: str
    leaf_index: int
    leaf_hash: Hash
    perimeter: str | None


class BrandView(PlacedView, frozen=True, kw_only=True, rename="camel"):
    """A brand with its newest perimeter."""

    id: str
    name: str
    domain: str
    status: Annotated[str, Meta(extra_json_schema={"enum": ["active", "withdrawn", "ended"]})]
    channels: list[ChannelView]
    tlp: Tlp


class VersionView(PlacedView, frozen=True, kw_only=True, rename="camel"):
    """A perimeter of a brand's, and how it differs from the one before."""

    added: list[DeclaredChannel]
    removed: list[DeclaredChannel]


class HistoryView(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a brand's history, the newest first; `next` is empty at its end."""

    id: str
    items: list[VersionView]
    next: str
    tlp: Tlp


class HolderView(msgspec.Struct, frozen=True, kw_only=True):
    """A brand that declares a channel, or something that covers it."""

    brand: NamedBrand
    channel: DeclaredChannel
    control: Control


class ChannelsView(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a channel is, as brands have declared it."""

    artifact: ArtifactView
    items: list[HolderView]
    tlp: Tlp


class ChecksView(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at."""

    signature: bool
    key: bool
    inclusion: bool


class ReceiptView(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A receipt, examined; `reason` is there if it does not hold, `currentFact` says what the answer would be now."""

    id: str
    valid: bool
    checks: ChecksView
    receipt: str
    claims: dict[str, Any] | None
    current_fact: Fact | None
    tlp: Tlp
    reason: str = ""


def brand_json(brand: BrandRef | None) -> dict[str, JsonLike] | None:
    """A brand as it is named wherever it is shown."""
    return None if brand is None else {"id": brand.id, "name": brand.name, "domain": brand.domain}


def answer_json(answer: Answer) -> dict[str, object]:
    """An answer's body."""
    return {"overall": answer.overall, "results": [_result(each) for each in answer.results], "tlp": CLEAR}


def _result(result: Result) -> dict[str, object]:
    finding, issued = result.finding, result.issued
    said: dict[str, object] = {
        "artifact": None if finding.artifact is None else finding.artifact.json(),
        "brand": brand_json(result.brand),
        "fact": finding.fact.value,
        "signalLevel": finding.level.value,
        "signals": [signal.value for signal in finding.signals],
        "attribution": result.attribution.value,
        "receiptId": issued.id or None,
        "receipt": issued.text or None,
    }
    return said | {"code": issued.code} if issued.code else said
