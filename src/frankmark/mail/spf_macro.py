"""SPF macro strings (RFC 7208 §7): parsed once, expanded for each sender.

A macro string is a row of literals and expansions such as ``%{ir}.%{v}._spf.%{d2}``. Syntax is judged before expansion
and never after it, so what a client says in its HELO cannot make a good record bad (§7.1).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from frankmark.foundation.errors import Malformed
from frankmark.mail.spf_reasons import SpfProblem

__all__ = ["Expansion", "MacroString", "expand", "expand_name", "parse_domain_spec", "parse_macro_string"]

MAX_EXPANSION = 16_384
LONGEST_NAME = 253

_LETTERS = frozenset("slodiphv")
_EXPLANATION_LETTERS = _LETTERS | frozenset("crt")
_TOKEN = re.compile(
    r"(?P<literal>[^%]+)|%(?P<escape>[%_-])|"
    r"%\{(?P<letter>[A-Za-z])(?P<digits>[0-9]*)(?P<reverse>[rR]?)(?P<delimiters>[-.+,/_=]*)\}"
)
_ESCAPES = {"%": "%", "_": " ", "-": "%20"}
_TOP_LABEL = re.compile(r"\.(?:[0-9A-Za-z]*[A-Za-z][0-9A-Za-z]*|[0-9A-Za-z]+-[0-9A-Za-z-]*[0-9A-Za-z])\.?\Z")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_MOST_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """One ``%{…}``.

    Attributes:
        letter: The macro letter, lower-case.
        keep: How many parts to keep, counted from the right; 0 keeps all.
        reverse: Whether the parts are turned round first.
        delimiters: Where the value is split.
        escape: Whether the letter was upper-case: the result is percent-encoded (RFC 3986 §2.1).
    """

    letter: str
    keep: int
    reverse: bool
    delimiters: str
    escape: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroString:
    """A parsed macro string.

    Attributes:
        text: The string as published.
        parts: Literals as text and expansions, in order.
        ends_in_macro: Whether the last token is a macro, an escape such as ``%%`` included.
    """

    text: str
    parts: tuple[str | Expansion, ...]
    ends_in_macro: bool


def parse_macro_string(text: str, *, explanation: bool = False) -> MacroString:
    """Parse a macro string (RFC 7208 §7.1).

    Args:
        text: Visible ASCII; the caller has seen to that.
        explanation: Whether it is an explanation's text, where the letters c, r and t are allowed (§7.2).

    Returns:
        The parsed string.

    Raises:
        Malformed: `MACRO_SYNTAX`.
    """
    letters = _EXPLANATION_LETTERS if explanation else _LETTERS
    parts: list[str | Expansion] = []
    position, in_macro = 0, False
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise Malformed(SpfProblem.MACRO_SYNTAX, "A % must start %%, %_, %- or a %{macro}.")
        position, in_macro = token.end(), token["literal"] is None
        if token["letter"] is not None:
            parts.append(_expansion(token, letters))
        else:
            parts.append(token["literal"] or _ESCAPES[token["escape"]])
    return MacroString(text=text, parts=tuple(parts), ends_in_macro=in_macro)


def _expansion(token: re.Match[str], letters: frozenset[str]) -> Expansion:
    letter = token["letter"].lower()
    if letter not in letters:
        raise Malformed(SpfProblem.MACRO_SYNTAX, f"The macro letter {letter} is unknown or not allowed here.")
    digits = token["digits"].lstrip("0")
    if token["digits"] and not digits:
        raise Malformed(SpfProblem.MACRO_SYNTAX, "The number of parts that a macro keeps must not be zero.")
    return Expansion(
        letter=letter,
        keep=int(digits or "0") if len(digits) <= _MOST_DIGITS else 0,  # no value has ten thousand parts: keep all
        reverse=bool(token["reverse"]),
        delimiters=token["delimiters"] or ".",
        escape=token["letter"].isupper(),
    )


def parse_domain_spec(text: str) -> MacroString:
    """Parse a domain-spec: a macro string that ends in a top label or in a macro (RFC 7208 §7.1).

    Args:
        text: Visible ASCII.

    Returns:
        The parsed string.

    Raises:
        Malformed: `MACRO_SYNTAX` or `DOMAIN_SPEC_SYNTAX`.
    """
    macro = parse_macro_string(text)
    last = macro.parts[-1] if macro.parts else ""
    if macro.ends_in_macro or (isinstance(last, str) and _TOP_LABEL.search(last)):
        return macro
    raise Malformed(SpfProblem.DOMAIN_SPEC_SYNTAX, "A domain-spec must end in a top-level label or in a macro.")


def expand(macro: MacroString, value: Callable[[str], str]) -> str:
    """Expand a macro string.

    Args:
        macro: The parsed string.
        value: Gives the value of a macro letter.

    Returns:
        The text; it may hold whatever the values hold.

    Raises:
        Malformed: `MACRO_TOO_LONG` over 16 384 characters.
    """
    pieces: list[str] = []
    room = MAX_EXPANSION
    for part in macro.parts:
        piece = part if isinstance(part, str) else _transformed(part, value(part.letter))
        room -= len(piece)
        if room < 0:
            raise Malformed(SpfProblem.MACRO_TOO_LONG, f"The macro string expands to over {MAX_EXPANSION} characters.")
        pieces.append(piece)
    return "".join(pieces)


def _transformed(expansion: Expansion, value: str) -> str:
    if expansion.reverse or expansion.keep or expansion.delimiters != ".":
        for delimiter in expansion.delimiters[1:]:
            value = value.replace(delimiter, expansion.delimiters[0])
        parts = value.split(expansion.delimiters[0])
        if expansion.reverse:
            parts.reverse()
        value = ".".join(parts[-expansion.keep :])
    if not expansion.escape:
        return value
    octets = value.encode("utf-8", "surrogatepass")
    return "".join(chr(octet) if chr(octet) in _UNRESERVED else f"%{octet:02X}" for octet in octets)


def expand_name(macro: MacroString, value: Callable[[str], str]) -> str:
    """Expand a domain-spec to the name to ask for (RFC 7208 §7.3).

    Args:
        macro: The parsed domain-spec.
        value: Gives the value of a macro letter.

    Returns:
        The name, lower-case, without the final dot, shortened from the left by whole labels to 253 characters. It need
        not be a name that the DNS can hold.

    Raises:
        Malformed: `MACRO_TOO_LONG`.
    """
    name = expand(macro, value).removesuffix(".").lower()
    if len(name) > LONGEST_NAME:
        name = name[name.find(".", len(name) - LONGEST_NAME - 1) + 1 :]
    return name
