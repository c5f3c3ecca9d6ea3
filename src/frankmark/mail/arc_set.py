"""ARC sets: the three fields that each handler of a message adds (RFC 8617 §4), collected and checked for form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from frankmark.foundation.errors import Malformed
from frankmark.mail import dkim_signature, taglist
from frankmark.mail.canonicalization import Canonicalization
from frankmark.mail.dkim_reasons import DkimReason
from frankmark.mail.dkim_signature import Signature
from frankmark.mail.message import Field, Message

__all__ = ["MOST_SETS", "ArcReason", "ArcSet", "ChainValue", "collect"]

MOST_SETS = 50
"""RFC 8617 §4.2.1."""

Content = TypeVar("Content")

_INSTANCE = re.compile(r"[1-9][0-9]?")
_RESULTS_INSTANCE = re.compile(rb"[ \t]*i[ \t]*=[ \t]*([0-9]+)[ \t]*;[ \t]*(.*)", re.DOTALL)
_NAMES = (b"arc-authentication-results", b"arc-message-signature", b"arc-seal")


class ArcReason(StrEnum):
    """Why a chain was judged as it was."""

    ARC_ABSENT = "ARC_ABSENT"
    ARC_VERIFIED = "ARC_VERIFIED"
    ARC_TOO_MANY_SETS = "ARC_TOO_MANY_SETS"
    ARC_INSTANCE = "ARC_INSTANCE"
    ARC_SET_INCOMPLETE = "ARC_SET_INCOMPLETE"
    ARC_SET_REPEATED = "ARC_SET_REPEATED"
    ARC_SYNTAX = "ARC_SYNTAX"
    ARC_CHAIN_VALUE = "ARC_CHAIN_VALUE"
    ARC_CHAIN_FAILED_BEFORE = "ARC_CHAIN_FAILED_BEFORE"
    ARC_MESSAGE_CHANGED = "ARC_MESSAGE_CHANGED"
    ARC_SEAL_BROKEN = "ARC_SEAL_BROKEN"
    ARC_KEY_UNAVAILABLE = "ARC_KEY_UNAVAILABLE"


class ChainValue(StrEnum):
    """The cv= tag: what a sealer found about the chain so far."""

    NONE = "none"
    PASS = "pass"  # noqa: S105 (the word of RFC 8617)
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArcSet:
    """What one handler added.

    Attributes:
        instance: i=, 1 for the first handler.
        results: The ARC-Authentication-Results field.
        payload: Its value after ``i=…;``, unfolded, in the form of an Authentication-Results field.
        message_signature: What the ARC-Message-Signature field says.
        seal: What the ARC-Seal field says; its h= is empty and it has no bh=.
        chain_value: cv= of the seal.
    """

    instance: int
    results: Field
    payload: bytes
    message_signature: Signature
    seal: Signature
    chain_value: ChainValue


def collect(message: Message) -> tuple[ArcSet, ...]:
    """Read the ARC sets of a message.

    Args:
        message: The message.

    Returns:
        The sets from instance 1 to the last; none for a message without ARC fields.

    Raises:
        Malformed: With an `ArcReason` if the fields do not form whole sets, numbered from 1.
    """
    results, signatures, seals = (message.named(name) for name in _NAMES)
    most = max(len(results), len(signatures), len(seals))
    if most > MOST_SETS:
        raise Malformed(ArcReason.ARC_TOO_MANY_SETS, f"{most} ARC sets; a chain has at most {MOST_SETS}")
    try:
        read_results = _numbered([_results(field) for field in results])
        tags_of_signatures = _numbered([_tags(field) for field in signatures])
        tags_of_seals = _numbered([_tags(field) for field in seals])
    except Malformed as error:
        code = error.code if isinstance(error.code, ArcReason) else ArcReason.ARC_SYNTAX
        raise Malformed(code, error.detail) from error
    numbers = set(range(1, most + 1))
    if not numbers == set(read_results) == set(tags_of_signatures) == set(tags_of_seals):
        raise Malformed(
            ArcReason.ARC_SET_INCOMPLETE, "each instance from 1 up has one field of each of the three kinds"
        )
    return tuple(
        _set(instance, read_results[instance], tags_of_signatures[instance], tags_of_seals[instance])
        for instance in sorted(numbers)
    )


def _results(field: Field) -> tuple[int, Field, bytes]:
    found = _RESULTS_INSTANCE.match(field.unfolded)
    if not found:
        raise Malformed(ArcReason.ARC_INSTANCE, "ARC-Authentication-Results begins with i= and a semicolon")
    return _instance(found[1].decode("ascii")), field, found[2]


def _tags(field: Field) -> tuple[int, Field, dict[str, str]]:
    tags = taglist.parse(field.value)
    return _instance(tags.get("i", "")), field, tags


def _instance(value: str) -> int:
    if not _INSTANCE.fullmatch(value) or int(value) > MOST_SETS:
        raise Malformed(ArcReason.ARC_INSTANCE, f"i= is a number from 1 to {MOST_SETS}")
    return int(value)


def _numbered(rows: list[tuple[int, Field, Content]]) -> dict[int, tuple[Field, Content]]:
    numbered = {instance: (field, content) for instance, field, content in rows}
    if len(numbered) != len(rows):
        raise Malformed(ArcReason.ARC_SET_REPEATED, "an instance has two fields of one kind")
    return numbered


def _set(
    instance: int,
    results: tuple[Field, bytes],
    signature: tuple[Field, Mapping[str, str]],
    seal: tuple[Field, Mapping[str, str]],
) -> ArcSet:
    try:
        return ArcSet(
            instance=instance,
            results=results[0],
            payload=results[1],
            message_signature=_message_signature(*signature),
            seal=_seal(*seal),
            chain_value=_chain_value(seal[1]),
        )
    except Malformed as error:
        raise Malformed(ArcReason.ARC_SYNTAX, f"instance {instance}: {error.detail}") from error


def _required(tags: Mapping[str, str], names: str) -> None:
    for name in names.split():
        if not tags.get(name):
            raise Malformed(DkimReason.DKIM_TAG_MISSING, f"{name}= is missing or empty")


def _message_signature(field: Field, tags: Mapping[str, str]) -> Signature:
    """RFC 8617 §4.1.2: as DKIM-Signature, without v= and with i= for the instance."""
    _required(tags, "a b bh d s")
    if "h" not in tags:
        raise Malformed(DkimReason.DKIM_TAG_MISSING, "h= is missing")
    # §4.1.2 does not ask that anything but the field itself be signed, and empty names sign nothing.
    names = tuple(name for item in tags["h"].split(":") if (name := item.strip(" \t\r\n").lower().encode()))
    if b"arc-seal" in names:
        raise Malformed(DkimReason.DKIM_SYNTAX, "an ARC-Message-Signature does not sign seals")
    header_way, body_way = dkim_signature.canonicalizations(tags.get("c", "simple"))
    return _signature(
        field, tags, names=names, header_way=header_way, body_way=body_way, body_hash=taglist.octets(tags["bh"])
    )


def _seal(field: Field, tags: Mapping[str, str]) -> Signature:
    """RFC 8617 §4.1.3: seven tags, and no h=, for what a seal signs is fixed."""
    _required(tags, "a b d s")
    if "h" in tags:
        raise Malformed(DkimReason.DKIM_SYNTAX, "an ARC-Seal has no h=")
    relaxed = Canonicalization.RELAXED
    return _signature(field, tags, names=(), header_way=relaxed, body_way=relaxed, body_hash=b"")


def _signature(
    field: Field,
    tags: Mapping[str, str],
    *,
    names: tuple[bytes, ...],
    header_way: Canonicalization,
    body_way: Canonicalization,
    body_hash: bytes,
) -> Signature:
    domain = dkim_signature.signing_domain(tags["d"])
    return Signature(
        field=field,
        algorithm=dkim_signature.algorithm_of(tags["a"]),
        octets=taglist.octets(tags["b"]),
        body_hash=body_hash,
        header_way=header_way,
        body_way=body_way,
        domain=domain,
        selector=dkim_signature.selector(tags["s"]),
        identity="@" + domain,
        identity_domain=domain,
        names=names,
        length=dkim_signature.body_length(tags.get("l")),
        signed_at_s=dkim_signature.numeral(tags.get("t")),
        expires_at_s=dkim_signature.numeral(tags.get("x")),
    )


def _chain_value(tags: Mapping[str, str]) -> ChainValue:
    try:
        return ChainValue(tags.get("cv", ""))
    except ValueError as error:
        raise Malformed(ArcReason.ARC_SYNTAX, "cv= is none, pass or fail") from error
