"""One world and one node for all rows; a second node with the limits that ship, and a clock that a test can move."""

import pytest
from tests.rows.staging import BRAND, EASY, MovedClock, Node, World


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("world"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def node(world) -> Node:
    """The node that rows ask: limits raised, a brand registered before anything was compared with it."""
    made = world.node("first", **EASY)
    world.stamp(made, world.mail_domain(BRAND))
    world.fill(made, 12)
    return made


@pytest.fixture(scope="session")
def clock(world):
    """The second node's clock."""
    return MovedClock(world.folder / "clock")


@pytest.fixture
def moved(clock):
    """The second node's clock, right again when the test is over."""
    yield clock
    clock.ahead(0)


@pytest.fixture(scope="session")
def strict(world, clock) -> Node:
    """A node as it ships: the default limits. Its clock follows the file."""
    return world.node("strict", {"FRANKMARK_TEST_CLOCK": str(clock.file)})


@pytest.fixture
def stamped(world, node):
    """A domain that does everything right, stamp record included."""
    del node
    return world.published()
