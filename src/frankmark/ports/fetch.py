"""Documents over HTTPS, through the outbound guard.

Whatever a stranger can name (a domain, a URL in a record) may only ever be asked through this port: the guard behind
it refuses addresses that are not globally reachable, and what it connects to is the address it has checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

__all__ = ["FetchReason", "Fetched", "Fetcher"]


class FetchReason(StrEnum):
    """Why a document was not brought. The first four are `Refused`, the others `Unavailable`."""

    URL_REFUSED = "URL_REFUSED"  # scheme, port, credentials or host that the guard never asks
    ADDRESS_REFUSED = "ADDRESS_REFUSED"  # the name leads to an address that is not globally reachable
    REDIRECT_REFUSED = "REDIRECT_REFUSED"  # too many, to another host, or one that leaves HTTPS
    BODY_TOO_LARGE = "BODY_TOO_LARGE"  # more octets than the limit, before anything is decoded
    NAME_UNRESOLVED = "NAME_UNRESOLVED"  # the DNS did not answer, or not credibly
    NAME_WITHOUT_ADDRESS = "NAME_WITHOUT_ADDRESS"  # it answered: the host does not exist or has no address
    CONNECTION_FAILED = "CONNECTION_FAILED"  # nobody takes the connection: nothing was sent
    CONNECTION_LOST = "CONNECTION_LOST"  # it broke on the way: whoever sent something cannot know whether it was heard
    TLS_FAILED = "TLS_FAILED"  # no TLS, or a certificate that does not prove the host
    RESPONSE_MALFORMED = "RESPONSE_MALFORMED"  # what came back is not HTTP
    FETCH_TIMEOUT = "FETCH_TIMEOUT"  # the time budget ended first


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One HTTP response, whole.

    Attributes:
        status: The status code; any, 404 and 500 included.
        body: The octets as they came over the wire; content codings are never asked for and never decoded.
        url: Where the response came from, after redirects.
        headers: Header fields by lower-case name; repeated fields joined with ", ".
    """

    status: int
    body: bytes
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Fetcher(Protocol):
    """Asks one URL.

    Law: connects only to an address that was checked for this very connection, each redirect anew; never sends
    cookies, credentials or a Referer; reads at most `limit` octets of body; is back, or has raised, when `timeout_ms`
    have passed. An HTTP status is an answer, never an exception.
    """

    async def get(
        self, url: str, *, limit: int = 65_536, timeout_ms: int = 5_000, redirects: int = 3, same_host: bool = False
    ) -> Fetched:
        """Bring the document at `url`.

        Args:
            url: An absolute `https` URL without credentials, on port 443; plain `http` on port 80 only when
                `same_host` is set (the ownership challenge), or as an exception the operator made by name.
            limit: The most octets of body to accept.
            timeout_ms: The budget for everything, redirects included.
            redirects: How many redirects to follow.
            same_host: Refuse a redirect to any other host.

        Returns:
            The response.

        Raises:
            Refused: The guard says no (`FetchReason`).
            Unavailable: The document cannot be had now (`FetchReason`).
        """
        ...

    async def post(
        self, url: str, body: bytes, *, headers: Mapping[str, str], limit: int = 65_536, timeout_ms: int = 5_000
    ) -> Fetched:
        """Send `body` to `url`; redirects are answers and are not followed.

        Args:
            url: As for `get`, `https` only.
            body: The octets to send.
            headers: Header fields to send besides Host and Content-Length.
            limit: The most octets of response body to accept.
            timeout_ms: The budget for everything.

        Returns:
            The response.

        Raises:
            Refused: The guard says no (`FetchReason`).
            Unavailable: The document cannot be sent now (`FetchReason`).
        """
        ...
