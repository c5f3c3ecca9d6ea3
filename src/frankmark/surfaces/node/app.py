"""The application behind the edge: rows of endpoints become addresses, and errors become problem documents.

An address without parameters is found by one look into a table, since the busiest ones are such; of the others those
with the same first segment are tried, in the order in which they are written.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from re import Pattern

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router, compile_path
from starlette.types import Message, Receive, Scope, Send

from frankmark.foundation.errors import Error, Refused, Unverified
from frankmark.services.reasons import ServiceReason
from frankmark.surfaces.node.endpoint import Access, Call, Endpoint, decoded_body, decoded_query, rendered
from frankmark.surfaces.node.problems import MEDIA_TYPE, is_defect, problem
from frankmark.surfaces.node.reasons import NodeReason

__all__ = ["application", "problem_response", "serving"]

Serve = Callable[[Request], Awaitable[Response]]


def problem_response(fault: Error) -> Response:
    """An error as an HTTP response."""
    made = problem(fault)
    return Response(
        msgspec.json.encode(made.body), status_code=made.status, media_type=MEDIA_TYPE, headers=made.headers
    )


def serving(endpoint: Endpoint) -> Serve:
    """What serves the requests of an endpoint."""
    template = endpoint.template

    async def serve(request: Request) -> Response:
        scope = request.scope
        state = scope.setdefault("state", {})
        state["template"] = template
        try:
            call = Call(request=request, principal=state.get("principal"), path=scope.get("path_params", {}))
            _admit(endpoint, call)
            return rendered(await endpoint.handle(call, await _asked(endpoint, request)))
        except Error as fault:
            if is_defect(fault):
                raise
            return problem_response(fault)

    return serve


def _admit(endpoint: Endpoint, call: Call) -> None:
    if endpoint.access is Access.PUBLIC:
        return
    if call.principal is None:
        raise Unverified(ServiceReason.AUTH_REQUIRED, "Send an API key as Authorization: Bearer, or sign in.")
    if endpoint.roles and call.principal.role not in endpoint.roles and call.principal.role != "admin":
        raise Refused(ServiceReason.FORBIDDEN, f"This needs the role {' or '.join(sorted(endpoint.roles))}.")


async def _asked(endpoint: Endpoint, request: Request) -> msgspec.Struct | None:
    if endpoint.body is not None:
        return await decoded_body(request, endpoint.body, repeats=endpoint.repeats, most=endpoint.most)
    return decoded_query(request, endpoint.query) if endpoint.query is not None else None


@dataclass(slots=True, kw_only=True)
class _Address:
    """One path, or one form of paths, and who serves which method there."""

    pattern: Pattern[str]
    methods: dict[str, Serve] = field(default_factory=dict)

    @property
    def allowed(self) -> str:
        """The value of `Allow`."""
        return ", ".join(sorted({*self.methods, "OPTIONS", *(["HEAD"] if "GET" in self.methods else [])}))

    def serve(self, method: str) -> Serve | None:
        """Who serves a method; HEAD is GET without a body."""
        return self.methods.get("GET" if method == "HEAD" else method)


class application:  # noqa: N801  (an ASGI application is called like a function)
    """All addresses, with our own words for what is not there.

    Args:
        endpoints: The JSON interface.
        pages: Further routes, for people.
        mounts: Folders of files.
        not_found: Answers a path that nobody serves; for a browser with a page.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        pages: Iterable[Route],
        mounts: Sequence[Mount],
        not_found: Callable[[Request, Error], Awaitable[Response]],
    ) -> None:
        self._exact: dict[str, _Address] = {}
        self._patterns: dict[str, _Address] = {}
        self._mounts = Router(mounts, redirect_slashes=False, default=_nowhere)
        self._not_found = not_found
        for endpoint in endpoints:
            self._add(endpoint.path, {endpoint.method: serving(endpoint)})
        for page in pages:
            self._add(page.path, dict.fromkeys((page.methods or set()) - {"HEAD"}, page.endpoint))
        heads = {_head(path) for path in self._patterns} | {"{}"}
        self._below = {
            head: [self._patterns[path] for path in self._patterns if _head(path) in {head, "{}"}] for head in heads
        }

    def _add(self, path: str, methods: Mapping[str, Serve]) -> None:
        pattern, _, parameters = compile_path(path)
        table = self._patterns if parameters else self._exact
        table.setdefault(path, _Address(pattern=pattern)).methods.update(methods)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass a lifespan event on."""
        if scope["type"] != "http":
            await self._mounts(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            send = _without_body(send)
        address, parameters = self._found(scope["path"])
        if address is None:
            await self._elsewhere(scope, receive, send)
            return
        serve = address.serve(scope["method"])
        if serve is None:
            response = _other_method(scope["method"], address.allowed)
        else:
            scope["path_params"] = parameters
            response = await serve(Request(scope, receive))
        await response(scope, receive, send)

    def _found(self, path: str) -> tuple[_Address | None, dict[str, str]]:
        address = self._exact.get(path)
        if address is not None:
            return address, {}
        for address in self._below.get(path[1:].partition("/")[0]) or self._below["{}"]:
            match = address.pattern.match(path)
            if match is not None:
                return address, match.groupdict()
        return None, {}

    async def _elsewhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A file, or nothing at all."""
        begun: list[Message] = []

        async def watched(message: Message) -> None:
            begun.append(message)
            await send(message)

        try:
            await self._mounts(dict(scope), receive, watched)
        except HTTPException as gone:  # no such folder, no such file, or not for that method
            if begun:
                raise
            if gone.status_code == 405:  # noqa: PLR2004
                response = _other_method(scope["method"], "GET, HEAD, OPTIONS")
            else:
                fault = Refused(ServiceReason.NOT_FOUND, "There is nothing at this address.")
                response = await self._not_found(Request(scope, receive), fault)
            await response(scope, receive, send)


async def _nowhere(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise HTTPException(status_code=404)


def _other_method(method: str, allowed: str) -> Response:
    if method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": allowed})
    response = problem_response(Refused(NodeReason.METHOD_NOT_ALLOWED, f"This address takes {allowed}."))
    response.headers["Allow"] = allowed
    return response


def _head(path: str) -> str:
    """The first segment of a form of paths; a pair of braces where it is no fixed word."""
    first = path[1:].partition("/")[0]
    return "{}" if "{" in first else first


def _without_body(send: Send) -> Send:
    async def bare(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return bare
