"""Check 0, the form: which members a proof must have, and what each looks like."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from frankmark.foundation.canonical import Json
from frankmark.protocols.stampedsafe.model import MAX_MESSAGE, Problem
from frankmark.protocols.stampedsafe.reasons import StampedSafeReason
from frankmark.protocols.stampedsafe.wire import whole

__all__ = ["file_faults", "form_faults", "unknown_members"]

Checked = tuple[StampedSafeReason, str] | None

_PROOF: Final = frozenset({"id", "payload", "sig", "level"})
_PAYLOAD: Final = frozenset({"v", "alg", "t", "tz", "h", "m", "n", "pk", "f", "ta"})
_FILE: Final = frozenset({"name", "size", "hash", "type"})
_TA: Final = frozenset({"ts", "iso", "exp", "kid", "nonce", "sig", "pk"})
_LOWER: Final = re.compile(r"[0-9a-f]+")
_CAPITALS: Final = re.compile(r"[0-9a-fA-F]+")
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f/\\]{0,255}")
_PART: Final = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"  # restricted-name of RFC 6838
_TYPE: Final = re.compile(f"{_PART}/{_PART}")
_HASH: Final = 64


def form_faults(proof: dict[str, Json]) -> Iterator[Problem]:
    """What is wrong with the form of a proof, ``ta`` aside.

    Args:
        proof: The proof as received.

    Yields:
        Each fault.
    """
    yield from _members(proof, "", _OF_PROOF)
    payload = proof.get("payload")
    if not isinstance(payload, dict):
        return
    yield from _members(payload, "payload.", _OF_PAYLOAD)
    if "f" in payload:
        yield from file_faults(payload["f"])
    elif payload.get("m") == "":
        message = "f is there when there is no message"
        yield Problem(code=StampedSafeReason.MISSING_FIELD, path="payload.f", message=message)


def file_faults(value: Json) -> Iterator[Problem]:
    """What is wrong with the form of ``f``.

    Args:
        value: The member as received.

    Yields:
        `FILE_META_INVALID`; `HEX_FORMAT` for a hash in capitals.
    """
    if not isinstance(value, dict):
        yield _fault(StampedSafeReason.FILE_META_INVALID, "payload.f", "f is an object, or absent")
        return
    name, size, digest, kind = (value.get(member) for member in ("name", "size", "hash", "type"))
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        sentence = "name is a text of at most 255 characters without control characters and path separators"
        yield _fault(StampedSafeReason.FILE_META_INVALID, "payload.f.name", sentence)
    if whole(size) is None:
        yield _fault(StampedSafeReason.FILE_META_INVALID, "payload.f.size", "size is an integer from 0 to 2^53-1")
    found = _hex(_HASH, StampedSafeReason.FILE_META_INVALID)(digest) if isinstance(digest, str) else _NO_HASH
    if found:
        yield _fault(found[0], "payload.f.hash", f"hash is {found[1]}")
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind):
        yield _fault(StampedSafeReason.FILE_META_INVALID, "payload.f.type", "type is a media type, type/subtype")


def unknown_members(proof: dict[str, Json], *, attested: bool) -> bool:
    """Whether there are members that this release does not know.

    Args:
        proof: The proof as received.
        attested: Whether ``ta`` is looked into.
    """
    payload = proof.get("payload")
    if not isinstance(payload, dict):
        return not proof.keys() <= _PROOF
    parts = [(proof, _PROOF), (payload, _PAYLOAD), (payload.get("f"), _FILE)]
    if attested:
        parts.append((payload.get("ta"), _TA))
    return any(isinstance(part, dict) and not part.keys() <= known for part, known in parts)


def _members(members: dict[str, Json], where: str, checks: dict[str, Callable[[Json], Checked]]) -> Iterator[Problem]:
    for name, check in checks.items():
        if name not in members:
            yield _fault(StampedSafeReason.MISSING_FIELD, where + name, f"{name} is there")
            continue
        found = check(members[name])
        if found:
            yield _fault(found[0], where + name, f"{name} is {found[1]}")


def _fault(code: StampedSafeReason, path: str, message: str) -> Problem:
    return Problem(code=code, path=path, message=message)


def _text(value: Json) -> Checked:
    return None if isinstance(value, str) else (StampedSafeReason.TYPE_INVALID, "a text")


def _object(value: Json) -> Checked:
    return None if isinstance(value, dict) else (StampedSafeReason.TYPE_INVALID, "an object")


def _level(value: Json) -> Checked:
    return None if whole(value) is not None else (StampedSafeReason.TYPE_INVALID, "an integer")


def _time(value: Json) -> Checked:
    if whole(value) is not None:
        return None
    return StampedSafeReason.TIMESTAMP_INVALID, "an integer number of milliseconds from 0 to 2^53-1"


def _message(value: Json) -> Checked:
    if isinstance(value, str) and len(value) > MAX_MESSAGE:
        return StampedSafeReason.MESSAGE_TOO_LONG, f"a text of at most {MAX_MESSAGE} characters"
    return _text(value)


def _hex(length: int, otherwise: StampedSafeReason) -> Callable[[Json], Checked]:
    """A check of hexadecimal: capitals are `HEX_FORMAT`, anything else wrong is the member's own code."""

    def check(value: Json) -> Checked:
        if not isinstance(value, str):
            return StampedSafeReason.TYPE_INVALID, "a text"
        if len(value) == length and _LOWER.fullmatch(value):
            return None
        capitals = len(value) == length and _CAPITALS.fullmatch(value)
        code = StampedSafeReason.HEX_FORMAT if capitals else otherwise
        return code, f"{length} digits of lower-case hexadecimal"

    return check


def _id(value: Json) -> Checked:
    short, long = _SHORT_ID(value), _LONG_ID(value)
    return short and long and (long if isinstance(value, str) and len(value) == _LONG else short)


_LONG: Final = 24
_SHORT_ID: Final = _hex(12, StampedSafeReason.ID_FORMAT)
_LONG_ID: Final = _hex(_LONG, StampedSafeReason.ID_FORMAT)
_NO_HASH: Final = (StampedSafeReason.FILE_META_INVALID, f"{_HASH} digits of lower-case hexadecimal")

_OF_PROOF: Final[dict[str, Callable[[Json], Checked]]] = {
    "id": _id,
    "payload": _object,
    "sig": _hex(128, StampedSafeReason.SIGNATURE_FORMAT),
    "level": _level,
}
_OF_PAYLOAD: Final[dict[str, Callable[[Json], Checked]]] = {
    "v": _text,
    "alg": _text,
    "t": _time,
    "tz": _text,
    "h": _hex(64, StampedSafeReason.HEX_FORMAT),
    "m": _message,
    "n": _hex(32, StampedSafeReason.HEX_FORMAT),
    "pk": _hex(64, StampedSafeReason.HEX_FORMAT),
}
