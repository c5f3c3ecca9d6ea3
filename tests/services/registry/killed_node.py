"""A process that issues and revokes stamps until it is killed; each line is an act that it has acknowledged."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from frankmark.adapters.memory.vault import MemoryVault
from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.records import SqliteRecords
from frankmark.adapters.sqlite.signer import SqliteSigner
from frankmark.adapters.system.clock import SystemClock
from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.foundation.note import NoteSigner
from frankmark.ports.rows import DomainRecord
from frankmark.protocols.securestamp.reasons import RevocationReason
from frankmark.services.keyring import Keyring
from frankmark.services.log_signing import HeadSigner
from frankmark.services.principals import LOCAL_ADMIN
from frankmark.services.recording import Recorder
from frankmark.services.stamps import Appraisal, Issuing, Stamps
from frankmark.services.transparency import TransparencyLog

ORIGIN = "mark.example.net/securestamp-main"
ORG = "org_01hwx4"


class KnownEntropy(SystemEntropy):
    """The same keys in every process, so that each continues the log of the one before."""

    def __init__(self) -> None:
        self._drawn = 0

    def octets(self, count: int) -> bytes:
        self._drawn += 1
        return self._drawn.to_bytes(count, "big")


class Trusting:
    """A registry where every domain is everybody's, and an appraiser that likes them all."""

    async def domain(self, _by: object, org_id: str, domain: str) -> DomainRecord:
        return DomainRecord(org_id=org_id, domain=domain, created_ms=1, verified_ms=1)

    async def confirm(self, record: DomainRecord) -> DomainRecord:
        return replace(record)

    async def appraise(self, _domain: str) -> Appraisal:
        return Appraisal(score=92, signals="{}")


async def opened(folder: Path) -> tuple[Database, SqliteRecords, TransparencyLog, Stamps]:
    """The node on a folder, caught up."""
    database, clock, trusting = Database.open(folder), SystemClock({}), Trusting()
    keyring = Keyring.open(MemoryVault(), clock, KnownEntropy())
    signer = HeadSigner(
        origin=ORIGIN,
        key=NoteSigner(ORIGIN, keyring.log_key),
        witnesses=(),
        store=SqliteSigner.open(folder),
        clock=clock,
    )
    log, store = TransparencyLog(SqliteTrees(database), signer), SqliteRecords(database)
    await log.open()
    recorder = Recorder(log, store, keyring, clock, SystemEntropy(), "mark.example.net")
    await recorder.project()
    stamps = Stamps(
        store=store,
        recorder=recorder,
        registry=trusting,
        keyring=keyring,
        appraiser=trusting,
        issuing=Issuing(public_url="https://mark.example.net"),
        clock=clock,
        entropy=SystemEntropy(),
    )
    return database, store, log, stamps


async def work(folder: Path, name: str) -> None:
    """Issue for ever, four at a time, and revoke every third."""
    _, _, _, stamps = await opened(folder)

    async def one(worker: int) -> None:
        number = 0
        while True:
            number += 1
            stamp = await stamps.issue(LOCAL_ADMIN, ORG, f"{name}-{worker}-{number}.test")
            print("issued", stamp.stamp_id, stamp.tx_hash, flush=True)  # noqa: T201  # the acknowledgement
            if number % 3 == 0:
                await stamps.revoke(LOCAL_ADMIN, stamp.stamp_id, RevocationReason.ORG_REQUEST)
                print("revoked", stamp.stamp_id, flush=True)  # noqa: T201  # the acknowledgement

    print("ready", flush=True)  # noqa: T201  # the parent waits for it
    await asyncio.gather(*(one(worker) for worker in range(4)))


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), sys.argv[2]))
