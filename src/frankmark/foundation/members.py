"""A JSON object read strictly: each member once, by its type, and none left over (RFC 8259, closed schemas)."""

from enum import StrEnum
from typing import TypeVar

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Malformed

__all__ = ["Members"]

Word = TypeVar("Word", bound=StrEnum)


class Members:
    """The members of one object that have not been read yet.

    Args:
        value: The object, as `canonical.load` gives it.
        what: What the object is, for the sentence of an error.
        code: The code of every error.

    Raises:
        Malformed: `code`, when the value is no object.
    """

    __slots__ = ("_code", "_left", "_what")

    def __init__(self, value: Json, *, what: str, code: StrEnum) -> None:
        self._code = code
        self._what = what
        if not isinstance(value, dict):
            raise self.fault("is a JSON object")
        self._left = dict(value)

    def fault(self, sentence: str) -> Malformed:
        """Make the error that says what is wrong with this object."""
        return Malformed(self._code, f"{self._what} {sentence}")

    def has(self, name: str) -> bool:
        """Whether a member is there and not yet read."""
        return name in self._left

    def take(self, name: str) -> Json:
        """Read a member of any type."""
        if name not in self._left:
            raise self.fault(f"has a member {name}")
        return self._left.pop(name)

    def text(self, name: str) -> str:
        """Read a string."""
        value = self.take(name)
        if not isinstance(value, str):
            raise self.fault(f"has a string {name}")
        return value

    def number(self, name: str) -> int:
        """Read an integer."""
        value = self.take(name)
        if type(value) is not int:
            raise self.fault(f"has an integer {name}")
        return value

    def truth(self, name: str) -> bool:
        """Read a boolean."""
        value = self.take(name)
        if not isinstance(value, bool):
            raise self.fault(f"has a boolean {name}")
        return value

    def word(self, name: str, words: type[Word]) -> Word:
        """Read one word out of a closed list."""
        return self._word(self.text(name), name, words)

    def word_or_none(self, name: str, words: type[Word]) -> Word | None:
        """Read one word out of a closed list, or null."""
        value = self.take(name)
        return None if value is None else self._word(value, name, words)

    def list(self, name: str, most: int) -> list[Json]:
        """Read an array of at most so many elements."""
        value = self.take(name)
        if not isinstance(value, list) or len(value) > most:
            raise self.fault(f"has an array {name} of at most {most} elements")
        return value

    def object(self, name: str) -> "Members":
        """Read an object, strictly too."""
        return Members(self.take(name), what=f"{name} of {self._what}", code=self._code)

    def end(self) -> None:
        """Check that nothing is left over.

        Raises:
            Malformed: Naming what is.
        """
        if self._left:
            raise self.fault(f"has no members besides the known ones, and here are {', '.join(sorted(self._left))}")

    def _word(self, value: Json, name: str, words: type[Word]) -> Word:
        known = {word.value for word in words}
        if not isinstance(value, str) or value not in known:
            raise self.fault(f"has {name} out of {', '.join(sorted(known))}")
        return words(value)
