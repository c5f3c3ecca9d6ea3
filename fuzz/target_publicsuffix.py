"""The Public Suffix List: any text is a list or is refused; a suffix ends the name and has a label below it."""

from frankmark.foundation.errors import Malformed
from frankmark.mail.publicsuffix import PublicSuffixes

FRAME = "// ===BEGIN ICANN DOMAINS===\n{}\n// ===END ICANN DOMAINS===\n"


def keep_laws(suffixes: PublicSuffixes, name: str) -> None:
    suffix, registrable = suffixes.public_suffix(name), suffixes.registrable(name)
    if not f".{name}".endswith(f".{suffix}"):
        raise AssertionError("a public suffix is not the end of the name")
    if (registrable is None) is not suffixes.is_public_suffix(name):
        raise AssertionError("a name is registrable and a public suffix, or neither")
    if registrable is not None and registrable.removesuffix(suffix).count(".") != 1:
        raise AssertionError("a registrable domain is not one label longer than its suffix")


def one_input(data: bytes) -> None:
    text, _, domain = data.decode("utf-8", "replace").partition("\x00")
    for written in (text, FRAME.format(text)):
        try:
            suffixes = PublicSuffixes.parse(written)
        except Malformed:
            continue
        for name in (domain or "a", "a.b.c", "www.example.com"):
            keep_laws(suffixes, name)
