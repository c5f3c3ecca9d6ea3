"""Organisations, domains, challenges and addresses in memory."""

from collections.abc import Sequence
from dataclasses import replace
from hmac import compare_digest

from frankmark.adapters.memory.records_access import AccessTwin
from frankmark.adapters.memory.switches import breakable
from frankmark.adapters.memory.tables import Listing
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import Address, Challenge, DomainRecord, NewAudit, Organisation

__all__ = ["RegistryTwin"]

ORGANISATIONS = Listing(Organisation, "organisations", "org_id")
DOMAINS = Listing(DomainRecord, "domains", "domain", "org_id")
ADDRESSES = Listing(Address, "addresses", "address_id")


class RegistryTwin(AccessTwin):
    """`RegistryStore` in memory."""

    def __init__(self) -> None:
        self.organisation_rows: dict[str, Organisation] = {}
        self.domain_rows: dict[tuple[str, str], DomainRecord] = {}
        super().__init__()

    @breakable
    async def add_organisation(self, organisation: Organisation, act: NewAudit) -> None:
        """See `RegistryStore.add_organisation`."""
        self.organisation_rows[organisation.org_id] = organisation
        self.note(act)

    @breakable
    async def organisation(self, org_id: str) -> Organisation | None:
        """See `RegistryStore.organisation`."""
        return self.organisation_rows.get(org_id)

    @breakable
    async def organisations(self, page: Page) -> Slice[Organisation]:
        """See `RegistryStore.organisations`."""
        return ORGANISATIONS.part(self.organisation_rows.values(), page)

    @breakable
    async def set_contact(self, org_id: str, contact: str, act: NewAudit) -> bool:
        """See `RegistryStore.set_contact`."""
        found = self.organisation_rows.get(org_id)
        if found is None or found.erased_ms is not None:
            return False
        self.organisation_rows[org_id] = replace(found, contact=contact)
        return self.note(act)

    @breakable
    async def add_domain(self, record: DomainRecord, challenge: Challenge, act: NewAudit) -> None:
        """See `RegistryStore.add_domain`."""
        self.domain_rows.setdefault((record.domain, record.org_id), record)
        if earlier := self._open_challenge(challenge.org_id, challenge.domain):
            del self.challenges[earlier.token]
        self.challenges[challenge.token] = challenge
        self.note(act)

    @breakable
    async def challenge(self, org_id: str, domain: str) -> Challenge | None:
        """See `RegistryStore.challenge`."""
        return self._open_challenge(org_id, domain)

    def _open_challenge(self, org_id: str, domain: str) -> Challenge | None:
        wanted = (org_id, domain, None)
        return next((c for c in self.challenges.values() if (c.org_id, c.domain, c.used_ms) == wanted), None)

    @breakable
    async def domain_verified(self, record: DomainRecord, act: NewAudit) -> bool:
        """See `RegistryStore.domain_verified`."""
        asked, now = self._open_challenge(record.org_id, record.domain), record.verified_ms or 0
        if asked is None or asked.token != record.proof_token or asked.expires_ms <= now:
            return False
        self.challenges[asked.token] = replace(asked, used_ms=now)
        self.domain_rows[record.domain, record.org_id] = record
        for key, other in self.domain_rows.items():
            if other.domain == record.domain and other.org_id != record.org_id and (other.next_check_ms or 0) > now:
                self.domain_rows[key] = replace(other, next_check_ms=now)
        return self.note(act)

    @breakable
    async def domain(self, org_id: str, domain: str) -> DomainRecord | None:
        """See `RegistryStore.domain`."""
        return self.domain_rows.get((domain, org_id))

    @breakable
    async def domain_holders(self, domain: str) -> Sequence[DomainRecord]:
        """See `RegistryStore.domain_holders`."""
        holders = (record for record in self.domain_rows.values() if record.domain == domain)
        return tuple(sorted(holders, key=lambda r: (r.verified_ms is None, r.verified_ms or 0, r.org_id)))

    @breakable
    async def domains(self, page: Page, *, org_id: str = "") -> Slice[DomainRecord]:
        """See `RegistryStore.domains`."""
        return DOMAINS.part((r for r in self.domain_rows.values() if org_id in {"", r.org_id}), page)

    @breakable
    async def registered_domains(self) -> Sequence[str]:
        """See `RegistryStore.registered_domains`."""
        return tuple(sorted({r.domain for r in self.domain_rows.values() if r.verified_ms is not None}))

    @breakable
    async def domain_checked(self, record: DomainRecord, act: NewAudit) -> bool:
        """See `RegistryStore.domain_checked`."""
        found = self.domain_rows.get((record.domain, record.org_id))
        if found is None:
            return False
        self.domain_rows[record.domain, record.org_id] = replace(
            found, next_check_ms=record.next_check_ms, failures=record.failures, selectors=record.selectors
        )
        return self.note(act)

    @breakable
    async def domains_due(self, now_ms: int, limit: int) -> Sequence[DomainRecord]:
        """See `RegistryStore.domains_due`."""
        due = [
            (record.next_check_ms, record.domain, record.org_id, record)
            for record in self.domain_rows.values()
            if record.verified_ms is not None and record.next_check_ms is not None and record.next_check_ms <= now_ms
        ]
        return tuple(row[-1] for row in sorted(due, key=lambda row: row[:-1])[:limit])

    @breakable
    async def add_address(self, address: Address, act: NewAudit) -> None:
        """See `RegistryStore.add_address`."""
        replaced = (address.org_id, address.lookup, None)
        self.address_rows = {
            i: a for i, a in self.address_rows.items() if (a.org_id, a.lookup, a.verified_ms) != replaced
        }
        self.address_rows[address.address_id] = address
        self.note(act)

    @breakable
    async def address(self, address_id: str) -> Address | None:
        """See `RegistryStore.address`."""
        return self.address_rows.get(address_id)

    @breakable
    async def addresses(self, page: Page, *, org_id: str = "") -> Slice[Address]:
        """See `RegistryStore.addresses`."""
        return ADDRESSES.part((a for a in self.address_rows.values() if org_id in {"", a.org_id}), page)

    @breakable
    async def addresses_by_lookup(self, lookup: str) -> Sequence[Address]:
        """See `RegistryStore.addresses_by_lookup`."""
        verified = [(a.verified_ms, a.address_id, a) for a in self.address_rows.values() if a.verified_ms is not None]
        return tuple(a for _, _, a in sorted(verified, key=lambda row: row[:2]) if a.lookup == lookup)

    @breakable
    async def try_address_code(self, address_id: str, code_digest: str, act: NewAudit) -> Address | None:
        """See `RegistryStore.try_address_code`."""
        found = self.address_rows.get(address_id)
        if found is None or not found.code_digest or found.code_expires_ms <= act.at_ms or found.tries_left <= 0:
            return None
        tried = replace(found, tries_left=found.tries_left - 1)
        if compare_digest(found.code_digest, code_digest):
            tried = replace(tried, verified_ms=act.at_ms, code_digest="")
            self.note(act)
        self.address_rows[address_id] = tried
        return tried
