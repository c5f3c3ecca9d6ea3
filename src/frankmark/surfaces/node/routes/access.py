"""Keys, sessions and the administrator's one-time link."""

import msgspec

from frankmark.foundation.errors import Unverified
from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.rows import ApiKey
from frankmark.services.access import Access as AccessService
from frankmark.services.access import NewKey
from frankmark.services.principals import OF_ORGANISATIONS, Role
from frankmark.services.reasons import ServiceReason
from frankmark.surfaces.node.auth import Doorkeeper
from frankmark.surfaces.node.endpoint import Access, Call, Reply, operation
from frankmark.surfaces.node.routes.shapes import Name, OrgId, OrgListQuery, moment, organisation_of, page_of, sliced

__all__ = ["AccessRoom"]

KEY_FIELDS = frozenset({"authorization", "x-api-key"})
SECRET_HEADERS = {"Cache-Control": "no-store"}


class KeyBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A new key: its role, what people call it, and whom it acts for."""

    role: Role
    name: Name
    org_id: OrgId = ""


class KeyView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A key as anybody may see it again."""

    key_id: str
    prefix: str
    role: str
    name: str
    org_id: str | None
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class NewKeyView(KeyView, frozen=True, kw_only=True, rename="camel"):
    """A key just made; `key` is shown this once."""

    key: str


class KeyList(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the keys."""

    items: list[KeyView]
    next: str


class SessionView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An open session: `csrf` goes into `X-CSRF-Token`; the session itself is in the cookie."""

    actor: str
    role: str
    csrf: str
    expires_at: str


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time link's secret, good for 15 minutes and one use."""

    secret: str
    path: str


class StatusView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who asks, as the node sees it."""

    actor: str | None
    role: str | None
    org_id: str | None
    node: str
    version: str


def _view(key: ApiKey) -> dict[str, object]:
    return {
        "keyId": key.key_id,
        "prefix": key.prefix,
        "role": key.role,
        "name": key.name,
        "orgId": key.org_id or None,
        "createdAt": rfc3339(key.created_ms),
        "expiresAt": moment(key.expires_ms),
        "revokedAt": moment(key.revoked_ms),
    }


def _new(made: NewKey) -> Reply:
    return Reply(content={**_view(made.key), "key": made.text}, status=201, headers=SECRET_HEADERS)


class AccessRoom:
    """Operations on keys and sessions."""

    def __init__(self, access: AccessService, doorkeeper: Doorkeeper, *, node_id: str, version: str) -> None:
        self._access = access
        self._doorkeeper = doorkeeper
        self._node_id = node_id
        self._version = version

    @operation("GET", "/api/status", "Who asks", returns={200: StatusView})
    async def status(self, call: Call, _: None) -> Reply:
        """Who asks, as the node sees it."""
        who = call.principal
        made = StatusView(
            actor=who.actor if who else None,
            role=who.role if who else None,
            org_id=(who.org_id or None) if who else None,
            node=self._node_id,
            version=self._version,
        )
        return Reply(content=made)

    @operation("GET", "/api/keys", "List keys", access=Access.CREDENTIAL, query=OrgListQuery, returns={200: KeyList})
    async def keys(self, call: Call, query: OrgListQuery) -> Reply:
        """The keys of an organisation, or all for an administrator."""
        org_id = query.org_id or call.known.org_id or None
        return Reply(content=sliced(await self._access.keys(call.known, page_of(query), org_id=org_id), _view))

    @operation(
        "POST",
        "/api/keys",
        "Make a key; it is shown once",
        access=Access.CREDENTIAL,
        body=KeyBody,
        returns={201: NewKeyView},
    )
    async def create(self, call: Call, body: KeyBody) -> Reply:
        """A new key."""
        org_id = organisation_of(call.known, body.org_id) if body.role in OF_ORGANISATIONS else ""
        return _new(await self._access.create_key(call.known, body.role, body.name, org_id=org_id))

    @operation(
        "POST",
        "/api/keys/{key_id}/rotate",
        "Make a key that takes over; both work for seven days",
        access=Access.CREDENTIAL,
        returns={201: NewKeyView},
    )
    async def rotate(self, call: Call, _: None) -> Reply:
        """A key that takes over from another."""
        return _new(await self._access.rotate_key(call.known, call.path["key_id"]))

    @operation(
        "POST",
        "/api/keys/{key_id}/revoke",
        "End a key at once",
        access=Access.CREDENTIAL,
        returns={200: KeyView},
    )
    async def revoke(self, call: Call, _: None) -> Reply:
        """End a key."""
        return Reply(content=_view(await self._access.revoke_key(call.known, call.path["key_id"])))

    @operation(
        "POST",
        "/api/session",
        "Exchange a key for a session of twelve hours",
        access=Access.CREDENTIAL,
        returns={201: SessionView},
    )
    async def sign_in(self, call: Call, _: None) -> Reply:
        """A session for whoever shows a key; one that came of another session would never end."""
        if KEY_FIELDS.isdisjoint(call.request.headers):
            raise Unverified(ServiceReason.AUTH_REQUIRED, "A session is opened with a key; sign in again.")
        session = await self._access.open_session(call.known)
        body = SessionView(
            actor=session.principal.actor,
            role=session.principal.role,
            csrf=session.csrf,
            expires_at=rfc3339(session.expires_ms),
        )
        headers = {"Set-Cookie": self._doorkeeper.set_cookie(session), **SECRET_HEADERS}
        return Reply(content=body, status=201, headers=headers)

    @operation("DELETE", "/api/session", "End the session", access=Access.CREDENTIAL, returns={204: None})
    async def sign_out(self, call: Call, _: None) -> Reply:
        """End the session of the cookie."""
        token = self._doorkeeper.token(call.request.headers.get("cookie", "").encode("latin-1"))
        if token is not None:
            await self._access.close_session(token)
        return Reply(status=204, cookies=self._doorkeeper.clear_cookies())

    @operation(
        "POST",
        "/api/admin/link",
        "Make a one-time sign-in link",
        access=Access.CREDENTIAL,
        returns={201: LinkView},
    )
    async def link(self, call: Call, _: None) -> Reply:
        """A one-time link."""
        secret = await self._access.make_link(call.known)
        return Reply(content=LinkView(secret=secret, path=f"/welcome#{secret}"), status=201, headers=SECRET_HEADERS)
