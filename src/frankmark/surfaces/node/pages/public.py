"""Pages that anybody may read: home, check, verify, registry, interface."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from frankmark.foundation.errors import Error
from frankmark.foundation.timestamps import rfc3339
from frankmark.mail.address import unicode_domain
from frankmark.ports.stamps import Stamp, StampStatus
from frankmark.protocols.securestamp.channels import ChannelResult
from frankmark.protocols.securestamp.display import display
from frankmark.protocols.securestamp.examination import Examination
from frankmark.protocols.securestamp.signals import UNAVAILABLE
from frankmark.protocols.securestamp.wire import STATE_WORDS, verify_body
from frankmark.services.public_registry import Lookup, PublicRegistry
from frankmark.services.trust import TrustAnswer, TrustQuery, TrustService
from frankmark.surfaces.node.endpoint import Access, Call, Endpoint, Reply, rendered
from frankmark.surfaces.node.pages.site import Site, wants_page
from frankmark.surfaces.node.routes.trust_views import VerifyView

__all__ = ["PublicPages", "Words"]

MARKS = {
    ChannelResult.PASS: "yes",
    ChannelResult.FAIL: "no",
    ChannelResult.PERMERROR: "no",
}
LONGEST_TOKEN = 8_192
CHECKS = ("signature", "exp", "stampKnown", "revoked", "domain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What pages show of the node itself.

    Attributes:
        public_url: The node's public URL.
        head: Size and root of the ledger, as text.
        clock: Milliseconds since the epoch.
    """

    public_url: str
    head: Callable[[], tuple[int, str]]
    now_ms: Callable[[], int]


async def _page_only(_call: Call, _asked: object) -> Reply:
    """Stands in rows that only describe; the page serves."""
    return Reply(status=404)


class PublicPages:
    """Pages without a credential.

    Args:
        site: Renders.
        trust: Assesses.
        registry: Looks up.
        words: About the node.
        endpoints: The JSON interface, for its page.
    """

    def __init__(
        self,
        site: Site,
        trust: TrustService,
        registry: PublicRegistry,
        words: Words,
        endpoints: Sequence[Endpoint],
    ) -> None:
        self._site = site
        self._trust = trust
        self._registry = registry
        self._words = words
        self._endpoints = endpoints

    def routes(self) -> list[Route]:
        """The routes of these pages."""
        paths = {
            "/": self.home,
            "/check": self.check,
            "/verify": self.ask_verify,
            "/verify/{token:path}": self.verify,
            "/registry": self.registry,
            "/api": self.interface,
        }
        return self._site.routes(paths)

    def described(self) -> list[Endpoint]:
        """The page that is JSON for programs, for the interface's description."""
        return [
            Endpoint(
                method="GET",
                path="/verify/{token:path}",
                handle=_page_only,
                summary="A token looked at from all sides: JSON for programs, a page for people",
                tag="trust",
                returns={200: VerifyView},
            )
        ]

    async def home(self, request: Request) -> Response:
        """What this is, and a form."""
        size, root = self._words.head()
        return self._site.page(request, "home.html", ledger_size=size, ledger_root=root)

    async def check(self, request: Request) -> Response:
        """Who can be trusted."""
        target = request.query_params.get("target", "").strip()[:320]
        language = self._site.language(request)
        if not target:
            return self._site.page(request, "check.html", target="", fault="", answer=None)
        try:
            answer = await self._trust.check(TrustQuery(target=target, stranger=True))
        except Error as fault:
            shown = self._site.reason(language, fault.code.value)
            return self._site.page(request, "check.html", status=400, target=target, fault=shown, answer=None)
        return self._site.page(request, "check.html", target=target, fault="", answer=self._answer(language, answer))

    async def ask_verify(self, request: Request) -> Response:
        """A form for a token, and the way to its page."""
        token = "".join(request.query_params.get("token", "").split())
        if token:
            chosen = self._site.chosen(request)
            address = f"/verify/{quote(token.rpartition('/')[2][:LONGEST_TOKEN], safe='')}"
            return RedirectResponse(f"{address}?lang={chosen}" if chosen else address, status_code=303)
        return self._site.page(request, "verify.html", seen=None)

    async def verify(self, request: Request) -> Response:
        """A token looked at from all sides: a page for people, JSON for programs."""
        seen = await self._registry.examine(request.path_params["token"])
        body = verify_body(seen, self._words.public_url)
        if not wants_page(request):
            return rendered(Reply(content=body, headers={"Vary": "Accept", "Cache-Control": "no-cache"}))
        return self._site.page(request, "verify.html", seen=self._seen(self._site.language(request), seen, body))

    async def registry(self, request: Request) -> Response:
        """A domain's public entry."""
        domain = request.query_params.get("domain", "").strip()[:255]
        if not domain:
            return self._site.page(request, "registry.html", domain="", fault="", entry=None)
        try:
            entry = await self._registry.lookup(domain)
        except Error as fault:
            shown = self._site.reason(self._site.language(request), fault.code.value)
            return self._site.page(request, "registry.html", status=400, domain=domain, fault=shown, entry=None)
        return self._site.page(request, "registry.html", domain=domain, fault="", entry=self._entry(entry))

    async def interface(self, request: Request) -> Response:
        """The operations of the JSON interface, from the same rows that serve them."""
        rows = sorted(self._endpoints, key=lambda row: (row.tag, row.path, row.method))
        groups = [
            (
                tag,
                [
                    {
                        "method": row.method,
                        "path": row.template,
                        "summary": row.summary,
                        "public": row.access is Access.PUBLIC,
                    }
                    for row in some
                ],
            )
            for tag, some in groupby(rows, key=lambda row: row.tag)
        ]
        return self._site.page(request, "api.html", groups=groups)

    def _answer(self, language: str, answer: TrustAnswer) -> dict[str, object]:
        assessment = answer.assessment
        codes = [reason.value for reason in assessment.reasons]
        return {
            "display": display(assessment).value,
            "domain": answer.target.domain,
            "shown": unicode_domain(answer.target.domain),
            "score": assessment.score,
            "state": STATE_WORDS[assessment.state][0],
            "level": assessment.level.value,
            "checked": rfc3339(answer.checked_ms),
            "reasons": [{"code": code, "text": self._site.reason(language, code)} for code in codes],
            "channels": [
                {"name": one.channel.value, "result": one.result.value, "mark": MARKS.get(one.result, "open")}
                for one in assessment.evidence.lists.channels
            ],
            "signals": [
                {
                    "name": one.signal.name.value,
                    "value": one.signal.value if one.signal.present else UNAVAILABLE,
                    "points": f"{one.contribution / 1000:.1f}",
                    "weight": one.weight,
                }
                for one in assessment.signals
            ],
        }

    def _seen(self, language: str, seen: Examination, body: Mapping[str, object]) -> dict[str, object]:
        checks = dict(
            zip(CHECKS, (seen.signature, seen.unexpired, seen.stamp_known, seen.revoked, seen.domain), strict=True)
        )
        if checks["revoked"] is not None:
            checks["revoked"] = not checks["revoked"]
        claimed = body["stamp"]
        return {
            "display": "trusted" if seen.valid else "blocked",
            "word": "valid" if seen.valid else "invalid",
            "domain": unicode_domain(seen.claims.domain) if seen.claims else "",
            "reason": self._site.reason(language, seen.reason.value) if seen.reason else "",
            "checks": [
                {"name": name, "mark": "open" if held is None else "yes" if held else "no"}
                for name, held in checks.items()
            ],
            "claims": [(name, value) for name, value in claimed.items() if value is not None]
            if isinstance(claimed, dict)
            else [],
            "ledger": body["ledgerRef"],
        }

    def _entry(self, entry: Lookup) -> dict[str, object]:
        return {
            "shown": unicode_domain(entry.domain),
            "registered": rfc3339(entry.registered_ms) if entry.registered_ms is not None else "",
            "verified": entry.verified,
            "stamps": [self._stamp(row) for row in entry.stamps],
            "scores": [
                {"at": rfc3339(one.at_ms), "old": one.old, "new": one.new, "reason": one.reason} for one in entry.scores
            ],
        }

    def _stamp(self, row: Stamp) -> dict[str, object]:
        expired = row.status is StampStatus.ACTIVE and row.expires_ms <= self._words.now_ms()
        return {
            "stamp_id": row.stamp_id,
            "serial": row.serial,
            "status": "expired" if expired else row.status.value,
            "issued": rfc3339(row.issued_ms),
            "expires": rfc3339(row.expires_ms),
            "revoked": rfc3339(row.revoked_ms) if row.revoked_ms is not None else "",
            "reason": row.revocation_reason,
            "tx_hash": row.tx_hash,
        }
