"""Who holds a channel: challenges that its owner answers, and that nobody has to remember.

A challenge is a nonce that only this node can make, for one counter-stamp, one method and one day::

    nonce    base64url(head ‖ the first 16 octets of HMAC-SHA256(the node's secret,
             "frankmark-channel-control-v1" ‖ 0x00 ‖ case id ‖ 0x1f ‖ method ‖ 0x1f ‖ head))
    head     when it ends, seconds since the epoch in 5 octets ‖ 16 random octets

`domain-txt` asks for a TXT record at ``_securestamp-challenge.<the channel's domain>``::

    securestamp-dispute=<base64url of SHA-256(nonce ‖ "." ‖ case id)>

The zone shows a hash of the nonce, so the nonce itself stays between the node and whoever asked: with the record in
place it is also what opens the file of the case to the owner. Whoever only knows the id of a case learns nothing about
its channel from asking: the answer names the label, not the domain.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hmac import compare_digest
from typing import Protocol

from frankmark.foundation.digest import hmac_sha256, labelled, sha256
from frankmark.foundation.dns import Question, RRType
from frankmark.foundation.encoding import b64url_decode, b64url_encode
from frankmark.foundation.errors import Malformed, Refused, Unavailable, Unverified
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.resolver import Resolver
from frankmark.protocols.signal.model import Artifact, ArtifactType
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.services.reasons import ServiceReason

__all__ = ["CONTROL_S", "Challenge", "ChannelControl", "ControlMethod", "ControlWay", "DomainTxt", "nonce_digest"]

CONTROL_S = 86_400
LABEL = "frankmark-channel-control-v1"
OWNER_LABEL = "_securestamp-challenge"
PREFIX = "securestamp-dispute="
EXPIRY, RANDOM, TAG = 5, 16, 16
LONGEST_NONCE = 64


class ControlMethod(StrEnum):
    """How control of a channel is shown."""

    DOMAIN_TXT = "domain-txt"
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What the owner of a channel is asked for.

    Attributes:
        method: How.
        nonce: Comes back with the answer; a secret between the node and whoever asked.
        expires_s: Until when, seconds since the epoch.
        place: Where something has to be published, below or in the channel; empty if nothing has.
        text: What has to be published.
    """

    method: ControlMethod
    nonce: str = field(repr=False)
    expires_s: int
    place: str = ""
    text: str = ""


class ControlWay(Protocol):
    """One way to show control of a channel."""

    async def ask(self, case_id: str, artifact: Artifact, nonce: str) -> tuple[str, str]:
        """Ask the channel: `Challenge.place` and `Challenge.text`.

        Raises:
            Refused: `METHOD_UNAVAILABLE` if a channel of this kind cannot be asked this way.
            Unavailable: The channel cannot be reached now.
        """
        ...

    async def show(self, case_id: str, artifact: Artifact, nonce: str, answer: str) -> None:
        """Look whether the answer is there.

        Raises:
            Unverified: `CONTROL_UNPROVEN`.
            Unavailable: Nobody can say now.
        """
        ...


class DomainTxt:
    """Control of a domain, by a TXT record; of a short link and a mail address, by their domain."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    async def ask(self, case_id: str, artifact: Artifact, nonce: str) -> tuple[str, str]:
        """See `ControlWay.ask`."""
        _domain_of(artifact)
        return OWNER_LABEL, _text(case_id, nonce)

    async def show(self, case_id: str, artifact: Artifact, nonce: str, answer: str) -> None:
        """See `ControlWay.show`; `answer` may be left out, and is the record's text if it is not."""
        wanted = _text(case_id, nonce)
        if answer not in {"", wanted}:
            raise Unverified(SignalReason.CONTROL_UNPROVEN, "The answer is not the text that was asked for.")
        found = await self._resolver.resolve(Question(name=f"{OWNER_LABEL}.{_domain_of(artifact)}", rrtype=RRType.TXT))
        if wanted.encode() in found.joined:
            return
        if found.failed:
            detail = "The channel's name servers did not answer; try again."
            raise Unavailable(ServiceReason.CHALLENGE_UNAVAILABLE, detail)
        detail = f"Publish the text as TXT record at {OWNER_LABEL} below the channel's own domain."
        raise Unverified(SignalReason.CONTROL_UNPROVEN, detail)


class ChannelControl:
    """Asks for control of channels and looks at the answers.

    Args:
        methods: The ways that this node has.
        secret: The node's secret.
        clock: Tells the time.
        entropy: Makes the nonces.
    """

    def __init__(
        self, methods: Mapping[ControlMethod, ControlWay], secret: bytes, clock: Clock, entropy: Entropy
    ) -> None:
        self._methods = dict(methods)
        self._secret = secret
        self._clock = clock
        self._entropy = entropy

    def add(self, method: ControlMethod, way: ControlWay) -> None:
        """Take one way more, which came up later than this room."""
        self._methods[method] = way

    async def ask(self, case_id: str, artifact: Artifact, method: ControlMethod) -> Challenge:
        """Make a challenge.

        Raises:
            Refused: `METHOD_UNAVAILABLE`.
            Unavailable: The channel cannot be asked now.
        """
        expires_s = self._clock.now_ms() // 1000 + CONTROL_S
        head = expires_s.to_bytes(EXPIRY, "big") + self._entropy.octets(RANDOM)
        nonce = b64url_encode(head + self._tag(case_id, method, head))
        place, text = await self._way(method).ask(case_id, artifact, nonce)
        return Challenge(method=method, nonce=nonce, expires_s=expires_s, place=place, text=text)

    async def show(self, case_id: str, artifact: Artifact, method: ControlMethod, nonce: str, answer: str) -> None:
        """Look whether a challenge is answered.

        Raises:
            Refused: `METHOD_UNAVAILABLE`; `CHALLENGE_NOT_OPEN` for a nonce that is not of this node, this case and
                this method, or is too old.
            Unverified: `CONTROL_UNPROVEN`.
            Unavailable: Nobody can say now.
        """
        way = self._way(method)
        if not self._made(case_id, method, nonce):
            raise Refused(ServiceReason.CHALLENGE_NOT_OPEN, "This challenge is not open; ask for a new one.")
        await way.show(case_id, artifact, nonce, answer)

    def method_of(self, case_id: str, nonce: str) -> ControlMethod | None:
        """The method that a nonce was made for; None if it is none of this node for this case, or is too old."""
        return next((method for method in self._methods if self._made(case_id, method, nonce)), None)

    def _way(self, method: ControlMethod) -> ControlWay:
        way = self._methods.get(method)
        if way is None:
            raise Refused(ServiceReason.METHOD_UNAVAILABLE, f"This node is not set up for {method}.")
        return way

    def _made(self, case_id: str, method: ControlMethod, nonce: str) -> bool:
        try:
            octets = b64url_decode(nonce[:LONGEST_NONCE])
        except Malformed:
            return False
        head, tag = octets[: EXPIRY + RANDOM], octets[EXPIRY + RANDOM :]
        if not compare_digest(tag, self._tag(case_id, method, head)):
            return False
        return self._clock.now_ms() // 1000 < int.from_bytes(head[:EXPIRY], "big")

    def _tag(self, case_id: str, method: ControlMethod, head: bytes) -> bytes:
        said = b"\x1f".join([case_id.encode(), method.encode(), head])
        return hmac_sha256(self._secret, labelled(LABEL, said))[:TAG]


def nonce_digest(nonce: str) -> str:
    """Under which name a nonce that was used is kept: SHA-256, lower hex."""
    return sha256(nonce.encode()).hex()


def _text(case_id: str, nonce: str) -> str:
    return PREFIX + b64url_encode(sha256(nonce.encode(), b".", case_id.encode()))


def _domain_of(artifact: Artifact) -> str:
    """The domain whose zone speaks for a channel."""
    match artifact.type:
        case ArtifactType.DOMAIN:
            return artifact.value
        case ArtifactType.EMAIL:
            return artifact.value.rpartition("@")[2]
        case ArtifactType.SHORTLINK:
            return artifact.value.removeprefix("https://").partition("/")[0]
        case _:
            detail = "A channel of this kind has no zone; a reviewer can dispute on its owner's behalf."
            raise Refused(ServiceReason.METHOD_UNAVAILABLE, detail)
