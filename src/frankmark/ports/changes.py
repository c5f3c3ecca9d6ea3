"""Whether anything changed in a store since somebody last looked."""

from typing import Protocol

__all__ = ["Changes"]


class Changes(Protocol):
    """Tells a reader that what it remembers of a store may be another thing now.

    Law: if two calls answer the same number, every read between them sees the same rows. A change counts from the
    moment in which reads see it, whoever made it: this process, or another one that writes the same file.
    """

    def version(self) -> int:
        """A number that is another one after every change.

        Raises:
            Unavailable: The store cannot be read.
        """
        ...
