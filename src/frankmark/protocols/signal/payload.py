"""Objects of a messaging platform: members that are known are read by their type, all others are left alone.

Platforms add members whenever they like, so what is unknown is no fault; what is known and of another type is.
"""

from typing import TypeVar

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Malformed
from frankmark.protocols.signal.reasons import SignalReason

__all__ = ["Payload"]

Kind = TypeVar("Kind", bool, int, str, list[Json])


class Payload:
    """One object of a platform.

    Args:
        value: The object, as `canonical.load` gives it.

    Raises:
        Malformed: MESSAGE_MALFORMED when it is no object.
    """

    __slots__ = ("_members",)

    def __init__(self, value: Json) -> None:
        if not isinstance(value, dict):
            raise Malformed(SignalReason.MESSAGE_MALFORMED, "a JSON object is expected")
        self._members = value

    def has(self, *names: str) -> bool:
        """Say whether one of these members is there."""
        return not self._members.keys().isdisjoint(names)

    def text(self, name: str) -> str:
        """Read a string; empty when it is absent."""
        return self._read(name, str) or ""

    def number(self, name: str) -> int | None:
        """Read an integer, or None."""
        return self._read(name, int)

    def flag(self, name: str) -> bool:
        """Read a boolean; False when it is absent."""
        return self._read(name, bool) or False

    def part(self, name: str) -> "Payload | None":
        """Read an object, or None."""
        value = self._members.get(name)
        return None if value is None else Payload(value)

    def parts(self, name: str, most: int) -> list["Payload"]:
        """Read an array of at most so many objects; empty when it is absent."""
        return [Payload(item) for item in self.items(name, most)]

    def items(self, name: str, most: int) -> list[Json]:
        """Read an array of at most so many elements; empty when it is absent."""
        found = self._read(name, list) or []
        if len(found) > most:
            raise Malformed(SignalReason.MESSAGE_MALFORMED, f"{name} has at most {most} elements")
        return found

    def _read(self, name: str, kind: type[Kind]) -> Kind | None:
        value = self._members.get(name)
        if value is None:
            return None
        if type(value) is not kind:
            raise Malformed(SignalReason.MESSAGE_MALFORMED, f"{name} is not what the platform sends there")
        return value
