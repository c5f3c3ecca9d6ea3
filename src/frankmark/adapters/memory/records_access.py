"""API keys, sessions, links and the audit trail in memory."""

from dataclasses import replace

from frankmark.adapters.memory.switches import breakable
from frankmark.adapters.memory.tables import Listing, Trail
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import (
    Address,
    ApiKey,
    AuditRecord,
    Candidate,
    CandidateStatus,
    Challenge,
    Link,
    NewAudit,
    SenderCount,
    Session,
)
from frankmark.ports.storage import PENDING_MS, SENDER_MS

__all__ = ["AccessTwin"]

KEYS = Listing(ApiKey, "api-keys", "key_id")
TRAIL = Listing(AuditRecord, "audit", "number", descending=True)


class AccessTwin(Trail):
    """`AccessStore` and `AuditStore` in memory."""

    def __init__(self) -> None:
        self.keys: dict[str, ApiKey] = {}
        self.sessions: dict[str, Session] = {}
        self.links: dict[str, Link] = {}
        self.challenges: dict[str, Challenge] = {}
        self.address_rows: dict[str, Address] = {}
        self.candidate_rows: dict[tuple[str, str], Candidate] = {}
        self.sender_rows: dict[str, SenderCount] = {}
        super().__init__()

    @breakable
    async def add_audit(self, act: NewAudit) -> int:
        """See `AuditStore.add_audit`."""
        self.note(act)
        return len(self.acts)

    @breakable
    async def audit_trail(self, page: Page, *, org_id: str = "", target: str = "") -> Slice[AuditRecord]:
        """See `AuditStore.audit_trail`."""
        return TRAIL.part((a for a in self.acts if org_id in {"", a.org_id} and target in {"", a.target}), page)

    @breakable
    async def add_api_key(
        self, key: ApiKey, act: NewAudit, *, max_active: int, replaces: str = "", until_ms: int = 0
    ) -> bool:
        """See `AccessStore.add_api_key`."""
        active = {k.key_id: k for k in self.keys.values() if _active(k, key)}
        if (max_active and len(active) >= max_active) or (replaces and replaces not in active):
            return False
        if replaces:
            end = active[replaces].expires_ms
            self.keys[replaces] = replace(active[replaces], expires_ms=until_ms if end is None else min(end, until_ms))
        self.keys[key.key_id] = key
        return self.note(act)

    @breakable
    async def api_key_by_digest(self, digest: str) -> ApiKey | None:
        """See `AccessStore.api_key_by_digest`."""
        return next((key for key in self.keys.values() if key.digest == digest), None)

    @breakable
    async def api_key(self, key_id: str) -> ApiKey | None:
        """See `AccessStore.api_key`."""
        return self.keys.get(key_id)

    @breakable
    async def api_keys(self, page: Page, *, org_id: str | None = None) -> Slice[ApiKey]:
        """See `AccessStore.api_keys`."""
        return KEYS.part((key for key in self.keys.values() if org_id in {None, key.org_id}), page)

    @breakable
    async def revoke_api_key(self, key_id: str, act: NewAudit) -> bool:
        """See `AccessStore.revoke_api_key`."""
        key = self.keys.get(key_id)
        if key is None or key.revoked_ms is not None:
            return False
        self.keys[key_id] = replace(key, revoked_ms=act.at_ms)
        return self.note(act)

    @breakable
    async def add_session(self, session: Session, act: NewAudit) -> None:
        """See `AccessStore.add_session`."""
        self.sessions[session.digest] = session
        self.note(act)

    @breakable
    async def session(self, digest: str) -> Session | None:
        """See `AccessStore.session`."""
        return self.sessions.get(digest)

    @breakable
    async def drop_session(self, digest: str) -> None:
        """See `AccessStore.drop_session`."""
        self.sessions.pop(digest, None)

    @breakable
    async def add_link(self, link: Link) -> None:
        """See `AccessStore.add_link`."""
        self.links = {link.digest: link}

    @breakable
    async def take_link(self, digest: str, now_ms: int) -> Link | None:
        """See `AccessStore.take_link`."""
        link = self.links.pop(digest, None)
        return link if link and link.expires_ms > now_ms else None

    @breakable
    async def sweep(self, before_ms: int) -> int:
        """See `AccessStore.sweep`."""
        before = self._ending()
        self.sessions = {d: s for d, s in self.sessions.items() if s.expires_ms >= before_ms}
        self.links = {d: link for d, link in self.links.items() if link.expires_ms >= before_ms}
        self.challenges = {t: c for t, c in self.challenges.items() if c.expires_ms >= before_ms}
        self.address_rows = {
            i: a for i, a in self.address_rows.items() if a.verified_ms is not None or a.code_expires_ms >= before_ms
        }
        self.candidate_rows = {
            k: row
            for k, row in self.candidate_rows.items()
            if row.status is not CandidateStatus.PENDING or row.detected_ms >= before_ms - PENDING_MS
        }
        self.sender_rows = {k: row for k, row in self.sender_rows.items() if row.last_ms >= before_ms - SENDER_MS}
        return before - self._ending()

    def _ending(self) -> int:
        kept = len(self.sessions) + len(self.links) + len(self.challenges)
        return kept + len(self.address_rows) + len(self.candidate_rows) + len(self.sender_rows)


def _active(key: ApiKey, beside: ApiKey) -> bool:
    ended = key.revoked_ms is not None or (key.expires_ms is not None and key.expires_ms <= beside.created_ms)
    return not ended and (key.org_id, key.role) == (beside.org_id, beside.role)
