"""SecureStamp records: any octets are read, ignored or refused; what is read is written and read back."""

from frankmark.foundation.dns import Answer, Status
from frankmark.foundation.errors import Malformed, Misuse
from frankmark.protocols.securestamp.record import (
    Published,
    character_strings,
    parse_record,
    read_records,
    render_record,
)


def one_input(data: bytes) -> None:
    for octets in (data, b"securestamp=" + data, b"securestamp=v=1;" + data):
        check(octets)


def check(octets: bytes) -> None:
    strings = tuple(octets[start : start + 255] for start in range(0, len(octets), 255))
    found = read_records(Answer(status=Status.OK, texts=(strings,)))
    try:
        record = parse_record(octets)
    except Malformed:
        if found.result is not Published.PERMERROR:
            raise AssertionError("a record of no form is a permanent error") from None
        return
    if found.records != ((record,) if record else ()):
        raise AssertionError("splitting changed the record")
    if record is None:
        return
    try:
        again = render_record(record.stamp_id, record.url.text)
    except Misuse as wrong:
        raise AssertionError("what was read cannot be written") from wrong
    if parse_record(b"".join(character_strings(again))) != record:
        raise AssertionError("what was written is not what was read")
