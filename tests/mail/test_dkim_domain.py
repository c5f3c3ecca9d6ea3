"""A domain's keys under known selectors."""

import base64

from frankmark.foundation.dns import Answer, Question, Status, answered_by
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.mail.dkim_domain import COMMON_SELECTORS, DomainKeys, find_keys, judge_selectors
from frankmark.mail.dkim_key import KeyCache, key_question
from frankmark.mail.dkim_signature import selector

KEY = base64.b64encode(Ed25519PrivateKey.from_seed(b"\x09" * 32).public.to_bytes())
GOOD, TESTING, REVOKED = b"k=ed25519; p=" + KEY, b"t=y; k=ed25519; p=" + KEY, b"v=DKIM1; p="


def look(zone: dict[str, bytes | Status], *selectors: str) -> tuple[DomainKeys, list[str]]:
    asked: list[str] = []

    def source(question: Question) -> Answer:
        name = question.name.removesuffix("._domainkey.example.com")
        asked.append(name)
        found = zone.get(name, Status.NXDOMAIN)
        return Answer(status=found) if isinstance(found, Status) else Answer(status=Status.OK, texts=((found,),))

    return answered_by(find_keys("example.com", *([selectors] if selectors else [])), source), asked


def test_the_first_valid_key_ends_the_search() -> None:
    keys, asked = look({"b": GOOD, "c": GOOD}, "a", "b", "c")
    assert asked == ["a", "b"]
    assert [found.selector for found in keys.valid] == ["b"]
    assert (keys.revoked, keys.unavailable) == (False, False)
    assert keys.found[0].reason == "DKIM_KEY_ABSENT"


def test_a_domain_without_a_key_is_asked_for_every_common_selector() -> None:
    keys, asked = look({})
    assert tuple(asked) == COMMON_SELECTORS
    assert (keys.valid, keys.revoked, keys.unavailable) == ((), False, False)


def test_a_key_in_testing_and_a_revoked_key_are_not_valid() -> None:
    keys, asked = look({"a": TESTING, "b": REVOKED}, "a", "b")
    assert asked == ["a", "b"]
    assert (keys.valid, keys.revoked, keys.unavailable) == ((), True, False)
    assert keys.found[0].key is not None


def test_a_failed_look_up_leaves_it_open_unless_another_key_is_valid() -> None:
    assert look({"a": Status.TIMEOUT}, "a", "b")[0].unavailable
    keys = look({"a": Status.TIMEOUT, "b": GOOD}, "a", "b")[0]
    assert keys.valid
    assert not keys.unavailable


def test_answers_that_came_at_once_are_judged_alike() -> None:
    answers = {"a": Answer(status=Status.SERVFAIL), "b": Answer(status=Status.OK, texts=((GOOD,),))}
    for cache in (None, KeyCache()):
        assert [found.selector for found in judge_selectors(answers, cache).valid] == ["b"]
    assert judge_selectors({"a": answers["a"]}).unavailable
    assert judge_selectors({}) == DomainKeys(found=())


def test_common_selectors_are_in_canonical_form_and_no_two_alike() -> None:
    assert [selector(name) for name in COMMON_SELECTORS] == list(COMMON_SELECTORS)
    assert len(set(COMMON_SELECTORS)) == len(COMMON_SELECTORS)
    assert len({key_question(name, "example.com") for name in COMMON_SELECTORS}) == len(COMMON_SELECTORS)
