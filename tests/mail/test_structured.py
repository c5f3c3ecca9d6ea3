"""The cursor: comments nest to a depth, quoted-strings open, nothing is passed twice."""

import re

from hypothesis import given
from hypothesis import strategies as st

from frankmark.mail.structured import MOST_NESTED_COMMENTS, Cursor, quote, unquote


@given(st.text(max_size=30))
def test_quoting_is_undone(text: str) -> None:
    assert unquote(quote(text)) == text
    cursor = Cursor(quote(text) + " rest")
    assert unquote(cursor.quoted_string()) == text
    assert cursor.text[cursor.at :] == " rest"


@given(st.text('ab \t()\\"', max_size=30))
def test_skip_passes_whole_comments_or_nothing_of_them(text: str) -> None:
    cursor = Cursor(text)
    passed = cursor.skip()
    assert passed == cursor.at
    assert cursor.skip() == 0
    left = re.sub(r"[ \t]", "", text[:passed])
    assert left == "" or (left.startswith("(") and left.endswith(")"))
    assert sum(len(comment) + 2 for comment in cursor.comments) <= passed


def test_comments_nest_as_deep_as_said() -> None:
    deep = "(" * MOST_NESTED_COMMENTS + ")" * MOST_NESTED_COMMENTS
    assert Cursor(deep + "x").skip() == len(deep)
    assert Cursor(f"({deep})x").skip() == 0


def test_a_comment_may_hold_a_quoted_pair_and_another_comment() -> None:
    cursor = Cursor(r" (a \) b (c) \\) d")
    assert cursor.skip() == 17
    assert cursor.comments == [r"a \) b (c) \\"]
    assert cursor.peek == "d"


def test_a_comment_that_ends_in_a_backslash_does_not_end() -> None:
    assert Cursor("(a\\").skip() == 0
    assert Cursor("(a\\)").skip() == 0


def test_take_and_literal_pass_only_what_stands_here() -> None:
    cursor = Cursor("ab;c")
    assert (cursor.take(re.compile("[0-9]+")), cursor.take(re.compile("[a-z]+"))) == ("", "ab")
    assert (cursor.literal(","), cursor.literal(";")) == ("", ";")
    assert cursor.quoted_string() == ""
    assert not cursor.ended
    assert cursor.take(re.compile(".")) == "c"
    assert cursor.ended
    assert cursor.peek == ""
