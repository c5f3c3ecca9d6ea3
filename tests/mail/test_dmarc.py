"""DMARC over any zone: the laws that the vectors cannot enumerate."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frankmark.foundation.dns import Answer, Question, Status, answered_by
from frankmark.foundation.errors import Malformed
from frankmark.mail.alignment import DkimFacts, MechanismResult, SpfFacts
from frankmark.mail.dmarc import DmarcResult, Publication, evaluate, published_policy
from frankmark.mail.dmarc_record import Policy

DOMAIN = st.lists(st.sampled_from("ab"), min_size=1, max_size=5).map(".".join)
RECORD = st.sampled_from(
    ["v=DMARC1; p=reject", "v=DMARC1; p=none; psd=y; np=reject", "v=DMARC1; p=quarantine; psd=n; t=y", "v=DMARC1; p=x"]
)
ZONE = st.dictionaries(st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map(".".join), RECORD, max_size=8)
RESULT = st.sampled_from([*MechanismResult])
SPF = st.builds(lambda result, domain: SpfFacts(result=result, domain=domain), RESULT, st.none() | DOMAIN)
DKIM = st.lists(st.builds(lambda result, domain: DkimFacts(result=result, domain=domain), RESULT, DOMAIN), max_size=4)


def dns(zone: dict[str, str], sick: frozenset[str] = frozenset()):
    def answer(question: Question) -> Answer:
        name = question.name.removeprefix("_dmarc.")
        if name in sick:
            return Answer(status=Status.SERVFAIL)
        if question.name == name:
            return Answer(status=Status.NXDOMAIN)
        record = zone.get(name)
        return Answer(status=Status.OK, texts=((record.encode(),),)) if record else Answer(status=Status.NODATA)

    return answer


@given(DOMAIN, SPF, DKIM, ZONE)
@settings(max_examples=300)
def test_what_an_outcome_says_agrees_with_itself(author: str, spf: SpfFacts, dkim: list[DkimFacts], zone: dict) -> None:
    outcome = answered_by(evaluate(author, spf, dkim), dns(zone))
    passed = {fact.domain for fact in [spf, *dkim] if fact.result is MechanismResult.PASS}
    assert (outcome.result is DmarcResult.PASS) is bool(outcome.aligned)
    assert {identifier.domain for identifier in outcome.aligned} <= passed
    assert (outcome.policy is None) is (outcome.result in {DmarcResult.NONE, DmarcResult.PERMERROR})
    assert outcome.disposition is Policy.NONE or outcome.result is DmarcResult.FAIL
    assert outcome.published == answered_by(published_policy(author), dns(zone))


@given(DOMAIN, SPF, DKIM, ZONE, st.frozensets(DOMAIN, max_size=3))
@settings(max_examples=300)
def test_a_sick_dns_changes_no_verdict_into_another(
    author: str, spf: SpfFacts, dkim: list[DkimFacts], zone: dict, sick: frozenset[str]
) -> None:
    well = answered_by(evaluate(author, spf, dkim), dns(zone))
    ill = answered_by(evaluate(author, spf, dkim), dns(zone, sick))
    assert ill.result in {well.result, DmarcResult.TEMPERROR}
    if ill.result is DmarcResult.TEMPERROR is not well.result:
        assert sick


@given(ZONE, st.lists(st.sampled_from("cd"), min_size=1, max_size=3).map(".".join), st.booleans())
def test_a_stranger_never_makes_a_forgery_pass_or_pend(zone: dict, stranger: str, well: bool) -> None:  # noqa: FBT001
    zone = zone | {"a.b": "v=DMARC1; p=reject; psd=n"}
    sick = frozenset() if well else frozenset({stranger, f"{stranger}.b"})
    facts = [DkimFacts(result=MechanismResult.PASS, domain=domain) for domain in (stranger, f"{stranger}.b")]
    outcome = answered_by(evaluate("a.b", SpfFacts(result=MechanismResult.NONE, domain=None), facts), dns(zone, sick))
    assert outcome.result is DmarcResult.FAIL
    assert outcome.disposition is Policy.REJECT


@pytest.mark.parametrize("domain", ["", "[192.0.2.1]", "exa mple.com", "a..b"])
def test_an_author_domain_that_is_none_is_refused(domain: str) -> None:
    with pytest.raises(Malformed):
        answered_by(evaluate(domain, SpfFacts(result=MechanismResult.NONE, domain=None), ()), dns({}))
    with pytest.raises(Malformed):
        answered_by(published_policy(domain), dns({}))


def test_every_way_of_not_applying_has_its_result() -> None:
    spf = SpfFacts(result=MechanismResult.PASS, domain="b.a")
    for zone, sick, publication, result in (
        ({}, frozenset(), Publication.ABSENT, DmarcResult.NONE),
        ({}, frozenset({"a"}), Publication.TEMPERROR, DmarcResult.TEMPERROR),
        ({"a": "v=DMARC1; p=x"}, frozenset(), Publication.PERMERROR, DmarcResult.PERMERROR),
    ):
        outcome = answered_by(evaluate("b.a", spf, ()), dns(zone, sick))
        assert (outcome.published.publication, outcome.result) == (publication, result)
