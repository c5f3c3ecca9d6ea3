"""Pages of Signal: inside or outside, a receipt looked at again, a brand with its perimeter and history.

A brand's name never stands without its anchor domain, a fact never without its word and shape, and the disclaimer
stands on every page.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from frankmark.assembly.signal import SignalRooms
from frankmark.foundation.errors import Error
from frankmark.foundation.timestamps import rfc3339
from frankmark.mail.address import unicode_domain
from frankmark.ports.clock import Clock
from frankmark.ports.paging import Page
from frankmark.ports.signal import ChannelRow, PerimeterRow
from frankmark.protocols.signal.model import Artifact, ArtifactType, Fact
from frankmark.protocols.signal.perimeter import Channel
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.protocols.signal.receipt import BrandRef, Claims, about_unknown_brand
from frankmark.protocols.signal.subject import URL
from frankmark.protocols.signal.verdict import LEVELS, Colour
from frankmark.services.brands import Held
from frankmark.services.channels import Question, Result
from frankmark.services.receipts import Examined
from frankmark.surfaces.node.pages.site import Site

__all__ = ["SignalPages"]

AUTO = "auto"  # the form of what is asked says what it is
KINDS = (AUTO, URL, *(kind.value for kind in ArtifactType))
DISPLAYS = {Colour.RED: "blocked", Colour.AMBER: "caution", Colour.GREY: "unknown", Colour.GREEN: "trusted"}
UNKNOWN = f"fact.sentence.{Fact.UNKNOWN.value}"
UNNAMED = f"{UNKNOWN}.unnamed"
LONGEST_VALUE = 2_048
LONGEST_BRAND = 255
LONGEST_ID = 64
PERIMETERS = 10


class SignalPages:
    """Pages of Signal, none of which needs a credential.

    Args:
        site: Renders.
        signal: What they ask.
        clock: Tells the time.
    """

    def __init__(self, site: Site, signal: SignalRooms, clock: Clock) -> None:
        self._site = site
        self._channels = signal.channels
        self._brands = signal.brands
        self._store = signal.store
        self._clock = clock

    def routes(self) -> list[Route]:
        """The routes of these pages."""
        return self._site.routes(
            {
                "/signal": self.ask,
                "/receipts": self.find_receipt,
                "/receipts/{receipt}": self.receipt,
                "/brands": self.find_brand,
                "/brands/{brand}": self.brand,
            }
        )

    async def ask(self, request: Request) -> Response:
        """Inside or outside?"""
        asked = {
            "kind": _asked(request, "kind", LONGEST_ID) or AUTO,
            "value": _asked(request, "value", LONGEST_VALUE),
            "brand": _asked(request, "brand", LONGEST_BRAND),
        }
        if not asked["value"]:
            return self._site.page(request, "signal.html", kinds=KINDS, asked=asked, fault="", found=None)
        kind = "" if asked["kind"] == AUTO else asked["kind"]
        try:
            answer = await self._channels.verify(Question(kind=kind, value=asked["value"], brand=asked["brand"]))
        except Error as fault:
            shown = self._site.reason(self._site.language(request), fault.code.value)
            return self._site.page(
                request, "signal.html", status=400, kinds=KINDS, asked=asked, fault=shown, found=None
            )
        (result,) = answer.results
        unnamed = bool(asked["brand"]) and result.brand is None
        found = self._found(self._site.language(request), result, unnamed=unnamed)
        return self._site.page(request, "signal.html", kinds=KINDS, asked=asked, fault="", found=found)

    async def find_receipt(self, request: Request) -> Response:
        """The way to a receipt's page."""
        return self._onward(request, "/receipts", _asked(request, "id", LONGEST_ID))

    async def find_brand(self, request: Request) -> Response:
        """The way to a brand's page."""
        return self._onward(request, "/brands", _asked(request, "brand", LONGEST_BRAND))

    async def receipt(self, request: Request) -> Response:
        """A receipt, examined by the node, and again by the page itself."""
        examined, now = await self._channels.examine(request.path_params["receipt"])
        language = self._site.language(request)
        claims = None if examined.receipt is None else examined.receipt.claims
        return self._site.page(
            request,
            "receipt.html",
            id=examined.id,
            text=examined.held.text,
            index=examined.held.index,
            checks=[(check.value, held) for check, held in examined.checks.items()],
            display=_standing(examined),
            reason=self._site.reason(language, examined.reason) if examined.reason else "",
            claims=None if claims is None else self._claims(language, claims),
            now="" if now is None else now.value,
        )

    async def brand(self, request: Request) -> Response:
        """A brand: its channels now, and what it declared before."""
        asked = request.path_params["brand"][:LONGEST_BRAND]
        row = await self._brands.find(asked)
        held = None if row is None else await self._brands.held(row.brand)
        if held is None:
            return self._site.page(request, "brand.html", status=404, asked=asked, brand=None)
        page = Page(after=request.query_params.get("after", ""), limit=PERIMETERS)
        past = await self._store.perimeters(held.brand.brand, page)
        channels = await self._store.channels_of(held.brand.brand)
        return self._site.page(
            request,
            "brand.html",
            asked=asked,
            brand=self._brand(held, channels),
            history=[await self._perimeter(place) for place in past.items],
            older=past.next,
        )

    def _onward(self, request: Request, path: str, name: str) -> Response:
        where = f"{path}/{quote(name, safe='')}" if name else "/signal"
        return RedirectResponse(self._site.link(request, where), status_code=303)

    def _found(self, language: str, result: Result, *, unnamed: bool) -> dict[str, object]:
        finding = result.finding
        return {
            **self._fact(language, finding.fact, finding.artifact, result.brand, unnamed=unnamed),
            "signals": [one.value for one in finding.signals],
            "attribution": result.attribution.value,
            "receipt": result.issued.id,
        }

    def _fact(
        self, language: str, fact: Fact, artifact: Artifact | None, brand: BrandRef | None, *, unnamed: bool
    ) -> dict[str, object]:
        """A fact in words; `unnamed` says that it was asked about a brand that nobody knows."""
        say = self._site.phrases.say
        what = say(language, "fact.nothing") if artifact is None else _readable(artifact)
        key = f"fact.sentence.{fact.value}"
        if fact is Fact.UNKNOWN and artifact is not None and (brand is not None or unnamed):
            key += ".brand" if brand is not None else ".unnamed"
        places = {"what": what} if key in {UNKNOWN, UNNAMED} else {"what": what, "brand": _named(brand)}
        return {
            "fact": fact.value,
            "display": DISPLAYS[LEVELS[fact].colour],
            "level": LEVELS[fact].level.value,
            "sentence": say(language, key, **places),
            "artifact": artifact,
            "what": what,
            "brand": brand,
        }

    def _claims(self, language: str, claims: Claims) -> dict[str, object]:
        return {
            **self._fact(language, claims.fact, claims.artifact, claims.brand, unnamed=about_unknown_brand(claims)),
            "at": rfc3339(claims.iat * 1000),
            "iss": claims.iss,
            "nonce": claims.nonce or "",
            "signals": [one.value for one in claims.signals],
            "attribution": claims.attribution.value,
            "perimeter": claims.perimeter,
            "case": claims.case,
        }

    def _brand(self, held: Held, channels: Sequence[ChannelRow]) -> dict[str, object]:
        signed = held.document.perimeter
        return {
            "id": signed.brand,
            "name": signed.name,
            "domain": signed.domain,
            "active": held.perimeter(self._clock.now_ms()) is not None,
            "seq": signed.seq,
            "since": rfc3339(signed.iat * 1000),
            "until": rfc3339(signed.exp * 1000),
            "jkt": held.document.jkt,
            "leaf": held.place.leaf_index,
            "channels": [
                {"kind": one.type, "value": _written(one.type, one.value), "match": one.match, "control": one.control}
                for one in channels
            ],
        }

    async def _perimeter(self, place: PerimeterRow) -> Mapping[str, object]:
        """One perimeter of the past, and in what it differs from the one before."""
        before = await self._store.perimeter(place.brand, place.seq - 1) if place.seq > 1 else None
        now, then = self._declared(place), None if before is None else self._declared(before)
        return {
            "seq": place.seq,
            "leaf": place.leaf_index,
            "at": rfc3339(place.accepted_ms // 1000 * 1000),
            "erased": now is None,
            "added": sorted((now or set()) - (then or set())),
            "removed": sorted((then or set()) - now) if now is not None else [],
        }

    def _declared(self, place: PerimeterRow) -> set[tuple[str, str, str]] | None:
        """The channels of a perimeter as people read them; None once it was erased."""
        if place.erased_ms is not None:
            return None
        return {_listed(channel) for channel in self._brands.document(place).perimeter.channels}


def _asked(request: Request, name: str, longest: int) -> str:
    return request.query_params.get(name, "").strip()[:longest]


def _listed(channel: Channel) -> tuple[str, str, str]:
    kind = channel.artifact.type.value
    return kind, _written(kind, channel.artifact.value), channel.match.value


def _readable(artifact: Artifact) -> str:
    return _written(artifact.type.value, artifact.value)


def _written(kind: str, value: str) -> str:
    """A channel as people read it: a domain with its ASCII form beside it where the two differ."""
    if kind != ArtifactType.DOMAIN or "_" in value:
        return value
    shown = unicode_domain(value)
    return value if shown == value else f"{shown} ({value})"


def _named(brand: BrandRef | None) -> str:
    """A brand, never without its anchor."""
    return "" if brand is None else f"{brand.name} ({brand.domain})"


def _standing(examined: Examined) -> str:
    """How a receipt is shown: without proof of its key's time it is neither right nor wrong."""
    if not examined.reason:
        return "trusted"
    return "unknown" if examined.reason == SignalReason.KEY_TIME_UNPROVEN else "blocked"
