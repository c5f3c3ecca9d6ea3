"""The forms of the trust answers, as the interface's description shows them; the words in them are the protocol's."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark.protocols.securestamp.reasons import RevocationReason, ScoreChangeReason
from frankmark.surfaces.node.routes.shapes import AnyDomain, Target

__all__ = ["BatchBody", "BatchView", "CheckBody", "CheckView", "DomainQuery", "LookupView", "TrustView", "VerifyView"]

MOST_TARGETS = 100
Score = Annotated[int, Meta(ge=0, le=100)]


class CheckBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The question: a domain or a mail address, and the token or stamp id that a message brought."""

    target: Target
    token: Annotated[str, Meta(max_length=4096)] | None = None
    stamp_id: Annotated[str, Meta(max_length=64)] | None = None


class BatchBody(msgspec.Struct, frozen=True, kw_only=True):
    """At most a hundred questions."""

    targets: Annotated[list[CheckBody], Meta(min_length=1, max_length=MOST_TARGETS)]


class ArtworkView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The active stamp that counts, and where its picture is."""

    stamp_id: str
    artwork_url: str
    collection_title: str


class SignalsView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The signals in the words of the original interface."""

    spf: str
    dkim: str
    dmarc: str
    domain_age: str
    registration_verified: bool
    domain_verified_in_registry: bool


class ChannelView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What one channel said of a stamp."""

    channel: str
    result: str
    reason: str | None
    stamp_id: str | None


class SignalView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One signal: what was observed, and the thousandths of a point that it contributes."""

    name: str
    value: str | int
    weight: int
    contribution: int
    source: str
    observed_at: str | None


class DimensionView(msgspec.Struct, frozen=True, kw_only=True):
    """Signals of one kind, taken together."""

    name: str
    weight: int
    score: Score | None
    contribution: int


class OutcomeView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a channel contributes to the evidence."""

    result: str
    reason: str | None
    stamp_id: str | None


class LookalikeView(msgspec.Struct, frozen=True, kw_only=True):
    """The registered domain that the target resembles most; `confidence` in thousandths."""

    target: str
    confidence: int


class ListsView(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules look at beside the signals."""

    blocked: list[str]
    campaign: bool
    channels: dict[str, OutcomeView]
    confirmed: str | None
    conflict: bool
    kyb: bool
    lookalike: LookalikeView | None
    missing: bool
    notarised: bool
    override: Score | None
    revoked: str | None
    unavailable: dict[str, str]


class AssessmentView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Everything that the score rests on; anybody computes it again from this (`frankmark score`)."""

    algorithm: str
    target: str
    mode: str
    score: Score
    state: str
    dimensions: list[DimensionView]
    signals: list[SignalView]
    ml: SignalView | None
    rules: list[str]
    coverage: Score
    lists: ListsView
    evidence_hash: str


class CheckView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The answer: state, score and what they rest on."""

    target: str
    domain: str
    trust_state: str
    score: Score
    signals: SignalsView
    stamp: ArtworkView | None
    checked_at: str
    state_en: str
    color: str
    level: str
    display: str
    reasons: list[str]
    channels: list[ChannelView]
    assessment: AssessmentView


# A union of two structs has no schema in msgspec; this one says the same.
ANSWER_OR_PROBLEM = {
    "items": {
        "anyOf": [
            {"$ref": "#/components/schemas/CheckView"},
            {
                "type": "object",
                "properties": {
                    "target": {"type": "string"},
                    "problem": {"$ref": "#/components/schemas/ProblemBody"},
                },
                "required": ["target", "problem"],
            },
        ]
    }
}


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """One answer or ``{target, problem}`` a question, in order."""

    results: Annotated[list[msgspec.Raw], Meta(extra_json_schema=ANSWER_OR_PROBLEM)]


class LabelsView(msgspec.Struct, frozen=True, kw_only=True):
    """How the domain's published authentication stands."""

    spf: str
    dkim: str
    dmarc: str


class TrustStampView(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A stamp as the registry sees it: active or expired with its span, or revoked with its reason."""

    stamp_id: str
    score: Score
    status: str
    issued_at: str | msgspec.UnsetType = msgspec.UNSET
    expires_at: str | msgspec.UnsetType = msgspec.UNSET
    issued_by: str | msgspec.UnsetType = msgspec.UNSET
    signals: LabelsView | msgspec.UnsetType = msgspec.UNSET
    revoked_at: str | msgspec.UnsetType = msgspec.UNSET
    revocation_reason: RevocationReason | msgspec.UnsetType = msgspec.UNSET


class TrustView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The registry's view of a domain; `stamp` is null where there is none."""

    domain: str | None
    stamp: TrustStampView | None
    verified_at: str
    ledger_ref: str | msgspec.UnsetType = msgspec.UNSET


class DomainQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which domain."""

    domain: AnyDomain


class PublicStampView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A stamp in a domain's public entry."""

    stamp_id: str
    serial: int
    status: str
    issued_at: str
    expires_at: str
    revoked_at: str | None
    revocation_reason: RevocationReason | None
    ledger_ref: str
    artwork_url: str


class ScoreView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One change of a domain's score."""

    at: str
    old: Score
    new: Score
    reason: ScoreChangeReason
    tx_hash: str


class LookupView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A domain's public entry."""

    domain: str
    registered: bool
    registered_at: str | None
    verified: bool
    score: Score | None
    stamp_status: str | None
    stamps: list[PublicStampView]
    score_history: list[ScoreView]
    checked_at: str


class ChecksView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The checks of a token; null where nobody could make one."""

    signature: bool | None
    exp: bool | None
    stamp_known: bool | None
    revoked: bool | None
    domain: bool | None


class ClaimsView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a token says."""

    stamp_id: str
    domain: str
    org_id: str | None
    score_at_issuance: int
    issued_at: str | None
    expires_at: str
    issued_by: str | None


class VerifyView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A token looked at from all sides."""

    valid: bool
    reason: str | None
    status: str | None
    checks: ChecksView
    stamp: ClaimsView | None
    ledger_ref: str | None
