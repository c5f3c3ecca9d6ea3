"""API keys, one-time links and sessions: how somebody becomes a principal.

A secret is told once, when it is made; what is kept is its SHA-256. A secret of 220 bits or more needs no slow hash,
and looking a digest up tells nothing about the secret; the digest that was found is compared in constant time.
"""

from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Protocol

from frankmark.foundation.digest import sha256
from frankmark.foundation.encoding import b64url_encode
from frankmark.foundation.errors import Refused, Unverified
from frankmark.foundation.identifiers import ulid
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import ApiKey, Link, Session
from frankmark.ports.storage import AccessStore, RegistryStore
from frankmark.services.apikeys import ENTROPY, make_key, parse_key
from frankmark.services.principals import (
    LOCAL_ADMIN,
    OF_ORGANISATIONS,
    Principal,
    Role,
    require,
    require_organisation,
)
from frankmark.services.reasons import ServiceReason

__all__ = ["LINK_MS", "Access", "NewKey", "NewSession"]

ACTIVE_KEYS = 2  # of one organisation and role: one in use, one taking over
OVERLAP_MS = 7 * 86_400_000
SESSION_MS = 12 * 3_600_000
LINK_MS = 15 * 60_000
SECRET = 32  # octets of a link's, a session's and a form's secret
LONGEST_NAME = 100


class AccessRecords(AccessStore, RegistryStore, Protocol):
    """What this room asks of the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key just made. `text` is shown once and kept nowhere."""

    key: ApiKey
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session just opened: `token` goes into the cookie, `csrf` into the page."""

    principal: Principal
    expires_ms: int
    token: str = field(repr=False)
    csrf: str = field(repr=False)


class Access:
    """Makes and knows keys, links and sessions.

    Args:
        store: Where their digests are kept.
        clock: Tells the time.
        entropy: Makes the secrets.
        live: Whether keys are for real use, or ``ss_test_``.
    """

    def __init__(self, store: AccessRecords, clock: Clock, entropy: Entropy, *, live: bool) -> None:
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._live = live

    async def create_key(self, by: Principal | None, role: Role, name: str, *, org_id: str = "") -> NewKey:
        """Make a key.

        Args:
            by: An administrator, or a key of role ``org`` for its own organisation.
            role: What the key may do; an organisation's is ``org``, ``receiver`` or ``reader``.
            name: What people call it, 1 to 100 characters.
            org_id: The organisation it acts for; empty for the node's own people.

        Returns:
            The key, with its text.

        Raises:
            Refused: `FORBIDDEN`, `NOT_FOUND`, `VALIDATION_FAILED`, `KEY_LIMIT` with two keys active already.
        """
        actor = require_organisation(by, org_id) if org_id else require(by)
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise Refused(ServiceReason.VALIDATION_FAILED, "A key's name has 1 to 100 printable characters.")
        if (role in OF_ORGANISATIONS) != bool(org_id):
            raise Refused(
                ServiceReason.VALIDATION_FAILED,
                f"A key of role {role} needs {'an' if not org_id else 'no'} organisation.",
            )
        if org_id:
            await self._living(org_id)
        return await self._make(actor, role, name, org_id)

    async def rotate_key(self, by: Principal | None, key_id: str, *, overlap_ms: int = OVERLAP_MS) -> NewKey:
        """Make a key that takes over from another; both work until the overlap ends, then only the new one.

        Args:
            by: An administrator, or a key of role ``org`` of the same organisation, or the key itself.
            key_id: The key to be replaced.
            overlap_ms: How long it still works.

        Returns:
            The new key, with its text.

        Raises:
            Refused: `NOT_FOUND`, `FORBIDDEN`, `KEY_ENDED`, `KEY_LIMIT` while another rotation overlaps.
        """
        old = await self._own_key(by, key_id)
        if _ended(old, self._clock.now_ms()):
            raise Refused(ServiceReason.KEY_ENDED, "This key has ended; create a new one.")
        actor = require(by, *Role)
        return await self._make(actor, Role(old.role), old.name, old.org_id, replaces=old.key_id, overlap_ms=overlap_ms)

    async def revoke_key(self, by: Principal | None, key_id: str) -> ApiKey:
        """End a key at once and for ever.

        Raises:
            Refused: `NOT_FOUND`, `FORBIDDEN`, `KEY_ENDED`.
        """
        old = await self._own_key(by, key_id)
        actor = require(by, *Role)
        act = actor.act(self._clock.now_ms(), "key.revoke", key_id, org_id=old.org_id)
        if not await self._store.revoke_api_key(key_id, act):
            raise Refused(ServiceReason.KEY_ENDED, "This key is revoked already.")
        return await self._store.api_key(key_id) or old

    async def keys(self, by: Principal | None, page: Page, *, org_id: str | None = None) -> Slice[ApiKey]:
        """The keys of an organisation, or for an administrator all of them."""
        if org_id:
            require_organisation(by, org_id)
        else:
            require(by)
        return await self._store.api_keys(page, org_id=org_id)

    async def resolve_key(self, text: str) -> Principal:
        """Who presents this key.

        Raises:
            Unverified: `INVALID_API_KEY` if it is malformed, nobody's, expired or revoked: always the same words.
        """
        digest = parse_key(text).digest
        found = await self._store.api_key_by_digest(digest)
        if found is None or not compare_digest(found.digest, digest) or _ended(found, self._clock.now_ms()):
            raise Unverified(ServiceReason.INVALID_API_KEY, "This API key is not valid.")
        return Principal(actor=found.key_id, org_id=found.org_id, role=Role(found.role))

    async def make_link(self, by: Principal | None) -> str:
        """Make a one-time sign-in secret of 256 bits for an administrator, good for 15 minutes.

        Returns:
            The secret, for the fragment of the link; every earlier one stops working.
        """
        require(by)
        secret, now = self._secret(), self._clock.now_ms()
        link = Link(digest=_digest(secret), role=Role.ADMIN, created_ms=now, expires_ms=now + LINK_MS)
        await self._store.add_link(link)
        return secret

    async def redeem_link(self, secret: str) -> NewSession:
        """Turn a one-time secret into a session.

        Raises:
            Unverified: `LINK_INVALID` if it is used, replaced, expired or nobody's.
        """
        if await self._store.take_link(_digest(secret), self._clock.now_ms()) is None:
            raise Unverified(ServiceReason.LINK_INVALID, "This link was used or has expired; make a new one.")
        return await self.open_session(LOCAL_ADMIN)

    async def open_session(self, principal: Principal) -> NewSession:
        """Open a session of 12 hours for a principal that presented a key or a link."""
        now, token, csrf = self._clock.now_ms(), self._secret(), self._secret()
        session = Session(
            digest=_digest(token),
            csrf_digest=_digest(csrf),
            actor=principal.actor,
            org_id=principal.org_id,
            role=principal.role,
            created_ms=now,
            expires_ms=now + SESSION_MS,
        )
        await self._store.add_session(session, principal.act(now, "session.open", principal.actor))
        return NewSession(principal=principal, expires_ms=session.expires_ms, token=token, csrf=csrf)

    async def resolve_session(self, token: str, *, csrf: str | None = None) -> Principal:
        """Who holds this session.

        Args:
            token: The cookie's value.
            csrf: The form's token, for a mutation; None for a read.

        Raises:
            Unverified: `SESSION_ENDED` if it is over, or if the key that it was opened with has ended.
            Refused: `CSRF_INVALID` if the form's token is not this session's.
        """
        found = await self._store.session(_digest(token))
        if found is None or found.expires_ms <= self._clock.now_ms() or not await self._still_stands(found.actor):
            raise Unverified(ServiceReason.SESSION_ENDED, "The session has ended; sign in again.")
        if csrf is not None and not compare_digest(_digest(csrf), found.csrf_digest):
            raise Refused(ServiceReason.CSRF_INVALID, "The form does not belong to this session; load the page again.")
        return Principal(actor=found.actor, org_id=found.org_id, role=Role(found.role))

    async def close_session(self, token: str) -> None:
        """End a session; nothing happens if there is none."""
        await self._store.drop_session(_digest(token))

    async def _make(
        self, actor: Principal, role: Role, name: str, org_id: str, *, replaces: str = "", overlap_ms: int = 0
    ) -> NewKey:
        now = self._clock.now_ms()
        text = make_key(live=self._live, entropy=self._entropy.octets(ENTROPY))
        key = ApiKey(
            key_id="key_" + ulid(now, self._entropy.octets(10)).lower(),
            org_id=org_id,
            role=role,
            name=name,
            prefix=text.prefix,
            digest=text.digest,
            created_ms=now,
        )
        act = actor.act(now, "key.rotate" if replaces else "key.create", key.key_id, org_id=org_id)
        limit = ACTIVE_KEYS if org_id else 0
        if not await self._store.add_api_key(key, act, max_active=limit, replaces=replaces, until_ms=now + overlap_ms):
            raise Refused(ServiceReason.KEY_LIMIT, f"There are {ACTIVE_KEYS} active keys of role {role} already.")
        return NewKey(key=key, text=text.text)

    async def _own_key(self, by: Principal | None, key_id: str) -> ApiKey:
        actor = require(by, *Role)
        found = await self._store.api_key(key_id)
        if found is None:
            raise Refused(ServiceReason.NOT_FOUND, "There is no such key.")
        if actor.actor != key_id:
            require_organisation(by, found.org_id) if found.org_id else require(by)
        return found

    async def _living(self, org_id: str) -> None:
        found = await self._store.organisation(org_id)
        if found is None or found.erased_ms is not None:
            raise Refused(ServiceReason.NOT_FOUND, "There is no such organisation.")

    async def _still_stands(self, actor: str) -> bool:
        if actor == LOCAL_ADMIN.actor:
            return True
        key = await self._store.api_key(actor)
        return key is not None and not _ended(key, self._clock.now_ms())

    def _secret(self) -> str:
        return b64url_encode(self._entropy.octets(SECRET))


def _ended(key: ApiKey, now_ms: int) -> bool:
    return key.revoked_ms is not None or (key.expires_ms is not None and key.expires_ms <= now_ms)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hex()
