"""Exit statuses: the closed list, and which of several counts."""

import itertools

import pytest

from frankmark.assembly.offline import OfflineReason
from frankmark.foundation.errors import Error, Malformed, Misuse, Refused, Unavailable, Unverified
from frankmark.surfaces.cli.exits import Exit, exit_of, failing, worst
from frankmark.surfaces.cli.reasons import CliReason

ORDER = (Exit.BLOCKED, Exit.OURS, Exit.UNREACHABLE, Exit.USAGE, Exit.CAUTION, Exit.UNKNOWN, Exit.TRUSTED)


@pytest.mark.parametrize("several", list(itertools.combinations(ORDER, 2)))
def test_of_several_targets_the_first_of_the_list_counts(several: tuple[Exit, Exit]) -> None:
    assert worst(several) is several[0]
    assert worst(reversed(several)) is several[0]


def test_nothing_asked_is_nothing_wrong() -> None:
    assert worst([]) is Exit.TRUSTED
    assert worst([Exit.TRUSTED, Exit.REFUSED]) is Exit.REFUSED


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Malformed(CliReason.FILE_UNREADABLE), Exit.USAGE),
        (Unverified(CliReason.DOCUMENT_SIGNATURE), Exit.BLOCKED),
        (Refused(CliReason.NODE_REFUSED), Exit.REFUSED),
        (Unavailable(CliReason.NODE_FAILED), Exit.UNREACHABLE),
        (Misuse(CliReason.NODE_FAILED), Exit.OURS),
        (Unverified(OfflineReason.ISSUER_NOT_PINNED), Exit.UNKNOWN),
        (Unverified(OfflineReason.KEY_TIME_UNPROVEN), Exit.UNKNOWN),
    ],
)
def test_every_branch_of_the_error_tree_has_its_status(error: Error, status: Exit) -> None:
    assert exit_of(error) is status


@pytest.mark.parametrize("found", list(Exit))
def test_fail_on_quiets_states_and_never_a_failure(found: Exit) -> None:
    assert failing(found, None) is found
    assert failing(found, "caution") is (Exit.TRUSTED if found is Exit.UNKNOWN else found)
    assert failing(found, "blocked") is (Exit.TRUSTED if found in {Exit.UNKNOWN, Exit.CAUTION} else found)
