"""A stamp's standing at a time, and which of several counts."""

import pytest
from tests.protocols.securestamp.parts import AT_MS, OTHER_STAMP, stamp

from frankmark.protocols.securestamp.model import Revocation, StampStatus, in_conflict, newest_active, stamp_value
from frankmark.protocols.securestamp.reasons import RevocationReason

DAY = 86_400_000
END = stamp().expires_ms
REVOKED = stamp(revocation=Revocation(at_ms=AT_MS, reason=RevocationReason.ORG_REQUEST))


def test_a_stamp_ends_at_its_end() -> None:
    assert stamp().status(END - 1) is StampStatus.ACTIVE
    assert stamp().status(END) is StampStatus.EXPIRED
    assert REVOKED.status(END) is StampStatus.REVOKED


def test_the_newest_final_active_stamp_of_the_domain_counts() -> None:
    newer = stamp(stamp_id=OTHER_STAMP, issued_ms=AT_MS + 1)
    assert newest_active([], AT_MS) is None
    assert newest_active([newer, stamp()], AT_MS) == newer
    assert newest_active([stamp(stamp_id=OTHER_STAMP, final=False, issued_ms=AT_MS + 1), stamp()], AT_MS) == stamp()
    assert newest_active([stamp(subject_hash="ab" * 32), REVOKED], AT_MS) is None
    assert newest_active([stamp()], END) is None
    assert newest_active([stamp(stamp_id=OTHER_STAMP), stamp()], AT_MS) == stamp()


def test_two_owners_are_a_conflict() -> None:
    other = stamp(stamp_id=OTHER_STAMP, org_id="org_other")
    assert in_conflict([stamp(), other], AT_MS)
    assert not in_conflict([stamp(), stamp(stamp_id=OTHER_STAMP)], AT_MS)
    assert not in_conflict([stamp(), stamp(org_id="org_other", subject_hash="ab" * 32)], AT_MS)
    assert not in_conflict([REVOKED, other], AT_MS)
    assert not in_conflict([], AT_MS)


@pytest.mark.parametrize(
    ("left_ms", "word"),
    [(14 * DAY, "active"), (14 * DAY - 1, "expiring"), (1, "expiring"), (0, "expired"), (-DAY, "expired")],
)
def test_the_signal_says_how_long_a_stamp_lasts(left_ms: int, word: str) -> None:
    assert stamp_value(stamp(), END - left_ms, proven=True) == word


def test_the_signal_of_other_stamps() -> None:
    assert stamp_value(None, AT_MS, proven=True) == "none"
    assert stamp_value(REVOKED, AT_MS, proven=True) == "revoked"
    assert stamp_value(stamp(), AT_MS, proven=False) == "unproven"
