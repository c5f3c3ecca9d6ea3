"""The data tables that ship with us, read and handed to the pure rooms.

A table that cannot be read is no fault of whoever asks: something happened to the installation.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

import msgspec

from frankmark.foundation.errors import Malformed, Misuse
from frankmark.foundation.phrases import Phrases

if TYPE_CHECKING:
    from frankmark.mail.confusables import Confusables
    from frankmark.mail.publicsuffix import PublicSuffixes

__all__ = [
    "data_file",
    "shipped_confusables",
    "shipped_help",
    "shipped_phrases",
    "shipped_shorteners",
    "shipped_suffixes",
    "shipped_timezones",
]

HELP = "help.json"  # a room of its own: only help itself waits for it
APART = frozenset({HELP, "verify_page.json"})  # the words of the verifier's page stand in the page itself


class TablesReason(StrEnum):
    """Why a table cannot be used."""

    INSTALLATION_DAMAGED = "INSTALLATION_DAMAGED"


@contextmanager
def _whole(name: str) -> Iterator[None]:
    try:
        yield
    except (Malformed, msgspec.MsgspecError, OSError, UnicodeError) as damage:
        detail = f"{name} of this installation cannot be read ({damage}): install frankmark anew"
        raise Misuse(TablesReason.INSTALLATION_DAMAGED, detail) from damage


def data_file(name: str) -> Traversable:
    """A file of the data folder."""
    return files("frankmark") / "data" / name


@cache
@_whole("data/locales")
def shipped_phrases() -> Phrases:
    """The words for people, of every language and room."""
    folders = (entry for entry in data_file("locales").iterdir() if entry.is_dir())
    by_language = {
        folder.name: [
            file.read_bytes() for file in sorted(folder.iterdir(), key=lambda one: one.name) if file.name not in APART
        ]
        for folder in folders
    }
    return Phrases.parse(by_language)


@_whole("data/locales")
def shipped_help(language: str) -> Mapping[str, str]:
    """The texts of `--help`: English paragraph → paragraph in a language; empty for English itself."""
    file = data_file("locales") / language / HELP
    return msgspec.json.decode(file.read_bytes(), type=dict[str, str]) if file.is_file() else {}


@cache
@_whole("data/public_suffix_list.dat")
def shipped_suffixes() -> "PublicSuffixes":
    """The public suffix list."""
    from frankmark.mail.publicsuffix import PublicSuffixes  # noqa: PLC0415  (a command seldom asks for it)

    return PublicSuffixes.parse(data_file("public_suffix_list.dat").read_text(encoding="utf-8"))


@cache
@_whole("data/confusables.txt")
def shipped_confusables() -> "Confusables":
    """The table of characters that look alike."""
    from frankmark.mail.confusables import Confusables  # noqa: PLC0415  (a command seldom asks for it)

    return Confusables.parse(data_file("confusables.txt").read_bytes())


@cache
@_whole("data/short_link_hosts.txt")
def shipped_shorteners() -> frozenset[str]:
    """Hosts of link shorteners."""
    lines = data_file("short_link_hosts.txt").read_text(encoding="ascii").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
@_whole("data/timezones.txt")
def shipped_timezones() -> frozenset[str]:
    """The names of the IANA time zone database."""
    lines = data_file("timezones.txt").read_text(encoding="ascii").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
