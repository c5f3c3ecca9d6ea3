"""Why a score changed is said from what the ledger says, whoever asks and however often the node was started."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from frankmark.foundation.errors import Unavailable
from frankmark.ports.paging import Page
from frankmark.ports.rows import Candidate, CandidateStatus
from frankmark.protocols.securestamp.evidence import (
    ALGORITHM,
    BlockList,
    Confirmed,
    Evidence,
    Lists,
    Signal,
    signal_names,
)
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason, ScoreChangeReason
from frankmark.protocols.securestamp.scoring import assess
from frankmark.protocols.securestamp.signals import Mode, SignalName
from frankmark.services.principals import NODE, Principal, Role
from frankmark.services.reasons import ServiceReason
from frankmark.services.rescoring import OBSERVED, Basis, Rescoring, score_change

HOUR_MS = 3_600_000
DOMAIN = "acmecorp.test"
REVIEWER = Principal(actor="key_reviewer", org_id="", role=Role.REVIEWER)
WHOLE = {
    "spf": "-all",
    "dkim": "valid",
    "dmarc": "absent",
    "domain_age": 800,
    "registration": 300,
    "ssl": 90,
    "ct": 2,
    "registry": "verified",
    "stamp": "active",
}
BLOCKED = Lists(blocked=(BlockList.ADMIN,))
CONFIRMED = Lists(confirmed=Confirmed.HERE)


def assessed(lists: Lists | None = None, **changed: object):
    values = WHOLE | changed
    signals = tuple(
        Signal(name=name, value=values[name.value], source="test", observed_ms=1)
        if values.get(name.value) is not None
        else Signal(name=name, value="unavailable", source="test", observed_ms=None, reason=Reason.INSUFFICIENT_DATA)
        for name in signal_names(ALGORITHM)
    )
    return assess(Evidence(target="a.test", mode=Mode.DOMAIN, signals=signals, lists=lists or Lists()))


def basis(**changed: object) -> Basis:
    before = assessed(**changed)
    return Basis(score=before.score, signals={s.signal.name.value: s.signal.value for s in before.signals})


def test_a_score_that_no_asset_explains_is_drift_and_names_every_signal() -> None:
    reason, evidence = score_change(Basis(score=50, signals={}), assessed())
    assert reason is ScoreChangeReason.SIGNAL_DRIFT
    assert {"signal": "spf", "weight": 8, "old": None, "new": "-all"} in json.loads(evidence)


def test_a_new_policy_is_named_and_so_is_only_what_changed() -> None:
    reason, evidence = score_change(basis(), assessed(dmarc="reject"))
    assert reason is ScoreChangeReason.DMARC_ADDED
    assert json.loads(evidence) == [{"signal": "dmarc", "weight": 11, "old": "absent", "new": "reject"}]
    assert score_change(basis(dmarc="reject"), assessed())[0] is ScoreChangeReason.SIGNAL_DRIFT


def test_a_campaign_and_a_confirmed_imitation_are_named_when_they_are_what_lowered_the_score() -> None:
    campaign = replace(Lists(), campaign=True)
    assert score_change(basis(), assessed(campaign))[0] is ScoreChangeReason.PHISHING_CAMPAIGN
    assert score_change(basis(), assessed(CONFIRMED), reviewed=True)[0] is ScoreChangeReason.TYPOSQUATTING_CLUSTER
    low = replace(basis(), score=29)
    assert score_change(low, assessed(CONFIRMED, dmarc="reject"))[0] is ScoreChangeReason.DMARC_ADDED
    elsewhere = Lists(confirmed=Confirmed.ELSEWHERE)
    assert score_change(basis(), assessed(elsewhere))[0] is ScoreChangeReason.SIGNAL_DRIFT
    both = replace(BLOCKED, confirmed=Confirmed.HERE)
    assert score_change(basis(), assessed(both), reviewed=True)[0] is ScoreChangeReason.MANUAL_REVIEW


class HandTrust:
    """Says of every domain what a test laid down."""

    def __init__(self) -> None:
        self.assessment = assessed()
        self.asked: list[str] = []
        self.fault: Exception | None = None

    async def check(self, query):
        self.asked.append(query.target)
        if self.fault is not None:
            raise self.fault
        return SimpleNamespace(assessment=self.assessment)


@pytest.fixture
def trust() -> HandTrust:
    return HandTrust()


@pytest.fixture
async def stamped(house, trust):
    """A house with a stamped domain, whose issuance says what its score rests on."""
    house.appraiser.score = trust.assessment.score
    house.appraiser.signals = json.dumps({"dmarc": "fail", OBSERVED: basis().signals})
    await house.stamped(DOMAIN)
    house.clock.pass_ms(HOUR_MS)
    return house


async def history(house, domain: str = DOMAIN) -> list[tuple[int, int, str]]:
    rows = (await house.store.scores(domain, Page(limit=100))).items
    return [(row.old, row.new, row.reason) for row in reversed(rows)]


async def evidence(house) -> list[tuple[str, object, object]]:
    (newest, *_) = (await house.store.scores(DOMAIN, Page(limit=1))).items
    return [(row["signal"], row["old"], row["new"]) for row in json.loads(newest.evidence)]


async def decide(house, domain: str = DOMAIN) -> None:
    """A reviewer's decision, as the review room has it made; what counts afterwards is what the test lays down."""
    seen = Candidate(suspect=domain, target="victim.test", distance=1, confidence=990, detected_ms=1)
    await house.store.note_candidate(seen)
    await house.lists.decide_candidate(REVIEWER, domain, "victim.test", CandidateStatus.CONFIRMED)


async def test_what_a_domain_has_published_since_its_issuance_is_known_to_a_new_process(
    stamped, reopened, trust
) -> None:
    rescoring = Rescoring(stamped.store, trust, stamped.stamps)
    assert await rescoring.everything() == 0
    trust.assessment = assessed(dmarc="reject")
    again = await reopened(stamped)
    assert await Rescoring(again.store, trust, again.stamps).everything() == 1
    assert await evidence(again) == [("dmarc", "absent", "reject")]
    again.clock.pass_ms(HOUR_MS)
    trust.assessment = assessed(dmarc="absent", spf="none")
    last = await reopened(again)
    assert await Rescoring(last.store, trust, last.stamps).everything() == 1
    assert await evidence(last) == [("spf", "-all", "none"), ("dmarc", "reject", "absent")]
    assert [reason for _, _, reason in await history(last)] == ["DMARC_ADDED", "SIGNAL_DRIFT"]


async def test_a_long_history_is_read_as_far_as_the_newest_issuance(stamped, trust) -> None:
    rescoring = Rescoring(stamped.store, trust, stamped.stamps)
    trust.assessment = assessed(spf="none")
    assert await rescoring.everything() == 1
    for dmarc in ("reject", "absent") * 51:
        stamped.clock.pass_ms(HOUR_MS)
        trust.assessment = assessed(dmarc=dmarc, spf="none")
        assert await rescoring.everything() == 1
    stamped.clock.pass_ms(HOUR_MS)
    trust.assessment = assessed()
    assert await rescoring.everything() == 1
    assert await evidence(stamped) == [("spf", "none", "-all")]
    (stamp,) = await stamped.store.stamps_of(DOMAIN)
    await stamped.stamps.renew(NODE, stamp.stamp_id)  # whose signals say that spf was -all and dmarc absent
    stamped.clock.pass_ms(HOUR_MS)
    trust.assessment = assessed(dkim="none")
    assert await rescoring.everything() == 1
    assert await evidence(stamped) == [("dkim", "valid", "none")]


async def test_every_domain_that_has_or_had_a_stamp_is_assessed_once(house, trust) -> None:
    by, first = await house.stamped("twice.test")
    await house.stamps.revoke(by, first.stamp_id, RevocationReason.ORG_REQUEST)
    await house.stamps.issue(by, by.org_id, "twice.test")
    by, gone = await house.stamped("gone.test")
    await house.stamps.revoke(by, gone.stamp_id, RevocationReason.ORG_REQUEST)
    await house.stamped("ended.test")
    house.clock.pass_ms(400 * 24 * HOUR_MS)
    assert await Rescoring(house.store, trust, house.stamps).everything() == 3
    assert trust.asked == ["ended.test", "gone.test", "twice.test"]
    assert await history(house, "gone.test") == [(92, trust.assessment.score, "SIGNAL_DRIFT")]


async def test_a_persons_decision_counts_at_once_and_is_recorded_as_theirs(stamped, trust) -> None:
    rescoring, score = Rescoring(stamped.store, trust, stamped.stamps), trust.assessment.score
    await stamped.stamped("mail.acmecorp.test")
    await stamped.stamped("other.test")
    trust.assessment = assessed(BLOCKED)
    await decide(stamped)
    await rescoring.decided("ACMEcorp.test.")
    assert trust.asked == [DOMAIN, "mail.acmecorp.test"]
    stamped.clock.pass_ms(1)
    trust.assessment = assessed()
    await decide(stamped)
    await rescoring.decided(DOMAIN)
    assert await history(stamped) == [(score, 0, "MANUAL_REVIEW"), (0, score, "MANUAL_REVIEW")]
    assert await evidence(stamped) == []
    acts = [act for act in await stamped.acts() if act[1] == "score.change"]
    assert acts.count(("key_reviewer", "score.change", DOMAIN)) == 2
    stamped.clock.pass_ms(HOUR_MS)
    trust.assessment = assessed(spf="none")
    await rescoring.everything()
    assert (await history(stamped))[-1][2] == "SIGNAL_DRIFT"  # a decision is paid once
    assert (await stamped.acts())[-3] == ("node", "score.change", DOMAIN)


async def test_a_confirmed_imitation_is_recorded_as_its_reviewers_within_the_hour(stamped, trust) -> None:
    rescoring = Rescoring(stamped.store, trust, stamped.stamps)
    trust.assessment = assessed(spf="none")
    assert await rescoring.everything() == 1
    stamped.clock.pass_ms(1)
    trust.assessment = assessed(CONFIRMED)
    await decide(stamped)
    await rescoring.decided(DOMAIN)
    assert (await history(stamped))[-1][1:] == (29, "TYPOSQUATTING_CLUSTER")
    assert (await stamped.acts())[-1] == ("key_reviewer", "score.change", DOMAIN)


@pytest.mark.parametrize("fault", [None, Unavailable(ServiceReason.CHALLENGE_UNAVAILABLE)])
async def test_a_decision_that_cannot_be_recorded_now_is_recorded_later_as_the_persons(stamped, trust, fault) -> None:
    rescoring, score = Rescoring(stamped.store, trust, stamped.stamps), trust.assessment.score
    trust.assessment = assessed(BLOCKED, spf=None, dkim=None, dmarc=None)
    await decide(stamped)
    await rescoring.decided(DOMAIN)  # 0 whatever the name servers would have said
    assert await history(stamped) == [(score, 0, "MANUAL_REVIEW")]
    stamped.clock.pass_ms(1)
    trust.assessment, trust.fault = assessed(dmarc=None), fault
    await decide(stamped)
    await rescoring.decided(DOMAIN)
    assert len(await history(stamped)) == 1
    trust.assessment, trust.fault = assessed(), None
    assert await rescoring.everything() == 1
    assert (await history(stamped))[-1] == (0, score, "MANUAL_REVIEW")
    assert (await stamped.acts())[-1][0] == "key_reviewer"
    assert {SignalName.SPF, SignalName.DKIM, SignalName.DMARC} == {name for name, _, _ in await evidence(stamped)}


@pytest.mark.parametrize("fault", [None, Unavailable(ServiceReason.CHALLENGE_UNAVAILABLE)])
async def test_a_decision_that_is_still_owed_is_the_persons_in_the_next_process_too(
    stamped, reopened, trust, fault
) -> None:
    score = trust.assessment.score
    trust.assessment, trust.fault = assessed(BLOCKED if fault else None, dmarc=None), fault
    await decide(stamped)
    await Rescoring(stamped.store, trust, stamped.stamps).decided(DOMAIN)
    assert await history(stamped) == []
    again = await reopened(stamped)
    trust.assessment, trust.fault = assessed(BLOCKED), None
    rescoring = Rescoring(again.store, trust, again.stamps)
    assert await rescoring.everything() == 1
    assert await history(again) == [(score, 0, "MANUAL_REVIEW")]
    assert (await again.acts())[-1] == ("key_reviewer", "score.change", DOMAIN)
    assert await again.store.owed_score(DOMAIN) is None


async def test_a_decision_that_a_crash_kept_from_being_assessed_is_found_by_the_next_process(
    stamped, reopened, trust
) -> None:
    await decide(stamped)  # and nothing more happened in that process
    again = await reopened(stamped)
    trust.assessment = assessed(BLOCKED)
    assert await Rescoring(again.store, trust, again.stamps).everything() == 1
    assert [reason for _, _, reason in await history(again)] == ["MANUAL_REVIEW"]


async def test_a_decision_that_changes_no_score_is_settled_and_counts_for_no_later_change(stamped, trust) -> None:
    rescoring = Rescoring(stamped.store, trust, stamped.stamps)
    await decide(stamped)
    await rescoring.decided(DOMAIN)
    assert await stamped.store.owed_score(DOMAIN) is None
    trust.assessment = assessed(spf="none")
    assert await rescoring.everything() == 1
    assert [reason for _, _, reason in await history(stamped)] == ["SIGNAL_DRIFT"]


async def test_a_decision_that_finds_the_domain_busy_stays_owed(stamped, trust) -> None:
    rescoring = Rescoring(stamped.store, trust, stamped.stamps)
    trust.assessment = assessed(BLOCKED)
    await decide(stamped)
    await rescoring.decided(DOMAIN)
    trust.assessment = assessed()
    await decide(stamped)
    await rescoring.decided(DOMAIN)  # within the same millisecond, which the history cannot hold
    assert [reason for _, _, reason in await history(stamped)] == ["MANUAL_REVIEW"]
    stamped.clock.pass_ms(1)
    assert await rescoring.everything() == 1
    assert [reason for _, _, reason in await history(stamped)] == ["MANUAL_REVIEW"] * 2


async def test_a_score_that_rests_on_silent_servers_is_nobodys_history(stamped, trust) -> None:
    trust.assessment = assessed(spf=None)
    assert await Rescoring(stamped.store, trust, stamped.stamps).everything() == 0
    assert await history(stamped) == []


async def test_what_is_left_of_an_erased_organisation_has_a_score_and_no_signals(stamped, trust) -> None:
    (stamp,) = await stamped.store.stamps_of(DOMAIN)
    await stamped.stamps.revoke(REVIEWER, stamp.stamp_id, RevocationReason.PHISHING_DETECTED)
    await stamped.erasure.erase(NODE, stamp.org_id)
    trust.assessment = assessed(spf="none")
    assert await Rescoring(stamped.store, trust, stamped.stamps).everything() == 1
    assert ("dkim", None, "valid") in await evidence(stamped)
