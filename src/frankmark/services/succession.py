"""Successor logs: how a node goes on when its log may not.

After a restore from a backup more is signed than is stored. Signing on would fork the log, so a successor begins under
a new origin, ``<base>/2``, ``<base>/3`` and so on; its first entry (LogSuccession) names the last head that was signed
under the old one, and entries past what is stored are void.
"""

from frankmark.foundation.errors import Error, Refused
from frankmark.ports.log import TreeHead, TreeStore
from frankmark.protocols.securestamp.ledger import LogSuccession, parse_asset, parse_entry
from frankmark.services.attachments import Attachment
from frankmark.services.log_reasons import LogReason
from frankmark.services.transparency import TransparencyLog

__all__ = ["named_head", "origins_of", "succession", "successor_origin"]


async def origins_of(store: TreeStore, base: str) -> list[str]:
    """The origins of a series of logs, the newest first; `base` alone if none has begun.

    Args:
        store: Where the trees are.
        base: The origin of the first log of the series.
    """
    found = {_number(origin, base): origin for origin in await store.origins()}
    found.pop(0, None)
    return [found[number] for number in sorted(found, reverse=True)] or [base]


def successor_origin(origin: str, base: str) -> str:
    """The origin after one."""
    return f"{base}/{_number(origin, base) + 1}"


async def succession(closed: TransparencyLog, now_ms: int) -> LogSuccession:
    """The asset of a successor's first entry.

    Args:
        closed: The log that signs no more.
        now_ms: Milliseconds since the epoch.

    Returns:
        It names the last signed head; the published one if nobody remembers what was signed.

    Raises:
        Refused: `LOG_CLOSED` if the log is sound and needs no successor.
    """
    if closed.refusal is None:
        raise Refused(LogReason.LOG_CLOSED, f"{closed.origin} is sound and needs no successor")
    last = await closed.last_signed()
    size, root = (last.size, last.root) if last else (closed.head.size, closed.head.root)
    return LogSuccession(predecessor=closed.origin, tree_size=size, root_hash=root.hex(), timestamp=now_ms)


async def named_head(store: TreeStore, successor: str, predecessor: str) -> TreeHead | None:
    """The head of a closed log that its successor's first entry names.

    Args:
        store: Where the trees are.
        successor: The origin of the later log.
        predecessor: The origin of the closed one.

    Returns:
        The head; None if the successor does not begin with a succession from this log that can be read.
    """
    rows = await store.rows(successor, 0, 1)
    try:
        asset = [parse_asset(parse_entry(row.data).type, Attachment.parse(row.attachment).asset or {}) for row in rows]
    except Error:
        return None
    match asset:
        case [LogSuccession(predecessor=named) as found] if named == predecessor:
            return TreeHead(size=found.tree_size, root=bytes.fromhex(found.root_hash))
    return None


def _number(origin: str, base: str) -> int:
    """1 for `base`, k for ``base/k``, 0 for another series."""
    if origin == base:
        return 1
    tail = origin.removeprefix(f"{base}/")
    return int(tail) if tail != origin and tail.isascii() and tail.isdigit() else 0
