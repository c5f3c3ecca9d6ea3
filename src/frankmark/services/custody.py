"""Rotation of the node's signing key, seen from the stamps: whose tokens an old key still carries."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from frankmark.ports.clock import Clock
from frankmark.ports.paging import Page
from frankmark.ports.stamps import Stamp
from frankmark.ports.storage import AuditStore, StampStore
from frankmark.services.key_documents import SigningKey
from frankmark.services.keyring import Keyring
from frankmark.services.principals import NODE, Principal, require
from frankmark.services.stamps import Stamps

__all__ = ["Custody", "Retirement"]

PART = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """A key that was retired, or would be.

    Attributes:
        kid: The key.
        affected: Active stamps whose token fails with it, until it is issued anew and published.
    """

    kid: str
    affected: tuple[Stamp, ...]


class Custody:
    """Lets keys take over from each other.

    Args:
        keyring: The keys.
        store: Which tokens they signed; the audit trail.
        stamps: Issues tokens anew.
        clock: Tells the time.
        vouch: Keeps what shows later that something was signed before a key ended.
    """

    def __init__(  # noqa: PLR0917  # one room, six things it is told
        self,
        keyring: Keyring,
        store: StampStore,
        audit: AuditStore,
        stamps: Stamps,
        clock: Clock,
        vouch: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._vouch = vouch
        self._keyring = keyring
        self._store = store
        self._audit = audit
        self._stamps = stamps
        self._clock = clock

    async def rotate(self, by: Principal | None) -> SigningKey:
        """Make a key that signs from now on; tokens of the others stay good."""
        actor = require(by)
        made = self._keyring.rotate()
        await self._audit.add_audit(actor.act(self._clock.now_ms(), "signing-key.rotate", made.jwk.kid))
        return made

    async def affected(self, by: Principal | None, kid: str) -> Retirement:
        """Which stamps would fail if a key were retired now.

        Raises:
            Refused: `FORBIDDEN`, `SIGNING_KEY_UNKNOWN`.
        """
        require(by)
        return Retirement(kid=self._keyring.find(kid).jwk.kid, affected=await self._carried(kid))

    async def retire(self, by: Principal | None, kid: str) -> Retirement:
        """Retire a key now, whatever it still carries; answers which stamps fail until they are published anew.

        Raises:
            Refused: `FORBIDDEN`, `SIGNING_KEY_UNKNOWN`, `SIGNING_KEY_LAST`.
        """
        actor, carried = require(by), await self._carried(kid)
        if self._vouch is not None:
            await self._vouch()
        self._keyring.retire(kid)
        await self._audit.add_audit(actor.act(self._clock.now_ms(), "signing-key.retire", kid))
        return Retirement(kid=kid, affected=carried)

    async def compromise(self, by: Principal | None, kid: str, since_ms: int) -> Retirement:
        """Mark a key that others may have used since a time; answers which stamps fail until they are published anew.

        Raises:
            Refused: `FORBIDDEN`, `SIGNING_KEY_UNKNOWN`.
        """
        actor, carried = require(by), await self._carried(kid)
        if self._vouch is not None:
            await self._vouch()
        self._keyring.compromise(kid, since_ms)
        await self._audit.add_audit(actor.act(self._clock.now_ms(), "signing-key.compromise", kid))
        return Retirement(kid=kid, affected=carried)

    async def reissue(self, by: Principal | None, kid: str) -> tuple[Stamp, ...]:
        """Sign every token that a key carries anew with the newest key; the owners then publish them.

        Raises:
            Refused: `FORBIDDEN`, `SIGNING_KEY_UNKNOWN`.
        """
        actor = require(by)
        if self._keyring.find(kid).jwk.kid == self._keyring.signing.jwk.kid:
            return ()
        return tuple([await self._stamps.reissue(actor, stamp.stamp_id) for stamp in await self._carried(kid)])

    async def settle(self) -> tuple[str, ...]:
        """Retire the older active keys whose last token was issued anew or has expired; answers which."""
        signing = self._keyring.signing.jwk.kid
        older = [key.kid for key in self._keyring.jwks.active if key.kid != signing]
        settled = [kid for kid in older if not await self._carried(kid)]
        for kid in settled:
            await self.retire(NODE, kid)
        return tuple(settled)

    async def _carried(self, kid: str) -> tuple[Stamp, ...]:
        now, carried, page = self._clock.now_ms(), list[Stamp](), Page(limit=PART)
        while True:
            part = await self._store.stamps_by_kid(kid, page)
            carried += [stamp for stamp in part.items if stamp.expires_ms > now and stamp.token]
            if not part.next:
                return tuple(carried)
            page = Page(after=part.next, limit=PART)
