"""SPF against pyspf on generated cases: the same result and explanation, or a deviation that is written down.

The generator is seeded, so the cases are the same everywhere. Where the two disagree, the difference between them is
taken away and the case is run again: a deviation counts as explained only if they then agree. What is left over fails
the test, and so does a count other than that of ``vectors/spf-deviations.md``.
"""

import random
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import chain, combinations
from pathlib import Path

import pytest

from frankmark.foundation.dns import Answer, Question, RRType, Status, answered_by
from frankmark.mail.spf import SpfOutcome, check_host, mail_from_domain
from frankmark.mail.spf_evaluation import RFC_LIMITS, SpfLimits
from frankmark.mail.spf_reasons import Mechanism, SpfProblem, SpfResult

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its source has escapes that Python 3.12 warns about
    import spf as pyspf

DEVIATIONS = Path(__file__).parents[2] / "vectors" / "spf-deviations.md"
CASES = 12_000
SEED = 7208
NOW = 1_700_000_000
RECEIVER = "mx.receiver.example"
HOSTS = [f"{letter}.example" for letter in "abcdef"] + [
    "mail.a.example",
    "mail-1.a.example",
    "b.a.example",
    "Mixed.B.Example",
]
CLIENTS = ["192.0.2.1", "192.0.2.2", "198.51.100.9", "::ffff:192.0.2.2", "2001:db8::1", "2001:db8:1::2"]
ADDRESSES4 = ["192.0.2.1", "192.0.2.2", "192.0.2.77", "198.51.100.9", "203.0.113.4"]
ADDRESSES6 = ["2001:db8::1", "2001:db8:1::2", "2001:db8:1::ffff", "2001:db8:ff::1"]
SENDERS = [
    "user@a.example",
    "user@a.example",
    "",
    "a-b+c.d@b.example",
    "@c.example",
    "",
    "d.example",
    "x_y=z@mail.a.example",
]
HELOS = [
    "mail.a.example",
    "mail-1.a.example",
    "a.example",
    "UPPER.Example",
    "UPPER.Example",
    "[192.0.2.1]",
    "single",
    "no such host",
]
MACROS = [
    "%{d}", "%{o}", "%{l}", "%{s}", "%{i}", "%{ir}.%{v}", "%{h}", "%{p}", "%{d2}", "%{dr}", "%{l1r-}", "%{L}",
    "%{D2}", "%{l-+}", "%{lr-}", "%{O}", "%{H}", "%{S1}", "%{I1}", "%{P}", "%{V}", "%{dR}", "%{dR}", "%{h-}", "%{h-}",
]  # fmt: skip
TEXTS = [
    "plain text", "%{c} is not %{d}'s", "%{s}|%{l}|%{o}|%{d}|%{h}|%{i}|%{v}|%{c}|%{r}|%{t}", "100%%%_%-",
    "%{p} %{ir}", "http://x/?%{S}&%{H}&%{C}&%{R}&%{T}", "%{O} %{D} %{I} %{P} %{V} %{L}", "café", "%{x}", "%",
    "tab\there", "%{h-} %{l-}", "helo %{h-}", "open %{d",
]  # fmt: skip
BROKEN = [
    "ip:192.0.2.1", "a:", "a/33", "a//129", "mx/", "include", "exists", "ptr/24", "all:x", "all.", "ip4:1.2.3",
    "ip4:1.2.3.4/33", "ip6:::1::", "ip6:2001:db8::1/129", "a:%{z}.example", "a:x%.example", "exists:%{c}.example",
    "x=%{q}", "x=%", "redirect=", "exp=", "redirect=a.example redirect=a.example", "exp=a.example exp=a.example",
    "a:example", "include:localhost", "-", "??all", "a:b.example,", "ip4:1.2.3.4,", "1=2", "a:b.123", "mx:b.-x",
    "ip4", "ip6:", "exp=%{t}.example", "a:%{d", "a/024", "a:%{d0}.a.example", "x=café",
]  # fmt: skip
BOUNDLESS = 1_000
NOT_COMPARED = {
    SpfProblem.RECORD_TOO_LONG,  # pyspf has no such limit
    SpfProblem.MACRO_TOO_LONG,  # nor this one
    SpfProblem.CLIENT_ADDRESS,  # refused before the evaluation
}
NO_EXPLANATION = "SPF fail - not authorized"


@dataclass(frozen=True)
class Case:
    zone: dict[tuple[str, RRType], Answer]
    ip: str
    sender: str
    helo: str

    @property
    def domain(self) -> str:
        return mail_from_domain(self.sender, self.helo)

    def answer(self, question: Question) -> Answer:
        return self.zone.get((question.name, question.rrtype), Answer(status=Status.NXDOMAIN))

    def changed(self, change: Callable[[tuple[str, RRType], Answer], Answer]) -> "Case":
        return replace(self, zone={key: change(key, answer) for key, answer in self.zone.items()})


class Generator:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def case(self) -> Case:
        draw = self.random
        ip, sender, helo = draw.choice(CLIENTS), draw.choice(SENDERS), draw.choice(HELOS)
        zone: dict[tuple[str, RRType], Answer] = {}
        for host in HOSTS:
            zone |= self.host(host.lower())
        zone |= self.pointers(ip_address(ip))
        top = mail_from_domain(sender, helo).lower()
        if "." in top and "[" not in top:
            zone[top, RRType.TXT] = self.top_answer()
        return Case(zone, ip, sender, helo)

    def top_answer(self) -> Answer:
        if self.random.random() < 0.95:
            return self.text_answer([self.record()])
        choices = [Answer(status=status) for status in Status if status is not Status.OK]
        choices += map(self.text_answer, (["v=spf1 -all", "v=spf1 +all"], ["v=spf10 -all", "other", "V=SPF1 ?all"]))
        return self.random.choice(choices)

    def host(self, host: str) -> Iterator[tuple[tuple[str, RRType], Answer]]:
        draw = self.random
        sick = draw.random() < 0.03
        status = draw.choice([Status.TIMEOUT, Status.SERVFAIL, Status.BOGUS])
        answers = {
            RRType.A: self.address_answer(ADDRESSES4, 0.8),
            RRType.AAAA: self.address_answer(ADDRESSES6, 0.6),
            RRType.MX: self.exchange_answer(),
            RRType.TXT: self.text_answer([self.record(depth=1)] if draw.random() < 0.8 else []),
        }
        if draw.random() < 0.3:
            answers[RRType.TXT] = self.text_answer([draw.choice(TEXTS)])
        for rrtype, answer in answers.items():
            yield (host, rrtype), Answer(status=status) if sick else answer

    def pointers(self, ip: IPv4Address | IPv6Address) -> Iterator[tuple[tuple[str, RRType], Answer]]:
        ip = getattr(ip, "ipv4_mapped", None) or ip
        names = tuple(name.lower() for name in self.random.sample(HOSTS, self.random.randint(0, 4)))
        if self.random.random() < 0.05:
            names = tuple(f"p{number}.example" for number in range(12)) + names
        answer = Answer(status=Status.OK, names=names) if names else Answer(status=Status.NXDOMAIN)
        if self.random.random() < 0.05:
            answer = Answer(status=Status.TIMEOUT)
        yield (ip.reverse_pointer, RRType.PTR), answer

    def address_answer(self, pool: list[str], often: float) -> Answer:
        if self.random.random() > often:
            return Answer(status=Status.NODATA)
        return Answer(status=Status.OK, addresses=tuple(self.random.sample(pool, self.random.randint(1, 3))))

    def exchange_answer(self) -> Answer:
        count = self.random.choice([0, 1, 1, 2, 3, 11])
        if not count:
            return Answer(status=Status.NODATA)
        hosts = [self.random.choice(HOSTS).lower() for _ in range(count)]
        return Answer(status=Status.OK, exchanges=tuple(enumerate(hosts)))

    @staticmethod
    def text_answer(texts: list[str]) -> Answer:
        if not texts:
            return Answer(status=Status.NODATA)
        return Answer(status=Status.OK, texts=tuple((text.encode("latin-1"),) for text in texts))

    def record(self, depth: int = 0) -> str:
        draw = self.random
        version = draw.choice(["v=spf1", "v=spf1", "v=spf1", "V=SPF1"])
        if draw.random() < 0.01:
            return f"{version} {'a:f.example ' * 10}ip4:0.0.0.0/0 ip6:::/0 redirect=a.example"
        terms = [self.term() for _ in range(draw.choice([0, 1, 2, 3, 4, 5] if depth == 0 else [0, 1, 1, 2]))]
        if draw.random() < 0.02:
            terms += ["a:f.example"] * draw.randint(9, 12)
        if draw.random() < 0.6:
            terms.append(draw.choice(["-all", "-all", "~all", "?all", "+all", "all", "-ALL"]))
        for extra in self.extras(depth):
            terms.insert(draw.randint(0, len(terms)), extra)
        return version + "".join(draw.choice([" ", " ", "  "]) + term for term in terms)

    def extras(self, depth: int) -> Iterator[str]:
        draw = self.random
        chances = {
            0.1 if depth == 0 else 0.02: lambda: draw.choice(BROKEN),
            0.25: lambda: f"redirect={self.spec()}",
            0.5 if depth == 0 else 0.11: lambda: f"exp={self.spec()}",
            0.012: lambda: draw.choice(["Redirect=a.example", "EXP=b.example"]),
            0.09: lambda: draw.choice(["x=", "op=a.b", "foo=%{d}%%", "a-b.c_d=1", "all=x"]),
        }
        for chance, extra in chances.items():
            if draw.random() < chance:
                yield extra()

    def term(self) -> str:
        draw = self.random
        qualifier = draw.choice(["", "", "+", "-", "~", "?"])
        mechanism = draw.choice(
            ["a", "a", "mx", "ptr", "ip4", "ip4", "ip6", "ip6", "exists", "include", "include", "A", "Mx", "IP4"]
        )
        match mechanism.lower():
            case "ip4":
                argument = ":" + draw.choice(ADDRESSES4) + draw.choice(["", "/32", "/24", "/8", "/0"])
            case "ip6":
                argument = (
                    ":" + draw.choice([*ADDRESSES6, "::FFFF:192.0.2.1"]) + draw.choice(["", "/128", "/48", "/32", "/0"])
                )
            case "include" | "exists":
                argument = ":" + self.spec()
            case "ptr":
                argument = draw.choice(["", "", ":" + self.spec()])
            case _:
                argument = draw.choice(["", ":" + self.spec()]) + draw.choice(
                    ["", "", "/24", "/24//48", "//32", "/0//0"]
                )
        return qualifier + mechanism + argument

    def spec(self) -> str:
        draw = self.random
        if draw.random() < 0.75:
            return draw.choice([*HOSTS, "gone.example", "a.example."])
        return (
            draw.choice(["", "x.", "x-"])
            + draw.choice(MACROS)
            + draw.choice(["", ".a.example", ".example", ".b.example."])
        )


def ours(case: Case, limits: SpfLimits = RFC_LIMITS) -> SpfOutcome:
    check = check_host(case.ip, case.domain, case.sender, case.helo, receiver=RECEIVER, now_s=NOW, limits=limits)
    return answered_by(check, case.answer)


def theirs(case: Case, limits: SpfLimits = RFC_LIMITS) -> tuple[str, str]:
    """Pyspf's result and explanation; its look-ups, limits and clock are globals and attributes made to be set."""

    def lookup(name: str, qtype: str, *_: object) -> list[tuple[tuple[str, str], object]]:
        answer = case.answer(Question(name=name.lower(), rrtype=RRType(qtype)))
        if answer.failed:
            raise pyspf.TempError("DNS")
        values = [*answer.texts, *map(ip_address, answer.addresses), *answer.exchanges, *answer.names]
        return [((name, qtype), value) for value in values]

    original = pyspf.DNSLookup, pyspf.MAX_LOOKUP, pyspf.MAX_VOID_LOOKUPS
    pyspf.DNSLookup, pyspf.MAX_LOOKUP, pyspf.MAX_VOID_LOOKUPS = lookup, limits.lookups, limits.voids
    try:
        query = pyspf.query(case.ip, case.sender, case.helo, receiver=RECEIVER)
        query.t = str(NOW)
        result, _, explanation = query.check()
    finally:
        pyspf.DNSLookup, pyspf.MAX_LOOKUP, pyspf.MAX_VOID_LOOKUPS = original
    return result, explanation if result == "fail" and explanation != NO_EXPLANATION else ""


Run = tuple[Case, SpfLimits]


def agree(run: Run) -> bool:
    mine = ours(*run)
    return (mine.result, mine.explanation) == theirs(*run)


def healed(run: Run, kind: RRType) -> Run:
    """Failed look-ups of the names that MX or PTR records lead to find nothing instead, PTR records themselves too."""
    case, limits = run
    listed = {name for answer in case.zone.values() for name in answer.names}
    if kind is RRType.MX:
        listed = {host for answer in case.zone.values() for _, host in answer.exchanges}

    def change(key: tuple[str, RRType], answer: Answer) -> Answer:
        address = key[0] in listed and key[1] in {RRType.A, RRType.AAAA}
        sick = answer.failed and (address or kind is key[1] is RRType.PTR)
        return Answer(status=Status.NXDOMAIN) if sick else answer

    return case.changed(change), limits


def rewritten(run: Run, pattern: str, to: str | Callable[[re.Match[bytes]], bytes]) -> Run:
    """The texts of all TXT records with a replacement; an @ in the pattern stands for the record's own name."""
    case, limits = run
    replacement = to.encode() if isinstance(to, str) else to

    def change(key: tuple[str, RRType], answer: Answer) -> Answer:
        own = pattern.replace("@", re.escape(key[0])).encode()
        texts = ((re.sub(own, replacement, b"".join(text), flags=re.IGNORECASE),) for text in answer.texts)
        return replace(answer, texts=tuple(texts))

    return case.changed(change), limits


def lowered(run: Run) -> Run:
    case, limits = rewritten(run, "[A-Za-z]+[.][B][.]Example", lambda found: found[0].lower())
    return replace(case, helo=case.helo.lower()), limits


TAKEN_AWAY: dict[str, Callable[[Run], Run]] = {
    "void-terms": lambda run: (run[0], replace(run[1], voids=BOUNDLESS)),
    "redirect-counted": lambda run: (run[0], replace(run[1], lookups=15)),
    "ptr-failure": lambda run: healed(run, RRType.PTR),
    "mx-order": lambda run: healed(run, RRType.MX),
    "final-percent": lambda run: rewritten(run, "%%(?= |$)", ""),
    "modifier-case": lambda run: rewritten(run, "(redirect|exp)=", lambda found: found[0].lower()),
    "reverse-case": lambda run: rewritten(run, r"%\{dR\}", "%{dr}"),
    "joiner": lambda run: rewritten(run, r"%\{h-\}", "%{h}"),
    "zero-parts": lambda run: rewritten(run, r"%\{d0\}", "%{x}"),
    "open-macro": lambda run: rewritten(run, r"%\{d(?= |$)", "%{x}"),
    "self-include": lambda run: rewritten(run, r"include:(@|%\{[dohp]2?\})\.?(?= |$)", "include:gone.example"),
    "control-character": lambda run: rewritten(run, "[\t]", " "),
    "postmaster": lambda run: (replace(run[0], sender=f"postmaster@{run[0].domain}"), run[1]),
    "name-case": lowered,
}


def explained(run: Run) -> tuple[str, ...]:
    """The fewest deviations, three at most, without which both agree; empty if there are none such."""
    for reasons in chain.from_iterable(combinations(TAKEN_AWAY, count) for count in (1, 2, 3)):
        changed = run
        for reason in reasons:
            changed = TAKEN_AWAY[reason](changed)
        if agree(changed):
            return reasons
    return ()


@dataclass
class Survey:
    unexplained: list[str] = field(default_factory=list)
    deviations: Counter[str] = field(default_factory=Counter)
    matched: Counter[str] = field(default_factory=Counter)
    results: Counter[SpfResult] = field(default_factory=Counter)
    problems: Counter[SpfProblem | None] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    explanations: int = 0

    def note(self, outcome: SpfOutcome, served: list[bytes]) -> None:
        self.results[outcome.result] += 1
        self.problems[outcome.problem] += 1
        self.explanations += bool(outcome.explanation)
        if outcome.mechanism:
            qualifier = outcome.mechanism[0] if outcome.mechanism[0] in "+-~?" else ""
            mechanism = re.split("[:/]", outcome.mechanism.lstrip("+-~?"))[0].lower()
            self.matched.update([mechanism, qualifier])
        for text in served:
            decoded = text.decode("latin-1")
            self.said.update({f"%{letter}" for letter in re.findall(r"%\{([a-zA-Z])", decoded)})
            self.said.update({f"{name}=" for name in re.findall(r" ([a-zA-Z][\w.-]*)=", decoded)})


@pytest.fixture(scope="module")
def survey() -> Survey:
    found = Survey()
    generator = Generator(SEED)
    for number in range(CASES):
        case = generator.case()
        served: list[bytes] = []

        def source(question: Question, case: Case = case, served: list[bytes] = served) -> Answer:
            answer = case.answer(question)
            served.extend(answer.joined)
            return answer

        check = check_host(case.ip, case.domain, case.sender, case.helo, receiver=RECEIVER, now_s=NOW)
        outcome = answered_by(check, source)
        found.note(outcome, served)
        if (outcome.result, outcome.explanation) != theirs(case):
            reasons = explained((case, RFC_LIMITS))
            found.deviations.update(reasons)
            if not reasons:
                found.unexplained.append(f"{number}: {outcome} but {theirs(case)}")
    return found


def test_pyspf_agrees_or_the_deviation_is_one_that_is_written_down(survey: Survey) -> None:
    assert survey.unexplained == []
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", DEVIATIONS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert {key: int(count) for key, count in rows} == dict(survey.deviations)
    assert set(survey.deviations) == set(TAKEN_AWAY)


def test_the_cases_reach_every_mechanism_and_qualifier(survey: Survey) -> None:
    for word in [*(mechanism.value for mechanism in Mechanism), "", "+", "-", "~", "?"]:
        assert survey.matched[word] >= 40, word


def test_the_cases_reach_every_result_and_every_error(survey: Survey) -> None:
    for result in SpfResult:
        assert survey.results[result] >= 100, result
    for problem in set(SpfProblem) - NOT_COMPARED:
        assert survey.problems[problem] >= 10, problem
    assert not NOT_COMPARED & set(survey.problems)


def test_the_cases_reach_every_modifier_and_every_macro_letter(survey: Survey) -> None:
    assert survey.explanations >= 200
    for word in ["redirect=", "exp=", "op=", "x=", "foo=", *(f"%{letter}" for letter in "slodiphvcrtSLODIPHVCRT")]:
        assert survey.said[word] >= 10, word
