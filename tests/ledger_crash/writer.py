"""A node's log in a process of its own, to be killed: `writer.py FOLDER RUN [stage|swap|publish]`.

Appends without end from several callers at once and says on its standard output what was acknowledged, one line of JSON
each, and each head that it sees. With a third argument it kills itself right after that step of its third batch.
"""

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.log import SqliteTrees
from frankmark.adapters.sqlite.signer import SqliteSigner
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.foundation.note import KeyType, NoteSigner
from frankmark.services.log_signing import HeadSigner
from frankmark.services.transparency import NewLeaf, TransparencyLog

ORIGIN = "node.example.net/securestamp-main"
STEP_OF_BATCH = 3


class Clock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def steady_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


def say(**line: object) -> None:
    os.write(1, (json.dumps(line) + "\n").encode())


class Mortal:
    """Passes everything on to a store and dies after a certain call has returned."""

    def __init__(self, store: object, method: str, calls: int) -> None:
        self._store = store
        self._method = method
        self._left = calls

    def __getattr__(self, name: str) -> object:
        found = getattr(self._store, name)
        if name != self._method:
            return found

        async def last(*arguments: object) -> object:
            answer = await found(*arguments)
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return last


async def call(log: TransparencyLog, run: str, caller: int) -> None:
    for turn in range(1_000_000):
        names = [f"{run}/{caller}/{turn}/{part}" for part in range(1 + (caller + turn) % 3)]
        leaves = [NewLeaf(data=name.encode() * 8, key=name, attachment=b"beside " + name.encode()) for name in names]
        for name, done in zip(names, await log.append(leaves), strict=True):
            say(name=name, index=done.index, leaf=done.leaf.hex(), size=done.head.size, note=done.head.note.decode())


async def main() -> None:
    folder, run = Path(sys.argv[1]), sys.argv[2]
    step = sys.argv[3] if len(sys.argv) > 3 else ""
    trees, signer = SqliteTrees(Database.open(folder)), SqliteSigner.open(folder)
    if step in {"stage", "publish"}:
        trees = Mortal(trees, step, STEP_OF_BATCH)
    elif step == "swap":
        signer = Mortal(signer, step, STEP_OF_BATCH)
    key = NoteSigner(ORIGIN, Ed25519PrivateKey.from_seed(b"\1" * 32))
    witness = NoteSigner("node.example.net/witness", Ed25519PrivateKey.from_seed(b"\2" * 32), KeyType.COSIGNATURE)
    heads = HeadSigner(origin=ORIGIN, key=key, witnesses=(witness,), store=signer, clock=Clock())
    log = TransparencyLog(trees, heads)
    await log.open()
    say(opened=log.head.size, note=log.head.note.decode())
    await asyncio.gather(*(call(log, run, caller) for caller in range(1 if step else 8)))


asyncio.run(main())
