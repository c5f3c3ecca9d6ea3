"""How many domains are collected at once, and for whom.

Asking the world about a domain that nobody asked about before costs some twenty questions. Whoever sends thousands of
such names must not use up what others need: strangers share few places, callers with a credential have their own, and
domains with a stamp of this node have theirs, whoever asks. What is remembered needs no place.

A place is not enough: a domain whose servers are silent keeps all its questions waiting, and 16 such domains would fill
the wire for everybody. So each share has its own number of questions to the DNS under way, too.
"""

import asyncio
from collections.abc import Collection, Mapping
from enum import Enum, auto
from typing import Final

__all__ = ["PLACES", "QUESTIONS", "Places", "Share"]


class Share(Enum):
    """Whose places a collection takes."""

    STAMPED = auto()  # a domain with a stamp, for any caller
    KNOWN = auto()  # any other, for a caller with a credential or for the node itself
    STRANGER = auto()  # any other, for anybody else


PLACES: Final[Mapping[Share, int]] = {Share.STAMPED: 16, Share.KNOWN: 32, Share.STRANGER: 16}
QUESTIONS: Final[Mapping[Share, int]] = {Share.STAMPED: 96, Share.KNOWN: 128, Share.STRANGER: 96}


class Places:
    """Counts collections that run.

    Args:
        most: The most at once, by share.
        questions: The most questions to the DNS that they have under way at once, by share.
    """

    def __init__(self, most: Mapping[Share, int] = PLACES, questions: Mapping[Share, int] = QUESTIONS) -> None:
        self._free = {share: asyncio.Semaphore(number) for share, number in most.items()}
        self._turns = {share: asyncio.Semaphore(number) for share, number in questions.items()}

    def turn(self, share: Share) -> asyncio.Semaphore:
        """What is held as long as one question to the DNS is under way for a share."""
        return self._turns[share]

    async def enter(self, share: Share, patience_s: float) -> bool:
        """Take a place, or wait for one in the order of coming.

        Args:
            share: Whose.
            patience_s: How long to wait, in seconds.

        Returns:
            Whether a place was taken; it is given back by `leave_after`.
        """
        try:
            async with asyncio.timeout(patience_s):
                return await self._free[share].acquire()
        except TimeoutError:
            return False

    def leave_after(self, share: Share, tasks: Collection[asyncio.Task[None]]) -> None:
        """Give a place back when all the tasks have ended, those too that go on after their deadline."""
        running = set(tasks)

        def ended(task: asyncio.Task[None]) -> None:
            running.discard(task)
            if not running:
                self._free[share].release()

        for task in tasks:
            task.add_done_callback(ended)
