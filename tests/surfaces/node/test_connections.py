"""How many connections a node holds: told by the descriptors that the process may have."""

import resource

import pytest

from frankmark.surfaces.node.connections import most_connections


@pytest.fixture
def limits():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize(("soft", "raised"), [(1_024, 16_384), (16_383, 16_384), (16_384, 16_384), (18_000, 18_000)])
def test_the_soft_limit_is_raised_as_far_as_it_is_of_use(limits, soft: int, raised: int) -> None:
    hard = limits[1]
    if hard != resource.RLIM_INFINITY:
        soft, raised = min(soft, hard), min(raised, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert most_connections() == max(128, min(8_192, raised // 2))
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (raised, hard)
