"""Where a person keeps what the logs of others have shown: the newest head of each log, and every split view.

::

    FOLDER/<origin>/head                     the newest head that was a continuation, as it was signed
    FOLDER/<origin>/split-view-<…>.json      two heads that are not (`frankmark.assembly.split_view`)

Both heads of a split view are kept as they were signed: they are the only proof, and the operator will not show them
again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from frankmark.adapters.system.private_files import make_private_folder, read_private, write_private
from frankmark.assembly.offline import OfflineReason
from frankmark.assembly.pins import Pins
from frankmark.assembly.split_view import SplitView, seen
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Error, Unverified
from frankmark.ports.node_api import NodeApi
from frankmark.services.log_monitor import Continuation, SeenHead, compare
from frankmark.services.watched_logs import WatchedLog, watched_logs

__all__ = ["Watch", "Watched"]

LARGEST = 1_048_576
NEWEST = "head"
KEPT_BY = frozenset({Continuation.FIRST, Continuation.GROWN})
PROBLEMS = frozenset({Continuation.SPLIT, Continuation.UNPROVEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What came of looking at one log.

    Attributes:
        issuer: Whose log it is; empty if that could not be told.
        log: Its name; empty if that could not be told.
        continuation: What its head is to the one that was kept; None if it was not compared.
        served: The head that it served; None if its signature does not hold.
        known: The head that was kept.
        evidence: The file that holds both heads, where they are no continuation.
        error: Why it was not compared.
    """

    issuer: str = ""
    log: str = ""
    continuation: Continuation | None = None
    served: SeenHead | None = None
    known: SeenHead | None = None
    evidence: str = ""
    error: Error | None = None


class Watch:
    """A person's watch over logs.

    Args:
        folder: Where heads are kept; made if it is missing.
        pins: Whose logs count.
    """

    def __init__(self, folder: Path, pins: Pins) -> None:
        self._folder = folder
        self._pins = pins

    def over(self, node: NodeApi) -> Iterator[Watched]:
        """Look at every log of a node.

        Args:
            node: The node.

        Yields:
            What came of each.

        Raises:
            Unavailable: The node cannot be reached, or answers no logs.
        """
        looked_at: list[Watched] = []
        for log in watched_logs(node):
            looked_at.append(self._one(log))
            yield looked_at[-1]
        yield from self._gone(looked_at)

    def against(self, node: NodeApi, text: str) -> Watched:
        """Compare a head that reached the person on another way with what a node serves.

        Args:
            node: The node.
            text: The signed head.

        Returns:
            What came of it; gone if the node names no such log.

        Raises:
            Malformed: The head is none.
            Unverified: Its signature does not hold, or nobody is believed about its log.
            Unavailable: The node cannot be reached, or answers no logs.
        """
        head, issuer = seen(text, self._pins)
        for log in watched_logs(node):
            try:
                served, _ = seen(log.head, self._pins)
            except Error:
                continue
            if served.log == head.log:
                return self._compared(log, served, head, issuer.iss)
        return Watched(issuer=issuer.iss, log=head.log, continuation=Continuation.GONE, known=head)

    def _one(self, log: WatchedLog) -> Watched:
        try:
            served, issuer = seen(log.head, self._pins)
            known = self._known(served.log)
            second = self._second(log, served)
        except Error as fault:
            return Watched(error=fault)
        if second is not None:
            known = second  # two forms of one head that say two things need nothing to be compared with
        return self._compared(log, served, known, issuer.iss)

    def _second(self, log: WatchedLog, served: SeenHead) -> SeenHead | None:
        """The other form of a head, if it is not the same head.

        Raises:
            Error: What `seen` raises, but for a log whose own key nobody has pinned.
        """
        try:
            second = seen(log.second, self._pins)[0] if log.second else None
        except Unverified as fault:
            if fault.code is OfflineReason.ISSUER_NOT_PINNED:
                return None
            raise
        same = second is None or (second.log, second.size, second.root) == (served.log, served.size, served.root)
        return None if same else second

    def _gone(self, looked_at: list[Watched]) -> Iterator[Watched]:
        """Logs of the node that were there before."""
        named = {one.log for one in looked_at if one.log}
        nodes = {log.partition("/")[0] for log in named}
        kept = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        for place in kept:
            log = unquote(place.name)
            if log not in named and log.partition("/")[0] in nodes:
                yield Watched(log=log, continuation=Continuation.GONE, known=self._known(log))

    def _compared(self, log: WatchedLog, served: SeenHead, known: SeenHead | None, iss: str) -> Watched:
        found = compare(known, served, log.source)
        evidence = ""
        if known is not None and found.continuation in PROBLEMS:
            evidence = self._accuse(SplitView(heads=(known.text, served.text), path=found.path), served.log)
        elif found.continuation in KEPT_BY:
            newest = self._known(served.log)
            if newest is None or newest.size < served.size:
                self._keep(served)
        return Watched(
            issuer=iss,
            log=served.log,
            continuation=found.continuation,
            served=served,
            known=known,
            evidence=evidence,
        )

    def _known(self, log: str) -> SeenHead | None:
        try:
            text = read_private(self._place(log) / NEWEST, LARGEST).decode()
        except FileNotFoundError:
            return None
        return seen(text, self._pins)[0]

    def _keep(self, head: SeenHead) -> None:
        place = self._made(head.log)
        write_private(place / NEWEST, head.text.encode())

    def _accuse(self, view: SplitView, log: str) -> str:
        """Write both heads down, once."""
        data = view.render()
        file = self._made(log) / f"split-view-{sha256(data).hex()[:16]}.json"
        if not file.exists():
            write_private(file, data)
        return str(file)

    def _made(self, log: str) -> Path:
        make_private_folder(self._folder)
        place = self._place(log)
        make_private_folder(place)
        return place

    def _place(self, log: str) -> Path:
        name = quote(log, safe="")
        return self._folder / (name if re.fullmatch(r"[\w%.-]{1,200}", name) else sha256(log.encode()).hex())
