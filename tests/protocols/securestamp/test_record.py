"""The DNS record: whatever is written is read back, however it is wrapped and split, and BIND accepts its zone line."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.securestamp.parts import STAMP, URL, code_of

from frankmark.foundation.dns import Answer, Question, RRType, Status, answered_by
from frankmark.foundation.errors import Error, Misuse
from frankmark.foundation.identifiers import uuid4
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.record import (
    Published,
    character_strings,
    look_up_records,
    owner_name,
    parse_record,
    read_records,
    render_record,
    zone_line,
)

ids = st.binary(min_size=16, max_size=16).map(uuid4)
segments = st.from_regex(r"\A[A-Za-z0-9_-]{1,200}\Z")
urls = st.builds(lambda a, b, c: f"https://node.example.net/verify/{a}.{b}.{c}", segments, segments, segments)
breaks = st.sampled_from(["\n", "\r\n", "\n\t", " \r\n  "])


@given(ids, urls, st.data())
def test_what_is_written_is_read_back(stamp_id: str, url: str, data: st.DataObject) -> None:
    text = render_record(stamp_id, url)
    assert b"".join(character_strings(text)) == text.encode()
    assert all(len(string) <= 255 for string in character_strings(text))
    at = data.draw(st.integers(text.index("url=") + 4, len(text)))
    wrapped = text[:at] + data.draw(breaks) + text[at:]
    wrapped = wrapped.replace("; ", ";" + data.draw(breaks))
    cut = data.draw(st.integers(0, min(255, len(wrapped))))
    for spelling in (text, wrapped):
        record = parse_record(spelling.encode())
        assert record is not None
        assert (record.stamp_id, record.url.text) == (stamp_id, url)
    octets = wrapped.encode()
    assert read_records(Answer(status=Status.OK, texts=((octets[:cut], octets[cut:]),))).result is Published.FOUND


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: b"securestamp=v=1;" + tail))
def test_any_octets_are_read_ignored_or_refused(data: bytes) -> None:
    ours = data.lower().startswith(b"securestamp=")
    code = code_of(parse_record, data)
    assert code is None or (ours and isinstance(code, Reason))
    if code is None:
        assert (parse_record(data) is not None) == ours


def test_one_question_is_asked() -> None:
    asked: list[Question] = []

    def source(question: Question) -> Answer:
        asked.append(question)
        return Answer(status=Status.OK, texts=(character_strings(render_record(STAMP, URL)),))

    found = answered_by(look_up_records("example.com"), source)
    assert asked == [Question(name="_securestamp.example.com", rrtype=RRType.TXT)]
    assert [record.stamp_id for record in found.records] == [STAMP]


def test_what_nobody_could_read_back_is_not_written() -> None:
    with pytest.raises(Misuse, match="URL_MALFORMED"):
        render_record(STAMP, "http://node.example.net/verify/a.b.c")
    with pytest.raises(Misuse, match="STAMP_ID_MALFORMED"):
        render_record("7", URL)


def test_no_domain_has_no_owner_name() -> None:
    assert owner_name("Example.com.") == "_securestamp.example.com"
    with pytest.raises(Error):
        owner_name("not a domain")


def test_quotes_and_backslashes_are_escaped_in_a_zone_file() -> None:
    assert zone_line("example.com", 'a"b\\c', 60) == '_securestamp.example.com. 60 IN TXT "a\\"b\\\\c"'


def test_bind_accepts_the_zone_line(tmp_path: Path) -> None:
    checker = shutil.which("named-checkzone")
    assert checker, "named-checkzone is needed (package bind9-utils)"
    line = zone_line("example.com", render_record(STAMP, URL))
    head = "$TTL 60\n@ IN SOA ns.example.com. m.example.com. 1 60 60 60 60\n@ IN NS ns.example.com.\n"
    zone = tmp_path / "zone"
    zone.write_text(f"{head}ns.example.com. IN A 192.0.2.1\n{line}\n", encoding="ascii")
    command = [checker, "-D", "example.com", str(zone)]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    (stored,) = [row for row in shown.splitlines() if "TXT" in row]
    joined = "".join(stored.split('"')[1::2])
    record = parse_record(joined.encode())
    assert record is not None
    assert record.url.text == URL
