"""Channels in running text: any text is read in bounded time, and what is found is canonical."""

from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import SUFFIXES, TABLES, artifacts, domains

from frankmark.protocols.signal.artifact import canonical
from frankmark.protocols.signal.links import LONGEST_TEXT, subjects_in
from frankmark.protocols.signal.model import Artifact

words = st.sampled_from(
    [
        "https://acme.example/x",
        "acme.com",
        "@acme_news",
        "+14155550123",
        "bob@acme.com",
        "t.me/acme",
        "(",
        ").",
        "hello",
    ]
)


@given(st.text(max_size=200) | st.lists(words, max_size=12).map(" ".join))
def test_any_text_is_read_and_what_is_found_is_canonical(text: str) -> None:
    for found in subjects_in(text, TABLES, handles=True):
        for each in found.readings:
            assert canonical(each.type, each.value, SUFFIXES) == each


@given(artifacts, st.sampled_from(["{}", "see {}, please", "({})", "\u201c{}\u201d", "a\n{}\nb"]))
def test_a_channel_is_found_wherever_it_stands(artifact: Artifact, around: str) -> None:
    text = around.format(artifact.value)
    found = {each.value for subject in subjects_in(text, TABLES, handles=True) for each in subject.readings}
    assert artifact.value.rstrip("_~") in found | {each.rstrip("_~") for each in found}


@given(domains)
def test_a_handle_is_one_only_where_handles_are(domain: str) -> None:
    text = f"@acme_news {domain}"
    assert len(list(subjects_in(text, TABLES, handles=True))) == 2
    assert len(list(subjects_in(text, TABLES, handles=False))) == 1


def test_long_texts_are_read_in_bounded_time() -> None:
    for text in ("https://" * 9_000, ")" * 70_000, "+1" * 40_000, "a." * 40_000, "@" * 70_000, "+1 (2) - 3 " * 7_000):
        start = perf_counter()
        list(subjects_in(text, TABLES, handles=True))
        assert perf_counter() - start < 2


def test_beyond_the_limit_nothing_is_looked_at() -> None:
    text = "x " * (LONGEST_TEXT // 2) + "acme.example"
    assert list(subjects_in(text, TABLES, handles=True)) == []
