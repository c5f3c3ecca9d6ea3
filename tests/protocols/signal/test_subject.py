"""What is asked about: every input has readings or a code, and every reading is canonical."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import SUFFIXES, names, numbers, paths

from frankmark.foundation.errors import Malformed
from frankmark.protocols.signal.artifact import canonical
from frankmark.protocols.signal.model import ArtifactType
from frankmark.protocols.signal.subject import URL, number_subject, subject

kinds = st.sampled_from([URL, *(kind.value for kind in ArtifactType), "fax"])


@given(
    kinds, st.text(max_size=40) | st.builds("https://{}{}{}".format, names, paths, st.sampled_from(["", "?x", "#x"]))
)
def test_every_reading_is_canonical(kind: str, text: str) -> None:
    with contextlib.suppress(Malformed):
        read = subject(kind, text, SUFFIXES)
        assert read.readings
        for each in read.readings:
            assert canonical(each.type, each.value, SUFFIXES) == each


@given(names, paths)
def test_a_link_is_a_short_link_first_and_then_a_domain(name: str, path: str) -> None:
    read = subject(URL, f"https://{name}{path}", SUFFIXES)
    assert [each.value for each in read.readings] == [f"https://{name}{path}", name]


@given(numbers)
def test_a_number_may_be_of_either_kind(number: str) -> None:
    assert {each.value for each in number_subject(number, SUFFIXES).readings} == {number}
