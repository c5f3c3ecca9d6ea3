"""The typed layer: an endpoint is a row, and router, checks and OpenAPI document are made from the same rows.

A request body is one JSON object. It is parsed strictly (no duplicate names, no lone surrogates, bounded depth), every
unknown member is named at once, and only then is it decoded into the struct that the row names.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Scope
from typing_extensions import override

from frankmark.foundation import canonical
from frankmark.foundation.errors import Malformed, Refused, Unverified
from frankmark.foundation.vocabulary import unknown_keys
from frankmark.ports.limits import Rate
from frankmark.services.principals import Principal
from frankmark.services.reasons import ServiceReason
from frankmark.surfaces.node.reasons import NodeReason

__all__ = [
    "MAX_BODY",
    "Access",
    "Call",
    "Endpoint",
    "Reply",
    "body_octets",
    "decoded_body",
    "decoded_query",
    "endpoints_of",
    "operation",
    "rendered",
]

MAX_BODY = 65_536  # octets; the largest body of our own is far below, and what others send says how large it may be
BODY_S = 20.0  # until the whole body must be here
SHORT = 1_024  # octets of a body that may be remembered
BODILESS = frozenset({204, 304})
CONVERTOR = re.compile(r":\w+(?=\})")

Asked = TypeVar("Asked", bound=msgspec.Struct)


class Access(StrEnum):
    """What a caller must show."""

    PUBLIC = "public"  # nothing; reads, and the closed list of POSTs that take no credential
    CREDENTIAL = "credential"  # a key or a session of one of the roles named


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as a handler sees it.

    Attributes:
        request: For headers and path; a handler never reads the body by it.
        principal: Who asks; None if nothing was presented.
        path: The values of the path's parameters.
    """

    request: Request
    principal: Principal | None
    path: Mapping[str, str]

    @property
    def loopback(self) -> bool:
        """Whether the connection itself comes from this machine."""
        return bool(self.request.state.sender.loopback)

    async def octets(self, most: int) -> bytes:
        """Read the body as it came, where the row says that its handler does.

        Args:
            most: The most octets that it may have.

        Raises:
            Refused: `PAYLOAD_TOO_LARGE`, `REQUEST_TIMEOUT`.
            ClientDisconnect: Whoever asked has left.
        """
        return await body_octets(self.request, most)

    async def spend(self, units: int) -> None:
        """Count further requests that this one stands for against the caller's limits.

        Raises:
            Refused: `RATE_LIMITED`.
        """
        if units:
            await self.request.state.spend(units)

    async def hold_to(self, rate: Rate, whom: str = "") -> None:
        """Count this request against one more window.

        Args:
            rate: The window.
            whom: Whose window it is; empty for the caller's.

        Raises:
            Refused: `RATE_LIMITED`.
        """
        await self.request.state.hold((rate,), whom or self.request.state.caller, 1)

    @property
    def known(self) -> Principal:
        """Who asks, where the row demands a credential."""
        if self.principal is None:
            raise Unverified(ServiceReason.AUTH_REQUIRED, "Send an API key as Authorization: Bearer, or sign in.")
        return self.principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a handler answers.

    Attributes:
        content: A struct, list or dictionary for JSON; text or octets for anything else.
        status: The HTTP status.
        media: The media type.
        headers: Further header fields.
        cookies: Values of `Set-Cookie`, each a field of its own.
    """

    content: object = None
    status: int = 200
    media: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One operation.

    Attributes:
        handle: Called with the call and the decoded body or query (None if the row names neither).
        returns: Status → struct of the answer, or None where the answer is not JSON.
        problems: Codes that this operation answers beside those that every operation may.
        octets: Whether the handler reads the body itself, as octets that somebody has signed.
        most: The most octets that its body may have.
        repeats: Whether the same body comes again and again, holds nothing secret, and decodes to something frozen.
        media: Media types of answers by status, where they are not `application/json`.
        roles: Who may, where `access` is CREDENTIAL; empty: every role.
    """

    method: str
    path: str
    handle: Callable[[Call, Any], Awaitable[Reply]]
    summary: str
    tag: str
    access: Access = Access.PUBLIC
    roles: frozenset[str] = frozenset()
    body: type[msgspec.Struct] | None = None
    octets: bool = False
    most: int = MAX_BODY
    repeats: bool = False
    query: type[msgspec.Struct] | None = None
    returns: Mapping[int, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    media: Mapping[int, str | tuple[str, ...]] = field(default_factory=dict)

    @property
    def template(self) -> str:
        """The path with its parameters in braces, as the log and the interface's description show it."""
        return CONVERTOR.sub("", self.path)

    @property
    def mutates(self) -> bool:
        """Whether the method is one that may change something."""
        return self.method not in {"GET", "HEAD"}


Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Reply]])


def operation(method: str, path: str, summary: str, **row: Any) -> Callable[[Handler], Handler]:  # noqa: ANN401
    """Mark a method of a room as the handler of an operation; `row` holds further members of `Endpoint`."""

    def marked(handler: Handler) -> Handler:
        handler.__dict__["operation"] = {"method": method, "path": path, "summary": summary, **row}
        return handler

    return marked


def endpoints_of(room: object, tag: str) -> list[Endpoint]:
    """The operations of a room, in the order in which they are written."""
    marked = [(name, member) for name, member in vars(type(room)).items() if hasattr(member, "operation")]
    return [Endpoint(handle=getattr(room, name), **{"tag": tag, **member.operation}) for name, member in marked]


async def body_octets(request: Request, most: int = MAX_BODY) -> bytes:
    """The whole body.

    Args:
        request: The request.
        most: The most octets that it may have.

    Raises:
        Refused: `PAYLOAD_TOO_LARGE`, `REQUEST_TIMEOUT`.
        ClientDisconnect: Whoever asked has left.
    """
    receive, data, more = request.receive, bytearray(), True
    try:
        async with asyncio.timeout(BODY_S):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                data += message.get("body", b"")
                more = message.get("more_body", False)
                if len(data) > most:
                    raise Refused(NodeReason.PAYLOAD_TOO_LARGE, f"The body has at most {most} octets here.")
    except TimeoutError as slow:
        raise Refused(NodeReason.REQUEST_TIMEOUT, f"The body was not here after {BODY_S:.0f} s.") from slow
    return bytes(data)


async def decoded_body(request: Request, struct: type[Asked], *, repeats: bool = False, most: int = MAX_BODY) -> Asked:
    """The request's body as the struct.

    Args:
        request: The request.
        struct: What the body must be.
        repeats: Whether a body that is short and names no mail address is decoded once for all who send the same.
        most: The most octets that it may have.

    Raises:
        Refused: `UNSUPPORTED_MEDIA_TYPE`, `PAYLOAD_TOO_LARGE`, `REQUEST_TIMEOUT`.
        Malformed: `INVALID_JSON`, `UNKNOWN_MEMBER`, `VALIDATION_FAILED`.
    """
    media, coding = _described(request.scope)
    if media.partition(";")[0].strip().lower() != "application/json":
        raise Refused(NodeReason.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
    if coding.lower() != "identity":
        raise Refused(NodeReason.UNSUPPORTED_MEDIA_TYPE, "Send the body as it is, without a content coding.")
    data = await body_octets(request, most)
    if repeats and len(data) <= SHORT and b"@" not in data and b"\\" not in data:  # an escape could hide the at sign
        known: Asked = _remembered(data, struct)
        return known
    return _decoded(data, struct)


def _described(scope: Scope) -> tuple[str, str]:
    """The fields `Content-Type` and `Content-Encoding`; the first of each counts."""
    found = dict(reversed(scope["headers"]))
    media: bytes = found.get(b"content-type", b"")
    coding: bytes = found.get(b"content-encoding", b"identity")
    return media.decode("latin-1"), coding.decode("latin-1")


@lru_cache(maxsize=2_048)
def _remembered(data: bytes, struct: type[Asked]) -> Asked:
    return _decoded(data, struct)


def _decoded(data: bytes, struct: type[Asked]) -> Asked:
    try:
        given = canonical.load(data)
    except Malformed as fault:
        raise Malformed(NodeReason.INVALID_JSON, f"The body is not acceptable JSON: {fault}") from fault
    if not isinstance(given, dict):
        raise Malformed(NodeReason.INVALID_JSON, "The body must be one JSON object.")
    return _converted({name: _whole(value) for name, value in given.items()}, struct, strict=True)


def decoded_query(request: Request, struct: type[Asked]) -> Asked:
    """The request's query as the struct; a parameter given twice is refused.

    Raises:
        Malformed: `UNKNOWN_MEMBER`, `VALIDATION_FAILED`.
    """
    pairs = request.query_params.multi_items()
    given: dict[str, object] = dict(pairs)
    if len(given) != len(pairs):
        raise Malformed(ServiceReason.VALIDATION_FAILED, "A query parameter may be given once.")
    return _converted(given, struct, strict=False)


def _whole(value: canonical.Json) -> canonical.Json:
    """The value with each number of no fraction as an integer: JSON has one kind of number, and 26.0 is 26."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [_whole(each) for each in value]
        case dict():
            return {name: _whole(each) for name, each in value.items()}
        case _:
            return value


def _converted(given: Mapping[str, object], struct: type[Asked], *, strict: bool) -> Asked:
    unknown = unknown_keys(given, struct)
    if unknown:
        named = "; ".join(f"{key.name} (did you mean {key.nearest}?)" if key.nearest else key.name for key in unknown)
        raise Malformed(NodeReason.UNKNOWN_MEMBER, f"Unknown: {named}")
    try:
        return msgspec.convert(given, struct, strict=strict)
    except msgspec.ValidationError as fault:
        raise Malformed(ServiceReason.VALIDATION_FAILED, str(fault)) from fault


class _Octets(Response):
    """A response whose header fields are made once, not parsed again."""

    @override
    def __init__(self, data: bytes, status: int, fields: list[tuple[bytes, bytes]]) -> None:
        self.status_code = status
        self.body = data
        self.raw_headers = fields
        self.background = None


def rendered(reply: Reply) -> Response:
    """The HTTP response of a reply."""
    content, status = reply.content, reply.status
    if content is None:
        data = b""
    elif isinstance(content, bytes):
        data = content
    elif isinstance(content, str):
        data = content.encode()
    else:
        data = msgspec.json.encode(content)
    fields = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
    if status not in BODILESS:
        fields.append((b"content-length", b"%d" % len(data)))
    media = f"{reply.media}; charset=utf-8" if _unsaid_charset(reply.media) else reply.media
    fields.append((b"content-type", media.encode("latin-1")))
    fields += [(b"set-cookie", cookie.encode("latin-1")) for cookie in reply.cookies]
    return _Octets(data, status, fields)


def _unsaid_charset(media: str) -> bool:
    return media.startswith("text/") and "charset=" not in media.lower()
