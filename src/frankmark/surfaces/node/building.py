"""Services become an ASGI application: rooms, pages, edge."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from frankmark import __version__
from frankmark.assembly.services import Services
from frankmark.foundation.errors import Malformed
from frankmark.ports.limits import Rate
from frankmark.protocols.signal.logs import LogName
from frankmark.services.principals import LOCAL_ADMIN
from frankmark.settings import LimitSettings, Settings, SettingsReason
from frankmark.surfaces.node.app import application
from frankmark.surfaces.node.auth import Doorkeeper
from frankmark.surfaces.node.edge import LOOPBACK_NAMES, Edge, Network, Rates
from frankmark.surfaces.node.endpoint import Endpoint, endpoints_of
from frankmark.surfaces.node.journal import NodeJournal
from frankmark.surfaces.node.openapi import document
from frankmark.surfaces.node.pages.admin import AdminPages, AdminServices
from frankmark.surfaces.node.pages.exploring import ExploredLog, ExploredSignalLog, LedgerLog
from frankmark.surfaces.node.pages.logs import LogPages
from frankmark.surfaces.node.pages.proofs import ProofPages
from frankmark.surfaces.node.pages.public import PublicPages, Words
from frankmark.surfaces.node.pages.signal import SignalPages
from frankmark.surfaces.node.pages.site import Frame, Site
from frankmark.surfaces.node.routes.access import AccessRoom
from frankmark.surfaces.node.routes.addresses import AddressRoom
from frankmark.surfaces.node.routes.art import ArtRoom
from frankmark.surfaces.node.routes.counterstamps import CounterStampRoom
from frankmark.surfaces.node.routes.hooks import HookRoom
from frankmark.surfaces.node.routes.ledger import LedgerRoom
from frankmark.surfaces.node.routes.overrides import OverrideRoom
from frankmark.surfaces.node.routes.proofs import ReceiptProofRoom, TimeRoom
from frankmark.surfaces.node.routes.registry import RegistryRoom
from frankmark.surfaces.node.routes.review import ReviewRoom
from frankmark.surfaces.node.routes.signal import SignalRoom
from frankmark.surfaces.node.routes.signal_logs import SignalLogRoom
from frankmark.surfaces.node.routes.stamps import StampRoom
from frankmark.surfaces.node.routes.system import SystemRoom
from frankmark.surfaces.node.routes.trust import TrustRoom

__all__ = ["Listening", "build", "trusted"]

SIGN_INS_PER_HOUR = 30
DAY_S = 86_400
HOUR_S = 3_600
MINUTE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """How the node is reached.

    Attributes:
        base: The origin of the listener, such as ``http://127.0.0.1:8480``.
        run_token: The run-time credential of this machine's own command; empty for none.
        loopback: Every listener is loopback.
    """

    base: str
    run_token: str = ""
    loopback: bool = True


def trusted(proxies: Sequence[str]) -> tuple[Network, ...]:
    """The networks of reverse proxies whose forwarding fields are believed.

    Raises:
        Malformed: `SETTINGS_INVALID`.
    """
    try:
        return tuple(ipaddress.ip_network(text) for text in proxies)
    except ValueError as wrong:
        raise Malformed(SettingsReason.SETTINGS_INVALID, f"trusted_proxies: {wrong}") from wrong


def build(
    services: Services,
    settings: Settings,
    listening: Listening,
    journal: NodeJournal,
    proxies: Sequence[Network] = (),
) -> ASGIApp:
    """The node's application.

    Args:
        services: What it does.
        settings: Limits, proxies and names.
        listening: How it is reached.
        journal: Where requests are counted and logged.
        proxies: Reverse proxies whose forwarding fields are believed.

    Returns:
        An ASGI application.
    """
    secure = listening.base.startswith("https:") or bool(proxies)
    run_token = (listening.run_token, LOCAL_ADMIN) if listening.run_token else None
    doorkeeper = Doorkeeper(services.access, run_token, secure=secure, loopback=listening.loopback)
    site = Site(services.phrases, _frame(services), services.access, doorkeeper)
    endpoints = _endpoints(services, settings.limits, doorkeeper, journal)
    pages = _pages(services, site, endpoints, listening.base)
    inner = application(endpoints, pages, [_static()], site.not_found)
    public_host = urlsplit(services.public_url).hostname or ""
    return Edge(
        inner,
        identify=doorkeeper.identify,
        limiter=services.limiter,
        rates=_rates(settings.limits),
        hosts=LOOPBACK_NAMES | {public_host.lower()} | {name.lower() for name in settings.hosts},
        proxies=proxies,
        journal=journal,
        clock=services.clock,
        secure=secure,
    )


def _endpoints(
    services: Services, limits: LimitSettings, doorkeeper: Doorkeeper, journal: NodeJournal
) -> list[Endpoint]:
    url, node_id, clock = services.public_url, services.node_id, services.clock
    letters = Rate(name="letters", amount=limits.letters_per_hour, window_s=HOUR_S)
    mailbox = Rate(name="mailbox", amount=limits.letters_to_one_per_hour, window_s=HOUR_S)
    reports = Rate(name="reports", amount=limits.reports_per_day, window_s=DAY_S)
    rooms: list[tuple[str, object]] = [
        ("trust", TrustRoom(services.trust, services.public, url)),
        ("stamps", ArtRoom(services.public, url, clock)),
        ("stamps", StampRoom(services.stamps, url)),
        ("registry", RegistryRoom(services.registry)),
        ("registry", AddressRoom(services.addresses, services.erasure, services.phrases, url, (mailbox, letters))),
        ("ledger", LedgerRoom(services.ledger, node_id=node_id, clock=clock)),
        ("review", ReviewRoom(services.lists, services.reports, services.audit, services.rescoring, reports)),
        ("review", OverrideRoom(services.lists)),
        ("keys", AccessRoom(services.access, doorkeeper, node_id=node_id, version=__version__)),
        ("signal", SignalRoom(services.signal, clock)),
        ("signal", CounterStampRoom(services.signal.cases, mailbox)),
        ("signal", SignalLogRoom(services.signal.logs)),
        ("proofs", TimeRoom(services.time_authority)),
        ("signal", ReceiptProofRoom(services.signal.logs, services.keyring)),
        ("signal", HookRoom(services.connection.connectors, services.connection.connecting)),
        ("node", SystemRoom(services, journal, services.sound)),
    ]
    return [endpoint for tag, room in rooms for endpoint in endpoints_of(room, tag)]


def _pages(services: Services, site: Site, endpoints: Sequence[Endpoint], base: str) -> list[Route]:
    def head() -> tuple[int, str]:
        newest = services.ledger.log.head
        return newest.size, newest.root.hex()

    words = Words(public_url=services.public_url, head=head, now_ms=services.clock.now_ms)
    public = PublicPages(site, services.trust, services.public, words, endpoints)
    admin_services = AdminServices(
        registry=services.registry,
        lists=services.lists,
        reports=services.reports,
        audit=services.audit,
        rescoring=services.rescoring,
    )
    logs: list[ExploredLog] = [
        LedgerLog(services.ledger, services.public),
        *(ExploredSignalLog(services.signal.logs, name) for name in LogName),
    ]
    made = document([*endpoints, *public.described()], version=__version__, server=base)

    async def openapi(request: Request) -> Response:
        request.state.template = "/openapi.json"
        return JSONResponse(made, headers={"Cache-Control": "public, max-age=300"})

    return [
        *public.routes(),
        *AdminPages(site, admin_services).routes(),
        *SignalPages(site, services.signal, services.clock).routes(),
        *LogPages(site, logs).routes(),
        *ProofPages(site).routes(),
        Route("/openapi.json", openapi, methods=["GET"]),
    ]


def _static() -> Mount:
    return Mount("/static", StaticFiles(directory=str(files("frankmark") / "surfaces" / "node" / "pages" / "static")))


def _frame(services: Services) -> Frame:
    condition = services.condition
    notice = "notice.clock" if condition.test_clock else "notice.demo" if condition.demo else ""
    return Frame(node_id=services.node_id, version=__version__, notice=notice)


def _rates(limits: LimitSettings) -> Rates:
    hourly = Rate(name="key-hour", amount=limits.key_per_hour, window_s=HOUR_S)
    return Rates(
        v1=(Rate(name="v1", amount=limits.v1_per_hour, window_s=HOUR_S),),
        api=(Rate(name="api", amount=limits.api_per_minute, window_s=MINUTE_S),),
        keyed_v1=(hourly,),
        keyed_api=(Rate(name="key-minute", amount=limits.key_per_minute, window_s=MINUTE_S), hourly),
        sign_in=(Rate(name="sign-in", amount=SIGN_INS_PER_HOUR, window_s=HOUR_S),),
        hooks=(Rate(name="hooks", amount=limits.hooks_per_minute, window_s=MINUTE_S),),
    )
