"""Channels judged once: what is taken from memory, and everything that makes it be judged anew."""

from dataclasses import replace

import pytest

from frankmark.foundation.jwks import Jwk, JwkSet, KeyStatus
from frankmark.foundation.keys import P256PrivateKey
from frankmark.protocols.securestamp.channels import ChannelName, Verifier, judge_token
from frankmark.protocols.securestamp.header import render_header
from frankmark.protocols.securestamp.model import Revocation, Stamp
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason
from frankmark.protocols.securestamp.record import Publication, Published, parse_record, render_record
from frankmark.protocols.securestamp.token import Claims, issue_token
from frankmark.services.tokens import ChannelJudge

ISSUER = "https://node.demo.test"
STAMP = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
NOW = 1_790_000_000
KEY = P256PrivateKey.generate()
KEYS = JwkSet((Jwk.of("node-demo", KEY.public),))
CLAIMS = Claims(stamp_id=STAMP, domain="a.test", org_id="org_1", score=92, iat=NOW - 60, exp=NOW + 1000, iss=ISSUER)
TOKEN = issue_token(CLAIMS, KEY, KEYS.keys[0].kid)
LEDGER = Stamp(
    stamp_id=STAMP,
    org_id="org_1",
    domain="a.test",
    score=92,
    issued_ms=0,
    expires_ms=(NOW + 500) * 1000,
    node_id="node-demo",
    issuer=ISSUER,
    tx_hash="a" * 64,
)


def verifier(now_s: int = NOW, stamps=None, keys: JwkSet = KEYS) -> Verifier:
    return Verifier(issuers={ISSUER: keys}, now_s=now_s, stamps=stamps)


class Counting(ChannelJudge):
    """Counts how often something had to be judged."""

    judged = 0

    def _judged(self, key, tokens, verifier, judge):
        def counted():
            self.judged += 1
            return judge()

        return super()._judged(key, tokens, verifier, counted)

    def ask(self, told: Verifier, text: str = TOKEN, domain: str = "a.test"):
        found = self.token(ChannelName.API, text, domain, told)
        assert found == judge_token(ChannelName.API, text, None, domain, told)
        return found.reason


@pytest.fixture
def judge():
    return Counting()


def test_the_same_question_is_judged_once(judge):
    for later in (0, 1, 999):
        assert judge.ask(verifier(NOW + later)) is None
    assert judge.judged == 1
    judge.ask(verifier(), domain="b.test")
    judge.ask(verifier(), text="no token")
    assert judge.judged == 3


def test_a_token_that_ends_is_judged_anew_to_the_second(judge):
    assert judge.ask(verifier(NOW + 1000 + 299)) is None
    assert judge.ask(verifier(NOW + 1000 + 300)) is Reason.TOKEN_EXPIRED
    assert judge.judged == 2


def test_a_token_from_the_future_is_judged_anew_when_its_time_comes(judge):
    early = NOW - 60 - 301
    assert judge.ask(verifier(early)) is Reason.TOKEN_NOT_YET_VALID
    assert judge.ask(verifier(early + 1)) is None


def test_a_clock_that_goes_back_trusts_no_memory(judge):
    judge.ask(verifier(NOW))
    judge.ask(verifier(NOW - 1))
    assert judge.judged == 2


def test_a_revocation_is_seen_at_once(judge):
    assert judge.ask(verifier(stamps={STAMP: LEDGER})) is None
    revoked = replace(LEDGER, revocation=Revocation(at_ms=0, reason=RevocationReason.ORG_REQUEST))
    assert judge.ask(verifier(stamps={STAMP: revoked})) is Reason.STAMP_REVOKED
    assert judge.ask(verifier(stamps={})) is Reason.STAMP_UNKNOWN
    assert judge.ask(verifier()) is None
    assert judge.ask(verifier(NOW + 500, stamps={STAMP: LEDGER})) is Reason.STAMP_EXPIRED


def test_a_change_of_keys_is_seen_at_once(judge):
    assert judge.ask(verifier()) is None
    retired = JwkSet((replace(KEYS.keys[0], status=KeyStatus.RETIRED, retired_at_ms=1),))
    assert judge.ask(verifier(keys=retired)) is Reason.KEY_RETIRED
    assert judge.ask(Verifier(issuers={}, now_s=NOW, stamps=None)) is Reason.ISSUER_NOT_PINNED
    unreachable = Verifier(issuers={}, now_s=NOW, stamps=None, unreachable=frozenset({ISSUER}))
    assert judge.ask(unreachable) is Reason.KEY_UNREACHABLE
    assert judge.ask(verifier()) is None


def test_an_equal_set_of_keys_is_the_same(judge):
    judge.ask(verifier())
    judge.ask(verifier(keys=JwkSet((Jwk.of("node-demo", KEY.public),))))
    assert judge.judged == 1


def test_records_and_headers_are_judged_once_too(judge):
    record = parse_record(render_record(STAMP, f"{ISSUER}/verify/{TOKEN}").encode())
    publication = Publication(result=Published.FOUND, records=(record,))
    value = render_header(TOKEN, f"{ISSUER}/verify/{TOKEN}").encode()
    for _ in range(2):
        assert judge.publication(publication, "a.test", verifier()).reason is None
        assert judge.header([value], ["a.test"], verifier()).reason is None
    assert judge.judged == 2
    assert judge.header([value, value], ["a.test"], verifier()).reason is Reason.HEADERS_TOO_MANY
    assert judge.header([], ["a.test"], verifier()).reason is None
    assert judge.publication(Publication(result=Published.NONE), "a.test", verifier()).stamp_id is None


def test_the_number_of_outcomes_is_bounded():
    judge = Counting(capacity=1)
    for domain in ("a.test", "b.test", "a.test"):
        judge.ask(verifier(), domain=domain)
    assert judge.judged == 3
