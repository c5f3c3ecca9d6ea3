"""The lexical level of structured header fields (RFC 5322 §3.2, RFC 6532 §3.1): a cursor over unfolded text.

What RFC 5322 calls CFWS (white space and nested comments) is the same in From, Received and Authentication-Results;
each reader of those fields walks one `Cursor`.
"""

import re

__all__ = ["CONTROL_CHARACTER", "MOST_NESTED_COMMENTS", "Cursor", "quote", "unquote"]

MOST_NESTED_COMMENTS = 16
"""How deep comments may lie within comments. Nobody writes three; without a limit a field is a stack of its length."""

CONTROL_CHARACTER = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
"""Characters that no structured field holds once it is unfolded."""

_WSP = re.compile(r"[ \t]*")
_COMMENT_TEXT = re.compile(r"[^()\\]*")
_QUOTED_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_TO_ESCAPE = re.compile(r'(["\\])')


def unquote(quoted_string: str) -> str:
    """The content of a quoted-string.

    Args:
        quoted_string: The text with its quotation marks.

    Returns:
        The text that it stands for.
    """
    return _QUOTED_PAIR.sub(r"\1", quoted_string[1:-1])


def quote(text: str) -> str:
    r"""A quoted-string that stands for `text`.

    Args:
        text: Any text without control characters.

    Returns:
        The text with quotation marks, `"` and `\` escaped.
    """
    return '"' + _TO_ESCAPE.sub(r"\\\1", text) + '"'


class Cursor:
    """A place in the unfolded text of one structured field.

    Attributes:
        text: The unfolded text.
        at: The index of the next character.
        comments: The comments passed so far, without their outer parentheses.
    """

    __slots__ = ("at", "comments", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.comments: list[str] = []

    @property
    def peek(self) -> str:
        """The next character, or nothing at the end."""
        return self.text[self.at : self.at + 1]

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.text)

    def skip(self) -> int:
        """Pass white space and comments.

        Returns:
            How many characters were passed. A comment that does not end, or that is nested deeper than
            `MOST_NESTED_COMMENTS`, is not passed.
        """
        start = self.at
        while True:
            self.take(_WSP)
            if self.peek != "(" or not self._comment():
                return self.at - start

    def take(self, pattern: re.Pattern[str]) -> str:
        """Pass what a pattern matches here.

        Args:
            pattern: The pattern.

        Returns:
            The text passed; nothing if the pattern does not match here.
        """
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[0]

    def literal(self, text: str) -> str:
        """Pass `text` if it stands here.

        Args:
            text: What may stand here.

        Returns:
            `text`, or nothing.
        """
        if not self.text.startswith(text, self.at):
            return ""
        self.at += len(text)
        return text

    def quoted_string(self) -> str:
        """Pass a quoted-string.

        Returns:
            The quoted-string as it was written; nothing if none stands here.
        """
        return self.take(_QUOTED_STRING)

    def _comment(self) -> bool:
        start, depth = self.at, 0
        while True:
            mark = self.text[self.at : self.at + 1]
            depth += {"(": 1, ")": -1}.get(mark, 0)
            self.at += 2 if mark == "\\" else 1
            if not depth:
                self.comments.append(self.text[start + 1 : self.at - 1])
                return True
            if not mark or depth > MOST_NESTED_COMMENTS:
                self.at = start
                return False
            self.take(_COMMENT_TEXT)
