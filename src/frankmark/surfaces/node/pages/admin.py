"""The administrator's pages: sign in with a one-time link, then see and do what cannot wait for a command line."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from frankmark.foundation.errors import Error
from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.paging import Page
from frankmark.ports.rows import BlockList, ReportStatus
from frankmark.services.lists import Audit, Lists
from frankmark.services.principals import Principal, Role
from frankmark.services.registry import Registry
from frankmark.services.reports import Reports
from frankmark.services.rescoring import Rescoring
from frankmark.surfaces.node.pages.site import Site

__all__ = ["AdminPages", "AdminServices"]

ROWS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminServices:
    """What the pages do."""

    registry: Registry
    lists: Lists
    reports: Reports
    audit: Audit
    rescoring: Rescoring


class AdminPages:
    """Pages behind a session.

    Args:
        site: Renders, and knows sessions.
        services: What they do.
    """

    def __init__(self, site: Site, services: AdminServices) -> None:
        self._site = site
        self._do = services

    def routes(self) -> list[Route]:
        """The routes of these pages."""
        posts = {
            "/welcome": self.enter,
            "/admin/organisation": self._posted(self._organisation),
            "/admin/key": self._posted(self._key),
            "/admin/block": self._posted(self._block),
            "/admin/leave": self.leave,
        }
        return [
            Route("/welcome", self._framed("/welcome", self.welcome), methods=["GET"]),
            Route("/admin", self._framed("/admin", self.overview), methods=["GET"]),
            *(Route(path, self._framed(path, page), methods=["POST"]) for path, page in posts.items()),
        ]

    def _framed(self, path: str, page: Callable[[Request], Awaitable[Response]]) -> Callable[..., object]:
        async def framed(request: Request) -> Response:
            request.state.template = path
            try:
                return await page(request)
            except Error as fault:
                return self._site.fault(request, fault)

        return framed

    async def welcome(self, request: Request) -> Response:
        """The form that a one-time link fills."""
        return self._site.page(request, "welcome.html", fault="")

    async def enter(self, request: Request) -> Response:
        """Redeem a one-time link."""
        self._site.doorkeeper.from_own_page(request.scope, dict(request.headers.raw))
        fields = await self._site.form(request)
        try:
            session = await self._site.access.redeem_link(fields.get("secret", "").strip())
            cookie = self._site.doorkeeper.set_cookie(session)
        except Error as fault:
            shown = self._site.reason(self._site.language(request), fault.code.value)
            return self._site.page(request, "welcome.html", status=401, fault=shown)
        response = RedirectResponse("/admin", status_code=303, headers={"Cache-Control": "no-store"})
        response.headers.append("Set-Cookie", cookie)
        response.headers.append("Set-Cookie", self._site.doorkeeper.set_form_cookie(session))
        return response

    async def leave(self, request: Request) -> Response:
        """End the session."""
        await self._site.form_session(request, await self._site.form(request))
        await self._site.access.close_session(self._site.token(request))
        response = RedirectResponse("/", status_code=303)
        for ended in self._site.doorkeeper.clear_cookies():
            response.headers.append("Set-Cookie", ended)
        return response

    async def overview(self, request: Request) -> Response:
        """Everything at a glance."""
        principal = await self._site.access.resolve_session(self._site.token(request))
        return await self._page(request, principal)

    def _posted(
        self, act: Callable[[Principal, Mapping[str, str]], Awaitable[tuple[str, str]]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def posted(request: Request) -> Response:
            fields = await self._site.form(request)
            principal = await self._site.form_session(request, fields)
            try:
                made, secret = await act(principal, fields)
            except Error as fault:
                shown = self._site.reason(self._site.language(request), fault.code.value)
                return await self._page(request, principal, fault=f"{shown}: {fault.detail}")
            said = self._site.phrases.say(self._site.language(request), made)
            return await self._page(request, principal, made=said, secret=secret)

        return posted

    async def _organisation(self, principal: Principal, fields: Mapping[str, str]) -> tuple[str, str]:
        await self._do.registry.create_organisation(principal, fields.get("name", ""))
        return "admin.created", ""

    async def _key(self, principal: Principal, fields: Mapping[str, str]) -> tuple[str, str]:
        made = await self._site.access.create_key(principal, Role.ORG, "console", org_id=fields.get("org", ""))
        return "admin.key_made", made.text

    async def _block(self, principal: Principal, fields: Mapping[str, str]) -> tuple[str, str]:
        made = await self._do.lists.block(principal, BlockList.ADMIN, fields.get("domain", ""))
        await self._do.rescoring.decided(made.domain)
        return "admin.blocked", ""

    async def _page(
        self, request: Request, principal: Principal, *, made: str = "", secret: str = "", fault: str = ""
    ) -> Response:
        page = Page(limit=ROWS)
        organisations = (await self._do.registry.organisations(principal, page)).items
        reports = (await self._do.reports.reports(principal, page, status=ReportStatus.OPEN)).items
        acts = (await self._do.audit.trail(principal, page)).items
        response = self._site.page(
            request,
            "admin.html",
            csrf=self._site.doorkeeper.form_token(request.headers.get("cookie", "").encode("latin-1")),
            made=made,
            secret=secret,
            fault=fault,
            organisations=organisations,
            reports=[{"at": rfc3339(r.created_ms), "domain": r.domain, "category": r.category} for r in reports],
            acts=[
                {"number": a.number, "at": rfc3339(a.at_ms), "actor": a.actor, "act": a.act, "target": a.target}
                for a in acts
            ],
        )
        response.headers["Cache-Control"] = "no-store"
        return response
