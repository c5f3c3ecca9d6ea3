"""Whose domain is it: the ownership challenge, and looking again.

A challenge is a token of 128 bits, bound to one organisation and one domain. Its answer ::

    securestamp=<base64url of SHA-256(token ‖ "." ‖ organisation id)>

stands in a TXT record at ``_securestamp-challenge.<domain>``, or is the whole body of
``https://<domain>/.well-known/securestamp-challenge/<token>``.

When ownership is looked at again, two things show that the domain is still in the same hands: the same answer in the
same place, or a stamp record at ``_securestamp.<domain>`` that names a stamp of this organisation. Many owners remove
the challenge's record once it has served; whoever publishes our stamp in the zone controls the zone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from frankmark.foundation.digest import sha256
from frankmark.foundation.dns import Question, RRType
from frankmark.foundation.encoding import b64url_encode
from frankmark.foundation.errors import Error, Malformed, Refused, Unavailable
from frankmark.mail.address import canonical_domain
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.ports.fetch import Fetcher
from frankmark.ports.resolver import Resolver
from frankmark.protocols.securestamp.record import owner_name, read_records
from frankmark.services.reasons import ServiceReason

__all__ = ["DomainPolicy", "Instructions", "Method", "Ownership", "instructions", "parse_names"]

LABEL = "_securestamp-challenge"
PATH = "/.well-known/securestamp-challenge/"
BODY_LIMIT = 256
OK = 200


class Method(StrEnum):
    """How ownership was shown."""

    DNS = "dns"
    HTTPS = "https"
    STAMP_RECORD = "stamp-record"  # only when it is looked at again


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """What the owner is asked to publish; one of the two is enough.

    Attributes:
        record_name: Where the TXT record goes.
        url: Where the file goes.
        answer: The record's text, and the file's whole content.
    """

    record_name: str
    url: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainPolicy:
    """Which names an organisation may register.

    Attributes:
        suffixes: The public suffix list.
        free_mail: Domains where anybody can have a mailbox; a name below one of them is refused too.
    """

    suffixes: PublicSuffixes
    free_mail: Collection[str]

    def registrable(self, text: str) -> str:
        """The canonical form of a domain that may be registered.

        Args:
            text: A domain in any spelling.

        Returns:
            A-labels in lower case without the final dot.

        Raises:
            Malformed: `INVALID_DOMAIN`.
            Refused: `DOMAIN_PUBLIC_SUFFIX` or `DOMAIN_FREE_MAIL`.
        """
        try:
            domain = canonical_domain(text)
        except Malformed as wrong:
            raise Malformed(ServiceReason.INVALID_DOMAIN, f"This is not a domain name: {wrong.detail}") from wrong
        if self.suffixes.is_public_suffix(domain):
            raise Refused(
                ServiceReason.DOMAIN_PUBLIC_SUFFIX, "Others register names under this one; it is nobody's own."
            )
        labels = domain.split(".")
        if any(".".join(labels[start:]) in self.free_mail for start in range(len(labels))):
            raise Refused(
                ServiceReason.DOMAIN_FREE_MAIL, "Anybody can have a mailbox here; register an address instead."
            )
        return domain


def parse_names(text: str) -> frozenset[str]:
    """Read a list of domains, one a line; lines that begin with ``#`` are comments."""
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def instructions(domain: str, token: str, org_id: str) -> Instructions:
    """What an organisation is asked to publish for a domain.

    Args:
        domain: The canonical domain.
        token: The challenge's token, 32 lower hex characters.
        org_id: The organisation.
    """
    answer = "securestamp=" + b64url_encode(sha256(token.encode(), b".", org_id.encode()))
    return Instructions(record_name=f"{LABEL}.{domain}", url=f"https://{domain}{PATH}{token}", answer=answer)


class Ownership:
    """Looks whether an answer is published.

    Args:
        resolver: Asks the DNS.
        fetcher: Asks the web, through the outbound guard.
    """

    def __init__(self, resolver: Resolver, fetcher: Fetcher) -> None:
        self._resolver = resolver
        self._fetcher = fetcher

    async def show(self, domain: str, token: str, org_id: str) -> Method:
        """Look for the answer to a challenge.

        Returns:
            Where it stands.

        Raises:
            Refused: `CHALLENGE_NOT_ANSWERED`: it stands nowhere.
            Unavailable: `CHALLENGE_UNAVAILABLE`: it is not at the URL, and the name servers did not answer.
        """
        asked = instructions(domain, token, org_id)
        found = await self._resolver.resolve(Question(name=asked.record_name, rrtype=RRType.TXT))
        if asked.answer.encode() in found.joined:
            return Method.DNS
        if await self._at_url(asked):
            return Method.HTTPS
        if found.failed:
            detail = f"The name servers of {domain} did not answer for {asked.record_name}; try again."
            raise Unavailable(ServiceReason.CHALLENGE_UNAVAILABLE, detail)
        detail = f"Publish the answer as TXT record at {asked.record_name}, or as the content of {asked.url}."
        raise Refused(ServiceReason.CHALLENGE_NOT_ANSWERED, detail)

    async def show_again(self, domain: str, token: str, org_id: str, stamp_ids: Collection[str]) -> Method:
        """Look whether a domain is still in the same hands.

        Args:
            domain: The canonical domain.
            token: The token that was answered.
            org_id: The organisation.
            stamp_ids: The organisation's active stamps for the domain.

        Returns:
            What showed it.

        Raises:
            Refused: As `show`.
            Unavailable: As `show`.
        """
        found = await self._resolver.resolve(Question(name=owner_name(domain), rrtype=RRType.TXT))
        if any(record.stamp_id in stamp_ids for record in read_records(found).records):
            return Method.STAMP_RECORD
        return await self.show(domain, token, org_id)

    async def _at_url(self, asked: Instructions) -> bool:
        try:
            page = await self._fetcher.get(asked.url, limit=BODY_LIMIT, same_host=True)
        except Error:  # whatever the web says instead, the answer is not there
            return False
        secure = page.url.startswith("https://")  # a redirect may not have left TLS on its way
        return page.status == OK and secure and page.body == asked.answer.encode()
