"""Keys, stamps, tokens and evidence that the tests of this room share."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from hypothesis import strategies as st

from frankmark.foundation.errors import Error
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.keys import P256PrivateKey
from frankmark.protocols.securestamp.channels import ChannelName, ChannelOutcome, ChannelResult, Verifier
from frankmark.protocols.securestamp.evidence import (
    ALGORITHM,
    ALGORITHM_V1,
    BlockList,
    Confirmed,
    Evidence,
    Lists,
    Lookalike,
    Signal,
    signal_names,
)
from frankmark.protocols.securestamp.model import Stamp
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason
from frankmark.protocols.securestamp.signals import UNAVAILABLE, Mode, SignalName, scale_of
from frankmark.protocols.securestamp.token import LIFETIME_S, Claims, issue_token

NODE = "node-k3x7q2m5ab"
ISSUER = "https://node.example.net"
STAMP = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
OTHER_STAMP = "9b2c3d47-0e02-4a56-8c71-f47ac10b58cc"
ORG = "org_01hwx4zj7m3q9v2k5t8r6n0c1d"
AT_S = 1_768_471_200
AT_MS = AT_S * 1000
TX = "ab" * 32


def key(label: str) -> P256PrivateKey:
    return P256PrivateKey.from_scalar(hashlib.sha256(label.encode()).digest())


KEY = key("active")
JWK = Jwk.of(NODE, KEY.public)
KEYS = JwkSet((JWK,))
CLAIMS = Claims(stamp_id=STAMP, domain="example.com", exp=AT_S + LIFETIME_S, org_id=ORG, score=92, iat=AT_S, iss=ISSUER)
TOKEN = issue_token(CLAIMS, KEY, JWK.kid)
URL = f"{ISSUER}/verify/{TOKEN}"


def code_of(call: Callable[..., object], *arguments: object) -> StrEnum | None:
    """The code that a call raises, or None if it does not."""
    try:
        call(*arguments)
    except Error as wrong:
        return wrong.code
    return None


def stamp(**changes: object) -> Stamp:
    first = Stamp(
        stamp_id=STAMP,
        org_id=ORG,
        domain="example.com",
        score=92,
        issued_ms=AT_MS,
        expires_ms=AT_MS + LIFETIME_S * 1000,
        node_id=NODE,
        issuer=ISSUER,
        tx_hash=TX,
    )
    return replace(first, **changes)


def verifier(**changes: object) -> Verifier:
    first = Verifier(issuers={ISSUER: KEYS}, now_s=AT_S + 100, stamps={STAMP: stamp()})
    return replace(first, **changes)


def token(signer: P256PrivateKey = KEY, node: str = NODE, **changes: object) -> str:
    return issue_token(replace(CLAIMS, **changes), signer, Jwk.of(node, signer.public).kid)


FIRST = {
    SignalName.SPF: "-all",
    SignalName.DKIM: "valid",
    SignalName.DMARC: "reject",
    SignalName.DOMAIN_AGE: 730,
    SignalName.REGISTRATION: 365,
    SignalName.SSL: 60,
    SignalName.CT: 2,
    SignalName.REGISTRY: "verified",
    SignalName.STAMP: "active",
    SignalName.COMPLAINT: UNAVAILABLE,
    SignalName.BOUNCE: UNAVAILABLE,
    SignalName.ENGAGEMENT: UNAVAILABLE,
}


def signal(name: SignalName, value: str | int, reason: Reason = Reason.COLLECTING) -> Signal:
    absent = value == UNAVAILABLE
    return Signal(
        name=name, value=value, source="dns", observed_ms=None if absent else AT_MS, reason=reason if absent else None
    )


def evidence(changes: dict[SignalName, str | int] | None = None, **members: object) -> Evidence:
    values = FIRST | (changes or {})
    quiet = {SignalName.COMPLAINT, SignalName.BOUNCE, SignalName.ENGAGEMENT}
    whole = {"target": "example.com", "mode": Mode.DOMAIN} | members
    signals = (
        signal(name, value, Reason.INSUFFICIENT_DATA if name in quiet else Reason.COLLECTING)
        for name, value in values.items()
    )
    return Evidence(signals=tuple(signals), **whole)


def values_of(name: SignalName, mode: Mode) -> st.SearchStrategy[str | int]:
    scale = scale_of(name, mode)
    words = st.sampled_from([*scale.words, UNAVAILABLE])
    return words if scale.numbers is None else words | st.integers(scale.least, scale.most)


outcomes = st.builds(
    ChannelOutcome,
    channel=st.sampled_from(ChannelName),
    result=st.sampled_from(ChannelResult),
    reason=st.none() | st.sampled_from(Reason),
    stamp_id=st.sampled_from([None, STAMP, OTHER_STAMP]),
)
lists = st.builds(
    Lists,
    blocked=st.sets(st.sampled_from(BlockList)).map(lambda found: tuple(sorted(found))),
    channels=st.lists(outcomes, max_size=3, unique_by=lambda each: each.channel).map(
        lambda found: tuple(sorted(found, key=lambda each: list(ChannelName).index(each.channel)))
    ),
    lookalike=st.none()
    | st.builds(
        Lookalike, target=st.just("example.org"), confidence=st.integers(0, 1000) | st.sampled_from([700, 900])
    ),
    confirmed=st.none() | st.sampled_from(Confirmed),
    campaign=st.booleans(),
    conflict=st.booleans(),
    missing=st.booleans(),
    revoked=st.none() | st.sampled_from(RevocationReason),
    override=st.none() | st.integers(0, 100),
    notarised=st.booleans(),
    kyb=st.booleans(),
)


@st.composite
def evidences(draw: st.DrawFn, algorithm: str | None = None, quiet: bool = False) -> Evidence:  # noqa: FBT001, FBT002  (a strategy's switch)
    chosen = algorithm or draw(st.sampled_from([ALGORITHM, ALGORITHM_V1]))
    mode = draw(st.sampled_from(Mode))
    moments = st.integers(0, 4_000_000_000_000)

    def observed(name: SignalName, value: str | int) -> Signal:
        if value == UNAVAILABLE:
            return Signal(name=name, value=value, source="dns", observed_ms=None, reason=draw(st.sampled_from(Reason)))
        return Signal(name=name, value=value, source="dns", observed_ms=draw(moments))

    signals = tuple(observed(name, draw(values_of(name, mode))) for name in signal_names(chosen))
    fraud = draw(st.none() | st.integers(0, 1000))
    return Evidence(
        algorithm=chosen,
        target=draw(st.sampled_from(["example.com", "a@example.com", "ü@bücher.example"])),
        mode=mode,
        signals=signals,
        ml=None if fraud is None else observed(SignalName.ML, fraud),
        lists=Lists() if quiet else draw(lists),
    )
