"""Canonical JSON: the fast way equals the full one, the strict way in, and the limits."""

import json
import random
from collections.abc import Callable
from enum import StrEnum

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation import canonical
from frankmark.foundation.canonical import Json, dump, load
from frankmark.foundation.errors import Error, Malformed, Misuse
from frankmark.foundation.reasons import FoundationReason

SAFE = 2**53 - 1
RANDOM_DOCUMENTS = 20_000

texts = st.text(st.characters(exclude_categories=["Cs"]))


def comes_back(number: float) -> bool:
    """Whether the text of a float is no integer beyond 2^53: from there to 1e21 RFC 8785 writes all the digits."""
    return not SAFE < abs(number) < 1e21


numbers = st.integers(-SAFE, SAFE) | st.floats(allow_nan=False, allow_infinity=False).filter(comes_back)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)


def refused(code: FoundationReason, act: Callable[[], object], kind: type[Error] = Malformed) -> None:
    with pytest.raises(kind) as raised:
        act()
    assert raised.value.code is code


def random_text(rng: random.Random) -> str:
    alphabets = ["abcXYZ019_-", 'a"\\\n\t\x00\x1f\x7f/', "éßñ\u2028\uffff\ue000", "\U0001f600\U00010000\ufb33z"]
    return "".join(rng.choice(rng.choice(alphabets)) for _ in range(rng.randrange(8)))


def random_value(rng: random.Random, room: int) -> Json:
    kind = rng.randrange(9 if room else 6)
    match kind:
        case 0:
            return rng.choice([None, True, False])
        case 1 | 2:
            return random_text(rng)
        case 3 | 4:
            return rng.choice([rng.randrange(-1000, 1000), rng.randrange(-SAFE, SAFE + 1), SAFE, -SAFE, 0])
        case 5:
            sizes = [rng.randrange(-320, 15), rng.randrange(22, 300)]  # not between 2^53 and 1e21, see below
            return rng.choice([rng.uniform(-1e6, 1e6), rng.uniform(1, 9) * 10.0 ** rng.choice(sizes), -0.0, 1.0, 1e21])
        case 6:
            return [random_value(rng, room - 1) for _ in range(rng.randrange(5))]
        case _:
            return {random_text(rng): random_value(rng, room - 1) for _ in range(rng.randrange(6))}


def test_both_ways_write_the_same_octets_for_random_documents() -> None:
    rng = random.Random(8785)
    fast = 0
    for _ in range(RANDOM_DOCUMENTS):
        # Some documents are kept plain so that each way gets thousands.
        value = random_value(rng, 4)
        plain = load(json.dumps(value, ensure_ascii=True).encode()) if rng.random() < 0.1 else value
        written = dump(plain)
        assert written == rfc8785.dumps(plain)
        assert dump(load(written)) == written
        fast += canonical._is_easy(plain, 64)
    assert 2_000 < fast < RANDOM_DOCUMENTS - 2_000


def test_both_ways_write_every_code_point_alike() -> None:
    points = [chr(point) for point in range(0x110000) if not 0xD800 <= point <= 0xDFFF]
    assert len(points) == 1_112_064
    for start in range(0, len(points), 4096):
        value = ["".join(points[start : start + 4096])]
        assert canonical._is_easy(value, 64)
        assert dump(value) == rfc8785.dumps(value)


@given(values)
def test_what_is_dumped_loads_to_what_dumps_alike(value: Json) -> None:
    written = dump(value)
    assert written == rfc8785.dumps(value)
    assert dump(load(written)) == written


@given(values)
def test_what_another_writer_wrote_has_the_same_canonical_form(value: Json) -> None:
    assert dump(load(json.dumps(value, indent=1).encode())) == dump(value)


@given(st.binary(max_size=60) | st.text(alphabet='[]{}",:\\u dD8e0123tn-.', max_size=60).map(str.encode))
def test_any_octets_load_or_are_refused_with_a_code(octets: bytes) -> None:
    try:
        value = load(octets)
    except Malformed:
        return
    assert value == msgspec.json.decode(octets) or json.loads(octets) == value


def test_a_document_on_the_limit_loads_and_one_octet_more_does_not() -> None:
    assert load(b'"aa"', max_bytes=4) == "aa"
    refused(FoundationReason.JSON_TOO_LARGE, lambda: load(b'"aaa"', max_bytes=4))


@pytest.mark.parametrize("value", [9007199254740992, -9007199254740992, 2**63, 2**64, -(2**70)])
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [v], lambda v: {"é": v}, lambda v: {"a": [v]}])
def test_large_integers_load_and_are_not_dumped(value: int, wrap: Callable[[int], Json]) -> None:
    assert load(str(value).encode()) == value
    refused(FoundationReason.JSON_INTEGER_RANGE, lambda: dump(wrap(value)))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_are_none_are_not_dumped(value: float) -> None:
    refused(FoundationReason.JSON_NUMBER_NOT_FINITE, lambda: dump({"a": value}))


@pytest.mark.parametrize("value", ["\ud800", ["a\udfff"], {"a": ["\ud800"]}, {"\ud800": 1}, {"é": "\ud800"}])
def test_lone_surrogates_are_not_dumped(value: Json) -> None:
    refused(FoundationReason.JSON_LONE_SURROGATE, lambda: dump(value))


def nested(depth: int, innermost: Json, *, mapping: bool) -> Json:
    for _ in range(depth):
        innermost = {"a": innermost} if mapping else [innermost]
    return innermost


@pytest.mark.parametrize("innermost", [1, 1.5])
@pytest.mark.parametrize("mapping", [True, False])
def test_depth_is_bounded_when_dumping(innermost: Json, *, mapping: bool) -> None:
    assert load(dump(nested(64, innermost, mapping=mapping))) == nested(64, innermost, mapping=mapping)
    refused(FoundationReason.JSON_TOO_DEEP, lambda: dump(nested(65, innermost, mapping=mapping)))
    refused(FoundationReason.JSON_TOO_DEEP, lambda: dump(nested(5000, innermost, mapping=mapping)))


def test_depth_is_counted_as_the_caller_wants() -> None:
    assert load(b"[[]]", max_depth=2) == [[]]
    refused(FoundationReason.JSON_TOO_DEEP, lambda: load(b"[[[]]]", max_depth=2))
    refused(FoundationReason.JSON_TOO_DEEP, lambda: load(b"[[[]]]", max_depth=1))


def test_an_escaped_surrogate_is_found_as_deep_as_the_parser_goes() -> None:
    refused(FoundationReason.JSON_LONE_SURROGATE, lambda: load(b"[" * 64 + rb'"\ud800"' + b"]" * 64))


def test_a_long_open_string_is_refused_in_linear_time() -> None:
    refused(FoundationReason.JSON_SYNTAX, lambda: load(b"[" * 64 + b'"' + b'\\"[' * 300_000))


class Word(StrEnum):
    ONE = "one"


def test_subclasses_of_json_types_take_the_thorough_way() -> None:
    assert dump({"word": Word.ONE, Word.ONE: [Word.ONE]}) == b'{"one":["one"],"word":"one"}'


@pytest.mark.parametrize("value", [b"a", {1: 2}, {"a": {1, 2}}, [object()], {None: 1}, (1, 2)])
def test_what_is_not_json_is_misuse(value: object) -> None:
    refused(FoundationReason.JSON_TYPE, lambda: dump(value), Misuse)


def test_a_float_that_is_written_with_all_its_digits_is_an_integer_for_the_reader() -> None:
    assert dump([1e20]) == b"[100000000000000000000]"
    refused(FoundationReason.JSON_INTEGER_RANGE, lambda: dump(load(dump([1e20]))))


def test_the_input_is_left_as_it_was() -> None:
    value = {"b": [1, {"z": None}], "a": "x"}
    dump(value)
    assert list(value) == ["b", "a"]
    assert value == {"b": [1, {"z": None}], "a": "x"}
