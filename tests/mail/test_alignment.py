"""What the alignment check leaves out of the DNS does not change its answer."""

from hypothesis import given, settings
from hypothesis import strategies as st

from frankmark.foundation.dns import Answer, Question, Status, answered_by
from frankmark.mail.alignment import Walks, identifier_domain, select_organizational_domain, walk_targets
from frankmark.mail.dmarc_record import AlignmentMode

DOMAIN = st.lists(st.sampled_from("ab"), min_size=1, max_size=10).map(".".join)
ZONE = st.dictionaries(
    st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map(".".join),
    st.sampled_from(["v=DMARC1", "v=DMARC1; psd=y", "v=DMARC1; psd=n"]),
    max_size=8,
)


def dns(zone: dict[str, str], asked: list[str] | None = None):
    def answer(question: Question) -> Answer:
        if asked is not None:
            asked.append(question.name)
        record = zone.get(question.name.removeprefix("_dmarc."))
        if record is None:
            return Answer(status=Status.NXDOMAIN)
        return Answer(status=Status.OK, texts=((record.encode(),),))

    return answer


def by_the_book(domain: str, zone: dict[str, str]) -> str:
    """RFC 9989 §4.10 and §4.10.2, step by step."""
    retrieved: list[tuple[str, str]] = []
    labels = domain.split(".")
    target: list[str] = labels
    while target:
        name = ".".join(target)
        if name in zone:
            retrieved.append((name, zone[name]))
            if "psd=" in zone[name]:
                break
        target = target[1:] if target is not labels or len(labels) < 8 else labels[-7:]
    for name, record in retrieved:
        if "psd=n" in record:
            return name
        if "psd=y" in record and name != domain:
            return ".".join(labels[-name.count(".") - 2 :])
    return min((name for name, _ in retrieved), key=lambda name: name.count("."), default=domain)


@given(DOMAIN, ZONE)
@settings(max_examples=300)
def test_a_walk_goes_by_the_book(domain: str, zone: dict[str, str]) -> None:
    asked: list[str] = []
    assert answered_by(Walks().organizational_domain(domain), dns(zone, asked)) == by_the_book(domain, zone)
    assert len(asked) <= 8


@given(DOMAIN, DOMAIN, ZONE)
@settings(max_examples=300)
def test_relaxed_alignment_is_one_organizational_domain(author: str, identifier: str, zone: dict[str, str]) -> None:
    walks = Walks()
    aligned = answered_by(walks.aligned(author, identifier, AlignmentMode.RELAXED), dns(zone))
    assert aligned == (by_the_book(author, zone) == by_the_book(identifier, zone) or author == identifier)
    assert walks.determined(author) in {None, by_the_book(author, zone)}


@given(DOMAIN, DOMAIN)
def test_strict_alignment_asks_nothing(author: str, identifier: str) -> None:
    asked: list[str] = []
    aligned = answered_by(Walks().aligned(author, identifier, AlignmentMode.STRICT), dns({}, asked))
    assert aligned is (author == identifier)
    assert asked == []


@given(DOMAIN)
def test_the_targets_are_at_most_eight_and_end_at_the_top(domain: str) -> None:
    targets = walk_targets(domain)
    assert targets[0] == domain
    assert len(targets) <= 8
    assert targets[-1] == domain.rpartition(".")[2]
    assert all(domain.endswith(target) for target in targets)


def test_an_identifier_is_brought_to_its_one_spelling() -> None:
    assert identifier_domain("_Mail.Bücher.Example".replace("_Mail.", "")) == "xn--bcher-kva.example"
    assert identifier_domain("_MAIL.example.com") == "_mail.example.com"
    assert identifier_domain("") is None
    assert identifier_domain(None) is None
    assert identifier_domain("[192.0.2.1]") is None


def test_an_empty_walk_selects_where_it_started() -> None:
    walked = answered_by(Walks().walk("a.example"), dns({}))
    assert [step.domain for step in walked] == ["a.example", "example"]
    assert select_organizational_domain(walked) == "a.example"
