"""A perimeter before it is signed: a file that a person writes, and what it changes of the one that is published.

::

    brand = "br_01KF0K6ZR0M3Q9V2K5T8R6N0C1"
    name = "Acme"
    domain = "acme.example"
    days = 365
    channels = [
      { type = "domain", value = "acme.example", match = "subtree" },
      { type = "whatsapp", value = "+34 600 000 000" },
    ]

A channel may be spelt in any way that its type allows; what is signed is its canonical form.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from frankmark.assembly.tables import shipped_suffixes
from frankmark.foundation.errors import Error, Malformed
from frankmark.protocols.signal.artifact import canonical
from frankmark.protocols.signal.model import ArtifactType
from frankmark.protocols.signal.perimeter import LONGEST_LIFE_S, Channel, Match, Perimeter, SignedPerimeter

__all__ = ["Changes", "Draft", "DraftReason", "changes", "parse_draft", "render_draft"]

DAY_S: Final = 86_400
NUMBERS: Final = frozenset({ArtifactType.WHATSAPP, ArtifactType.PHONE})


class DraftReason(StrEnum):
    """Why a draft cannot be signed."""

    PERIMETER_DRAFT = "PERIMETER_DRAFT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a person wrote.

    Attributes:
        brand: ``br_`` and a ULID.
        name: How the brand calls itself.
        domain: The anchor.
        days: For how long it holds.
        channels: Canonical.
        respelt: How a channel was written → its canonical form, where they differ.
    """

    brand: str
    name: str
    domain: str
    days: int
    channels: tuple[Channel, ...]
    respelt: Mapping[str, str]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The telephone numbers among the channels, of which the brand says that they are its organisation's."""
        return tuple(each.artifact.value for each in self.channels if each.artifact.type in NUMBERS)

    def following(self, previous: SignedPerimeter | None, now_s: int) -> Perimeter:
        """The perimeter that follows the one that is published.

        Args:
            previous: The newest one; None if there is none.
            now_s: The time, seconds since the epoch.
        """
        return Perimeter(
            brand=self.brand,
            name=self.name,
            domain=self.domain,
            seq=1 if previous is None else previous.perimeter.seq + 1,
            prev=None if previous is None else previous.digest,
            iat=now_s,
            exp=now_s + self.days * DAY_S,
            channels=self.channels,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a perimeter changes of the one before it.

    Attributes:
        added: Channels that come to it.
        removed: Channels that are the brand's no more.
        name: The name before and after, where it changes.
        key: The thumbprints before and after, where the key changes.
    """

    added: tuple[Channel, ...]
    removed: tuple[Channel, ...]
    name: tuple[str, str] | None
    key: tuple[str, str] | None

    @property
    def nothing(self) -> bool:
        """Whether only the times change."""
        return not (self.added or self.removed or self.name or self.key)


class _Channel(msgspec.Struct, forbid_unknown_fields=True):
    type: ArtifactType
    value: str
    match: Match = Match.EXACT


class _File(msgspec.Struct, forbid_unknown_fields=True):
    brand: str
    name: str
    domain: str
    channels: list[_Channel]
    days: int = 365


def parse_draft(data: bytes) -> Draft:
    """Read a draft.

    Args:
        data: TOML.

    Raises:
        Malformed: `PERIMETER_DRAFT`, naming what is wrong.
    """
    try:
        read = msgspec.convert(tomllib.loads(data.decode()), _File)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as wrong:
        raise _wrong(str(wrong)) from wrong
    if not 1 <= read.days <= LONGEST_LIFE_S // DAY_S:
        raise _wrong(f"days is from 1 to {LONGEST_LIFE_S // DAY_S}")
    spelt = [(each, _canonical(each)) for each in read.channels]
    return Draft(
        brand=read.brand,
        name=read.name,
        domain=read.domain,
        days=read.days,
        channels=tuple(channel for _, channel in spelt),
        respelt={each.value: channel.artifact.value for each, channel in spelt if each.value != channel.artifact.value},
    )


def render_draft(brand: str, name: str, domain: str, comment: str) -> str:
    """A first draft: the anchor and everything below it.

    Args:
        brand: ``br_`` and a ULID.
        name: How the brand calls itself.
        domain: The anchor, canonical.
        comment: What the person is told about the file, one line.

    Returns:
        TOML.
    """
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return (
        f"# {comment}\n"
        f'brand = "{brand}"\nname = "{quoted}"\ndomain = "{domain}"\ndays = 365\n'
        f'channels = [\n  {{ type = "domain", value = "{domain}", match = "subtree" }},\n]\n'
    )


def changes(before: SignedPerimeter | None, after: Perimeter, jkt: str) -> Changes:
    """What a perimeter changes.

    Args:
        before: The one that is published; None if there is none.
        after: The new one.
        jkt: The thumbprint of the key that signs it.
    """
    old = before.perimeter.channels if before else ()
    name = before.perimeter.name if before else after.name
    key = before.jkt if before else jkt
    return Changes(
        added=tuple(channel for channel in after.channels if channel not in old),
        removed=tuple(channel for channel in old if channel not in after.channels),
        name=(name, after.name) if name != after.name else None,
        key=(key, jkt) if key != jkt else None,
    )


def _canonical(given: _Channel) -> Channel:
    try:
        artifact = canonical(given.type, given.value, shipped_suffixes())
    except Error as wrong:
        raise _wrong(f"{given.type.value} {given.value}: {wrong.detail}") from wrong
    return Channel(artifact=artifact, match=given.match)


def _wrong(detail: str) -> Malformed:
    return Malformed(DraftReason.PERIMETER_DRAFT, f"a draft of a perimeter: {detail}")
