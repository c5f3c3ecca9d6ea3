"""Tokens verified once: what is taken from memory, and everything that is looked at anew each time."""

from dataclasses import replace

import pytest

from frankmark.foundation.errors import Error
from frankmark.foundation.jwks import Jwk, JwkSet, KeyStatus
from frankmark.foundation.keys import P256PrivateKey, P256PublicKey
from frankmark.protocols.securestamp.model import Revocation, Stamp
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason
from frankmark.protocols.securestamp.token import Claims, issue_token, parse_token, verify_token
from frankmark.services.verified import VerifiedTokens

ISSUER = "https://node.demo.test"
STAMP = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
NOW = 1_790_000_000
SECRET = P256PrivateKey.generate()


class CountedKey(P256PublicKey):
    """A key that counts how often a signature was put to it."""

    checked = 0

    def verify(self, signature, message):
        type(self).checked += 1
        super().verify(signature, message)


KEYS = JwkSet((Jwk.of("node-demo", CountedKey.from_point(SECRET.public.point())),))
CLAIMS = Claims(stamp_id=STAMP, domain="a.test", org_id="org_1", score=92, iat=NOW - 60, exp=NOW + 1000, iss=ISSUER)
TOKEN = issue_token(CLAIMS, SECRET, KEYS.keys[0].kid)
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


@pytest.fixture
def tokens():
    CountedKey.checked = 0
    return VerifiedTokens()


def outcome(tokens, *, token=TOKEN, keys=KEYS, now_s=NOW, stamps=None):
    """The reason why a token does not hold, or None; without a ledger the same as when nothing is remembered."""
    try:
        found = tokens.verify(token, keys, now_s, stamps=stamps)
    except Error as wrong:
        return wrong.code
    assert found == verify_token(token, keys, now_s)
    return None


def test_a_signature_is_checked_once(tokens):
    first = tokens.verify(TOKEN, KEYS, NOW)
    assert tokens.verify(TOKEN, KEYS, NOW + 999) is first
    assert tokens.verify(parse_token(TOKEN), KEYS, NOW) is first
    assert CountedKey.checked == 1
    assert first == verify_token(TOKEN, KEYS, NOW)


@pytest.mark.parametrize(
    ("now_s", "reason"),
    [
        (NOW + 1299, None),
        (NOW + 1300, Reason.TOKEN_EXPIRED),
        (NOW - 360, None),
        (NOW - 361, Reason.TOKEN_NOT_YET_VALID),
    ],
)
def test_time_is_looked_at_every_time(tokens, now_s, reason):
    assert outcome(tokens) is None
    assert outcome(tokens, now_s=now_s) is reason
    assert outcome(tokens) is None


def test_the_ledger_is_looked_at_every_time(tokens):
    revoked = replace(LEDGER, revocation=Revocation(at_ms=0, reason=RevocationReason.ORG_REQUEST))
    for stamps, now_s, reason in [
        ({STAMP: LEDGER}, NOW, None),
        ({STAMP: revoked}, NOW, Reason.STAMP_REVOKED),
        ({}, NOW, Reason.STAMP_UNKNOWN),
        ({STAMP: replace(LEDGER, org_id="org_2")}, NOW, Reason.STAMP_MISMATCH),
        ({STAMP: replace(LEDGER, node_id="node-b")}, NOW, Reason.STAMP_MISMATCH),
        ({STAMP: LEDGER}, NOW + 499, None),
        ({STAMP: LEDGER}, NOW + 500, Reason.STAMP_EXPIRED),
        ({STAMP: LEDGER}, NOW, None),
    ]:
        assert outcome(tokens, stamps=stamps, now_s=now_s) is reason


def test_keys_are_looked_at_every_time(tokens):
    key = KEYS.keys[0]
    assert outcome(tokens) is None
    retired = JwkSet((replace(key, status=KeyStatus.RETIRED, retired_at_ms=1),))
    compromised = JwkSet((replace(key, status=KeyStatus.COMPROMISED, compromised_at_ms=1),))
    assert outcome(tokens, keys=retired) is Reason.KEY_RETIRED
    assert outcome(tokens, keys=compromised) is Reason.KEY_COMPROMISED
    assert outcome(tokens, keys=JwkSet(())) is Reason.KEY_UNKNOWN
    assert outcome(tokens) is None


def test_an_equal_set_of_keys_is_the_same(tokens):
    tokens.verify(TOKEN, KEYS, NOW)
    tokens.verify(TOKEN, JwkSet(KEYS.keys), NOW)
    assert CountedKey.checked == 1


def test_what_does_not_verify_is_not_remembered(tokens):
    forged = TOKEN[:-4] + ("AAAA" if TOKEN[-4:] != "AAAA" else "BBBB")
    for _ in range(2):
        assert outcome(tokens, token=forged) is Reason.SIGNATURE_FALSE
    assert CountedKey.checked == 2
    assert outcome(tokens, token="no token") is Reason.TOKEN_MALFORMED
    assert outcome(tokens, token="a" * 4097) is Reason.TOKEN_TOO_LARGE
    assert len(tokens) == 0


def test_the_number_of_tokens_is_bounded(tokens):
    tokens = VerifiedTokens(capacity=2)
    others = [issue_token(replace(CLAIMS, score=score), SECRET, KEYS.keys[0].kid) for score in range(4)]
    for token in others:
        tokens.verify(token, KEYS, NOW)
    assert len(tokens) == 2
    assert CountedKey.checked == 4
    tokens.verify(others[-1], KEYS, NOW)
    assert CountedKey.checked == 4
    tokens.verify(others[0], KEYS, NOW)
    assert CountedKey.checked == 5
