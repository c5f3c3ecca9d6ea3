"""The Public Suffix List: under which names anyone may register (publicsuffix.org/list, format and algorithm).

The list is data with a version of its own and is handed in as text. Names here are canonical A-labels, as
`frankmark.mail.address.canonical_domain` writes them; the rules are brought to that form when the list is read.

Where several rules fit, an exception rule wins, then the rule with the most labels; where none fits, the rule is ``*``:
the last label alone. Rules of the PRIVATE section (a hosting service that gives names to its customers) count unless
the caller asks for the ICANN section alone.
"""

from dataclasses import dataclass
from enum import StrEnum

from frankmark.foundation.errors import Malformed
from frankmark.mail.address import canonical_domain

__all__ = ["PublicSuffixReason", "PublicSuffixes"]

MAX_LIST_CHARACTERS = 8_388_608  # the list of 2026 has 333,000
_SECTION_MARKS = {
    "// ===BEGIN ICANN DOMAINS===": "icann",
    "// ===END ICANN DOMAINS===": "",
    "// ===BEGIN PRIVATE DOMAINS===": "private",
    "// ===END PRIVATE DOMAINS===": "",
}


class PublicSuffixReason(StrEnum):
    """Why a text is not a Public Suffix List."""

    SUFFIX_LIST_TOO_LARGE = "SUFFIX_LIST_TOO_LARGE"
    SUFFIX_LIST_SYNTAX = "SUFFIX_LIST_SYNTAX"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """The rules of one choice of sections, each as the name it is about, without its mark."""

    plain: frozenset[str]
    wildcards: frozenset[str]  # "*.ck" is kept as "ck"
    exceptions: frozenset[str]  # "!www.ck" is kept as "www.ck"
    depth: int  # labels of the longest name that a rule can fit


def _gathered(rules: list[str]) -> _Rules:
    wildcards = frozenset(rule[2:] for rule in rules if rule.startswith("*."))
    exceptions = frozenset(rule[1:] for rule in rules if rule.startswith("!"))
    plain = frozenset(rule for rule in rules if rule[0] not in "*!")
    depth = max((rule.count(".") + 1 for rule in rules), default=1)
    return _Rules(plain=plain, wildcards=wildcards, exceptions=exceptions, depth=depth)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSuffixes:
    """A read list. Make one with `parse`.

    Attributes:
        rule_count: How many rules the list holds, both sections together.
    """

    rule_count: int
    _all: _Rules
    _icann: _Rules

    @classmethod
    def parse(cls, text: str) -> "PublicSuffixes":
        """Read the text of ``public_suffix_list.dat``.

        Args:
            text: The list: one rule a line, up to the first white space; ``//`` begins a comment line.

        Returns:
            The list, ready to be asked.

        Raises:
            Malformed: The text is too large, a rule stands outside both sections or is no name, or there is no rule.
        """
        if len(text) > MAX_LIST_CHARACTERS:
            raise Malformed(PublicSuffixReason.SUFFIX_LIST_TOO_LARGE, "the list has more than 8 MiB")
        sections: dict[str, list[str]] = {"icann": [], "private": []}
        section = ""
        for line in text.splitlines():
            section = _SECTION_MARKS.get(line.rstrip(), section)
            rule = line.split(maxsplit=1)[0] if line.strip() else "//"
            if rule.startswith("//"):
                continue
            if not section:
                raise Malformed(PublicSuffixReason.SUFFIX_LIST_SYNTAX, "a rule stands outside both sections")
            sections[section].append(_canonical_rule(rule))
        rules = sections["icann"] + sections["private"]
        if not rules:
            raise Malformed(PublicSuffixReason.SUFFIX_LIST_SYNTAX, "the list holds no rule")
        return cls(rule_count=len(rules), _all=_gathered(rules), _icann=_gathered(sections["icann"]))

    def public_suffix(self, domain: str, *, private: bool = True) -> str:
        """Name the suffix under which a domain is registered.

        Args:
            domain: A canonical domain.
            private: Whether the rules of the PRIVATE section count.

        Returns:
            The public suffix; it may be the domain itself.
        """
        rules = self._all if private else self._icann
        name = _last_labels(domain, rules.depth)
        while True:
            _, dot, parent = name.partition(".")
            if name in rules.exceptions:
                return parent
            if not dot or name in rules.plain or parent in rules.wildcards:
                return name
            name = parent

    def registrable(self, domain: str, *, private: bool = True) -> str | None:
        """Name the domain that was registered: the public suffix and one label more.

        Args:
            domain: A canonical domain.
            private: Whether the rules of the PRIVATE section count.

        Returns:
            The registrable domain, or None where the domain is a public suffix itself.
        """
        suffix = self.public_suffix(domain, private=private)
        if suffix == domain:
            return None
        label = domain[: -len(suffix) - 1].rpartition(".")[2]
        return f"{label}.{suffix}"

    def is_public_suffix(self, domain: str, *, private: bool = True) -> bool:
        """Say whether anyone may register right under a domain.

        Args:
            domain: A canonical domain.
            private: Whether the rules of the PRIVATE section count.

        Returns:
            Whether the domain is its own public suffix.
        """
        return self.public_suffix(domain, private=private) == domain

    def is_listed(self, domain: str) -> bool:
        """Say whether a rule of the list fits a domain, so that its last label is one that exists.

        Args:
            domain: A canonical domain.

        Returns:
            False where nothing but the rule ``*`` fits, which every name does.
        """
        rules = self._all
        name = _last_labels(domain, rules.depth)
        while name:
            _, _, parent = name.partition(".")
            if name in rules.plain or name in rules.exceptions or parent in rules.wildcards:
                return True
            name = parent
        return False


def _canonical_rule(rule: str) -> str:
    mark = "!" if rule.startswith("!") else "*." if rule.startswith("*.") else ""
    name = canonical_domain(rule.removeprefix(mark))
    if mark == "!" and "." not in name:
        raise Malformed(PublicSuffixReason.SUFFIX_LIST_SYNTAX, "an exception rule has at least two labels")
    return mark + name


def _last_labels(domain: str, count: int) -> str:
    labels = domain.rsplit(".", count)
    return domain if len(labels) <= count else domain[len(labels[0]) + 1 :]
