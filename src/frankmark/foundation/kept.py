"""A bounded table whose entries are kept until their time, least recently used first out; told the time."""

from collections import OrderedDict
from typing import Generic, TypeVar

__all__ = ["Kept"]

Key = TypeVar("Key")
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """What was learnt once and need not be asked again yet.

    Args:
        capacity: The most entries to hold; one more drops the least recently used.
    """

    __slots__ = ("_capacity", "_entries")

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[Key, tuple[int, Value]] = OrderedDict()

    def put(self, key: Key, value: Value, until_ms: int) -> None:
        """Keep `value` under `key` until the clock shows `until_ms`."""
        self._entries[key] = (until_ms, value)
        self._entries.move_to_end(key)
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def get(self, key: Key, now_ms: int) -> Value | None:
        """The value under `key`, unless it was never kept or its time has come."""
        entry = self.entry(key, now_ms)
        return None if entry is None else entry[1]

    def entry(self, key: Key, now_ms: int) -> tuple[int, Value] | None:
        """The time until which a value is kept, and the value; None as for `get`."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[0] <= now_ms:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return entry

    def drop(self, key: Key) -> None:
        """Forget what is kept under `key`, if anything."""
        self._entries.pop(key, None)

    def __len__(self) -> int:
        return len(self._entries)
