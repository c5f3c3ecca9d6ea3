"""Organisations, domains, challenges and addresses in SQLite."""

import json
from collections.abc import Sequence
from hmac import compare_digest

import apsw

from frankmark.adapters.sqlite.shape import Cell, Shape, Tables, audit, changed
from frankmark.ports.paging import Page, Slice
from frankmark.ports.rows import Address, Challenge, DomainRecord, NewAudit, Organisation

__all__ = ["RegistryTables"]

ORGANISATIONS = Shape(Organisation, "organisations", ["org_id"])
DOMAINS = Shape(DomainRecord, "domains", ["domain", "org_id"])
CHALLENGES = Shape(Challenge, "challenges", ["token"])
ADDRESSES = Shape(Address, "addresses", ["address_id"])

OPEN_CHALLENGE = "org_id = ? AND domain = ? AND used_ms IS NULL"
NOT_KEPT = "domain NOT IN (SELECT value FROM json_each(?2))"
ERASED = (  # the order follows the rows that point at others; `?1`, bound in every one, is the organisation
    "DELETE FROM api_keys WHERE org_id = ?1",
    "DELETE FROM sessions WHERE org_id = ?1",
    "DELETE FROM domains WHERE org_id = ?1",
    "DELETE FROM challenges WHERE org_id = ?1",
    "DELETE FROM addresses WHERE org_id = ?1",
    "UPDATE stamps SET token = '', signals = '{}' WHERE org_id = ?1",
    "UPDATE stamps SET subject = 'erased' WHERE org_id = ?1 AND subject <> ''",
    f"DELETE FROM scores WHERE {NOT_KEPT} AND stamp_id IN (SELECT stamp_id FROM stamps WHERE org_id = ?1)",  # noqa: S608  # our own words
    f"UPDATE stamps SET domain = '' WHERE org_id = ?1 AND {NOT_KEPT}",  # noqa: S608  # our own words
    "DELETE FROM owed WHERE ?1 <> '' AND domain NOT IN (SELECT domain FROM stamps WHERE subject = '')",
)


class RegistryTables(Tables):
    """`RegistryStore` on one database."""

    async def add_organisation(self, organisation: Organisation, act: NewAudit) -> None:
        """See `RegistryStore.add_organisation`."""
        await self._add(ORGANISATIONS, organisation, act)

    async def organisation(self, org_id: str) -> Organisation | None:
        """See `RegistryStore.organisation`."""
        return self._one(ORGANISATIONS, "org_id = ?", org_id)

    async def organisations(self, page: Page) -> Slice[Organisation]:
        """See `RegistryStore.organisations`."""
        return self._part(ORGANISATIONS, page, "organisations")

    async def set_contact(self, org_id: str, contact: str, act: NewAudit) -> bool:
        """See `RegistryStore.set_contact`."""
        statement = "UPDATE organisations SET contact = ? WHERE org_id = ? AND erased_ms IS NULL"
        return await self._step(act, (statement, (contact, org_id)))

    async def add_domain(self, record: DomainRecord, challenge: Challenge, act: NewAudit) -> None:
        """See `RegistryStore.add_domain`."""

        def job(connection: apsw.Connection) -> None:
            connection.execute(*DOMAINS.insertion(record, conflict="IGNORE"))
            replaced = f"DELETE FROM challenges WHERE {OPEN_CHALLENGE}"  # noqa: S608  # our own words
            connection.execute(replaced, (challenge.org_id, challenge.domain))
            connection.execute(*CHALLENGES.insertion(challenge))
            audit(connection, act)

        await self._db.write(job)

    async def challenge(self, org_id: str, domain: str) -> Challenge | None:
        """See `RegistryStore.challenge`."""
        return self._one(CHALLENGES, OPEN_CHALLENGE, org_id, domain)

    async def domain_verified(self, record: DomainRecord, act: NewAudit) -> bool:
        """See `RegistryStore.domain_verified`."""
        used = f"UPDATE challenges SET used_ms = ? WHERE {OPEN_CHALLENGE} AND token = ? AND expires_ms > ?"  # noqa: S608  # our own words
        now = record.verified_ms
        others = "UPDATE domains SET next_check_ms = ? WHERE domain = ? AND org_id <> ? AND next_check_ms > ?"
        return await self._step(
            act,
            (used, (now, record.org_id, record.domain, record.proof_token, now)),
            DOMAINS.insertion(record, conflict="REPLACE"),
            (others, (now, record.domain, record.org_id, now)),
        )

    async def domain(self, org_id: str, domain: str) -> DomainRecord | None:
        """See `RegistryStore.domain`."""
        return self._one(DOMAINS, "domain = ? AND org_id = ?", domain, org_id)

    async def domain_holders(self, domain: str) -> Sequence[DomainRecord]:
        """See `RegistryStore.domain_holders`."""
        tail = "ORDER BY verified_ms IS NULL, verified_ms, org_id"
        return DOMAINS.rows(self._db.read(DOMAINS.select("domain = ?", tail), (domain,)))

    async def domains(self, page: Page, *, org_id: str = "") -> Slice[DomainRecord]:
        """See `RegistryStore.domains`."""
        return self._part(DOMAINS, page, "domains", org_id=org_id or None)

    async def registered_domains(self) -> Sequence[str]:
        """See `RegistryStore.registered_domains`."""
        statement = "SELECT DISTINCT domain FROM domains WHERE verified_ms IS NOT NULL ORDER BY domain"
        return tuple(str(row[0]) for row in self._db.read(statement, ()))

    async def domain_checked(self, record: DomainRecord, act: NewAudit) -> bool:
        """See `RegistryStore.domain_checked`."""
        statement = "UPDATE domains SET next_check_ms = ?, failures = ?, selectors = ? WHERE domain = ? AND org_id = ?"
        state: tuple[Cell, ...] = (record.next_check_ms, record.failures, "\n".join(record.selectors))
        return await self._step(act, (statement, (*state, record.domain, record.org_id)))

    async def domains_due(self, now_ms: int, limit: int) -> Sequence[DomainRecord]:
        """See `RegistryStore.domains_due`."""
        where, tail = "next_check_ms <= ? AND verified_ms IS NOT NULL", "ORDER BY next_check_ms, domain, org_id LIMIT ?"
        return DOMAINS.rows(self._db.read(DOMAINS.select(where, tail), (now_ms, limit)))

    async def add_address(self, address: Address, act: NewAudit) -> None:
        """See `RegistryStore.add_address`."""

        def job(connection: apsw.Connection) -> None:
            replaced = "DELETE FROM addresses WHERE org_id = ? AND lookup = ? AND verified_ms IS NULL"
            connection.execute(replaced, (address.org_id, address.lookup))
            connection.execute(*ADDRESSES.insertion(address))
            audit(connection, act)

        await self._db.write(job)

    async def address(self, address_id: str) -> Address | None:
        """See `RegistryStore.address`."""
        return self._one(ADDRESSES, "address_id = ?", address_id)

    async def addresses(self, page: Page, *, org_id: str = "") -> Slice[Address]:
        """See `RegistryStore.addresses`."""
        return self._part(ADDRESSES, page, "addresses", org_id=org_id or None)

    async def addresses_by_lookup(self, lookup: str) -> Sequence[Address]:
        """See `RegistryStore.addresses_by_lookup`."""
        where, tail = "lookup = ? AND verified_ms IS NOT NULL", "ORDER BY verified_ms, address_id"
        return ADDRESSES.rows(self._db.read(ADDRESSES.select(where, tail), (lookup,)))

    async def try_address_code(self, address_id: str, code_digest: str, act: NewAudit) -> Address | None:
        """See `RegistryStore.try_address_code`."""
        tried = (
            "UPDATE addresses SET tries_left = tries_left - 1"
            " WHERE address_id = ? AND code_digest <> '' AND code_expires_ms > ? AND tries_left > 0"
        )
        verified = "UPDATE addresses SET verified_ms = ?, code_digest = '' WHERE address_id = ?"

        def job(connection: apsw.Connection) -> Address | None:
            connection.execute(tried, (address_id, act.at_ms))
            if not changed(connection):
                return None
            found = _address(connection, address_id)
            if compare_digest(found.code_digest, code_digest):
                connection.execute(verified, (act.at_ms, address_id))
                audit(connection, act)
            return _address(connection, address_id)

        return await self._db.write(job)

    async def erase_organisation(self, org_id: str, act: NewAudit, *, keep: Sequence[str] = ()) -> bool:
        """See `RegistryStore.erase_organisation`."""
        marked = (
            "UPDATE organisations SET name = '', contact = '', erased_ms = ? WHERE org_id = ? AND erased_ms IS NULL"
        )
        bound = (org_id, json.dumps(list(keep)))
        return await self._step(
            act, (marked, (act.at_ms, org_id)), *((text, bound[: 1 + ("?2" in text)]) for text in ERASED)
        )


def _address(connection: apsw.Connection, address_id: str) -> Address:
    return ADDRESSES.rows(connection.execute(ADDRESSES.select("address_id = ?"), (address_id,)))[0]
