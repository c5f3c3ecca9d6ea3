"""The twin of the post office: letters that lie where they can be read."""

from frankmark.adapters.memory.switches import Switches, breakable
from frankmark.ports.post import Letter

__all__ = ["MemoryPost"]


class MemoryPost:
    """Keeps every letter."""

    def __init__(self) -> None:
        self.switches = Switches()
        self.letters: list[Letter] = []

    @breakable
    async def send(self, letter: Letter) -> None:
        """See `PostOffice.send`."""
        self.letters.append(letter)
