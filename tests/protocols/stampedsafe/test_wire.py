"""Files of many proofs, and numbers by value."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.stampedsafe.parts import T, draft

from frankmark.foundation.errors import Malformed
from frankmark.protocols.stampedsafe.wire import canonical_form, load_proof, render_proof, split_proofs, whole

PROOF = render_proof(draft().self_attested(T))
OBJECTS = st.dictionaries(st.text(max_size=6), st.text(max_size=6) | st.lists(st.integers(), max_size=3), max_size=3)


@given(objects=st.lists(OBJECTS, max_size=6), indent=st.none() | st.integers(0, 3))
def test_the_elements_of_an_array_are_cut_out_as_they_stand(objects, indent) -> None:
    parts = list(split_proofs(json.dumps(objects, indent=indent).encode()))
    assert [json.loads(part) for part in parts] == objects


@given(objects=st.lists(OBJECTS, min_size=1, max_size=6), end=st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_lines_are_proofs_and_blank_ones_are_not(objects, end) -> None:
    data = end.join(json.dumps(one) for one in objects).encode()
    assert [json.loads(part) for part in split_proofs(data)] == objects


def test_a_broken_element_spoils_no_other() -> None:
    data = b"[" + PROOF + b', {"id": "\\ud800", "id": 1}, tru, ' + PROOF + b"]"
    assert list(split_proofs(data)) == [PROOF, b'{"id": "\\ud800", "id": 1}', b"tru", PROOF]


@pytest.mark.parametrize(
    "text", [b"[", b"[{}", b"[{}]]", b"[{}] x", b"[,{}]", b"[{},]", b"[{},,{}]", b'["', b'[{"a":"]}']
)
def test_an_array_that_is_not_closed_or_has_empty_places_is_refused(text) -> None:
    with pytest.raises(Malformed, match="JSON_INVALID"):
        list(split_proofs(text))


def test_brackets_and_quotes_in_strings_end_nothing() -> None:
    odd = json.dumps([{"m": '"]},[{\\'}, {"m": "\\\\"}]).encode()
    assert [json.loads(part)["m"] for part in split_proofs(odd)] == ['"]},[{\\', "\\\\"]


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_counts_by_its_value(value) -> None:
    assert whole(value) == (int(value) if value.is_integer() and 0 <= value <= 2**53 - 1 else None)


@given(value=st.integers(-(2**80), 2**80))
def test_an_integer_is_hashed_as_the_double_that_it_is(value) -> None:
    assert canonical_form([value]) == canonical_form([float(value)])
    assert whole(value) == (value if 0 <= value <= 2**53 - 1 else None)


@pytest.mark.parametrize("value", [True, False, None, "1", [], {}])
def test_only_a_number_is_a_number(value) -> None:
    assert whole(value) is None


def test_long_digits_in_a_string_are_no_number() -> None:
    assert load_proof(b'{"m":"' + b"9" * 400 + b'"}') == {"m": "9" * 400}
    with pytest.raises(Malformed, match="NOT_CANONICALIZABLE"):
        load_proof(b'{"m":[{"x":' + b"9" * 309 + b"}]}")
