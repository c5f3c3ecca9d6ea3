"""Signal, plugged together: its three logs, brands, the engine with its receipts, and counter-stamps."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.records_signal import SqliteSignal
from frankmark.adapters.sqlite.records_signal_cases import SqliteCases
from frankmark.assembly.tables import shipped_confusables, shipped_shorteners, shipped_suffixes
from frankmark.assembly.world import World
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.ports.clock import Clock, Entropy
from frankmark.protocols.signal.links import Tables
from frankmark.protocols.signal.logs import LogName
from frankmark.protocols.signal.observation import Eyes
from frankmark.protocols.signal.perimeter import Perimeter
from frankmark.services.brands import Brands
from frankmark.services.case_brands import DeclaredBrands
from frankmark.services.case_log import CaseLog
from frankmark.services.channel_control import ChannelControl, ControlMethod, DomainTxt
from frankmark.services.channels import ChannelParts, Channels
from frankmark.services.counterstamps import Cases, CasesParts
from frankmark.services.domain_ages import DomainAges
from frankmark.services.keyring import Keyring
from frankmark.services.perimeters import PerimeterParts, Perimeters
from frankmark.services.principals import Principal
from frankmark.services.receipts import Receipts
from frankmark.services.signal_logs import ORIGINS, SignalLogs
from frankmark.services.succession import origins_of, successor_origin
from frankmark.services.transparency import TransparencyLog

__all__ = ["SignalGround", "SignalRooms", "open_signal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalGround:
    """What Signal stands on.

    Attributes:
        begin: Makes the log of an origin, not opened.
        succeeded: Told of each log that another one succeeds, so that the ledger says so.
        new_origin: Begin successors of logs that were rolled back.
    """

    database: Database
    trees: SqliteTrees
    begin: Callable[[str], TransparencyLog]
    succeeded: Callable[[TransparencyLog], Awaitable[None]]
    new_origin: bool
    keyring: Keyring
    world: World
    public_url: str
    receipt_days: int
    clock: Clock
    entropy: Entropy


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRooms:
    """Everything of Signal."""

    store: SqliteSignal
    logs: SignalLogs
    brands: Brands
    perimeters: Perimeters
    channels: Channels
    receipts: Receipts
    cases: Cases
    control: ChannelControl
    ages: DomainAges
    suffixes: PublicSuffixes

    @property
    def work(self) -> dict[str, Callable[[], Awaitable[object]]]:
        """What has to be done every hour."""
        return {
            "perimeters": self.perimeters.log_owed,
            "counter-stamps": self.cases.keep,
            "receipts": self.receipts.forget,
            "heads": self.logs.keep_heads,
        }

    async def erase(self, by: Principal, org_id: str) -> None:
        """Delete what an organisation told Signal."""
        await self.cases.erase(org_id)
        await self.perimeters.erase(by, org_id)

    async def close(self) -> None:
        """Finish what waits."""
        await self.ages.close()
        await self.logs.close()


async def open_signal(ground: SignalGround) -> SignalRooms:
    """Open Signal's logs and plug its rooms together.

    Raises:
        Unavailable: What the stores raise.
        Damaged: `STORE_DAMAGED`.
    """
    store, suffixes = SqliteSignal(ground.database), shipped_suffixes()
    logs = await _logs(ground, store)
    brands = Brands(store, logs, suffixes, ground.clock)
    control = ChannelControl(
        {ControlMethod.DOMAIN_TXT: DomainTxt(ground.world.resolver)},
        ground.keyring.secret,
        ground.clock,
        ground.entropy,
    )
    cases = _cases(ground, brands, logs, control)
    ages = DomainAges(ground.world.registration, suffixes, ground.clock)
    receipts = Receipts(logs, ground.keyring, ground.public_url, ground.clock, ground.entropy, ground.receipt_days)

    async def changed(brand: str, perimeter: Perimeter) -> None:
        await cases.perimeter_changed(brand, perimeter)

    perimeters = Perimeters(
        PerimeterParts(
            store=store,
            logs=logs,
            brands=brands,
            resolver=ground.world.resolver,
            suffixes=suffixes,
            clock=ground.clock,
            changed=changed,
        )
    )
    channels = Channels(
        ChannelParts(
            brands=brands,
            cases=cases,
            receipts=receipts,
            logs=logs,
            ages=ages,
            tables=Tables(suffixes=suffixes, shorteners=shipped_shorteners()),
            eyes=Eyes(suffixes=suffixes, confusables=shipped_confusables()),
            clock=ground.clock,
        )
    )
    return SignalRooms(
        store=store,
        logs=logs,
        brands=brands,
        perimeters=perimeters,
        channels=channels,
        receipts=receipts,
        cases=cases,
        control=control,
        ages=ages,
        suffixes=suffixes,
    )


async def _logs(ground: SignalGround, store: SqliteSignal) -> SignalLogs:
    """Signal's logs, each at the end of its series."""
    opened, closed = dict[LogName, TransparencyLog](), dict[LogName, TransparencyLog]()
    for name, label in ORIGINS.items():
        base = f"{ground.keyring.node_id}/{label}"
        series = [ground.begin(origin) for origin in (await origins_of(ground.trees, base))[:2]]
        for log in series:
            await log.open()
        if series[0].refusal is not None and ground.new_origin:
            series.insert(0, ground.begin(successor_origin(series[0].origin, base)))
            await series[0].open()
        opened[name] = series[0]
        if len(series) > 1 and series[0].head.size < series[1].head.size:
            closed[name] = series[1]
    logs = SignalLogs(opened, store, ground.keyring, ground.clock)
    for name, log in closed.items():  # also where a crash came before the successor had everything
        await ground.succeeded(log)
        await logs.succeed(name, log)
    return logs


def _cases(ground: SignalGround, brands: Brands, logs: SignalLogs, control: ChannelControl) -> Cases:
    store = SqliteCases(ground.database)
    return Cases(
        CasesParts(
            store=store,
            brands=DeclaredBrands(brands, ground.clock),
            log=CaseLog(store, logs),
            control=control,
            suffixes=shipped_suffixes(),
            clock=ground.clock,
            entropy=ground.entropy,
        )
    )
