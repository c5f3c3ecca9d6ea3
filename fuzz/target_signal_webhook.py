"""Webhook objects: any JSON is read or refused, and what is found in it is canonical."""

from frankmark.foundation.canonical import load
from frankmark.foundation.errors import Malformed
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal.artifact import canonical
from frankmark.protocols.signal.attribution import MOST_ARTIFACTS
from frankmark.protocols.signal.links import Tables
from frankmark.protocols.signal.telegram import from_telegram
from frankmark.protocols.signal.whatsapp import from_whatsapp

LIST = "// ===BEGIN ICANN DOMAINS===\ncom\nexample\nuk\nco.uk\n// ===END ICANN DOMAINS===\n"
TABLES = Tables(suffixes=PublicSuffixes.parse(LIST))


def one_input(data: bytes) -> None:
    try:
        payload = load(data)
    except Malformed:
        return
    for read in (from_telegram, from_whatsapp):
        try:
            messages = read(payload, TABLES)
        except Malformed:
            continue
        for message in messages:
            if len(message.subjects) > MOST_ARTIFACTS + 1:
                raise AssertionError("nobody is told of more than 21 channels")
            for subject in message.subjects:
                if any(canonical(each.type, each.value, TABLES.suffixes) != each for each in subject.readings):
                    raise AssertionError("what is found is canonical")
