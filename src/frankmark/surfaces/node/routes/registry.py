"""Organisations, their domains and the proof that a domain is theirs."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.rows import DomainRecord, Organisation
from frankmark.services.registry import Registration, Registry
from frankmark.surfaces.node.endpoint import Access, Call, Reply, operation
from frankmark.surfaces.node.routes.shapes import (
    AnyDomain,
    ListQuery,
    LongName,
    OrgId,
    OrgListQuery,
    moment,
    organisation_of,
    page_of,
    sliced,
)

__all__ = ["RegistryRoom"]


class OrganisationBody(msgspec.Struct, frozen=True, kw_only=True):
    """A new organisation."""

    name: LongName


class OrganisationView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An organisation."""

    org_id: str
    name: str
    created_at: str


class OrganisationList(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the organisations."""

    items: list[OrganisationView]
    next: str


class DomainBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A domain to register; `selectors` are the DKIM selectors that it signs with."""

    domain: AnyDomain
    org_id: OrgId = ""
    selectors: Annotated[list[Annotated[str, Meta(max_length=253)]], Meta(max_length=20)] = []


class OwnerBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """For which organisation, where the credential does not say."""

    org_id: OrgId = ""


class ChallengeView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What to publish to show ownership, either of the two ways, within 24 hours."""

    record_name: str
    record_text: str
    file_url: str
    file_body: str
    expires_at: str


class DomainView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A registration."""

    domain: str
    org_id: str
    registered_at: str
    verified_at: str | None
    method: str | None
    next_check_at: str | None
    selectors: list[str]
    challenge: ChallengeView | None = None


class DomainList(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the registrations."""

    items: list[DomainView]
    next: str


def _organisation(row: Organisation) -> OrganisationView:
    return OrganisationView(org_id=row.org_id, name=row.name, created_at=rfc3339(row.created_ms))


def _domain(row: DomainRecord, challenge: ChallengeView | None = None) -> DomainView:
    return DomainView(
        domain=row.domain,
        org_id=row.org_id,
        registered_at=rfc3339(row.created_ms),
        verified_at=moment(row.verified_ms),
        method=row.method or None,
        next_check_at=moment(row.next_check_ms),
        selectors=list(row.selectors),
        challenge=challenge,
    )


def _challenge(made: Registration) -> ChallengeView:
    return ChallengeView(
        record_name=made.publish.record_name,
        record_text=made.publish.answer,
        file_url=made.publish.url,
        file_body=made.publish.answer,
        expires_at=rfc3339(made.expires_ms),
    )


class RegistryRoom:
    """Operations on organisations and domains."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    @operation(
        "POST",
        "/api/orgs",
        "Make an organisation",
        access=Access.CREDENTIAL,
        body=OrganisationBody,
        returns={201: OrganisationView},
    )
    async def create(self, call: Call, body: OrganisationBody) -> Reply:
        """A new organisation, by an administrator."""
        made = await self._registry.create_organisation(call.known, body.name)
        return Reply(content=_organisation(made), status=201)

    @operation(
        "GET",
        "/api/orgs",
        "List organisations",
        access=Access.CREDENTIAL,
        query=ListQuery,
        returns={200: OrganisationList},
    )
    async def organisations(self, call: Call, query: ListQuery) -> Reply:
        """All organisations, for administrators."""
        part = await self._registry.organisations(call.known, page_of(query))
        return Reply(content=sliced(part, _organisation))

    @operation(
        "POST",
        "/api/domains",
        "Register a domain and ask for a challenge; again for a new one",
        access=Access.CREDENTIAL,
        body=DomainBody,
        returns={201: DomainView},
        problems=("INVALID_DOMAIN", "DOMAIN_PUBLIC_SUFFIX", "DOMAIN_FREE_MAIL"),
    )
    async def register(self, call: Call, body: DomainBody) -> Reply:
        """A registration with its challenge."""
        org_id = organisation_of(call.known, body.org_id)
        made = await self._registry.register_domain(call.known, org_id, body.domain, selectors=tuple(body.selectors))
        return Reply(content=_domain(made.record, _challenge(made)), status=201)

    @operation(
        "GET",
        "/api/domains",
        "List registrations",
        access=Access.CREDENTIAL,
        query=OrgListQuery,
        returns={200: DomainList},
    )
    async def domains(self, call: Call, query: OrgListQuery) -> Reply:
        """Registrations of an organisation, or all for an administrator."""
        org_id = query.org_id or call.known.org_id
        part = await self._registry.domains(call.known, page_of(query), org_id=org_id)
        return Reply(content=sliced(part, _domain))

    @operation(
        "POST",
        "/api/domains/{domain}/verify",
        "Look for the answer to the challenge",
        access=Access.CREDENTIAL,
        body=OwnerBody,
        returns={200: DomainView},
        problems=("CHALLENGE_NOT_OPEN", "CHALLENGE_NOT_ANSWERED", "CHALLENGE_UNAVAILABLE"),
    )
    async def verify(self, call: Call, body: OwnerBody) -> Reply:
        """The registration, once its ownership is shown."""
        org_id = organisation_of(call.known, body.org_id)
        return Reply(content=_domain(await self._registry.verify_domain(call.known, org_id, call.path["domain"])))
