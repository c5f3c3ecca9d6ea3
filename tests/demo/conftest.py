"""The demonstration's world and its node, opened in this process."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from frankmark.adapters.system.clock import SystemClock
from frankmark.assembly.demo import DemoWorld, demo_world
from frankmark.assembly.embedded import NodeOptions
from frankmark.assembly.tables import shipped_phrases
from frankmark.surfaces.node.demo_telling import Telling
from frankmark.surfaces.node.demo_walk import Place, Walk
from frankmark.surfaces.node.serving import pin_self, running


class Show:
    """A walk that has begun, and what it said."""

    def __init__(self, walk: Walk, place: Place, telling: Telling, said: io.StringIO) -> None:
        self.walk = walk
        self.place = place
        self.telling = telling
        self.said = said

    @property
    def world(self) -> DemoWorld:
        return self.place.world


@asynccontextmanager
async def show(folder: Path, language: str = "en") -> AsyncIterator[Show]:
    """A node in its world, before anything is registered."""
    clock, environ = SystemClock({}), {"HOME": str(folder), "FRANKMARK_CONFIG": str(folder / "config")}
    said = io.StringIO()
    async with demo_world(clock) as world:
        settings = world.settings(folder, "127.0.0.1:0")
        options = NodeOptions(demo=True)
        async with running(settings, Path(settings.data), environ, options, log=io.StringIO()) as node:
            settings = msgspec.structs.replace(settings, listen=node.base.rpartition("/")[2])
            pin_self(node.services, environ)
            place = Place(world=world, settings=settings, folder=folder, clock=clock)
            telling = Telling(shipped_phrases(), language, said, {})
            yield Show(Walk(place, telling), place, telling, said)


@pytest.fixture
def now_ms() -> int:
    return SystemClock({}).now_ms()
