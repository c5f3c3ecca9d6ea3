"""Whether a domain signs its mail at all: the keys under selectors that are known or often used (RFC 6376 §3.1, §3.6).

A message names its selector; a domain alone does not, and the DNS cannot be asked for all of them. So the answer "no
key" means no key under the selectors that were asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from frankmark.foundation.dns import Answer, Lookup
from frankmark.mail.dkim_key import KeyCache, KeyRecord, judge_answer, key_question
from frankmark.mail.dkim_reasons import DkimReason

__all__ = ["COMMON_SELECTORS", "DomainKeys", "SelectorKey", "find_keys", "judge_selectors"]

COMMON_SELECTORS = (
    "default",
    "dkim",
    "fm1",
    "google",
    "k1",
    "k2",
    "mail",
    "mandrill",
    "pm",
    "protonmail",
    "s1",
    "s2",
    "selector1",
    "selector2",
    "smtp",
    "zoho",
)
"""Selectors that are tried where the owner declared none: the defaults of large hosts, senders and servers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectorKey:
    """What was found under one selector.

    Attributes:
        selector: The selector.
        key: A key that may verify mail, or None.
        reason: Why there is none; `DKIM_VERIFIED` never stands here.
    """

    selector: str
    key: KeyRecord | None = None
    reason: DkimReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainKeys:
    """What was found under the selectors of a domain.

    Attributes:
        found: One entry for each selector that was asked for, in order.
    """

    found: tuple[SelectorKey, ...]

    @property
    def valid(self) -> tuple[SelectorKey, ...]:
        """The selectors with a key that may verify mail and is not in testing."""
        return tuple(each for each in self.found if each.key is not None and not each.key.testing)

    @property
    def revoked(self) -> bool:
        """Whether a selector's key was revoked."""
        return any(each.reason is DkimReason.DKIM_KEY_REVOKED for each in self.found)

    @property
    def unavailable(self) -> bool:
        """Whether nothing valid was found and a look-up failed, so that nothing can be concluded."""
        return not self.valid and any(each.reason is DkimReason.DKIM_KEY_UNAVAILABLE for each in self.found)


def find_keys(
    domain: str, selectors: Sequence[str] = COMMON_SELECTORS, cache: KeyCache | None = None
) -> Lookup[DomainKeys]:
    """Look for a domain's keys until a valid one is found.

    Args:
        domain: The domain in canonical form.
        selectors: The selectors in canonical form, the likeliest first.
        cache: Parsed keys.

    Returns:
        What was found under the selectors that were asked for.
    """
    cache = KeyCache() if cache is None else cache
    found: list[SelectorKey] = []
    for selector in selectors:
        answer = yield key_question(selector, domain)
        found.append(_judge(selector, answer, cache))
        if DomainKeys(found=(found[-1],)).valid:
            break
    return DomainKeys(found=tuple(found))


def judge_selectors(answers: Mapping[str, Answer], cache: KeyCache | None = None) -> DomainKeys:
    """The same for a driver that asked for all selectors at once.

    Args:
        answers: The answer to `key_question` for each selector.
        cache: Parsed keys.

    Returns:
        What was found.
    """
    cache = KeyCache() if cache is None else cache
    return DomainKeys(found=tuple(_judge(selector, answer, cache) for selector, answer in answers.items()))


def _judge(selector: str, answer: Answer, cache: KeyCache) -> SelectorKey:
    fetched = judge_answer(answer, cache)
    return SelectorKey(selector=selector, key=fetched.keys[0] if fetched.keys else None, reason=fetched.reason)
