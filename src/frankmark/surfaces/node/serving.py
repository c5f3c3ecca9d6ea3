"""Running a node: open it, say so, serve until told to stop; or open it without a listener for one command."""

import asyncio
import contextlib
import gc
import ipaddress
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TextIO

import msgspec
import uvloop
from granian.constants import Interfaces
from granian.http import HTTP1Settings, HTTP2Settings
from granian.server.embed import Server
from starlette.types import ASGIApp
from typing_extensions import override

from frankmark import __version__
from frankmark.assembly.asking import RUN_FILE, TOKEN_FILE
from frankmark.assembly.embedded import NodeOptions, open_node
from frankmark.assembly.pins import Issuer, load_pins, store_pins
from frankmark.assembly.services import Services
from frankmark.foundation.canonical import Json
from frankmark.foundation.encoding import b64url_encode
from frankmark.foundation.errors import Malformed, Unavailable
from frankmark.ports.node_api import NodeAnswer, NodeApi
from frankmark.services.principals import LOCAL_ADMIN
from frankmark.settings import Settings, SettingsReason
from frankmark.surfaces.node.building import Listening, build, trusted
from frankmark.surfaces.node.connections import BACKLOG, most_connections
from frankmark.surfaces.node.inprocess import ask
from frankmark.surfaces.node.journal import NodeJournal
from frankmark.surfaces.node.starting import Start, tell_start

__all__ = ["Running", "ServingReason", "bindable", "in_process", "pin_self", "running", "say_start", "serve"]

HEADER_OCTETS = 65_536  # of a header section, unpacked: a few octets of HTTP/2 can stand for many
TOKEN_OCTETS = 32
NEW_OBJECTS = 10_000  # between two collections
PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
HIGHEST_PORT = 65_535


class ServingReason(StrEnum):
    """Why a node does not serve."""

    PORT_BUSY = "PORT_BUSY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A node that serves.

    Attributes:
        services: What it does.
        base: Where it answers.
        listen: Address and port of its listener.
        run_token: The credential of this machine's own command.
    """

    services: Services
    base: str
    listen: str
    run_token: str


@contextlib.asynccontextmanager
async def running(
    settings: Settings, data: Path, environ: Mapping[str, str], options: NodeOptions, *, log: TextIO | None = None
) -> AsyncIterator[Running]:
    """A node that serves as long as the context lasts.

    Args:
        settings: The settings; a port of 0 takes a free one.
        data: The data folder.
        environ: The environment.
        options: How the node is opened.
        log: Where one line a request goes; standard error if None.

    Yields:
        The `Running` node.

    Raises:
        Unavailable: `PORT_BUSY`, or what opening raises.
    """
    host, wanted = bindable(settings.listen)
    holding = ExitStack()
    port = holding.enter_context(_held(host, wanted))
    journal = NodeJournal(version=__version__, stream=log)

    def noted(part: str, code: str) -> None:
        journal.note("upkeep", part=part, code=code)
        options.note(part, code)

    base = f"{'https' if settings.tls.certificate else 'http'}://{_reachable(host)}:{port}"
    token = b64url_encode(os.urandom(TOKEN_OCTETS))
    listening = Listening(base=base, run_token=token, loopback=ipaddress.ip_address(host).is_loopback)
    proxies = trusted(settings.trusted_proxies)
    services = await open_node(settings, data, environ, replace(options, note=noted, loopback=listening.loopback))
    app = build(services, settings, listening, journal, proxies)
    server = _server(app, settings, host, port)
    task = asyncio.create_task(server.serve())
    try:
        await _listening(host, port, task)
        _announce(data, base, token)
        holding.close()
        services.upkeep.start()
        services.connection.outbox.start()
        yield Running(services=services, base=base, listen=_authority(host, port), run_token=token)
    finally:
        holding.close()
        _withdraw(data)
        server.stop()  # type: ignore[no-untyped-call]  # granian's own
        await asyncio.gather(task, return_exceptions=True)
        await services.close()


def _server(app: ASGIApp, settings: Settings, host: str, port: int) -> Server:
    secure = bool(settings.tls.certificate)
    return Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        backlog=BACKLOG,
        backpressure=most_connections(),
        http1_settings=HTTP1Settings(max_buffer_size=HEADER_OCTETS),
        http2_settings=HTTP2Settings(max_headers_size=HEADER_OCTETS),
        log_enabled=False,
        ssl_cert=Path(settings.tls.certificate) if secure else None,
        ssl_key=Path(settings.tls.key) if secure else None,
    )


def serve(
    settings: Settings,
    data: Path,
    environ: Mapping[str, str],
    options: NodeOptions,
    *,
    print_admin_link: bool,
    as_json: bool,
) -> int:
    """Run a node until it is told to stop; used by `up`.

    Args:
        settings: The settings.
        data: The data folder.
        environ: The environment.
        options: How the node is opened.
        print_admin_link: Print the one-time link even when nobody looks at a terminal.
        as_json: Say in JSON that it has started.

    Returns:
        The exit status.
    """

    async def until_stopped() -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        async with running(settings, data, environ, options) as node:
            pin_self(node.services, environ)
            _spare_collections()
            await say_start(node, data, environ, print_admin_link=print_admin_link, as_json=as_json)
            await stopped.wait()

    os.umask(0o077)  # whatever this process makes is its owner's alone
    uvloop.run(until_stopped())
    return 0


def _spare_collections() -> None:
    """Let the collector of cycles leave alone what stays for ever, and look through what is new less often.

    The tables that a node loads are many objects; looked through again and again, they cost a tenth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 20)


async def say_start(
    node: Running, data: Path, environ: Mapping[str, str], *, print_admin_link: bool, as_json: bool
) -> None:
    """Say on standard output that a node has started, on a terminal or on wish with a one-time link."""
    asked = print_admin_link or (sys.stdout.isatty() and not as_json)
    link = await node.services.access.make_link(LOCAL_ADMIN) if asked else ""
    start = Start(services=node.services, base=node.base, listen=node.listen, data=data, link=link)
    tell_start(start, sys.stdout, environ, as_json=as_json)


def pin_self(services: Services, environ: Mapping[str, str]) -> Path:
    """Write the node's own issuer into the starting person's trust file; answers where it stands."""
    folder = environ.get("FRANKMARK_CONFIG") or str(
        Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", str(Path.home())), ".config"), "frankmark")
    )
    file = Path(folder) / "trust.toml"
    witnesses = services.ledger.log.keys[1]
    issuer = Issuer(
        iss=services.public_url,
        keys=services.keyring.jwks,
        log_vkeys=services.log_vkeys,
        witnesses=tuple(str(one) for one in witnesses),
        quorum=-(-2 * len(witnesses) // 3),
    )
    pins = load_pins(file)
    wanted = pins.with_issuer(issuer).with_time_authority(services.time_authority.pins)
    if pins != wanted:
        store_pins(file, wanted)
    return file


@contextmanager
def in_process(settings: Settings, data: Path, environ: Mapping[str, str]) -> Iterator[NodeApi]:
    """A node's interface without a listener, for a command on a machine where no node runs.

    Yields:
        The interface, asked as an administrator.
    """
    with asyncio.Runner() as runner:
        services = runner.run(open_node(settings, data, environ, NodeOptions()))
        try:
            token = b64url_encode(os.urandom(TOKEN_OCTETS))
            listening = Listening(base="http://127.0.0.1", run_token=token)
            with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
                journal = NodeJournal(version=__version__, stream=nowhere)
                yield _InProcess(runner, build(services, settings, listening, journal), token)
        finally:
            runner.run(services.close())


class _InProcess(NodeApi):
    """Drives the application with one request after the other."""

    def __init__(self, runner: asyncio.Runner, app: ASGIApp, token: str) -> None:
        self._runner = runner
        self._app = app
        self._token = token

    @override
    def call(self, method: str, path: str, body: Json = None) -> NodeAnswer:
        data = b"" if body is None else msgspec.json.encode(body)
        return self._runner.run(ask(self._app, method, path, data, self._token))


def bindable(listen: str) -> tuple[str, int]:
    """Host and port of a listener, nobody else listening there; a port of 0 stays 0.

    Raises:
        Unavailable: `PORT_BUSY`.
        Malformed: `SETTINGS_INVALID` if the text is no HOST:PORT.
    """
    host, _, number = listen.rpartition(":")
    host = host.strip("[]")
    if not host or not PORT.fullmatch(number) or int(number) > HIGHEST_PORT:
        detail = f"listen must be HOST:PORT, the port from 0 to {HIGHEST_PORT}; it is {listen}"
        raise Malformed(SettingsReason.SETTINGS_INVALID, detail)
    host = "127.0.0.1" if host == "localhost" else host
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(number)))
        except OSError as fault:
            detail = f"port {number} on {host} is taken ({fault}); choose another: --listen {host}:0"
            raise Unavailable(ServingReason.PORT_BUSY, detail) from fault
    return host, int(number)


@contextmanager
def _held(host: str, port: int) -> Iterator[int]:
    """Keep a port for the server, which would share it with another one (SO_REUSEPORT) and never know."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind((host, port))
        yield int(holder.getsockname()[1])


def _family(host: str) -> socket.AddressFamily:
    try:
        return socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET  # noqa: PLR2004
    except ValueError as wrong:
        raise Malformed(SettingsReason.SETTINGS_INVALID, f"listen must name an address; it is {host}") from wrong


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _reachable(host: str) -> str:
    """The host of a URL that reaches a listener from this machine: a wildcard is reached by loopback."""
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"  # noqa: PLR2004  (IP versions are numbers)
    return f"[{host}]" if address.version == 6 else host  # noqa: PLR2004


async def _listening(host: str, port: int, task: "asyncio.Task[None]") -> None:
    """Wait until the server takes connections."""
    while not task.done():
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.01)
            continue
        writer.close()
        return
    raise Unavailable(ServingReason.PORT_BUSY, f"the server on {host}:{port} ended before it began")


def _announce(data: Path, base: str, token: str) -> None:
    folder = data / "run"
    folder.mkdir(mode=0o700, exist_ok=True)
    _private(folder / TOKEN_FILE, token)
    _private(folder / RUN_FILE, json.dumps({"base": base, "pid": os.getpid()}))


def _private(file: Path, text: str) -> None:
    beside = file.with_name(f".{file.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as sink:
        sink.write(text)
    beside.replace(file)


def _withdraw(data: Path) -> None:
    for name in (TOKEN_FILE, RUN_FILE):
        (data / "run" / name).unlink(missing_ok=True)
