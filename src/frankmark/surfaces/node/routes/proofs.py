"""Proofs that verify without us: attested times, the keys that attest them, and the offline proofs of receipts."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark.foundation.errors import Refused
from frankmark.foundation.timestamps import rfc3339
from frankmark.services.keyring import Keyring
from frankmark.services.reasons import ServiceReason
from frankmark.services.receipt_proofs import receipt_proof
from frankmark.services.signal_logs import SignalLogs
from frankmark.services.timestamping import TimeAuthority, TimeKey
from frankmark.surfaces.node.endpoint import Access, Call, Reply, operation

__all__ = ["ReceiptProofRoom", "TimeRoom"]

NEVER_KEPT = {"Cache-Control": "no-store"}
FRESH = {"Cache-Control": "public, max-age=300"}
LATEST_MS = 253_402_300_799_000  # the last second of the year 9999
Commitment = Annotated[
    str,
    Meta(
        pattern="^[0-9a-f]{64}$",
        description="The hash to attest: SHA-256 as 64 lower-case hexadecimal digits, and nothing else.",
        examples=["48d07ad6277b1f974d61b1d473d3f784502a582d08ad66d12df8fc2de72a037f"],
    ),
]


class TimeBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be attested: a hash, from which nobody learns anything."""

    nonce: Commitment


class AttestationView(msgspec.Struct, frozen=True, kw_only=True):
    """When the hash was shown (milliseconds since 1970), until when the answer may be used, and who says so."""

    ts: int
    iso: str
    exp: int
    kid: str
    nonce: str
    pk: str
    sig: str


class TimeKeyView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A key of the authority (Ed25519, 64 lower hex), and the times that it may have attested."""

    kid: str
    pk: str
    not_before: str
    not_after: str | None
    compromised_at: str | None


class TimeKeysView(msgspec.Struct, frozen=True, kw_only=True):
    """All keys, the oldest first; the last one attests. A verifier pins them and believes no other."""

    keys: list[TimeKeyView]


class TimeCompromiseBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which key, and since when others may have had it (milliseconds since 1970); without it, since now."""

    kid: Annotated[str, Meta(max_length=200)]
    since_ms: Annotated[int, Meta(ge=0, le=LATEST_MS)] | None = None


class ReceiptProofRoom:
    """The offline proofs of Trust Receipts."""

    def __init__(self, logs: SignalLogs, keyring: Keyring) -> None:
        self._logs = logs
        self._keyring = keyring

    @operation(
        "GET",
        "/api/signal/receipts/{receipt}/proof",
        "The offline proof of a receipt (c2sp.org/tlog-proof)",
        returns={200: None},
        media={200: "text/plain"},
        problems=("RECEIPT_NOT_FOUND",),
        tag="signal",
    )
    async def proof(self, call: Call, _: None) -> Reply:
        """A file that shows, kept beside the receipt, that the log held it before its key ended."""
        found = await receipt_proof(self._logs, self._keyring.jwks, call.path["receipt"])
        if found is None:
            raise Refused(ServiceReason.RECEIPT_NOT_FOUND, "This node keeps no receipt of that id.")
        return Reply(content=found, media="text/plain", headers={"Cache-Control": "no-cache"})


class TimeRoom:
    """Operations of the time authority."""

    def __init__(self, authority: TimeAuthority) -> None:
        self._authority = authority

    @operation(
        "POST",
        "/api/time",
        "Attest that a hash was shown now",
        body=TimeBody,
        returns={200: AttestationView},
        problems=("CLOCK_BEHIND",),
        tag="proofs",
    )
    async def attest(self, _: Call, body: TimeBody) -> Reply:
        """Signs the time and 32 octets; nothing is kept."""
        made = self._authority.attest(body.nonce)
        view = AttestationView(
            ts=made.ts, iso=made.iso, exp=made.exp, kid=made.kid, nonce=made.nonce, pk=made.pk, sig=made.sig
        )
        return Reply(content=view, headers=NEVER_KEPT)

    @operation("GET", "/api/time/keys", "The keys of the time authority", returns={200: TimeKeysView}, tag="proofs")
    async def keys(self, _call: Call, _: None) -> Reply:
        """Keys that attest no more stay: what they attested is believed for ever."""
        return Reply(content=TimeKeysView(keys=[_view(key) for key in self._authority.keys]), headers=FRESH)

    @operation(
        "POST",
        "/api/time/keys/rotate",
        "Let a new key attest times; the old one stays published",
        access=Access.CREDENTIAL,
        returns={201: TimeKeyView},
        problems=("CLOCK_BEHIND",),
        tag="keys",
    )
    async def rotate(self, call: Call, _: None) -> Reply:
        """A new key attests from now on."""
        return Reply(content=_view(await self._authority.rotate(call.known)), status=201)

    @operation(
        "POST",
        "/api/time/keys/compromise",
        "Mark a key of the time authority that others may have used",
        access=Access.CREDENTIAL,
        body=TimeCompromiseBody,
        returns={200: TimeKeyView},
        problems=("SIGNING_KEY_UNKNOWN", "CLOCK_BEHIND"),
        tag="keys",
    )
    async def compromise(self, call: Call, body: TimeCompromiseBody) -> Reply:
        """Since when, if that is known."""
        made = await self._authority.compromise(call.known, body.kid, body.since_ms)
        return Reply(content=_view(made))


def _view(key: TimeKey) -> TimeKeyView:
    ends, known = key.not_after_ms, key.compromised_ms
    return TimeKeyView(
        kid=key.kid,
        pk=key.pk,
        not_before=rfc3339(key.not_before_ms),
        not_after=None if ends is None else rfc3339(ends),
        compromised_at=None if known is None else rfc3339(known),
    )
