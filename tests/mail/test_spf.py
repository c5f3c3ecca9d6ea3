"""SPF as a generator: what it asks, in which order, and that nothing makes it crash or pass."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frankmark.foundation.dns import Answer, Question, RRType, Status, answered_by
from frankmark.foundation.errors import Malformed
from frankmark.mail.spf import check_host, mail_from_domain, published_policy
from frankmark.mail.spf_evaluation import SpfLimits
from frankmark.mail.spf_reasons import SpfPolicy, SpfProblem, SpfResult

NOW = 1_700_000_000


def record(text: str) -> Answer:
    return Answer(status=Status.OK, texts=((text.encode(),),))


def asked(record_text: str, answers: dict[str, Answer], ip: str = "192.0.2.1") -> tuple[SpfResult, list[str]]:
    """The result for example.com, and the questions in their order."""
    log: list[str] = []

    def source(question: Question) -> Answer:
        log.append(f"{question.rrtype} {question.name}")
        if question.name == "example.com" and question.rrtype is RRType.TXT:
            return record(record_text)
        return answers.get(question.name, Answer(status=Status.NXDOMAIN))

    outcome = answered_by(check_host(ip, "example.com", "a@example.com", "h.example.com", now_s=NOW), source)
    return outcome.result, log


def test_nothing_is_asked_behind_the_match() -> None:
    result, log = asked("v=spf1 ip4:192.0.2.0/24 a:later.example.com -all", {})
    assert (result, log) == (SpfResult.PASS, ["TXT example.com"])


def test_a_term_with_the_macro_p_costs_ptr_questions_and_no_second_round() -> None:
    pointer = Answer(status=Status.OK, names=("Mail.Example.com",))
    answers = {
        "1.2.0.192.in-addr.arpa": pointer,
        "mail.example.com": Answer(status=Status.OK, addresses=("192.0.2.1",)),
        "mail.example.com.no.example.com": Answer(status=Status.NODATA),
    }
    result, log = asked("v=spf1 exists:%{p}.no.example.com ptr:elsewhere.example ptr -all", answers)
    assert result is SpfResult.PASS
    assert log == [
        "TXT example.com",
        "PTR 1.2.0.192.in-addr.arpa",
        "A mail.example.com",
        "A mail.example.com.no.example.com",
    ]


def test_an_ip6_client_is_asked_for_as_aaaa() -> None:
    result, log = asked("v=spf1 a mx -all", {}, ip="2001:DB8::1")
    assert result is SpfResult.FAIL
    assert log == ["TXT example.com", "AAAA example.com", "MX example.com"]


def test_exchanges_are_asked_for_by_preference() -> None:
    exchanges = Answer(
        status=Status.OK, exchanges=((20, "b.example.com"), (10, "c.example.com"), (10, "a.example.com"))
    )
    _, log = asked("v=spf1 mx:mx.example.com -all", {"mx.example.com": exchanges})
    assert [line.split()[1] for line in log[2:]] == ["a.example.com", "c.example.com", "b.example.com"]


def test_the_explanation_is_asked_for_only_when_the_result_is_fail() -> None:
    for term, expected in (("-all", ["TXT example.com", "TXT why.example.com"]), ("~all", ["TXT example.com"])):
        assert asked(f"v=spf1 {term} exp=why.example.com", {})[1] == expected


@pytest.mark.parametrize(
    "ip", ["", "192.0.2", "192.0.2.1.", "[192.0.2.1]", "192.0.2.01", "x", "2001:db8::g", "1" * 500]
)
def test_a_client_without_an_address_is_refused_at_once(ip: str) -> None:
    with pytest.raises(Malformed) as refused:
        next(check_host(ip, "example.com", "a@example.com", "h", now_s=NOW))
    assert refused.value.code is SpfProblem.CLIENT_ADDRESS


def test_limits_are_the_callers() -> None:
    def source(question: Question) -> Answer:
        spf = record("v=spf1 a:a.example.com a:b.example.com -all")
        return spf if question.rrtype is RRType.TXT else Answer(status=Status.NXDOMAIN)

    for limits, expected in (
        (SpfLimits(lookups=1), SpfProblem.LOOKUP_LIMIT),
        (SpfLimits(voids=1), SpfProblem.VOID_LIMIT),
        (SpfLimits(lookups=2), None),
    ):
        check = check_host("192.0.2.1", "example.com", "", "example.com", now_s=NOW, limits=limits)
        assert answered_by(check, source).problem is expected


def test_the_reverse_path_names_the_domain_and_helo_stands_in_for_none() -> None:
    assert mail_from_domain("a@b.example", "h.example") == "b.example"
    assert mail_from_domain('"a@c.example"@b.example', "h.example") == "b.example"
    assert mail_from_domain("", "h.example") == "h.example"
    assert mail_from_domain("a@", "h.example") == "h.example"


def test_a_policy_costs_no_questions_about_hosts() -> None:
    log: list[Question] = []

    def source(question: Question) -> Answer:
        log.append(question)
        return record("v=spf1 a mx ptr exists:%{p}.example.com ip4:192.0.2.1 ip6:2001:db8::1 -all exp=why.example.com")

    published = answered_by(published_policy("Example.COM."), source)
    assert (published.policy, published.domain, published.lookups) == (SpfPolicy.HARDFAIL, "example.com", 4)
    assert log == [Question(name="example.com", rrtype=RRType.TXT)]


LABEL = st.sampled_from(
    ["example.com", "a.example", "%{d}", "%{l}.x.y", "%{p}.z.y", "%{ir}.%{v}.q.r", "%{h}", "%{s2r-}"]
)
QUALIFIER = st.sampled_from(["", "-", "~", "?"])
ASKING = st.sampled_from(["a", "mx", "include", "exists", "ptr"])
PREFIX = st.sampled_from(["", "/24", "//64"])
WHOLE = "a mx ptr ip4:192.0.2.0/24 ip6:2001:db8::/32 exp=a.example x=%{d} redirect=a.example -all"
TERM = st.one_of(
    st.builds("{}{}:{}{}".format, QUALIFIER, ASKING, LABEL, PREFIX),
    st.sampled_from(WHOLE.split()),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=12),
)
RECORD = st.lists(TERM, max_size=5).map(lambda terms: (" ".join(["v=spf1", *terms]).encode(),))
NAMES = st.sampled_from(
    ["example.com", "a.example", "b.example.com", "", "x..y", "\u00e9.example", "a" * 64 + ".example"]
)
ANSWER = st.one_of(
    st.builds(Answer, status=st.sampled_from([status for status in Status if status is not Status.OK])),
    st.builds(
        Answer,
        status=st.just(Status.OK),
        texts=st.lists(RECORD, max_size=2).map(tuple),
        addresses=st.lists(st.sampled_from(["192.0.2.1", "198.51.100.7"]), max_size=3).map(tuple),
        exchanges=st.lists(st.tuples(st.integers(0, 9), NAMES), max_size=12).map(tuple),
        names=st.lists(NAMES, max_size=12).map(tuple),
    ),
)
SENDER = st.sampled_from(["a@example.com", "", "\u00fc@a.example", "\r\n@x"])


@settings(max_examples=300, deadline=None)
@given(st.lists(TERM, max_size=8), st.lists(ANSWER, min_size=1, max_size=30), SENDER, st.text(max_size=20))
def test_whatever_the_dns_answers_an_evaluation_ends_in_a_result(
    terms: list[str], answers: list[Answer], sender: str, helo: str
) -> None:
    questions = 0

    def source(question: Question) -> Answer:
        nonlocal questions
        questions += 1
        assert question.name == question.name.lower()
        assert 0 < len(question.name) <= 253
        assert question.name.isascii()
        if questions == 1:
            return record(" ".join(["v=spf1", *terms]))
        return answers[questions % len(answers)]

    outcome = answered_by(check_host("192.0.2.1", "example.com", sender, helo, now_s=NOW), source)
    # 10 terms of at most 1 + 10 questions, as many again for PTR names, the first record and the explanation
    assert questions <= 1 + 10 * 11 + 11 + 1
    failed = outcome.result in {SpfResult.NONE, SpfResult.TEMPERROR, SpfResult.PERMERROR}
    assert (outcome.problem is not None) == failed
    assert outcome.explanation == "" or outcome.result is SpfResult.FAIL
    assert outcome.explanation.isprintable()
    assert outcome.explanation.isascii()


@settings(max_examples=100, deadline=None)
@given(st.lists(TERM, max_size=6), st.sampled_from([Status.TIMEOUT, Status.SERVFAIL, Status.BOGUS]), st.integers(0, 6))
def test_a_dns_that_dies_on_the_way_never_makes_a_pass_out_of_no_pass(
    terms: list[str], status: Status, alive: int
) -> None:
    """Every host matches while the DNS lives: cutting it off can only lose matches of terms that ask."""
    text = " ".join(["v=spf1", *terms, "-all"])

    def evaluate(most: int) -> SpfResult:
        questions = 0

        def source(question: Question) -> Answer:
            nonlocal questions
            questions += 1
            if questions > most:
                return Answer(status=status)
            return record(text) if question.rrtype is RRType.TXT else Answer(status=Status.NXDOMAIN)

        return answered_by(check_host("198.51.100.1", "example.com", "a@example.com", "h", now_s=NOW), source).result

    assert evaluate(alive) is not SpfResult.PASS or evaluate(1_000) is SpfResult.PASS
