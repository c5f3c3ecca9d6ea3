"""The frame of every page: language, templates, forms, and a page for what is not there."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from frankmark.foundation.errors import Error, Refused, Unverified
from frankmark.foundation.phrases import Phrases
from frankmark.services.access import Access
from frankmark.services.principals import Principal
from frankmark.services.reasons import ServiceReason
from frankmark.surfaces.node.app import problem_response
from frankmark.surfaces.node.auth import Doorkeeper
from frankmark.surfaces.node.endpoint import body_octets
from frankmark.surfaces.node.problems import problem
from frankmark.surfaces.node.reasons import NodeReason

__all__ = ["Frame", "Served", "Site", "wants_page"]

Served = Callable[[Request], Awaitable[Response]]
"""What answers a request with a page."""

NAMES = {"en": "English", "es": "Español", "fr": "Français", "ja": "日本語"}
MOST_FIELDS = 32
MOST_RANGES = 32
WEIGHT = re.compile(r"(?:^|;)\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*(?:;|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every page shows of the node.

    Attributes:
        notice: The key of a phrase that stands above every page, as in a demo; empty for none.
    """

    node_id: str
    version: str
    notice: str = ""


def wants_page(request: Request) -> bool:
    """Whether whoever asks reads pages: `Accept` names HTML, and JSON neither earlier nor with more weight."""
    weights: dict[str, float] = {}
    for part in request.headers.get("accept", "").lower().split(",")[:MOST_RANGES]:
        media, _, parameters = part.partition(";")
        weights.setdefault(media.strip(), _weight(parameters))
    page, other = weights.get("text/html", 0.0), weights.get("application/json", 0.0)
    names = list(weights)
    if page == other and page:
        return names.index("text/html") < names.index("application/json")
    return page > other


def _weight(parameters: str) -> float:
    """The weight of a range in `Accept` (RFC 9110 §12.4.2); one that cannot be read is none."""
    found = WEIGHT.search(parameters)
    if found is None:
        return 0.0 if "q=" in parameters.replace(" ", "") else 1.0
    return float(found[1])


class Site:
    """Renders pages.

    Args:
        phrases: The words.
        frame: What stands on every page.
        access: For sessions of forms.
        doorkeeper: For cookies.
    """

    def __init__(self, phrases: Phrases, frame: Frame, access: Access, doorkeeper: Doorkeeper) -> None:
        self.phrases = phrases
        self.access = access
        self.doorkeeper = doorkeeper
        self._frame = frame
        self._templates = Environment(
            loader=PackageLoader("frankmark.surfaces.node.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def language(self, request: Request) -> str:
        """The reader's language: the one chosen on the page, else the browser's."""
        return self.chosen(request) or self.phrases.chosen(request.headers.get("accept-language", ""))

    def chosen(self, request: Request) -> str:
        """The language that was chosen on a page, which its links and forms carry on; empty if none was."""
        asked = request.query_params.get("lang", "")
        return asked if asked in self.phrases.languages else ""

    def page(self, request: Request, template: str, *, status: int = 200, **places: object) -> Response:
        """A page.

        Args:
            request: Who asks, for the language and for which page this is.
            template: The template's file name.
            status: The HTTP status.
            places: What the template shows.
        """
        language, chosen = self.language(request), self.chosen(request)
        say = partial(self.phrases.say, language)
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
        text = self._templates.get_template(template).render(
            lang=language,
            languages=[(tag, NAMES[tag]) for tag in self.phrases.languages],
            say=say,
            here=request.url.path,
            with_lang=lambda tag: urlencode([*kept, ("lang", tag)]),
            to=partial(self.link, request),
            kept=Markup('<input type="hidden" name="lang" value="{}">').format(chosen) if chosen else "",
            node_id=self._frame.node_id,
            version=self._frame.version,
            notice=say(self._frame.notice) if self._frame.notice else "",
            **places,
        )
        headers = {"Content-Language": language, "Vary": "Accept-Language, Accept, Cookie", "Cache-Control": "no-cache"}
        return HTMLResponse(text, status_code=status, headers=headers)

    def link(self, request: Request, path: str, **query: str | int) -> str:
        """The address of another page, in the language that was chosen on this one.

        Args:
            request: Who asks.
            path: The path.
            query: Parameters; one that is empty is left out.
        """
        pairs = {**query, "lang": self.chosen(request)}
        joined = urlencode({name: value for name, value in pairs.items() if value != ""})
        return f"{path}?{joined}" if joined else path

    def routes(self, paths: Mapping[str, Served]) -> list[Route]:
        """The routes of pages that are read, by their paths."""
        return [Route(path, self._framed(path, page), methods=["GET"]) for path, page in paths.items()]

    def _framed(self, path: str, page: Served) -> Served:
        """A page whose errors are pages too, logged under the template of its path."""

        async def framed(request: Request) -> Response:
            request.state.template = path.replace(":path", "")
            try:
                return await page(request)
            except Error as fault:
                return self.fault(request, fault)

        return framed

    def fault(self, request: Request, fault: Error) -> Response:
        """An error: a page for readers, a problem document for programs."""
        if not wants_page(request):
            return problem_response(fault)
        made = problem(fault)
        key = f"reason.{made.body.code}"
        text = self.phrases.say(self.language(request), key) if self.phrases.has(key) else ""
        return self.page(request, "problem.html", status=made.status, problem=made.body, text=text)

    async def not_found(self, request: Request, fault: Error) -> Response:
        """What stands where nothing is."""
        return self.fault(request, fault)

    def reason(self, language: str, code: str) -> str:
        """A code in the reader's words; the code itself in words where there are none."""
        key = f"reason.{code}"
        return self.phrases.say(language, key) if self.phrases.has(key) else code.replace("_", " ").capitalize()

    async def form(self, request: Request) -> Mapping[str, str]:
        """The fields of a posted form.

        Raises:
            Refused: `UNSUPPORTED_MEDIA_TYPE`, `PAYLOAD_TOO_LARGE`, `REQUEST_TIMEOUT`.
        """
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != "application/x-www-form-urlencoded":
            raise Refused(NodeReason.UNSUPPORTED_MEDIA_TYPE, "Send the form as a browser does.")
        data = await body_octets(request)
        try:
            return dict(parse_qsl(data.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
        except ValueError as wrong:
            raise Refused(NodeReason.UNSUPPORTED_MEDIA_TYPE, "This is no form.") from wrong

    def token(self, request: Request) -> str:
        """The session token of the cookie.

        Raises:
            Unverified: `AUTH_REQUIRED`.
        """
        token = self.doorkeeper.token(request.headers.get("cookie", "").encode("latin-1"))
        if token is None:
            raise Unverified(ServiceReason.AUTH_REQUIRED, "Sign in first: frankmark admin link.")
        return token

    async def form_session(self, request: Request, fields: Mapping[str, str]) -> Principal:
        """Who posted a form; its `csrf` field must be the session's own.

        Raises:
            Unverified: `AUTH_REQUIRED`, `SESSION_ENDED`.
            Refused: `CSRF_INVALID`.
        """
        return await self.access.resolve_session(self.token(request), csrf=fields.get("csrf", ""))
