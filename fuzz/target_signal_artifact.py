"""Channels: any text of any type has one canonical form or none, and every reading of it is canonical."""

from frankmark.foundation.errors import Malformed
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal.artifact import canonical
from frankmark.protocols.signal.links import Tables, subjects_in
from frankmark.protocols.signal.model import ArtifactType
from frankmark.protocols.signal.subject import URL, subject

LIST = "// ===BEGIN ICANN DOMAINS===\ncom\nexample\nuk\nco.uk\n*.ck\n!www.ck\n// ===END ICANN DOMAINS===\n"
SUFFIXES = PublicSuffixes.parse(LIST)
TABLES = Tables(suffixes=SUFFIXES, shorteners=frozenset({"sho.example"}))
KINDS = (URL, *(kind.value for kind in ArtifactType))


def one_input(data: bytes) -> None:
    text = data.decode("utf-8", "surrogatepass" if data[:1] == b"s" else "replace") if _fits(data) else ""
    readings = [each for found in subjects_in(text, TABLES, handles=True) for each in found.readings]
    for kind in KINDS:
        try:
            readings += subject(kind, text, SUFFIXES).readings
        except Malformed:
            continue
    for each in readings:
        if canonical(each.type, each.value, SUFFIXES) != each:
            raise AssertionError("a canonical form stays as it is")


def _fits(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
