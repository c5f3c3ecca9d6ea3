"""API keys, sessions, links and the audit trail in SQLite."""

import apsw

from frankmark.adapters.sqlite.shape import Shape, Tables, audit, changed
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import ApiKey, AuditRecord, Link, NewAudit, Session
from frankmark.ports.storage import PENDING_MS, SENDER_MS

__all__ = ["AccessTables"]

KEYS = Shape(ApiKey, "api_keys", ["key_id"])
SESSIONS = Shape(Session, "sessions", ["digest"])
LINKS = Shape(Link, "links", ["digest"])
TRAIL = Shape(AuditRecord, "audit", ["number"], descending=True)

ACTIVE = "org_id = ? AND role = ? AND revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > ?)"
ACTIVE_KEYS = f"SELECT count(*) FROM api_keys WHERE {ACTIVE}"  # noqa: S608  # our own words
REPLACED = (
    f"UPDATE api_keys SET expires_ms = min(?, coalesce(expires_ms, 9223372036854775807)) WHERE {ACTIVE} AND key_id = ?"  # noqa: S608  # our own words
)
SWEPT = (
    "DELETE FROM sessions WHERE expires_ms < ?",
    "DELETE FROM links WHERE expires_ms < ?",
    "DELETE FROM challenges WHERE expires_ms < ?",
    "DELETE FROM addresses WHERE verified_ms IS NULL AND code_expires_ms < ?",
    f"DELETE FROM candidates WHERE status = 'PENDING' AND detected_ms < ? - {PENDING_MS}",  # noqa: S608  # our own number
    f"DELETE FROM senders WHERE last_ms < ? - {SENDER_MS}",  # noqa: S608  # our own number
)


class AccessTables(Tables):
    """`AccessStore` and `AuditStore` on one database."""

    async def add_audit(self, act: NewAudit) -> int:
        """See `AuditStore.add_audit`."""
        return await self._db.write(lambda connection: audit(connection, act))

    async def audit_trail(self, page: Page, *, org_id: str = "", target: str = "") -> Slice[AuditRecord]:
        """See `AuditStore.audit_trail`."""
        return self._part(TRAIL, page, "audit", org_id=org_id or None, target=target or None)

    async def add_api_key(
        self, key: ApiKey, act: NewAudit, *, max_active: int, replaces: str = "", until_ms: int = 0
    ) -> bool:
        """See `AccessStore.add_api_key`."""
        beside = (key.org_id, key.role, key.created_ms)

        def job(connection: apsw.Connection) -> bool:
            if max_active and connection.execute(ACTIVE_KEYS, beside).get >= max_active:
                return False
            if replaces:
                connection.execute(REPLACED, (until_ms, *beside, replaces))
                if not changed(connection):
                    return False
            connection.execute(*KEYS.insertion(key))
            audit(connection, act)
            return True

        return await self._db.write(job)

    async def api_key_by_digest(self, digest: str) -> ApiKey | None:
        """See `AccessStore.api_key_by_digest`."""
        return self._one(KEYS, "digest = ?", digest)

    async def api_key(self, key_id: str) -> ApiKey | None:
        """See `AccessStore.api_key`."""
        return self._one(KEYS, "key_id = ?", key_id)

    async def api_keys(self, page: Page, *, org_id: str | None = None) -> Slice[ApiKey]:
        """See `AccessStore.api_keys`."""
        return self._part(KEYS, page, "api-keys", org_id=org_id)

    async def revoke_api_key(self, key_id: str, act: NewAudit) -> bool:
        """See `AccessStore.revoke_api_key`."""
        statement = "UPDATE api_keys SET revoked_ms = ? WHERE key_id = ? AND revoked_ms IS NULL"
        return await self._step(act, (statement, (act.at_ms, key_id)))

    async def add_session(self, session: Session, act: NewAudit) -> None:
        """See `AccessStore.add_session`."""
        await self._add(SESSIONS, session, act)

    async def session(self, digest: str) -> Session | None:
        """See `AccessStore.session`."""
        return self._one(SESSIONS, "digest = ?", digest)

    async def drop_session(self, digest: str) -> None:
        """See `AccessStore.drop_session`."""
        await self._run("DELETE FROM sessions WHERE digest = ?", (digest,))

    async def add_link(self, link: Link) -> None:
        """See `AccessStore.add_link`."""

        def job(connection: apsw.Connection) -> None:
            connection.execute("DELETE FROM links")
            connection.execute(*LINKS.insertion(link))

        await self._db.write(job)

    async def take_link(self, digest: str, now_ms: int) -> Link | None:
        """See `AccessStore.take_link`."""
        statement = f"DELETE FROM links WHERE digest = ? RETURNING {LINKS.columns}"  # noqa: S608  # our own names

        def job(connection: apsw.Connection) -> Link | None:
            found = LINKS.rows(connection.execute(statement, (digest,)))
            return found[0] if found and found[0].expires_ms > now_ms else None

        return await self._db.write(job)

    async def sweep(self, before_ms: int) -> int:
        """See `AccessStore.sweep`."""

        def job(connection: apsw.Connection) -> int:
            removed = 0
            for statement in SWEPT:
                connection.execute(statement, (before_ms,))
                removed += connection.changes()
            return removed

        return await self._db.write(job)
