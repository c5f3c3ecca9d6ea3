"""From names to leaves: an index that is written in sweeps.

Names are SHA-256 digests, so that every new one falls on another page of the index; written at once, a commit of a
thousand leaves would rewrite two thousand pages. New names wait in memory instead, in 256 buckets by their digest's
first octet, and each commit writes a few whole buckets, one after the other: neighbours on few pages. What waits is
found again after a start, out of the leaves themselves.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import apsw

__all__ = [
    "BUCKETS",
    "DATA",
    "FIND",
    "KEY",
    "KEY_OCTETS",
    "NO_KEY",
    "Names",
    "Sweep",
    "found",
    "name_of",
    "names_of",
    "write",
]

DATA = b"d"  # the kind of a name that is made of a leaf's data, or of its leaf hash
KEY = b"k"  # the kind of a name that is made of an idempotency key
DIGEST = 15
INDEX = 6
BUCKETS = 256
WAITING = 65_536  # names that wait before sweeps begin
KEY_OCTETS = 16
NO_KEY = bytes(KEY_OCTETS)

FIND = """
SELECT wanted.value, min(n.name) FROM carray(?1) AS wanted
CROSS JOIN log_names AS n
  ON n.log = ?2 AND n.name > wanted.value AND n.name < CAST(wanted.value || x'ffffffffffffff' AS BLOB)
GROUP BY wanted.value"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Buckets to write: their names, and the index that all leaves before are then covered up to."""

    buckets: tuple[int, ...]
    names: tuple[bytes, ...]
    upto: int


@dataclass(slots=True)
class Names:
    """The names of one log that wait.

    Attributes:
        size: How many leaves are known here.
        waiting: Index by name, for the first leaf of each name.
    """

    size: int = 0
    waiting: dict[bytes, int] = field(default_factory=dict)
    _buckets: list[list[bytes]] = field(default_factory=lambda: [[] for _ in range(BUCKETS)])
    _next: int = 0
    _count: int = 0

    def add(self, names: Iterable[tuple[bytes, int]], size: int) -> None:
        """Take names of leaves that are stored now; there are `size` leaves."""
        wait, buckets, count = self.waiting.setdefault, self._buckets, 0
        for name, index in names:
            wait(name, index)
            buckets[name[1]].append(name + index.to_bytes(INDEX))
            count += 1
        self._count += count
        self.size = size

    def due(self) -> Sweep:
        """The buckets that the next commit is to write."""
        chosen: list[int] = []
        count = self._count
        at = self._next
        while count > WAITING:
            chosen.append(at)
            count -= len(self._buckets[at])
            at = (at + 1) % BUCKETS
        names = sorted(name for bucket in chosen for name in self._buckets[bucket])
        return Sweep(buckets=tuple(chosen), names=tuple(names), upto=self.size)

    def swept(self, sweep: Sweep) -> None:
        """Forget what a commit has written."""
        for name in sweep.names:
            self.waiting.pop(name[:-INDEX], None)
        for bucket in sweep.buckets:
            self._count -= len(self._buckets[bucket])
            self._buckets[bucket] = []
            self._next = (bucket + 1) % BUCKETS


def name_of(kind: bytes, digest: bytes) -> bytes:
    """The name of a digest: 16 octets."""
    return kind + digest[:DIGEST]


def names_of(start: int, keys: bytes, digests: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """The names of the leaves of one bundle.

    Args:
        start: The index of the first leaf.
        keys: For each leaf 16 octets of its key's digest, zeros without a key.
        digests: What each leaf is found by: the SHA-256 of its data, or its leaf hash.

    Yields:
        Name and index.
    """
    for at, digest in enumerate(digests):
        key = keys[at * KEY_OCTETS : (at + 1) * KEY_OCTETS]
        yield name_of(DATA, digest), start + at
        if key != NO_KEY:
            yield name_of(KEY, key), start + at


def write(connection: apsw.Connection, log: int, sweep: Sweep) -> None:
    """Write a sweep into the index, within the caller's transaction."""
    if sweep.names:
        statement = "INSERT OR IGNORE INTO log_names SELECT ?1, value FROM carray(?2)"
        connection.execute(statement, (log, apsw.carray(sweep.names)))
    upto = "INSERT INTO log_swept VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET upto = excluded.upto"
    connection.executemany(upto, [(log, bucket, sweep.upto) for bucket in sweep.buckets])


def found(rows: Iterable[Sequence[bytes]]) -> dict[bytes, int]:
    """The answer of the statement `FIND`: index by name."""
    return {name: int.from_bytes(entry[-INDEX:]) for name, entry in rows}
