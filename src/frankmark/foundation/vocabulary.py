"""One closed vocabulary a message or a file: which keys in it nobody knows, and what each was probably meant to be.

A misspelt key that is silently dropped changes meaning; so request bodies and settings are both checked here before
they are decoded, and every unknown key is named at once.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, get_args, get_origin

import msgspec

__all__ = ["Unknown", "keys_of", "nearest", "structs_within", "unknown_keys"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A key that the vocabulary does not hold.

    Attributes:
        name: Its path, parts joined with dots.
        nearest: The known key of the same place that is spelt most like it; empty if the place knows none.
    """

    name: str
    nearest: str


def keys_of(struct: type[msgspec.Struct], prefix: str = "") -> Iterator[str]:
    """Every key of a struct and of the structs within it, as dotted paths."""
    for field in msgspec.structs.fields(struct):
        inner = _section(field)
        if inner is None:
            yield prefix + field.encode_name
        else:
            yield from keys_of(inner, f"{prefix}{field.encode_name}.")


def nearest(name: str, known: list[str]) -> str:
    """The known name that is spelt most like `name`; empty if none is known."""
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.0)), "")


def unknown_keys(given: Mapping[str, object], struct: type[msgspec.Struct], prefix: str = "") -> tuple[Unknown, ...]:
    """The keys of a decoded object that a struct does not know.

    Args:
        given: A JSON or TOML object.
        struct: What it will be decoded into.
        prefix: The path of `given`, with its final dot.

    Returns:
        One `Unknown` per key, in the order given, those of nested objects included.
    """
    fields = _fields(struct)
    found: list[Unknown] = []
    for key, value in given.items():
        if key not in fields:
            found.append(Unknown(name=prefix + key, nearest=nearest(key, sorted(fields))))
            continue
        inner, element = fields[key]
        if inner is not None and isinstance(value, Mapping):
            found.extend(unknown_keys(value, inner, f"{prefix}{key}."))
        elif element is not None and isinstance(value, list):
            for at, one in enumerate(value):
                if isinstance(one, Mapping):
                    found.extend(unknown_keys(one, element, f"{prefix}{key}.{at}."))
    return tuple(found)


@cache
def _fields(struct: type[msgspec.Struct]) -> dict[str, tuple[type[msgspec.Struct] | None, type[msgspec.Struct] | None]]:
    """By key: the struct that a field holds, and the one that its list holds."""
    return {field.encode_name: (_section(field), _element(field)) for field in msgspec.structs.fields(struct)}


def structs_within(struct: type[msgspec.Struct]) -> tuple[type[msgspec.Struct], ...]:
    """The structs that a struct's fields hold, alone or in a list."""
    held = (_section(field) or _element(field) for field in msgspec.structs.fields(struct))
    return tuple(one for one in held if one is not None)


def _element(field: msgspec.structs.FieldInfo) -> type[msgspec.Struct] | None:
    """The struct that a list's field is a list of."""
    kind = field.type
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) is not list:
        return None
    element = get_args(kind)[0]
    return element if isinstance(element, type) and issubclass(element, msgspec.Struct) else None


def _section(field: msgspec.structs.FieldInfo) -> type[msgspec.Struct] | None:
    kind = field.type
    return kind if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else None
