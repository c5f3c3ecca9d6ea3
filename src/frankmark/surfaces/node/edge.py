"""What stands before every handler: host check, callers and their limits, fixed header fields, figures and the log.

It is one ASGI layer outside the application. A request that it refuses (421, 401, 429) never reaches a handler. The log
holds the path's template, never the path, the query, an address or a header field.
"""

import ipaddress
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frankmark.foundation.errors import Error, Refused
from frankmark.ports.clock import Clock
from frankmark.ports.limits import Allowance, Rate, RateLimiter
from frankmark.services.principals import Principal
from frankmark.surfaces.node.problems import MEDIA_TYPE, problem
from frankmark.surfaces.node.reasons import NodeReason

__all__ = ["Edge", "Journal", "Rates", "Sender", "known_host"]

Identify = Callable[[Scope], Awaitable[Principal | None]]

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

FIXED: tuple[tuple[bytes, bytes], ...] = (
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"content-security-policy", CONTENT_POLICY.encode()),
)

UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics", "/version", "/v1/health"})
STATIC = "/static/"


class Journal(Protocol):
    """Where requests are counted and logged."""

    def request(self, *, method: str, template: str, status: int, elapsed_ms: int) -> None:
        """One finished request; `template` is the route's path template, ``*`` for each unknown segment."""
        ...

    def failed(self, *, method: str, template: str, fault: BaseException) -> None:
        """A handler raised what it should not have."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The windows that apply.

    Attributes:
        v1: Hourly, without a credential, on everything that is not below `/api`.
        api: A minute's, without a credential, below `/api`.
        keyed: For whoever shows a valid credential, everywhere.
    """

    v1: tuple[Rate, ...]
    api: tuple[Rate, ...]
    keyed: tuple[Rate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who is at the other end: the address, and whether the connection itself came from loopback."""

    address: str
    loopback: bool


def known_host(host: str, names: frozenset[str]) -> bool:
    """Whether a `Host` is one of ours: loopback under any port, or a configured name."""
    bare = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return bare.lower() in names


class Edge:
    """The outermost ASGI application.

    Args:
        inner: The application.
        identify: The principal of a request's credential; None without one; raises for one that is not valid.
        limiter: Counts.
        rates: The windows.
        hosts: Names that `Host` may hold, lower-case, without port.
        proxies: Networks of reverse proxies whose `X-Forwarded-For` is believed.
        journal: Figures and log.
        clock: For the time a request took.
        secure: Whether we are served over TLS (ours or a proxy's).
    """

    def __init__(  # noqa: PLR0913  (the one place where the edge's parts meet; all by name)
        self,
        inner: ASGIApp,
        *,
        identify: Identify,
        limiter: RateLimiter,
        rates: Rates,
        hosts: frozenset[str],
        proxies: Sequence[str],
        journal: Journal,
        clock: Clock,
        secure: bool,
    ) -> None:
        self._inner = inner
        self._identify = identify
        self._limiter = limiter
        self._rates = rates
        self._hosts = hosts
        self._proxies = [ipaddress.ip_network(text) for text in proxies]
        self._journal = journal
        self._clock = clock
        self._fixed = list(FIXED)
        if secure:
            self._fixed.append((b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass a lifespan event on."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        begun = self._clock.steady_ms()
        seen: dict[str, Any] = {"status": 500, "begun": False, "extra": ()}
        scope.setdefault("state", {})
        scope["state"]["template"] = _unknown(scope["path"])

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                seen["begun"] = True
                message["headers"] = self._headers(list(message["headers"]), seen["extra"])
            await send(message)

        try:
            seen["extra"] = await self._admit(scope)
            await self._inner(scope, receive, answer)
        except Error as fault:
            await _refuse(fault, answer)
        except Exception as fault:  # noqa: BLE001  (the last resort; logged, answered with 500, never passed on)
            self._journal.failed(method=scope["method"], template=scope["state"]["template"], fault=fault)
            if not seen["begun"]:
                await _refuse(Error(NodeReason.INTERNAL), answer)
        finally:
            elapsed = self._clock.steady_ms() - begun
            template = scope["state"]["template"]
            self._journal.request(method=scope["method"], template=template, status=seen["status"], elapsed_ms=elapsed)

    def _headers(self, given: list[tuple[bytes, bytes]], extra: Sequence[tuple[bytes, bytes]]) -> list[Any]:
        named = {name.lower() for name, _ in given}
        return [*given, *(pair for pair in self._fixed if pair[0] not in named), *extra]

    async def _admit(self, scope: Scope) -> Sequence[tuple[bytes, bytes]]:
        """Let a request in, or raise; answers the rate header fields."""
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if not known_host(headers.get(b"host", ""), self._hosts):
            raise Refused(NodeReason.MISDIRECTED, "This node does not answer under that name.")
        sender = self._sender(scope, headers)
        scope["state"]["sender"] = sender
        path: str = scope["path"]
        if path in UNLIMITED or path.startswith(STATIC):
            scope["state"]["principal"] = await self._identify(scope)
            return ()
        caller = self._limiter.caller_at(sender.address)
        try:
            principal = await self._identify(scope)
        except Error:
            _permitted(await self._limiter.take(self._public(path), caller))  # guessing keys costs what asking costs
            raise
        scope["state"]["principal"] = principal
        rates = self._public(path) if principal is None else self._rates.keyed
        named = caller if principal is None else f"key:{principal.actor}"
        return _permitted(await self._limiter.take(rates, named))

    def _public(self, path: str) -> tuple[Rate, ...]:
        return self._rates.api if path.startswith("/api/") else self._rates.v1

    def _sender(self, scope: Scope, headers: Mapping[bytes, str]) -> Sender:
        peer = (scope.get("client") or ("127.0.0.1", 0))[0] or "127.0.0.1"
        address = ipaddress.ip_address(peer)
        if not any(address in network for network in self._proxies):
            return Sender(address=peer, loopback=address.is_loopback)
        # The rightmost address that is not itself a proxy's is the one our own proxy saw.
        for text in reversed(headers.get(b"x-forwarded-for", "").split(",")):
            try:
                hop = ipaddress.ip_address(text.strip())
            except ValueError:
                break
            if not any(hop in network for network in self._proxies):
                return Sender(address=str(hop), loopback=False)
        return Sender(address=peer, loopback=False)


def _unknown(path: str) -> str:
    return "/" + "/".join("*" for part in path.split("/") if part)


def _permitted(allowances: Sequence[Allowance]) -> Sequence[tuple[bytes, bytes]]:
    """The `RateLimit` fields; raises if a window is used up."""
    worst = next((one for one in allowances if not one.permitted), allowances[0])
    policy = ", ".join(f'"{one.rate.name}";q={one.rate.amount};w={one.rate.window_s}' for one in allowances)
    fields = [
        (b"ratelimit-policy", policy.encode()),
        (b"ratelimit", f'"{worst.rate.name}";r={worst.remaining};t={worst.reset_s}'.encode()),
    ]
    if not worst.permitted:
        detail = f"At most {worst.rate.amount} requests in {worst.rate.window_s} s; come back in {worst.reset_s} s."
        raise _Limited(detail, [*fields, (b"retry-after", str(worst.reset_s).encode())])
    return fields


class _Limited(Refused):
    """A window is used up; carries the header fields that say so."""

    retryable = True

    def __init__(self, detail: str, fields: Sequence[tuple[bytes, bytes]]) -> None:
        super().__init__(NodeReason.RATE_LIMITED, detail)
        self.fields = fields


async def _refuse(fault: Error, send: Send) -> None:
    made = problem(fault)
    data = msgspec.json.encode(made.body)
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(data)).encode())]
    headers += fault.fields if isinstance(fault, _Limited) else ()
    await send({"type": "http.response.start", "status": made.status, "headers": headers})
    await send({"type": "http.response.body", "body": data})
