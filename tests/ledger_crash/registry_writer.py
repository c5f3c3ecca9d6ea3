"""A node's records in a process of its own, to be killed: `registry_writer.py FOLDER RUN`.

Adds organisations and keys without end from several callers at once and says on its standard output what was
acknowledged, one name a line. Now and then it erases something, which empties the journal.
"""

import asyncio
import os
import sys
from pathlib import Path

from frankmark.adapters.sqlite.connect import Database
from frankmark.adapters.sqlite.records import SqliteRecords
from frankmark.ports.rows import NewAudit, Organisation

CALLERS = 4


async def call(database: Database, run: str, caller: int) -> None:
    records = SqliteRecords(database)
    for turn in range(1_000_000):
        name = f"org_{run}_{caller}_{turn}"
        act = NewAudit(at_ms=turn, actor="admin", org_id=name, act="organisation.create", target=name)
        await records.add_organisation(Organisation(org_id=name, name=name * (1 + turn % 200), created_ms=turn), act)
        os.write(1, f"{name}\n".encode())
        if turn % 16 == 15 and not caller:
            await database.empty_log()


async def main() -> None:
    database = Database.open(Path(sys.argv[1]))
    os.write(1, b"opened\n")
    await asyncio.gather(*(call(database, sys.argv[2], caller) for caller in range(CALLERS)))


asyncio.run(main())
