"""Mail addresses: a code goes to the mailbox, and who knows it holds the address.

Anybody's address may be registered, also one at a domain that is nobody's own; the record counts for that very From
address and for nothing else. The address itself is not kept: its keyed digest finds it, its salted hash stands in the
ledger's asset.
"""

from dataclasses import replace
from typing import Protocol

from frankmark.foundation.digest import sha256
from frankmark.foundation.encoding import base32_encode
from frankmark.foundation.errors import Malformed, Refused, Unavailable
from frankmark.foundation.identifiers import ulid
from frankmark.foundation.phrases import DEFAULT_LANGUAGE, Phrases
from frankmark.mail.address import Address as MailAddress
from frankmark.ports import rows
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.paging import Page, Slice
from frankmark.ports.post import Letter, PostOffice
from frankmark.ports.stamps import Stamp
from frankmark.ports.storage import RegistryStore, StampStore
from frankmark.services.principals import NODE, Principal, require, require_organisation
from frankmark.services.reasons import ServiceReason
from frankmark.services.senders import sender_lookup
from frankmark.services.stamps import Stamps

__all__ = ["SUBJECT_KEY", "TEXT_KEY", "Addresses"]

CODE_MS = 15 * 60_000
CODE = 6  # characters of base 32
CODE_ENTROPY = 4  # octets, of which 30 bits are used
TRIES = 5
SALT = 16
SUBJECT_KEY = "letter.code.subject"
TEXT_KEY = "letter.code.text"


class AddressRecords(RegistryStore, StampStore, Protocol):
    """What this room asks of the store."""


class Addresses:
    """Registers mail addresses.

    Args:
        store: Where registrations are kept.
        stamps: Writes verified addresses to the ledger.
        post: The way out for mail; None if there is none.
        phrases: The letter, under `SUBJECT_KEY` and `TEXT_KEY`, with the places ``code`` and ``host``.
        clock: Tells the time.
        entropy: Makes codes and salts.
        secret: The node's secret, under which addresses are looked up.
        host: The node's host name, as the letter names it.
    """

    def __init__(  # noqa: PLR0913  # one room, eight things it is told
        self,
        *,
        store: AddressRecords,
        stamps: Stamps,
        post: PostOffice | None,
        phrases: Phrases,
        clock: Clock,
        entropy: Entropy,
        secret: bytes,
        host: str,
    ) -> None:
        self._store = store
        self._stamps = stamps
        self._post = post
        self._phrases = phrases
        self._clock = clock
        self._entropy = entropy
        self._secret = secret
        self._host = host

    async def register(
        self, by: Principal | None, org_id: str, address: str, *, language: str = DEFAULT_LANGUAGE
    ) -> rows.Address:
        """Send a code to an address and keep the registration, to be verified within 15 minutes.

        Args:
            by: A key of the organisation, or an administrator.
            org_id: The organisation that the address is for.
            address: An addr-spec.
            language: The letter's language, one of the phrases'.

        Returns:
            The registration; a later one for the same address replaces it while it is not verified.

        Raises:
            Malformed: `INVALID_ADDRESS`.
            Refused: `FORBIDDEN`, `NOT_FOUND`, `MAIL_REFUSED`.
            Unavailable: `MAIL_NOT_CONFIGURED`, `MAIL_UNAVAILABLE`.
        """
        actor, post = require_organisation(by, org_id), self._way_out()
        mailbox = _parsed(address)
        organisation = await self._store.organisation(org_id)
        if organisation is None or organisation.erased_ms is not None:
            raise Refused(ServiceReason.NOT_FOUND, "There is no such organisation.")
        now = self._clock.now_ms()
        address_id = "adr_" + ulid(now, self._entropy.octets(10)).lower()
        code, salt = base32_encode(self._entropy.octets(CODE_ENTROPY))[:CODE], self._entropy.octets(SALT)
        row = rows.Address(
            address_id=address_id,
            org_id=org_id,
            domain=mailbox.domain,
            lookup=sender_lookup(self._secret, mailbox),
            salt=salt.hex(),
            subject_hash=sha256(salt, str(mailbox).encode()).hex(),
            created_ms=now,
            code_digest=_code_digest(address_id, code),
            code_expires_ms=now + CODE_MS,
            tries_left=TRIES,
        )
        await self._store.add_address(row, actor.act(now, "address.register", address_id, org_id=org_id))
        places = {"code": code.upper(), "host": self._host}
        letter = Letter(
            recipient=str(mailbox),
            subject=self._phrases.say(language, SUBJECT_KEY, **places),
            text=self._phrases.say(language, TEXT_KEY, **places),
            language=language,
        )
        await post.send(letter)
        return row

    async def verify(self, address_id: str, code: str) -> tuple[rows.Address, Stamp]:
        """Answer with the code from the mailbox; whoever has it needs no other credential.

        Args:
            address_id: The registration.
            code: Six characters of base 32, in either case.

        Returns:
            The verified registration, and the stamp that the ledger holds for it.

        Raises:
            Refused: `CODE_WRONG` with tries left, `CODE_NOT_OPEN` if there is no code to try: unknown, used, expired
                or out of tries. `PUBLIC_URL_INVALID` if the node may not issue.
            Unavailable: The ledger cannot be written now; the address is verified, and `anchor_missing` writes later.
        """
        now = self._clock.now_ms()
        found = await self._store.address(address_id)
        owner = found.org_id if found else ""
        act = NODE.act(now, "address.verify", address_id, org_id=owner)
        tried = await self._store.try_address_code(address_id, _code_digest(address_id, code.strip().lower()), act)
        if tried is None:
            raise Refused(ServiceReason.CODE_NOT_OPEN, "There is no code to answer; register the address again.")
        if tried.verified_ms is None:
            raise Refused(ServiceReason.CODE_WRONG, f"This is not the code; {tried.tries_left} tries are left.")
        return tried, await self._anchored(tried)

    async def anchor_missing(self) -> int:
        """Write to the ledger what was verified and is not there, after a crash or a full disk; answers how many."""
        written, page = 0, Page(limit=100)
        while True:
            part = await self._store.addresses(page)
            for row in part.items:
                if row.verified_ms is not None and not await self._own_stamps(row):
                    await self._stamps.issue_for_address(NODE, row)
                    written += 1
            if not part.next:
                return written
            page = replace(page, after=part.next)

    async def addresses(self, by: Principal | None, page: Page, *, org_id: str = "") -> Slice[rows.Address]:
        """Registrations of an organisation, or for an administrator all of them."""
        if org_id:
            require_organisation(by, org_id)
        else:
            require(by)
        return await self._store.addresses(page, org_id=org_id)

    def _way_out(self) -> PostOffice:
        if self._post is None:
            detail = "This node has no way out for mail; set [smtp] host and from."
            raise Unavailable(ServiceReason.MAIL_NOT_CONFIGURED, detail)
        return self._post

    async def _own_stamps(self, row: rows.Address) -> list[Stamp]:
        return [stamp for stamp in await self._store.address_stamps(row.lookup) if stamp.org_id == row.org_id]

    async def _anchored(self, row: rows.Address) -> Stamp:
        """The stamp of an address; an active one from an earlier registration serves."""
        now = self._clock.now_ms()
        for stamp in await self._own_stamps(row):
            if stamp.revoked_ms is None and stamp.expires_ms > now:
                return stamp
        return await self._stamps.issue_for_address(NODE, row)


def _parsed(address: str) -> MailAddress:
    try:
        return MailAddress.parse(address)
    except Malformed as wrong:
        raise Malformed(ServiceReason.INVALID_ADDRESS, f"This is not a mail address: {wrong.detail}") from wrong


def _code_digest(address_id: str, code: str) -> str:
    return sha256(f"{address_id}.{code}".encode()).hex()
