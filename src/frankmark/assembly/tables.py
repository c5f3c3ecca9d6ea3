"""The data tables that ship with us, read and handed to the pure rooms."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from frankmark.foundation.phrases import Phrases
from frankmark.mail.confusables import Confusables
from frankmark.mail.publicsuffix import PublicSuffixes

__all__ = ["data_file", "shipped_confusables", "shipped_phrases", "shipped_suffixes"]


def data_file(name: str) -> Traversable:
    """A file of the data folder."""
    return files("frankmark") / "data" / name


@cache
def shipped_phrases() -> Phrases:
    """The words for people, of every language and room."""
    folders = (entry for entry in data_file("locales").iterdir() if entry.is_dir())
    by_language = {
        folder.name: [file.read_bytes() for file in sorted(folder.iterdir(), key=lambda one: one.name)]
        for folder in folders
    }
    return Phrases.parse(by_language)


@cache
def shipped_suffixes() -> PublicSuffixes:
    """The public suffix list."""
    return PublicSuffixes.parse(data_file("public_suffix_list.dat").read_text(encoding="utf-8"))


@cache
def shipped_confusables() -> Confusables:
    """The table of characters that look alike."""
    return Confusables.parse(data_file("confusables.txt").read_bytes())
