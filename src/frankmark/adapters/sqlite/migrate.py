"""Numbered migrations: `migrations/NNNN.sql`, each run once, in order, in a transaction of its own."""

from collections.abc import Callable
from importlib.resources import files

import apsw

from frankmark.foundation.errors import Refused
from frankmark.ports.durability import StoreReason

__all__ = ["migrate"]

Migrations = list[tuple[int, str]]


def _shipped() -> Migrations:
    """Every migration of this release, by number."""
    folder = files("frankmark.adapters.sqlite") / "migrations"
    found = [(int(item.name[:4]), item.read_text("utf-8")) for item in folder.iterdir() if item.name.endswith(".sql")]
    return sorted(found)


def migrate(connection: apsw.Connection, before: Callable[[int], None]) -> None:
    """Bring a database to this release's schema.

    Args:
        connection: The writer's connection.
        before: Called once with the number of the first migration to run, if the database is not a new one.

    Raises:
        Refused: `STORE_SCHEMA_NEWER` if a newer release wrote the database.
    """
    migrations = _shipped()
    current = int(connection.pragma("user_version"))
    newest = migrations[-1][0]
    if current > newest:
        detail = f"the store has schema {current}, this release knows {newest}: use the newer release, or a backup"
        raise Refused(StoreReason.STORE_SCHEMA_NEWER, detail)
    pending = [(number, text) for number, text in migrations if number > current]
    if pending and current:
        before(pending[0][0])
    for number, text in pending:
        with connection:
            # Only a cursor that is read to its end has run every statement of a text.
            connection.execute(text).fetchall()
            connection.pragma("user_version", number)
