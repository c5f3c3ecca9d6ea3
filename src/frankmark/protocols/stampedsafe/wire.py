"""Proofs as JSON: read strictly, written canonically (RFC 8259, RFC 8785), alone or many in one file.

Every number is a double, as RFC 8785 has it: ``1735689600000``, ``1735689600000.0`` and ``1.7356896e12`` are one number
and are hashed as one.
"""

import re
from collections.abc import Iterator
from typing import Final

from frankmark.foundation import canonical
from frankmark.foundation.canonical import Json, JsonLike
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Malformed
from frankmark.foundation.reasons import FoundationReason
from frankmark.protocols.stampedsafe.model import MAX_BYTES, MAX_INTEGER, Problem, Proof, Report
from frankmark.protocols.stampedsafe.reasons import StampedSafeReason

__all__ = ["canonical_form", "commitment", "load_proof", "render_proof", "report_json", "split_proofs", "whole"]

_CODES: Final = {
    FoundationReason.JSON_DUPLICATE_KEY: StampedSafeReason.DUPLICATE_KEY,
    FoundationReason.JSON_LONE_SURROGATE: StampedSafeReason.NOT_CANONICALIZABLE,
    FoundationReason.JSON_NUMBER_NOT_FINITE: StampedSafeReason.NOT_CANONICALIZABLE,
    FoundationReason.JSON_INTEGER_RANGE: StampedSafeReason.NOT_CANONICALIZABLE,
}
_UNBOUND: Final = frozenset({"t", "ta"})
_DIGITS: Final = bytes(0x39 if octet in b"0123456789" else octet for octet in range(256))
_HUGE: Final = b"9" * 309  # as many digits as the largest double has
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},]', re.DOTALL)
_SPACE: Final = b" \t\n\r"


def load_proof(data: bytes) -> Json:
    """Parse the JSON of a proof.

    Args:
        data: At most 64 KiB, at most 64 arrays and objects open at once.

    Returns:
        The value, of any type.

    Raises:
        Malformed: `JSON_INVALID`, `DUPLICATE_KEY` or `NOT_CANONICALIZABLE`.
    """
    try:
        value = canonical.load(data, max_bytes=MAX_BYTES)
        if _HUGE in data.translate(_DIGITS):
            _doubles(value)
    except Malformed as fault:
        code = _CODES.get(FoundationReason(fault.code), StampedSafeReason.JSON_INVALID)
        raise Malformed(code, fault.detail) from fault
    return value


def canonical_form(value: Json) -> bytes:
    """The canonical form of a loaded value, its numbers taken as doubles (RFC 8785 §3.2.2.3).

    Args:
        value: What `load_proof` returned, or a part of it.

    Returns:
        The octets that are hashed.
    """
    try:
        return canonical.dump(value)
    except Malformed:  # an integer that only a double can stand for
        return canonical.dump(_doubles(value))


def commitment(payload: dict[str, Json]) -> str:
    """What a time authority is asked to attest: the payload but for ``t`` and ``ta``.

    Args:
        payload: The payload.

    Returns:
        SHA-256 of the canonical form, 64 lower hex.
    """
    return sha256(canonical_form({name: value for name, value in payload.items() if name not in _UNBOUND})).hex()


def whole(value: Json) -> int | None:
    """A number as an integer from 0 to 2^53-1; None if its value is none, or it is no number."""
    if type(value) is int:
        return value if 0 <= value <= MAX_INTEGER else None
    if type(value) is float and value.is_integer() and 0 <= value <= MAX_INTEGER:
        return int(value)
    return None


def render_proof(proof: Proof) -> bytes:
    """A proof as canonical JSON, without a line end."""
    members: dict[str, JsonLike] = {
        "id": proof.id,
        "payload": dict(proof.payload),
        "sig": proof.sig,
        "level": proof.level,
    }
    return canonical.dump(members)


def report_json(report: Report) -> dict[str, Json]:
    """A report as its JSON object; ``fileMatches`` is there only if there was a file to compare.

    Args:
        report: The report.

    Returns:
        ``valid, level, timeBinding, sigInput, id, digest, errors, warnings``, and ``fileMatches``.
    """
    told: dict[str, Json] = {
        "valid": report.valid,
        "level": report.level,
        "timeBinding": report.time_binding.value if report.time_binding else None,
        "sigInput": report.sig_input.value if report.sig_input else None,
        "id": report.id or None,
        "digest": report.digest or None,
        "errors": [_problem(each) for each in report.errors],
        "warnings": [each.value for each in report.warnings],
    }
    if report.file_matches is not None:
        told["fileMatches"] = report.file_matches
    return told


def split_proofs(data: bytes) -> Iterator[bytes]:
    """The proofs of a file: the elements of one JSON array, or one a line.

    The elements are cut out as they stand and judged one by one, so that one that is broken spoils no other.

    Args:
        data: The octets of the file.

    Yields:
        The octets of each element, or of each line that is not blank.

    Raises:
        Malformed: `JSON_INVALID`, an array that is not closed, has something after it, or has an empty place.
    """
    bare = data.strip(_SPACE)
    if bare.startswith(b"["):
        yield from _elements(bare)
    else:
        yield from (line for line in bare.split(b"\n") if line.strip(_SPACE))


def _elements(array: bytes) -> Iterator[bytes]:
    depth, begun = 0, 1
    for found in _TOKEN.finditer(array):
        token = found[0]
        if token in b"[{":
            depth += 1
        elif token in b"]}":
            depth -= 1
        if depth > 1 or (depth == 1 and token != b","):
            continue
        element = array[begun : found.start()].strip(_SPACE)
        if element or token == b"," or begun > 1:
            yield _filled(element)
        if depth == 0:
            if found.end() != len(array):
                raise Malformed(StampedSafeReason.JSON_INVALID, "nothing after the array of proofs")
            return
        begun = found.end()
    raise Malformed(StampedSafeReason.JSON_INVALID, "an array of proofs that is closed")


def _filled(element: bytes) -> bytes:
    if not element:
        raise Malformed(StampedSafeReason.JSON_INVALID, "a proof at each place of the array")
    return element


def _doubles(value: Json) -> Json:
    """The value with each integer that is not exact as a double replaced by the nearest one."""
    if isinstance(value, dict):
        return {name: _doubles(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_doubles(member) for member in value]
    if type(value) is int and abs(value) > MAX_INTEGER:
        try:
            return float(value)
        except OverflowError:
            raise Malformed(FoundationReason.JSON_NUMBER_NOT_FINITE, "a number that a double can hold") from None
    return value


def _problem(problem: Problem) -> dict[str, Json]:
    return {"code": problem.code.value, "path": problem.path, "message": problem.message}
