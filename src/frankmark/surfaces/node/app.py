"""The application behind the edge: rows of endpoints become routes, and errors become problem documents."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import Receive, Scope, Send

from frankmark.foundation.errors import Error, Refused, Unverified
from frankmark.services.reasons import ServiceReason
from frankmark.surfaces.node.endpoint import Access, Call, Endpoint, decoded_body, decoded_query, rendered
from frankmark.surfaces.node.problems import MEDIA_TYPE, problem
from frankmark.surfaces.node.reasons import NodeReason

__all__ = ["application", "problem_response", "route"]


def problem_response(fault: Error) -> Response:
    """An error as an HTTP response."""
    made = problem(fault)
    headers = {"WWW-Authenticate": 'Bearer realm="frankmark"'} if made.status == 401 else None  # noqa: PLR2004
    return Response(msgspec.json.encode(made.body), status_code=made.status, media_type=MEDIA_TYPE, headers=headers)


def route(endpoint: Endpoint) -> Route:
    """The route of an endpoint."""

    async def serve(request: Request) -> Response:
        request.state.template = endpoint.path
        try:
            call = Call(
                request=request,
                principal=getattr(request.state, "principal", None),
                path={name: str(value) for name, value in request.path_params.items()},
            )
            _admit(endpoint, call)
            return rendered(await endpoint.handle(call, await _asked(endpoint, request)))
        except Error as fault:
            return problem_response(fault)

    return Route(endpoint.path, serve, methods=[endpoint.method])


def _admit(endpoint: Endpoint, call: Call) -> None:
    if endpoint.access is Access.PUBLIC:
        return
    if call.principal is None:
        raise Unverified(ServiceReason.AUTH_REQUIRED, "Send an API key as Authorization: Bearer, or sign in.")
    if endpoint.roles and call.principal.role not in endpoint.roles and call.principal.role != "admin":
        raise Refused(ServiceReason.FORBIDDEN, f"This needs the role {' or '.join(sorted(endpoint.roles))}.")


async def _asked(endpoint: Endpoint, request: Request) -> msgspec.Struct | None:
    if endpoint.body is not None:
        return await decoded_body(request, endpoint.body)
    return decoded_query(request, endpoint.query) if endpoint.query is not None else None


class application:  # noqa: N801  (an ASGI application is called like a function)
    """All routes, with our own words for what is not there.

    Args:
        endpoints: The JSON interface.
        pages: Further routes, for people.
        not_found: Answers a path that no route knows; for a browser with a page.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        pages: Sequence[BaseRoute],
        not_found: Callable[[Request, Error], Awaitable[Response]],
    ) -> None:
        self._routes: list[BaseRoute] = [*(route(endpoint) for endpoint in endpoints), *pages]
        self._router = Router(self._routes, redirect_slashes=False)
        self._not_found = not_found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        allowed = self._methods(scope)
        if allowed is None:
            fault: Error = Refused(ServiceReason.NOT_FOUND, "There is nothing at this address.")
            response = await self._not_found(Request(scope, receive), fault)
        elif scope["method"] not in allowed:
            fault = Refused(NodeReason.METHOD_NOT_ALLOWED, f"This address takes {', '.join(sorted(allowed))}.")
            response = problem_response(fault)
            response.headers["Allow"] = ", ".join(sorted(allowed))
        else:
            try:
                await self._router(scope, receive, send)
            except HTTPException as gone:  # a static file that is not there
                fault = Refused(ServiceReason.NOT_FOUND, str(gone.detail))
                response = await self._not_found(Request(scope, receive), fault)
            else:
                return
        await response(scope, receive, send)

    def _methods(self, scope: Scope) -> set[str] | None:
        """The methods that the path takes; None if no route knows it."""
        allowed: set[str] = set()
        for one in self._routes:
            match, _ = one.matches(scope)
            if match is Match.FULL and not isinstance(one, Route):
                return {scope["method"]}
            if match is not Match.NONE and isinstance(one, Route):
                allowed |= one.methods or set()
        return allowed or None
