"""Documents over HTTPS through the outbound guard (RFC 9110): httpx2's transport, connected to the checked address.

The transport is given a URL whose host *is* the checked address; the name travels in the Host field and in the TLS
handshake, against which the certificate is checked. So no library looks the name up again. A connection serves one
request: a pool keyed by address would hand one name's connection to another.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
from typing_extensions import override

from frankmark.adapters.network.dialer import PORTS, Dialer
from frankmark.foundation.errors import Error, Refused, Unavailable
from frankmark.ports.fetch import Fetched, Fetcher, FetchReason

__all__ = ["GuardedFetcher"]

LONGEST_URL = 2048
ACCEPT = "application/rdap+json, application/json;q=0.9, */*;q=0.5"  # registries ask for the first (RFC 7480 §4.2)
HOST = re.compile(rb"[a-z0-9_.-]{1,253}|[0-9a-f:.]{2,45}")  # a name as A-labels, or an address of version 6
REDIRECTS = frozenset({301, 302, 303, 307, 308})
ONE_CONNECTION = httpx2.Limits(max_connections=1, max_keepalive_connections=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What one fetch may do."""

    method: str
    url: httpx2.URL
    limit: int
    headers: Mapping[str, str]
    body: bytes = b""
    plain: bool = False  # http on port 80 is asked


class GuardedFetcher(Fetcher):
    """Brings documents, each connection through the `Dialer`.

    Args:
        dialer: Finds the checked addresses.
        tls: How certificates are checked; for this fetcher alone.
        agent: The User-Agent field.
    """

    def __init__(self, *, dialer: Dialer, tls: ssl.SSLContext, agent: str) -> None:
        self._dialer = dialer
        self._tls = tls
        self._agent = agent

    @override
    async def get(
        self, url: str, *, limit: int = 65_536, timeout_ms: int = 5_000, redirects: int = 3, same_host: bool = False
    ) -> Fetched:
        task = _Task(method="GET", url=_parsed(url), limit=limit, headers={"Accept": ACCEPT}, plain=same_host)
        async with _budget(timeout_ms):
            for left in range(redirects, -1, -1):
                fetched = await self._once(task)
                location = fetched.headers.get("location")
                if fetched.status not in REDIRECTS or location is None:
                    return fetched
                if left:
                    task = _redirected(task, location, same_host=same_host)
        raise Refused(FetchReason.REDIRECT_REFUSED, f"More than {redirects} redirects.")

    @override
    async def post(
        self, url: str, body: bytes, *, headers: Mapping[str, str], limit: int = 65_536, timeout_ms: int = 5_000
    ) -> Fetched:
        async with _budget(timeout_ms):
            return await self._once(_Task(method="POST", url=_parsed(url), limit=limit, headers=headers, body=body))

    async def _once(self, task: _Task) -> Fetched:
        url = task.url
        port = url.port or PORTS[url.scheme]
        if url.scheme == "http" and port == PORTS["http"] and not task.plain:
            raise Refused(FetchReason.URL_REFUSED, "Only https is asked.")
        addresses = await self._dialer.addresses(url.scheme, url.raw_host.decode("ascii").strip("[]"), port)
        failure: Error = Unavailable(FetchReason.CONNECTION_FAILED)
        for address in addresses:
            try:
                return await self._exchange(task, address)
            except httpx2.ConnectError as error:
                failure = _connect_failure(error)
            except httpx2.ConnectTimeout:
                failure = Unavailable(FetchReason.FETCH_TIMEOUT, "The host did not take the connection in time.")
            except httpx2.ProtocolError as error:
                raise Unavailable(FetchReason.RESPONSE_MALFORMED, "What came back is not HTTP.") from error
            except httpx2.TransportError as error:
                raise Unavailable(FetchReason.CONNECTION_LOST, "The connection broke.") from error
        raise failure

    async def _exchange(self, task: _Task, address: str) -> Fetched:
        url = task.url
        fields = {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": self._agent,
            "Accept-Encoding": "identity",
            "Connection": "close",
            **task.headers,
        }
        extensions = {"sni_hostname": url.raw_host.decode("ascii"), "timeout": {"connect": 2.0}}
        pinned = url.copy_with(host=address)
        request = httpx2.Request(task.method, pinned, headers=fields, content=task.body or None, extensions=extensions)
        transport = httpx2.AsyncHTTPTransport(verify=self._tls, trust_env=False, limits=ONE_CONNECTION)
        async with transport:
            response = await transport.handle_async_request(request)
            try:
                body = await _capped(response, task.limit)
            finally:
                await response.aclose()
        headers = {name: ", ".join(response.headers.get_list(name)) for name in response.headers}
        return Fetched(status=response.status_code, body=body, url=str(url), headers=headers)


@asynccontextmanager
async def _budget(timeout_ms: int) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            yield
    except TimeoutError as error:
        raise Unavailable(FetchReason.FETCH_TIMEOUT, f"No whole answer within {timeout_ms} ms.") from error


def _parsed(text: str) -> httpx2.URL:
    """A URL that the guard asks: absolute, without credentials and fragment."""
    try:
        url = httpx2.URL(text)
        asked = url.scheme in PORTS and HOST.fullmatch(url.raw_host) and not url.userinfo and len(text) <= LONGEST_URL
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise Refused(FetchReason.URL_REFUSED, "This is not a URL.") from error
    if not asked:
        raise Refused(FetchReason.URL_REFUSED, "Only absolute https URLs without credentials are asked.")
    return url.copy_with(fragment=None)


def _redirected(task: _Task, location: str, *, same_host: bool) -> _Task:
    try:
        target = _parsed(str(task.url.join(location)))
    except (httpx2.InvalidURL, ValueError) as error:
        raise Refused(FetchReason.REDIRECT_REFUSED, "The redirect leads to something that is not a URL.") from error
    except Refused as error:
        raise Refused(FetchReason.REDIRECT_REFUSED, error.detail) from error
    if task.url.scheme == "https" and target.scheme != "https":
        raise Refused(FetchReason.REDIRECT_REFUSED, "The redirect leaves https.")
    if same_host and target.raw_host != task.url.raw_host:
        raise Refused(FetchReason.REDIRECT_REFUSED, "The redirect leads to another host.")
    return _Task(method="GET", url=target, limit=task.limit, headers=task.headers, plain=task.plain)


async def _capped(response: httpx2.Response, limit: int) -> bytes:
    """The body's octets as they came; content codings stay what they are."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > limit:
            raise Refused(FetchReason.BODY_TOO_LARGE, f"The document has more than {limit} octets.")
    return bytes(body)


def _connect_failure(error: httpx2.ConnectError) -> Unavailable:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return Unavailable(FetchReason.TLS_FAILED, "TLS failed, or the certificate does not prove the host.")
        cause = cause.__cause__ or cause.__context__
    return Unavailable(FetchReason.CONNECTION_FAILED, "The host does not take the connection.")
