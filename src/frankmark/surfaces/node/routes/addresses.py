"""Mail addresses that an organisation registers, and the deletion of what it told us."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Malformed
from frankmark.foundation.phrases import Phrases
from frankmark.foundation.timestamps import rfc3339
from frankmark.mail.address import Address as MailAddress
from frankmark.ports.limits import Rate
from frankmark.ports.rows import Address
from frankmark.services.addresses import Addresses
from frankmark.services.erasure import Erasure
from frankmark.services.principals import require_organisation
from frankmark.services.reasons import ServiceReason
from frankmark.surfaces.node.endpoint import Access, Call, Reply, operation
from frankmark.surfaces.node.routes.shapes import (
    AnyAddress,
    OrgId,
    OrgListQuery,
    moment,
    organisation_of,
    page_of,
    sliced,
)

__all__ = ["AddressRoom"]


class AddressBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An address to register."""

    address: AnyAddress
    org_id: OrgId = ""


class CodeBody(msgspec.Struct, frozen=True, kw_only=True):
    """The code from the mailbox."""

    code: Annotated[str, Meta(min_length=6, max_length=6)]


class AddressView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A registered address, without the address."""

    address_id: str
    org_id: str
    domain: str
    registered_at: str
    verified_at: str | None


class VerifiedAddressView(AddressView, frozen=True, kw_only=True, rename="camel"):
    """A verified address with the ledger entry that anchors it."""

    stamp_id: str
    tx_hash: str
    ledger_ref: str


class AddressListView(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the addresses."""

    items: list[AddressView]
    next: str


class ErasedView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was deleted: the assets beside these ledger entries, whose hashes still verify."""

    org_id: str
    tx_hashes: list[str]
    kept_domains: list[str]


def _view(row: Address) -> dict[str, object]:
    return {
        "addressId": row.address_id,
        "orgId": row.org_id,
        "domain": row.domain,
        "registeredAt": rfc3339(row.created_ms),
        "verifiedAt": moment(row.verified_ms),
    }


def _mailbox(address: str) -> str:
    """One key for all spellings that reach one mailbox at most servers: capitals, quotes and a tag change nothing."""
    try:
        parsed = MailAddress.parse(address)
    except Malformed as wrong:
        raise Malformed(ServiceReason.INVALID_ADDRESS, f"This is not a mail address: {wrong.detail}") from wrong
    plain = parsed.local.lower().strip('"').replace("\\", "").partition("+")[0]
    return "mailbox:" + sha256(f"{plain}@{parsed.domain}".encode()).hex()


class AddressRoom:
    """Operations on addresses.

    Args:
        addresses: Registers.
        erasure: Deletes.
        phrases: The languages of letters.
        public_url: The node's public URL.
        letters: How many letters go to one mailbox, and how many an organisation causes.
    """

    def __init__(
        self, addresses: Addresses, erasure: Erasure, phrases: Phrases, public_url: str, letters: tuple[Rate, Rate]
    ) -> None:
        self._letters = letters
        self._addresses = addresses
        self._erasure = erasure
        self._phrases = phrases
        self._public_url = public_url

    @operation(
        "POST",
        "/api/addresses",
        "Register a mail address; a code goes to its mailbox",
        access=Access.CREDENTIAL,
        body=AddressBody,
        returns={201: AddressView},
        problems=("INVALID_ADDRESS", "MAIL_NOT_CONFIGURED", "MAIL_UNAVAILABLE", "MAIL_REFUSED"),
    )
    async def register(self, call: Call, body: AddressBody) -> Reply:
        """A registration that waits for its code."""
        org_id = organisation_of(call.known, body.org_id)
        require_organisation(call.known, org_id)  # before anything is counted for it
        to_one, of_all = self._letters
        await call.hold_to(to_one, _mailbox(body.address))
        await call.hold_to(of_all, f"letters:{org_id}")
        language = self._phrases.chosen(call.request.headers.get("accept-language", ""))
        made = await self._addresses.register(call.known, org_id, body.address, language=language)
        return Reply(content=_view(made), status=201)

    @operation(
        "POST",
        "/api/addresses/{address_id}/verify",
        "Answer with the code from the mailbox",
        body=CodeBody,
        returns={200: VerifiedAddressView},
        problems=("CODE_WRONG", "CODE_NOT_OPEN"),
    )
    async def verify(self, call: Call, body: CodeBody) -> Reply:
        """The verified address, anchored in the ledger."""
        row, stamp = await self._addresses.verify(call.path["address_id"], body.code)
        reference = f"{self._public_url}/v1/ledger/tx/{stamp.tx_hash}"
        anchored = {"stampId": stamp.stamp_id, "txHash": stamp.tx_hash, "ledgerRef": reference}
        return Reply(content={**_view(row), **anchored})

    @operation(
        "GET",
        "/api/addresses",
        "List registered addresses",
        access=Access.CREDENTIAL,
        query=OrgListQuery,
        returns={200: AddressListView},
    )
    async def listed(self, call: Call, query: OrgListQuery) -> Reply:
        """Registrations of an organisation, or all for an administrator."""
        org_id = query.org_id or call.known.org_id
        return Reply(content=sliced(await self._addresses.addresses(call.known, page_of(query), org_id=org_id), _view))

    @operation(
        "DELETE",
        "/api/orgs/{org_id}/data",
        "Delete what an organisation told this node",
        access=Access.CREDENTIAL,
        returns={200: ErasedView},
    )
    async def erase(self, call: Call, _: None) -> Reply:
        """Delete assets and salts; entries and hashes stay."""
        made = await self._erasure.erase(call.known, call.path["org_id"])
        view = ErasedView(org_id=made.org_id, tx_hashes=list(made.tx_hashes), kept_domains=list(made.kept_domains))
        return Reply(content=view)
