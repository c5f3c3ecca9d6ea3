"""`doctor`: what stands in the way of a node and its command on this machine, and what to do about it."""

import asyncio
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import click

from frankmark.assembly import asking, client
from frankmark.assembly.pins import load_pins
from frankmark.assembly.resolving import open_resolver
from frankmark.foundation.dns import Question, RRType
from frankmark.foundation.errors import Error
from frankmark.foundation.timestamps import parse_rfc3339
from frankmark.surfaces.cli.answers import expect, text_of
from frankmark.surfaces.cli.desk import STORE, Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import Exit, worst
from frankmark.surfaces.cli.output import SIGNS

__all__ = ["doctor"]

OTHERS = 0o077
MADE_UP = (".invalid", ".test")  # public URLs that nobody reaches
SKEW_MS = 300_000
OLDEST_MS = 1_763_596_800_000  # this release; a clock before it is wrong
WELL_KNOWN = "example.com"


class Health(StrEnum):
    """How one thing is."""

    FINE = "fine"
    NOTE = "note"
    WRONG = "wrong"


SIGN = {Health.FINE: "trusted", Health.NOTE: "caution", Health.WRONG: "blocked"}
STATUS = {Health.FINE: Exit.TRUSTED, Health.NOTE: Exit.CAUTION, Health.WRONG: Exit.BLOCKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: its name, how it is, and a phrase that says so."""

    name: str
    health: Health
    phrase: str
    places: dict[str, str]


@click.command()
@as_json
@click.pass_context
def doctor(context: click.Context) -> int:
    """Look at settings, data folder, keys, DNS, clock, trust file, login, port and node.

    Exit status: 0 if all is well, 10 if something is worth knowing, 20 if something must be mended.
    """
    desk = desk_of(context)
    looks: tuple[Callable[[Desk], Iterator[Finding]], ...] = (
        _settings,
        _data,
        _keys,
        _resolver,
        _clock,
        _trust,
        _login,
        _node,
    )
    found: list[Finding] = []
    for look in looks:
        try:
            found += list(look(desk))
        except Error as fault:
            name = look.__name__.strip("_")
            found.append(_wrong(name, "doctor.error", code=fault.code.value, detail=fault.detail))
        if found[0].health is Health.WRONG:  # without settings nothing else can be looked at
            break
    for one in found:
        said = desk.output.say(one.phrase, **one.places)
        desk.output.object({"name": one.name, "health": one.health.value, "detail": said})
        desk.output.line(f"{SIGNS[SIGN[one.health]]} {one.name:<9} {said}", SIGN[one.health])
    return worst(STATUS[one.health] for one in found)


def _fine(name: str, phrase: str, **places: str) -> Finding:
    return Finding(name=name, health=Health.FINE, phrase=phrase, places=places)


def _note(name: str, phrase: str, **places: str) -> Finding:
    return Finding(name=name, health=Health.NOTE, phrase=phrase, places=places)


def _wrong(name: str, phrase: str, **places: str) -> Finding:
    return Finding(name=name, health=Health.WRONG, phrase=phrase, places=places)


def _settings(desk: Desk) -> Iterator[Finding]:
    yield _fine("settings", "doctor.settings", listen=desk.settings.listen)
    host = urlsplit(desk.settings.public_url).hostname or ""
    behind = host and not host.endswith(MADE_UP) and not desk.settings.tls.certificate
    if behind and not desk.settings.trusted_proxies:
        yield _note("proxy", "doctor.proxy_none", url=desk.settings.public_url)
    if desk.settings.outbound.allow:
        yield _note("outbound", "doctor.outbound", allow=", ".join(desk.settings.outbound.allow))


def _data(desk: Desk) -> Iterator[Finding]:
    folder = desk.data_folder
    if folder.is_dir() and _open_to_others(folder):
        yield _wrong("data", "doctor.mode", file=str(folder), mode="700")
    elif not (folder / STORE).exists():
        yield _fine("data", "doctor.data_none", data=str(folder))
    else:
        yield _fine("data", "doctor.data", data=str(folder))


def _keys(desk: Desk) -> Iterator[Finding]:
    folder = desk.data_folder / "keys"
    if not folder.is_dir():
        return
    wide = [(folder, "700")] if _open_to_others(folder) else []
    wide += [(file, "600") for file in sorted(folder.iterdir()) if _open_to_others(file)]
    for file, mode in wide:
        yield _wrong("keys", "doctor.mode", file=str(file), mode=mode)
    if (folder / "unlock").exists():
        yield _note("keys", "doctor.unlock", file=str(folder / "unlock"))
    elif not wide:
        yield _fine("keys", "doctor.keys")


def _open_to_others(file: Path) -> bool:
    return bool(stat.S_IMODE(file.stat().st_mode) & OTHERS)


def _resolver(desk: Desk) -> Iterator[Finding]:
    clock = client.local_clock(desk.settings, desk.environ)
    name = urlsplit(desk.settings.public_url).hostname or WELL_KNOWN

    async def ask() -> bool:
        resolver = open_resolver(desk.settings, clock)
        return not (await resolver.resolve(Question(name=name, rrtype=RRType.TXT))).failed

    asked = ", ".join(desk.settings.dns.resolvers) or "/etc/resolv.conf"
    if asyncio.run(ask()):
        yield _fine("dns", "doctor.dns", servers=asked)
    else:
        yield _wrong("dns", "doctor.dns_silent", servers=asked)


def _clock(desk: Desk) -> Iterator[Finding]:
    if "FRANKMARK_TEST_CLOCK" in desk.environ:
        yield _note("clock", "doctor.test_clock")
    elif desk.now_ms < OLDEST_MS:
        yield _wrong("clock", "doctor.clock_old")
    else:
        yield _fine("clock", "doctor.clock")


def _trust(desk: Desk) -> Iterator[Finding]:
    count = len(load_pins(desk.trust_file).issuers)
    if count:
        yield _fine("trust", "doctor.trust", count=str(count), file=str(desk.trust_file))
    else:
        yield _note("trust", "doctor.trust_nobody", file=str(desk.trust_file))


def _login(desk: Desk) -> Iterator[Finding]:
    file = asking.login_file(desk.config_folder)
    login = asking.stored_login(desk.environ, desk.config_folder)
    if file.exists() and _open_to_others(file):
        yield _wrong("login", "doctor.mode", file=str(file), mode="600")
    elif login.key or login.base:
        phrase = "doctor.login" if login.stored else "doctor.login_environment"
        yield _fine("login", phrase, base=login.base or "-")


def _node(desk: Desk) -> Iterator[Finding]:
    try:
        version = expect(desk.node.call("GET", "/version"))
    except Error as fault:
        yield from _silent(desk, fault)
        return
    yield _fine("node", "doctor.node", id=text_of(version, "nodeId"), version=text_of(version, "version"))
    away = abs(parse_rfc3339(text_of(version, "time")) - desk.now_ms)
    if away > SKEW_MS:
        yield _wrong("clock", "doctor.skew", seconds=str(away // 1000))
    ready = desk.node.call("GET", "/readyz")
    body = ready.body if isinstance(ready.body, dict) else {}
    problems, proxies = body.get("problems"), body.get("unnamedProxies")
    if isinstance(problems, list) and problems:
        yield _wrong("node", "doctor.not_ready", problems=", ".join(map(str, problems)))
    if isinstance(proxies, list) and proxies:
        yield _note("proxy", "doctor.proxy", addresses=", ".join(map(str, proxies)))


def _silent(desk: Desk, fault: Error) -> Iterator[Finding]:
    """No node answers: that is fine if one could be started, and not if its port belongs to somebody else."""
    login = asking.stored_login(desk.environ, desk.config_folder)
    if login.base:
        yield _wrong("node", "doctor.error", code=fault.code.value, detail=fault.detail)
    elif _port_free(desk.settings.listen):
        yield _note("node", "doctor.node_none", listen=desk.settings.listen)
    else:
        yield _wrong("node", "doctor.port_taken", listen=desk.settings.listen)


def _port_free(listen: str) -> bool:
    host, _, port = listen.rpartition(":")
    name = host.strip("[]")
    with socket.socket(socket.AF_INET6 if ":" in name else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((name, int(port)))
        except (OSError, ValueError, OverflowError):
            return False
    return True
