"""A log with everything real but time, and a switch on each store."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from frankmark.adapters.memory.log import MemorySigner, MemoryTrees
from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.signer import SqliteSigner
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.foundation.note import KeyType, NoteSigner
from frankmark.ports.log import SignerStore, TreeStore
from frankmark.services.log_signing import HeadSigner
from frankmark.services.transparency import TransparencyLog

ORIGIN = "node.example.net/securestamp-main"
NOW_MS = 1_768_471_200_000


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.ms = NOW_MS

    def now_ms(self) -> int:
        return self.ms

    def steady_ms(self) -> int:
        return self.ms


@dataclass
class Bench:
    """Stores, and logs on them."""

    trees: TreeStore
    signer: SignerStore
    clock: HandClock = field(default_factory=HandClock)

    def log(self, origin: str = ORIGIN, *, seed: int = 1, witnesses: tuple[int, ...] = (2,)) -> TransparencyLog:
        key = NoteSigner(origin, Ed25519PrivateKey.from_seed(bytes([seed]) * 32))
        cosigners = tuple(
            NoteSigner(
                f"witness.example.net/{number}", Ed25519PrivateKey.from_seed(bytes([number]) * 32), KeyType.COSIGNATURE
            )
            for number in witnesses
        )
        signer = HeadSigner(origin=origin, key=key, witnesses=cosigners, store=self.signer, clock=self.clock)
        return TransparencyLog(self.trees, signer)

    async def opened(self, origin: str = ORIGIN, **options: object) -> TransparencyLog:
        log = self.log(origin, **options)
        await log.open()
        return log


@pytest.fixture
def twins() -> Bench:
    return Bench(trees=MemoryTrees(), signer=MemorySigner())


@pytest.fixture(params=["sqlite", "memory"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    if request.param == "memory":
        yield Bench(trees=MemoryTrees(), signer=MemorySigner())
        return
    database, signer = Database.open(tmp_path), SqliteSigner.open(tmp_path)
    yield Bench(trees=SqliteTrees(database), signer=signer)
    signer.close()
    database.close()


@pytest.fixture
def make_bench() -> Callable[[TreeStore, SignerStore], Bench]:
    return lambda trees, signer: Bench(trees=trees, signer=signer)
