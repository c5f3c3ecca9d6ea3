"""A node on the embedded default: SQLite, one process, nothing to configure."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from frankmark import __version__
from frankmark.adapters.network.limits import MemoryRateLimiter
from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.records import SqliteRecords
from frankmark.adapters.sqlite.records_replies import SqliteReplies
from frankmark.adapters.sqlite.signer import SqliteSigner
from frankmark.adapters.system.backup_file import BackupTar
from frankmark.adapters.system.clock import SystemClock
from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.keyfile import KeyFolder
from frankmark.adapters.system.passphrase import find_passphrase
from frankmark.adapters.system.private_files import write_private
from frankmark.assembly.connectors import Around, Connection, open_connectors
from frankmark.assembly.folder import make_folder, open_to_others
from frankmark.assembly.options import EmbeddedReason, NodeOptions
from frankmark.assembly.posting import way_out
from frankmark.assembly.services import Condition, Services
from frankmark.assembly.signal import SignalGround, SignalRooms, open_signal
from frankmark.assembly.tables import data_file, shipped_confusables, shipped_phrases, shipped_suffixes
from frankmark.assembly.world import open_world
from frankmark.foundation.errors import Error, Refused
from frankmark.foundation.note import KeyType, NoteSigner
from frankmark.services.access import Access
from frankmark.services.addresses import Addresses
from frankmark.services.appraising import TrustAppraiser
from frankmark.services.attachments import NodeRecord
from frankmark.services.backup import Backups
from frankmark.services.collectors import Collectors, Sources
from frankmark.services.custody import Custody
from frankmark.services.erasure import Erasure
from frankmark.services.facts import Registrar
from frankmark.services.keyring import Keyring
from frankmark.services.ledger import Ledger
from frankmark.services.lists import Audit, Lists
from frankmark.services.log_signing import HeadSigner
from frankmark.services.lookalikes import Lookalikes
from frankmark.services.ownership import DomainPolicy, Ownership, parse_names
from frankmark.services.principals import NODE
from frankmark.services.public_registry import PublicRegistry
from frankmark.services.recording import Recorder
from frankmark.services.registry import Registry
from frankmark.services.renaming import named_otherwise
from frankmark.services.reports import Reports
from frankmark.services.rescoring import Rescoring
from frankmark.services.roots import OwnRoots
from frankmark.services.senders import SenderNames, SenderTally
from frankmark.services.stamps import Issuing, Stamps
from frankmark.services.succession import origins_of, succession, successor_origin
from frankmark.services.timestamping import TimeAuthority, TimeSources
from frankmark.services.transparency import TransparencyLog
from frankmark.services.trust import FAILED_MS, TrustParts, TrustService
from frankmark.services.upkeep import Upkeep, UpkeepParts
from frankmark.settings import Settings

__all__ = ["NodeOptions", "open_node"]

CHANNEL = "securestamp-main"
NAME = "public_url"  # the file that remembers under which name the node was opened last


async def open_node(
    settings: Settings, data: Path, environ: Mapping[str, str], options: NodeOptions | None = None
) -> Services:
    """Open the node of a data folder.

    Args:
        settings: The settings.
        data: The data folder; made if it is missing.
        environ: For the passphrase and the test clock.
        options: How.

    Returns:
        Its services.

    Raises:
        Unavailable: `STORE_LOCKED` if another process holds the folder, `STORE_FULL`, `STORE_UNREACHABLE`.
        Damaged: `STORE_DAMAGED`.
        Error: What the keys or the log raise.
    """
    return await _Building(settings, data, environ, options or NodeOptions()).services()


class _Building:
    """The order in which a node is put together."""

    def __init__(self, settings: Settings, data: Path, environ: Mapping[str, str], options: NodeOptions) -> None:
        self.settings = settings
        self.data = data
        self.options = options
        self.entropy = SystemEntropy()
        self.clock = SystemClock(environ, allow_test_clock=options.loopback)
        make_folder(data)
        self.database = Database.open(data)
        try:
            passphrase = find_passphrase(data / "keys", environ, self.entropy, prompt=options.prompt)
            self.vault = KeyFolder(data / "keys", passphrase, self.entropy)
            self.keyring = Keyring.open(self.vault, self.clock, self.entropy)
        except Error:
            self.database.close()  # whoever gives a better passphrase finds the folder free
            raise
        self.unlock = passphrase.protects_backups_only
        self.records = SqliteRecords(self.database)
        self.trees = SqliteTrees(self.database)
        self.signer = SqliteSigner.open(data)
        named = settings.public_url or f"https://{self.keyring.node_id}.frankmark.invalid"
        self.public_url = self._last_name() or named if options.renaming is None else named
        self.host = urlsplit(self.public_url).hostname or ""
        self._refuse_lying_clock()

    async def services(self) -> Services:
        """Everything, plugged together and caught up."""
        ledger_log, predecessors = await self._logs()
        roots = OwnRoots(self.keyring, self.public_url)
        recorder = Recorder(ledger_log, self.records, self.keyring, self.clock, self.entropy, self.host)
        recorder.succeeds(predecessors)
        await recorder.project()
        trust, registrar = self._trust(roots)
        stamps, registry = self._stamps(recorder, trust)
        signal = await self._signal(recorder)
        await self._settle_name(stamps, ledger_log)
        addresses = self._addresses(stamps)
        custody = Custody(self.keyring, self.records, self.records, stamps, self.clock, signal.logs.keep_heads)
        witness = ledger_log.keys[1]
        ledger = Ledger(ledger_log, policy=witness, issuers=roots.issuer, predecessors=predecessors)
        rescoring = Rescoring(self.records, trust, stamps)
        connection = self._connectors(signal)
        parts = UpkeepParts(
            records=self.records,
            registry=registry,
            stamps=stamps,
            addresses=addresses,
            custody=custody,
            rescoring=rescoring,
            clock=self.clock,
            further={**signal.work, "deliveries": connection.connectors.forget},
        )
        upkeep = Upkeep(parts, self.options.note)

        async def close() -> None:
            await upkeep.stop()
            await connection.outbox.stop()
            await trust.close()
            await signal.close()
            await ledger_log.close()
            self.signer.close()
            self.database.close()

        return Services(
            public_url=self.public_url,
            node_id=self.keyring.node_id,
            condition=Condition(
                demo=self.options.demo,
                test_clock=self.clock.test_clock is not None,
                keys_protect_backups_only=self.unlock,
                outbound=self.settings.outbound.allow,
                open_data=open_to_others(self.data),
            ),
            clock=self.clock,
            phrases=shipped_phrases(),
            limiter=MemoryRateLimiter(clock=SystemClock({}), secret=self.keyring.secret),
            keyring=self.keyring,
            access=Access(self.records, self.clock, self.entropy, live=not self.options.demo),
            registry=registry,
            addresses=addresses,
            stamps=stamps,
            custody=custody,
            lists=Lists(self.records, self.clock, self.keyring.secret),
            reports=Reports(self.records, self.clock, self.entropy),
            audit=Audit(self.records),
            erasure=Erasure(self.records, stamps, recorder, self.clock, self.database.empty_log, also=(signal.erase,)),
            ledger=ledger,
            trust=trust,
            public=PublicRegistry(
                records=self.records, registrar=registrar, roots=roots, trust=trust, clock=self.clock
            ),
            rescoring=rescoring,
            signal=signal,
            connection=connection,
            time_authority=self._time_authority(),
            upkeep=upkeep,
            audit_ledger=lambda: ledger.audit(self.trees),
            backup=lambda by, target: Backups(BackupTar(), self.clock, __version__).make(
                by,
                target,
                node_id=self.keyring.node_id,
                vault=self.vault,
                snapshot=lambda path: self.database.snapshot(Path(path)),
                unlock_needed=self.unlock,
            ),
            sound=self._sound,
            close=close,
        )

    def _time_authority(self) -> TimeAuthority:
        return TimeAuthority.open(
            TimeSources(
                vault=self.vault,
                node_id=self.keyring.node_id,
                clock=self.clock,
                entropy=self.entropy,
                audit=self.records,
            )
        )

    async def _sound(self) -> None:
        await self.database.write(lambda connection: connection.execute("SELECT 1").fetchall())

    async def _settle_name(self, stamps: Stamps, ledger_log: TransparencyLog) -> None:
        """Sign stamps of another name anew if somebody agrees; the last name is remembered, so that few starts look."""
        agreed = self.options.renaming
        if agreed is not None and self._last_name() != self.public_url:
            foreign = await named_otherwise(self.records, self.public_url, self.clock.now_ms())
            if foreign and not agreed([stamp.domain for stamp in foreign]):
                await ledger_log.close()
                self.signer.close()
                self.database.close()
                detail = (
                    f"{len(foreign)} stamps carry another name than {self.public_url}, the first {foreign[0].domain}"
                )
                raise Refused(EmbeddedReason.PUBLIC_URL_CHANGED, f"{detail}; start on a terminal, and it asks")
            for stamp in foreign:
                await stamps.reissue(NODE, stamp.stamp_id)
        write_private(self.data / NAME, self.public_url.encode())

    def _last_name(self) -> str:
        """The name under which the node ran last; empty if it never did."""
        file = self.data / NAME
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    def _refuse_lying_clock(self) -> None:
        if self.clock.test_clock is not None and not self.host.endswith((".invalid", ".test")):
            detail = "with a test clock, public_url must end in .invalid or .test"
            raise Refused(EmbeddedReason.TEST_CLOCK_REFUSED, detail)

    async def _logs(self) -> tuple[TransparencyLog, list[TransparencyLog]]:
        """The log that is written, and those that it succeeded."""
        base = f"{self.keyring.node_id}/{CHANNEL}"
        origins = await origins_of(self.trees, base)
        logs = [self._log(origin) for origin in origins]
        for log in logs:
            await log.open()
        if logs[0].refusal is not None and self.options.new_origin:
            logs.insert(0, self._log(successor_origin(logs[0].origin, base)))
            await logs[0].open()
        if len(logs) > 1 and logs[0].head.size == 0 and logs[0].refusal is None:
            await self._succeed(
                *logs[:2]
            )  # also where a crash came between a successor's beginning and its first entry
        return logs[0], logs[1:]

    async def _succeed(self, successor: TransparencyLog, closed: TransparencyLog) -> None:
        """Write the first entry of a successor: which log it succeeds, and where that one ended."""
        recorder = Recorder(successor, self.records, self.keyring, self.clock, self.entropy, self.host)
        await self._record_succession(recorder, closed)

    async def _record_succession(self, recorder: Recorder, closed: TransparencyLog) -> None:
        asset = await succession(closed, self.clock.now_ms())
        node = NodeRecord(actor="node", act="log.succession", org_id="")
        await recorder.record(asset, "", node, key=f"succession:{closed.origin}")

    async def _signal(self, recorder: Recorder) -> SignalRooms:
        return await open_signal(
            SignalGround(
                database=self.database,
                trees=self.trees,
                begin=lambda origin: self._log(origin, by_leaf=True),
                succeeded=lambda closed: self._record_succession(recorder, closed),
                new_origin=self.options.new_origin,
                keyring=self.keyring,
                world=self.world,
                public_url=self.public_url,
                receipt_days=self.settings.signal.receipt_days,
                clock=self.clock,
                entropy=self.entropy,
            )
        )

    def _connectors(self, signal: SignalRooms) -> Connection:
        return open_connectors(
            Around(
                settings=self.settings,
                vault=self.vault,
                store=SqliteReplies(self.database),
                fetcher=self.world.fetcher,
                limiter=MemoryRateLimiter(clock=SystemClock({}), secret=self.keyring.secret),
                audit=self.records,
                lookup=signal.channels,
                control=signal.control,
                clock=self.clock,
                entropy=self.entropy,
                public_url=self.public_url,
                secret=self.keyring.secret,
                note=self.options.note,
            )
        )

    def _log(self, origin: str, *, by_leaf: bool = False) -> TransparencyLog:
        witness = NoteSigner(f"{self.keyring.node_id}/witness", self.keyring.witness_key, KeyType.COSIGNATURE)
        signer = HeadSigner(
            origin=origin,
            key=NoteSigner(origin, self.keyring.log_key),
            witnesses=(witness,),
            store=self.signer,
            clock=self.clock,
        )
        return TransparencyLog(self.trees, signer, by_leaf=by_leaf)

    def _trust(self, roots: OwnRoots) -> tuple[TrustService, Registrar]:
        self.world = open_world(self.settings, self.clock)
        suffixes = shipped_suffixes()
        sources = Sources(
            resolver=self.world.resolver,
            registration=self.world.registration,
            probe=self.world.probe,
            suffixes=suffixes,
            clock=self.clock,
        )
        names = SenderNames(secret=self.keyring.secret)
        registrar = Registrar(
            records=self.records,
            roots=roots,
            names=names,
            changes=self.database,
        )
        lookalikes = Lookalikes(
            records=self.records, suffixes=suffixes, confusables=shipped_confusables(), clock=self.clock
        )
        parts = TrustParts(
            collectors=Collectors(sources, deadline_ms=self.settings.dns.deadline_ms),
            registrar=registrar,
            lookalikes=lookalikes,
            roots=roots,
            suffixes=suffixes,
            clock=self.clock,
            tally=SenderTally(self.records, names, self.clock),
            failed_ms=min(FAILED_MS, 1_000 * self.settings.dns.minimum_ttl_s),
        )
        return TrustService(parts), registrar

    def _stamps(self, recorder: Recorder, trust: TrustService) -> tuple[Stamps, Registry]:
        policy = DomainPolicy(
            suffixes=shipped_suffixes(),
            free_mail=parse_names(data_file("free_mail.txt").read_text(encoding="utf-8")),
        )
        ownership = Ownership(self.world.resolver, self.world.fetcher)
        registry = Registry(self.records, ownership, policy, self.clock, self.entropy, self.keyring.secret)
        stamps = Stamps(
            store=self.records,
            recorder=recorder,
            registry=registry,
            keyring=self.keyring,
            appraiser=TrustAppraiser(trust),
            issuing=Issuing(public_url=self.public_url, demo=self.options.demo),
            clock=self.clock,
            entropy=self.entropy,
        )
        return stamps, registry

    def _addresses(self, stamps: Stamps) -> Addresses:
        return Addresses(
            store=self.records,
            stamps=stamps,
            post=way_out(self.settings.smtp),
            phrases=shipped_phrases(),
            clock=self.clock,
            entropy=self.entropy,
            secret=self.keyring.secret,
            host=self.host,
        )
