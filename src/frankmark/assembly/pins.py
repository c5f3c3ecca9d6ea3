"""The trust file: which issuers a person has decided to believe (`trust.toml`).

::

    [issuer."https://mark.example.org"]
    jwks = '{"keys":[…]}'
    log_vkeys = ["mark.example.org/securestamp-main+ab12cd34+…"]
    witnesses = ["mark.example.org/witness+…"]
    quorum = 1

Nothing is ever trusted because the thing being verified carries it; what is not in this file is not pinned. The file is
written whole and moved into place, so that a reader never sees half of it.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import msgspec

from frankmark.foundation.errors import Error, Malformed
from frankmark.foundation.jwks import JwkSet

__all__ = ["Issuer", "PinReason", "Pins", "load_pins", "store_pins"]

MAX_BYTES = 4 * 1_048_576


class PinReason(StrEnum):
    """Why a trust file, or an entry for it, is refused."""

    TRUST_FILE_INVALID = "TRUST_FILE_INVALID"
    ISSUER_NOT_PINNED = "ISSUER_NOT_PINNED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """One issuer that is believed.

    Attributes:
        iss: Its base URL, as tokens name it.
        keys: Its signing keys.
        log_vkeys: C2SP verifier keys of its logs.
        witnesses: C2SP verifier keys whose cosignatures count.
        quorum: How many of the witnesses a final head needs.
    """

    iss: str
    keys: JwkSet
    log_vkeys: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    quorum: int = 1

    def names_time_key(self, kid: str) -> bool:
        """Whether a key of a time authority has a name that belongs to this issuer's node, ``<node_id>#…``."""
        node_id, mark, _ = kid.partition("#")
        return bool(mark) and any(key.node_id == node_id for key in self.keys.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """Everything in a trust file.

    Attributes:
        issuers: The issuers by name.
        time_authority: What it says of time authorities, by key id; kept as it stands.
    """

    issuers: Mapping[str, Issuer]
    time_authority: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def issuer(self, iss: str) -> Issuer | None:
        """The issuer of that name, exactly."""
        return self.issuers.get(iss)

    def owner_of(self, kid: str) -> Issuer | None:
        """The issuer that has a key of that id."""
        return next((one for one in self.issuers.values() if one.keys.get(kid) is not None), None)

    def with_issuer(self, issuer: Issuer) -> "Pins":
        """The file with an issuer added or replaced."""
        return replace(self, issuers={**self.issuers, issuer.iss: issuer})

    def with_time_authority(self, keys: Mapping[str, Mapping[str, str]]) -> "Pins":
        """The file with keys of a time authority added or replaced, by key id."""
        return replace(self, time_authority={**self.time_authority, **{kid: dict(one) for kid, one in keys.items()}})

    def without(self, iss: str) -> "Pins":
        """The file without an issuer and the time keys of its node, or without the time key of that name.

        Raises:
            Malformed: `ISSUER_NOT_PINNED`.
        """
        gone = self.issuers.get(iss)
        if gone is None and iss in self.time_authority:
            return replace(self, time_authority={kid: one for kid, one in self.time_authority.items() if kid != iss})
        if gone is None:
            raise Malformed(PinReason.ISSUER_NOT_PINNED, f"{iss} is not in the trust file")
        kept = {kid: one for kid, one in self.time_authority.items() if not gone.names_time_key(kid)}
        issuers = {name: one for name, one in self.issuers.items() if name != iss}
        return replace(self, issuers=issuers, time_authority=kept)


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    jwks: str
    log_vkeys: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    quorum: int = 1


class _File(msgspec.Struct, forbid_unknown_fields=True):
    issuer: dict[str, _Entry] = {}
    time_authority: dict[str, dict[str, str]] = {}


def load_pins(file: Path) -> Pins:
    """Read a trust file; one that does not exist holds nothing.

    Raises:
        Malformed: `TRUST_FILE_INVALID`.
    """
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return Pins(issuers={})
    except OSError as fault:
        raise Malformed(PinReason.TRUST_FILE_INVALID, f"{file}: {fault.strerror}") from fault
    if len(data) > MAX_BYTES:
        raise Malformed(PinReason.TRUST_FILE_INVALID, f"{file} is larger than {MAX_BYTES} octets")
    try:
        read = msgspec.convert(tomllib.loads(data.decode()), _File)
        issuers = {iss: _issuer(iss, entry) for iss, entry in read.issuer.items()}
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, Error) as fault:
        raise Malformed(PinReason.TRUST_FILE_INVALID, f"{file}: {fault}") from fault
    return Pins(issuers=issuers, time_authority=read.time_authority)


def _issuer(iss: str, entry: _Entry) -> Issuer:
    keys = JwkSet.parse(entry.jwks.encode())
    return Issuer(iss=iss, keys=keys, log_vkeys=entry.log_vkeys, witnesses=entry.witnesses, quorum=max(1, entry.quorum))


def store_pins(file: Path, pins: Pins) -> None:
    """Write a trust file whole, readable by its owner alone."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = ["# Issuers that this person believes; `frankmark trust add` and `remove` write this file.", ""]
    for iss, issuer in sorted(pins.issuers.items()):
        lines += [
            f"[issuer.{_quoted(iss)}]",
            f"jwks = {_quoted(issuer.keys.dump().decode())}",
            f"log_vkeys = {_quoted(list(issuer.log_vkeys))}",
            f"witnesses = {_quoted(list(issuer.witnesses))}",
            f"quorum = {issuer.quorum}",
            "",
        ]
    for kid, members in sorted(pins.time_authority.items()):
        lines += [f"[time_authority.{_quoted(kid)}]", *(f"{name} = {_quoted(text)}" for name, text in members.items())]
        lines.append("")
    beside = file.with_name(f".{file.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as sink:
        sink.write("\n".join(lines))
        sink.flush()
        os.fsync(sink.fileno())
    beside.replace(file)


def _quoted(value: str | list[str]) -> str:
    """A TOML basic string or array of them: a JSON text is one, but for DEL, and for escapes of surrogate pairs."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # noqa: TID251  (TOML, not a signed object)
