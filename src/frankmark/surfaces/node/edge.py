"""What stands before every handler: host check, callers and their limits, fixed header fields, figures and the log.

It is one ASGI layer outside the application. A request that it refuses (421, 401, 429) never reaches a handler. The log
holds the path's template, never the path, the query, an address or a header field.
"""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Protocol

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frankmark.foundation.errors import Error, Malformed, Refused
from frankmark.ports.clock import Clock
from frankmark.ports.limits import Allowance, Rate, RateLimiter
from frankmark.services.principals import Principal
from frankmark.surfaces.node.problems import MEDIA_TYPE, is_defect, problem
from frankmark.surfaces.node.reasons import NodeReason

__all__ = ["LOOPBACK_NAMES", "Edge", "Journal", "Network", "Rates", "Sender", "known_host"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Fields = Mapping[bytes, bytes]
Identify = Callable[[Scope, Fields], Awaitable[Principal | None]]

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

HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+))(?::[0-9]{1,5})?", re.ASCII)
LOOPBACK_NAMES = frozenset({"127.0.0.1", "::1", "localhost"})
FORWARDED = frozenset(
    {b"forwarded", b"via", b"x-real-ip", b"x-client-ip", b"true-client-ip", b"cf-connecting-ip"}
    | {b"x-forwarded-" + part for part in (b"for", b"host", b"proto", b"port", b"server", b"prefix", b"ssl")}
)
WELCOME = "/welcome"
HOOKS = "/api/signal/hooks/"
UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics", "/version", "/v1/health", WELCOME})
STATIC = "/static/"
SINGLE = frozenset({b"host", b"authorization", b"x-api-key", b"origin", b"content-type"})
DEEPEST = 8  # segments of an unknown path that the figures tell apart
GONE = 499  # whoever asked has left; no status of HTTP, and never sent


class Journal(Protocol):
    """Where requests are counted and logged."""

    def request(self, *, method: str, template: str, status: int, elapsed_ms: int) -> None:
        """One finished request; `template` is the route's path template, ``*`` for each unknown segment."""
        ...

    def failed(self, *, method: str, template: str, fault: BaseException) -> None:
        """A handler raised what it should not have."""
        ...

    def forwarded(self, address: str) -> None:
        """Somebody at this loopback address forwards requests, and no setting names a proxy there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The windows that apply.

    Attributes:
        v1: Hourly, without a credential, on everything that is not below `/api`.
        api: A minute's, without a credential, below `/api`.
        keyed_v1: For whoever shows a valid credential, on everything that is not below `/api`.
        keyed_api: For whoever shows a valid credential, below `/api`.
        sign_in: For redeeming one-time links, whatever else was asked from the same address.
        hooks: For webhooks: the platforms deliver everybody's messages from a few addresses.
    """

    v1: tuple[Rate, ...]
    api: tuple[Rate, ...]
    keyed_v1: tuple[Rate, ...]
    keyed_api: tuple[Rate, ...]
    sign_in: tuple[Rate, ...]
    hooks: tuple[Rate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who is at the other end: the address, and whether it is this very machine.

    Loopback is whoever connects from there under one of its names and forwards for nobody: what a proxy on this machine
    passes on comes from elsewhere, also if nobody told us of that proxy.
    """

    address: str
    loopback: bool


@lru_cache(maxsize=1_024)
def known_host(host: str, names: frozenset[str]) -> bool:
    """Whether a `Host` is one of ours: loopback under any port, or a configured name."""
    found = HOST.fullmatch(host)
    return found is not None and (found[1] or found[2]).lower().removesuffix(".") in names


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
        proxies: Sequence[Network],
        journal: Journal,
        clock: Clock,
        secure: bool,
    ) -> None:
        self._inner = inner
        self._identify = identify
        self._limiter = limiter
        self._rates = rates
        self._hosts = hosts
        self._proxies = tuple(proxies)
        self._journal = journal
        self._clock = clock
        self._fixed = list(FIXED)
        if secure:
            self._fixed.append((b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass a lifespan event on; nothing here speaks WebSocket."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        begun_ms = self._clock.steady_ms()
        scope.setdefault("state", {})
        passage = _Passage(send, self._fixed)
        try:
            await self._admit(scope, passage)
            await self._inner(scope, receive, passage.send)
        except Error as fault:
            if is_defect(fault):
                self._journal.failed(method=scope["method"], template=_template(scope), fault=fault)
            await passage.refuse(fault)
        except ClientDisconnect:
            passage.status = GONE
        except Exception as fault:  # noqa: BLE001  (the last resort; logged, answered with 500, never passed on)
            self._journal.failed(method=scope["method"], template=_template(scope), fault=fault)
            await passage.refuse(Error(NodeReason.INTERNAL))
        finally:
            elapsed_ms = self._clock.steady_ms() - begun_ms
            self._journal.request(
                method=scope["method"], template=_template(scope), status=passage.status, elapsed_ms=elapsed_ms
            )

    async def _admit(self, scope: Scope, passage: "_Passage") -> None:
        """Let a request in, or raise; tells the passage the rate header fields."""
        fields = _fields(scope)
        sender = self._sender(scope, fields)  # also of a request that a proxy sends here under a name of its own
        if not known_host(fields.get(b"host", b"").decode("latin-1"), self._hosts):
            raise Refused(NodeReason.MISDIRECTED, "This node does not answer under that name.")
        state, path = scope["state"], scope["path"]
        state["sender"] = sender
        caller = self._limiter.caller_at(sender.address)
        try:
            principal = await self._identify(scope, fields)
        except Error:
            passage.extra = _permitted(await self._limiter.take(self._public(path), caller))  # guessing costs as asking
            raise
        state["principal"] = principal
        if path == WELCOME and scope["method"] == "POST":
            passage.extra = _permitted(await self._limiter.take(self._rates.sign_in, caller))
            return
        if path in UNLIMITED or path.startswith(STATIC):
            return
        rates = self._public(path) if principal is None else self._keyed(path)
        named = caller if principal is None else f"key:{principal.actor}"
        passage.extra = _permitted(await self._limiter.take(rates, named))
        state["spend"] = partial(self._spend, passage, rates, named)
        state["hold"] = partial(self._spend, passage)
        state["caller"] = named

    async def _spend(self, passage: "_Passage", rates: Sequence[Rate], caller: str, units: int) -> None:
        """Count what a request asks for beyond one, before anything is done for it.

        Raises:
            Refused: `RATE_LIMITED`; the fields of the answer say when to come back.
        """
        try:
            passage.extra = _permitted(await self._limiter.take(rates, caller, units))
        except _Limited as limited:
            passage.extra = limited.fields
            raise

    def _public(self, path: str) -> tuple[Rate, ...]:
        if path.startswith(HOOKS):
            return self._rates.hooks
        return self._rates.api if path.startswith("/api/") else self._rates.v1

    def _keyed(self, path: str) -> tuple[Rate, ...]:
        return self._rates.keyed_api if path.startswith("/api/") else self._rates.keyed_v1

    def _sender(self, scope: Scope, fields: Fields) -> Sender:
        peer = (scope.get("client") or ("127.0.0.1", 0))[0] or "127.0.0.1"
        address, direct = _direct(peer)
        if not self._is_proxy(address):
            if direct.loopback and not FORWARDED.isdisjoint(fields):
                self._journal.forwarded(direct.address)
            return direct if not direct.loopback or _own(fields) else replace(direct, loopback=False)
        # The rightmost address that is not itself a proxy's is the one our own proxy saw.
        for text in reversed(fields.get(b"x-forwarded-for", b"").decode("latin-1").split(",")):
            try:
                hop = _plain(ipaddress.ip_address(text.strip()))
            except ValueError:
                break
            if not self._is_proxy(hop):
                return Sender(address=str(hop), loopback=False)
        return Sender(address=str(address), loopback=False)

    def _is_proxy(self, address: Address) -> bool:
        return bool(self._proxies) and any(address in network for network in self._proxies)


class _Passage:
    """The way out: adds the fixed header fields, and knows what was answered.

    Attributes:
        status: What was answered; 500 until then.
        extra: Header fields of this very request.
    """

    __slots__ = ("_begun", "_fixed", "_send", "extra", "status")

    def __init__(self, send: Send, fixed: Sequence[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._fixed = fixed
        self._begun = False
        self.status = 500
        self.extra: Sequence[tuple[bytes, bytes]] = ()

    async def send(self, message: Message) -> None:
        """Send one message of the answer."""
        if message["type"] == "http.response.start":
            self._begun = True
            self.status = message["status"]
            given = message["headers"]
            named = {name.lower() for name, _ in given}
            fixed = [pair for pair in self._fixed if pair[0] not in named]
            message = {**message, "headers": [*given, *fixed, *self.extra]}
        await self._send(message)

    async def refuse(self, fault: Error) -> None:
        """Answer with a problem, unless an answer has begun: then nothing can be said any more."""
        if self._begun:
            return
        made = problem(fault)
        data = msgspec.json.encode(made.body)
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(data)).encode())]
        headers += [(name.lower().encode(), value.encode()) for name, value in made.headers.items()]
        if isinstance(fault, _Limited):
            self.extra = fault.fields
        await self.send({"type": "http.response.start", "status": made.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": data})


def _fields(scope: Scope) -> Fields:
    """Header fields by lower-case name.

    Raises:
        Malformed: `FIELD_REPEATED` for a field that two readers could understand differently.
    """
    fields: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        lower = name.lower()
        if lower in fields:
            if lower in SINGLE:
                raise Malformed(NodeReason.FIELD_REPEATED, f"Send {lower.decode('latin-1')} once.")
            value = fields[lower] + (b"; " if lower == b"cookie" else b", ") + value  # noqa: PLW2901  (RFC 9110 §5.3)
        fields[lower] = value
    return fields


@lru_cache(maxsize=4_096)
def _direct(peer: str) -> tuple[Address, Sender]:
    """The address of a peer, and who it is if it is no proxy."""
    address = _plain(ipaddress.ip_address(peer.partition("%")[0]))
    return address, Sender(address=str(address), loopback=address.is_loopback)


def _own(fields: Fields) -> bool:
    """Whether a request that came over loopback also began there."""
    host = fields.get(b"host", b"").decode("latin-1")
    return known_host(host, LOOPBACK_NAMES) and FORWARDED.isdisjoint(fields)


def _plain(address: Address) -> Address:
    """A version 4 address as such, also when a socket of version 6 shows it."""
    return getattr(address, "ipv4_mapped", None) or address


def _template(scope: Scope) -> str:
    """The template that a handler named; of a path that reached none, how many segments it has."""
    named: str | None = scope["state"].get("template")
    if named is not None:
        return named
    path: str = scope["path"]
    segments = sum(1 for part in path.split("/") if part)
    return "/" + "/".join("*" * min(segments, DEEPEST)) + ("/**" if segments > DEEPEST else "")


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
