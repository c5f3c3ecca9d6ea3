"""A node that is killed: no acknowledged act is lost, none is invented, log and records tell the same story."""

import asyncio
import importlib.util
import random
import signal
import sys
from pathlib import Path

from frankmark.foundation.digest import sha256
from frankmark.ports.paging import MAX_LIMIT, Page
from frankmark.ports.stamps import Stamp, StampStatus
from frankmark.protocols.securestamp.ledger import parse_entry

PROGRAM = Path(__file__).with_name("killed_node.py")
KILLS = 12


def program():
    specification = importlib.util.spec_from_file_location("killed_node", PROGRAM)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


async def run_and_kill(folder: Path, name: str, seconds: float) -> list[list[str]]:
    """Let a process work for a while and kill it; what it had acknowledged by then, line by line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), str(folder), name, stdout=asyncio.subprocess.PIPE
    )
    assert await process.stdout.readline() == b"ready\n"
    await asyncio.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    told = (await process.communicate())[0].decode()
    whole = told[: told.rfind("\n") + 1]
    return [line.split() for line in whole.splitlines()]


async def kept(store) -> dict[str, Stamp]:
    found, page = {}, Page(limit=MAX_LIMIT)
    while True:
        part = await store.stamps(page)
        found |= {stamp.stamp_id: stamp for stamp in part.items}
        if not part.next:
            return found
        page = Page(after=part.next, limit=MAX_LIMIT)


async def test_killed_at_any_moment_nothing_acknowledged_is_lost_and_nothing_is_invented(tmp_path: Path) -> None:
    chance = random.Random(20261120)
    acknowledged: list[list[str]] = []
    for number in range(KILLS):
        acknowledged += await run_and_kill(tmp_path, f"r{number}", chance.uniform(0.0, 0.25))
        database, store, log, _ = await program().opened(tmp_path)
        stamps = await kept(store)
        for line in acknowledged:
            stamp = stamps[line[1]]
            if line[0] == "issued":
                assert stamp.tx_hash == line[2]
            else:
                assert stamp.status is StampStatus.REVOKED
        rows = [
            row
            for start in range(0, log.head.size, 500)
            for row in await log.rows(start, min(start + 500, log.head.size))
        ]
        logged = [(parse_entry(row.data), sha256(row.data).hex()) for row in rows]
        issued = {entry.stamp_id: digest for entry, digest in logged if entry.type == "StampIssuance"}
        revoked = {entry.stamp_id for entry, _ in logged if entry.type == "StampRevocation"}
        assert {stamp.stamp_id: stamp.tx_hash for stamp in stamps.values()} == issued
        assert {stamp.stamp_id for stamp in stamps.values() if stamp.status is StampStatus.REVOKED} == revoked
        assert sorted(stamp.serial for stamp in stamps.values()) == list(range(1, len(stamps) + 1))
        assert await store.cursor(log.origin) == log.head.size
        await log.close()
        database.close()
    assert sum(line[0] == "issued" for line in acknowledged) > KILLS
