"""The typed layer: an endpoint is a row, and router, checks and OpenAPI document are made from the same rows.

A request body is one JSON object. It is parsed strictly (no duplicate names, no lone surrogates, bounded depth), every
unknown member is named at once, and only then is it decoded into the struct that the row names.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from frankmark.foundation import canonical
from frankmark.foundation.errors import Malformed, Refused, Unverified
from frankmark.foundation.vocabulary import unknown_keys
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

MAX_BODY = 65_536  # octets; the largest body that any route takes is far below
BODY_S = 20.0  # until the whole body must be here
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
        request: For headers and path; a handler never reads the body itself.
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

    async def spend(self, units: int) -> None:
        """Count further requests that this one stands for against the caller's limits.

        Raises:
            Refused: `RATE_LIMITED`.
        """
        if units:
            await self.request.state.spend(units)

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


async def body_octets(request: Request) -> bytes:
    """The whole body.

    Raises:
        Refused: `PAYLOAD_TOO_LARGE`, `REQUEST_TIMEOUT`.
    """
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                data += part
                if len(data) > MAX_BODY:
                    raise Refused(NodeReason.PAYLOAD_TOO_LARGE, f"A body has at most {MAX_BODY} octets.")
    except TimeoutError as slow:
        raise Refused(NodeReason.REQUEST_TIMEOUT, f"The body was not here after {BODY_S:.0f} s.") from slow
    return bytes(data)


async def decoded_body(request: Request, struct: type[Asked]) -> Asked:
    """The request's body as the struct.

    Raises:
        Refused: `UNSUPPORTED_MEDIA_TYPE`, `PAYLOAD_TOO_LARGE`, `REQUEST_TIMEOUT`.
        Malformed: `INVALID_JSON`, `UNKNOWN_MEMBER`, `VALIDATION_FAILED`.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Refused(NodeReason.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
    data = await body_octets(request)
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


def rendered(reply: Reply) -> Response:
    """The HTTP response of a reply."""
    content = reply.content
    if content is None:
        data = b""
    elif isinstance(content, bytes):
        data = content
    elif isinstance(content, str):
        data = content.encode()
    else:
        data = msgspec.json.encode(content)
    response = Response(data, status_code=reply.status, media_type=reply.media, headers=dict(reply.headers))
    for cookie in reply.cookies:
        response.headers.append("Set-Cookie", cookie)
    return response
