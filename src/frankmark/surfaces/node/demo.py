"""`up --demo`: a node with a world of its own on loopback, where somebody who has just arrived can try everything.

The world, its keys and its node live as long as this process; their folder is removed at the end. Whoever wants to try
the commands meanwhile reads the file ``env`` there, which sets the demonstration's own configuration folder: nothing
is written into the person's.
"""

import asyncio
import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec
import uvloop

from frankmark import __version__
from frankmark.assembly import client
from frankmark.assembly.asking import RUN_FILE, login_file
from frankmark.assembly.demo import DemoWorld, Source, demo_world, settings_text
from frankmark.assembly.demo_cast import ACME
from frankmark.assembly.embedded import NodeOptions
from frankmark.assembly.tables import shipped_phrases
from frankmark.foundation.errors import Error, Refused, Unavailable
from frankmark.ports.durability import StoreReason
from frankmark.services.principals import LOCAL_ADMIN
from frankmark.settings import Settings
from frankmark.surfaces.node.demo_stage import DemoReason
from frankmark.surfaces.node.demo_telling import Telling
from frankmark.surfaces.node.demo_walk import Place, Walk
from frankmark.surfaces.node.serving import Running, bindable, pin_self, running, say_start
from frankmark.surfaces.node.starting import reader_language

__all__ = ["demonstrate"]

AS_EXPECTED, OTHERWISE, INTERRUPTED = 0, 70, 130
MARK: Final = "This folder belongs to a demonstration of Frankmark and is removed when it ends.\n"
MARK_FILE: Final = "README"
ZONE_FILE: Final = "zone"
LOOK_S: Final = 0.3


def demonstrate(  # noqa: PLR0913  (one parameter an option of `up`)
    settings: Settings,
    environ: Mapping[str, str],
    *,
    data: str | None,
    walk: bool,
    once: bool,
    print_admin_link: bool,
    as_json: bool,
) -> int:
    """Run a node in a world of its own.

    Args:
        settings: Where to listen; the rest is the demonstration's.
        environ: The environment.
        data: The folder for everything, new or empty or left over from a demonstration; removed at the end. A
            temporary one if None.
        walk: Show the main job step by step.
        once: End after the walk.
        print_admin_link: Print the one-time link even when nobody looks at a terminal.
        as_json: Say in JSON that the node has started, and nothing else.

    Returns:
        The exit status: 0 if every step showed what it must, 70 otherwise, 130 if interrupted before.

    Raises:
        Refused: `DEMO_FOLDER_TAKEN`.
        Unavailable: `PORT_BUSY`.
        Error: What opening a node raises.
    """
    phrases = shipped_phrases()
    _require_port(settings.listen)
    with _folder(Path(data) if data else None) as folder, Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        stream = nowhere if as_json else sys.stdout
        telling = Telling(phrases, reader_language(phrases, environ), stream, environ)
        demo = _Demo(settings, folder, environ, telling)
        return uvloop.run(demo.run(walk=walk, once=once, print_admin_link=print_admin_link, as_json=as_json))


def _require_port(listen: str) -> None:
    """Say that a port is taken before anything is made, and how to take another.

    Raises:
        Unavailable: `PORT_BUSY`.
    """
    try:
        bindable(listen)
    except Unavailable as fault:
        host, _, port = listen.rpartition(":")
        other = int(port) + 1
        detail = f"port {port} on {host} is taken; choose another: make run PORT={other}, or --listen {host}:{other}"
        raise Unavailable(fault.code, detail) from fault


@contextmanager
def _folder(named: Path | None) -> Iterator[Path]:
    """The demonstration's folder, made new and removed at the end."""
    if named is None:
        folder = Path(tempfile.mkdtemp(prefix="frankmark-demo-"))
    else:
        folder = named.absolute()
        _require_free(folder)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            folder.mkdir(parents=True, mode=0o700)
        except OSError as fault:
            raise Unavailable(StoreReason.STORE_UNREACHABLE, f"{folder}: {fault.strerror}") from fault
    try:
        (folder / MARK_FILE).write_text(MARK, encoding="utf-8")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _require_free(folder: Path) -> None:
    """Take nothing from anybody: only an empty folder, or what a demonstration that no longer runs left behind.

    Raises:
        Refused: `DEMO_FOLDER_TAKEN`.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    mark = folder / MARK_FILE
    if not mark.is_file() or mark.read_text(encoding="utf-8", errors="replace") != MARK:
        raise Refused(DemoReason.DEMO_FOLDER_TAKEN, f"{folder} holds something else; name a new folder")
    with suppress(OSError, ValueError, KeyError, TypeError):
        process = json.loads((folder / "node" / "run" / RUN_FILE).read_bytes())["pid"]
        os.kill(int(process), 0)
        raise Refused(DemoReason.DEMO_FOLDER_TAKEN, f"{folder} is in use by the demonstration of process {process}")


class _Demo:
    """One demonstration."""

    def __init__(self, settings: Settings, folder: Path, environ: Mapping[str, str], telling: Telling) -> None:
        self._listen = settings.listen
        self._folder = folder
        self._config = folder / "config"
        self._environ = {**environ, "FRANKMARK_CONFIG": str(self._config)}
        self._telling = telling
        self._stopped = asyncio.Event()

    async def run(self, *, walk: bool, once: bool, print_admin_link: bool, as_json: bool) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopped.set)
        async with self._opened() as (place, node):
            showing = asyncio.create_task(self._show(place, node, walk=walk))
            waiting = asyncio.create_task(self._stopped.wait())
            await asyncio.wait({showing, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not showing.done():
                showing.cancel()
                await asyncio.gather(showing, return_exceptions=True)
                return INTERRUPTED
            status = showing.result()
            if not once and as_json:
                data = Path(place.settings.data)
                await say_start(node, data, self._environ, print_admin_link=print_admin_link, as_json=True)
                await self._watch_zone(place.world)
            elif not once:
                await self._serve(place, node, print_admin_link=print_admin_link)
            waiting.cancel()
            return status

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[tuple[Place, Running]]:
        """The world, the node in it, and the files by which commands find both."""
        self._config.mkdir(mode=0o700)
        settings = Settings(listen=self._listen)
        clock = client.local_clock(settings, self._environ)
        async with AsyncExitStack() as opened:
            world = await opened.enter_async_context(demo_world(clock))
            settings = world.settings(self._folder, self._listen)
            log = opened.enter_context((self._folder / "node.log").open("w", encoding="utf-8"))
            node = await opened.enter_async_context(
                running(settings, Path(settings.data), self._environ, NodeOptions(demo=True), log=log)
            )
            settings = msgspec.structs.replace(settings, listen=node.base.rpartition("/")[2])
            (self._config / "frankmark.toml").write_text(settings_text(settings), encoding="utf-8")
            (self._folder / "env").write_text(self._shell_lines(world), encoding="utf-8")
            (self._folder / ZONE_FILE).write_text(self._telling.say("demo.zone_file") + "\n", encoding="utf-8")
            pin_self(node.services, self._environ)
            yield Place(world=world, settings=settings, folder=self._folder, clock=clock), node

    def _shell_lines(self, world: DemoWorld) -> str:
        """What a shell reads to speak with this demonstration."""
        program = shlex.quote(str(Path(sys.executable).parent))
        return (
            f"export FRANKMARK_CONFIG={shlex.quote(str(self._config))}\n"
            f"export DEMO_DNS_PORT={world.port(Source.DNS)}\n"
            f'case ":$PATH:" in *:{program}:*) ;; *) export PATH={program}:"$PATH" ;; esac\n'
        )

    def _log_in(self, base: str, key: str) -> None:
        """Let commands speak for the first organisation, and with nobody else's node."""
        file = login_file(self._config)
        file.touch(mode=0o600)
        file.write_text(json.dumps({"base": base, "key": key}), encoding="utf-8")

    async def _show(self, place: Place, node: Running, *, walk: bool) -> int:
        tell, world = self._telling, place.world
        tell.line(tell.say("demo.welcome", version=__version__), "strong")
        tell.title("demo.title.world")
        tell.fact("demo.world.dns", tell.say("demo.world.dns_text", port=world.port(Source.DNS)))
        tell.fact("demo.world.rdap", f"127.0.0.1:{world.port(Source.RDAP)}")
        tell.fact("demo.world.tls", tell.say("demo.world.tls_text", port=world.port(Source.TLS)))
        tell.fact("demo.world.node", tell.say("demo.world.node_text", base=node.base, url=place.settings.public_url))
        going = Walk(place, tell)
        try:
            acme = await going.set_up()
            self._log_in(node.base, acme.key)
            if walk:
                await going.check_mails()
                await going.change_something()
                await going.stop_sources()
                await going.ask_channels()
                await going.verify_outside(acme)
        except Error as fault:
            tell.must(holds=False, what=str(fault))
        if walk or tell.broken:
            tell.line()
            key = "demo.broken" if tell.broken else "demo.all_kept"
            tell.line(tell.say(key, count=len(tell.broken) or tell.kept), "blocked" if tell.broken else "trusted")
        return OTHERWISE if tell.broken else AS_EXPECTED

    async def _serve(self, place: Place, node: Running, *, print_admin_link: bool) -> None:
        """Say what can be tried, and serve until told to stop; changes of the zone file are taken in."""
        tell = self._telling
        tell.title("demo.title.serving", base=f"{node.base}/")
        shown = self._nearby()
        tell.fact("demo.try", f". {shown}/env")
        for command in (
            f"frankmark check {shown}/mail/good.eml",
            f"frankmark check {shown}/mail/forged.eml",
            f"frankmark verify {shown}/entry.json",
            f"dig @127.0.0.1 -p $DEMO_DNS_PORT TXT _securestamp.{ACME.domain}",
        ):
            tell.fact("demo.nothing", command)
        if print_admin_link or sys.stdout.isatty():
            secret = await node.services.access.make_link(LOCAL_ADMIN)
            tell.fact("demo.admin", f"{node.base}/welcome#{secret}")
        tell.fact("demo.end", tell.say("demo.end_text"))
        await self._watch_zone(place.world)

    def _nearby(self) -> str:
        """The folder as a person would type it from here."""
        near = os.path.relpath(self._folder)
        return str(self._folder) if near.startswith("..") else near

    async def _watch_zone(self, world: DemoWorld) -> None:
        file, before = self._folder / ZONE_FILE, ""
        while not self._stopped.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), LOOK_S)
            try:
                text = file.read_text(encoding="utf-8")
                if text != before:
                    before = text
                    world.zone.merge(text)
            except (OSError, ValueError) as fault:
                self._telling.line(f"  ! {self._telling.say('demo.zone_problem', what=str(fault))}", "caution")
