"""What a node says when it has started: lines for people, or one JSON object a line for programs.

The objects are ``started``, a ``warning`` for each thing that its operator should know, and ``admin-link`` where a
one-time link was asked for; `docs/reference/schema/up.json` is their form.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, TextIO
from urllib.parse import urlsplit

from frankmark import __version__
from frankmark.assembly.services import Services
from frankmark.assembly.tables import shipped_phrases
from frankmark.foundation.canonical import JsonLike
from frankmark.foundation.phrases import Phrases
from frankmark.services.access import LINK_MS
from frankmark.surfaces.node.demo_telling import Telling

__all__ = ["Start", "Warned", "reader_language", "tell_start", "warnings_of"]

LOCALES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
NO_ISSUING: Final = ".invalid"


class Warned(StrEnum):
    """What an operator should know of a node that has started."""

    KEYS_PROTECT_BACKUPS_ONLY = "KEYS_PROTECT_BACKUPS_ONLY"
    OUTBOUND_ALLOWED = "OUTBOUND_ALLOWED"
    TEST_CLOCK = "TEST_CLOCK"
    NOT_PUBLIC = "NOT_PUBLIC"
    NOT_SIGNING = "NOT_SIGNING"
    DATA_OPEN_TO_OTHERS = "DATA_OPEN_TO_OTHERS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A node that serves.

    Attributes:
        services: What it does.
        base: Where it answers this machine.
        listen: Address and port of its listener.
        data: Its data folder.
        link: The secret of a one-time link; empty if none was asked for.
    """

    services: Services
    base: str
    listen: str
    data: Path
    link: str = ""


def reader_language(phrases: Phrases, environ: Mapping[str, str]) -> str:
    """The language of whoever started this process."""
    return phrases.of_locale(next((environ[name] for name in LOCALES if environ.get(name)), ""))


def warnings_of(services: Services) -> Iterator[tuple[Warned, str]]:
    """What the operator should know: which, and the text that belongs to it."""
    condition = services.condition
    if condition.keys_protect_backups_only:
        yield Warned.KEYS_PROTECT_BACKUPS_ONLY, ""
    if condition.outbound:
        yield Warned.OUTBOUND_ALLOWED, ", ".join(condition.outbound)
    if condition.test_clock:
        yield Warned.TEST_CLOCK, ""
    if not condition.demo and (urlsplit(services.public_url).hostname or "").endswith(NO_ISSUING):
        yield Warned.NOT_PUBLIC, services.public_url
    if services.ledger.log.refusal is not None:
        yield Warned.NOT_SIGNING, services.ledger.log.refusal.code.value
    if condition.open_data:
        yield Warned.DATA_OPEN_TO_OTHERS, condition.open_data


def tell_start(start: Start, stream: TextIO, environ: Mapping[str, str], *, as_json: bool) -> None:
    """Say that a node has started.

    Args:
        start: The node.
        stream: Where to.
        environ: For the language and colour of lines.
        as_json: One JSON object a line; its texts are English in every language.
    """
    phrases = shipped_phrases()
    if as_json:
        stream.writelines(json.dumps(one, separators=(",", ":")) + "\n" for one in _objects(start, phrases))
        stream.flush()
        return
    _lines(start, Telling(phrases, reader_language(phrases, environ), stream, environ))


def _objects(start: Start, phrases: Phrases) -> Iterator[Mapping[str, JsonLike]]:
    services = start.services
    yield {
        "event": "started",
        "release": __version__,
        "base": start.base,
        "listen": start.listen,
        "publicUrl": services.public_url,
        "data": str(start.data),
        "nodeId": services.node_id,
        "kid": services.keyring.signing.jwk.kid,
        "demo": services.condition.demo,
    }
    for warned, text in warnings_of(services):
        detail = phrases.say("en", f"start.{warned.value}", text=text)
        yield {"event": "warning", "code": warned.value, "detail": detail}
    if start.link:
        yield {"event": "admin-link", "url": _link(start), "expiresInSeconds": LINK_MS // 1000}


def _lines(start: Start, tell: Telling) -> None:
    services = start.services
    tell.line(tell.say("start.serving", version=__version__, base=f"{start.base}/"), "strong")
    tell.fact("start.data", str(start.data))
    tell.fact("start.node", services.node_id)
    tell.fact("start.key", services.keyring.signing.jwk.kid.partition("#")[2])
    for warned, text in warnings_of(services):
        tell.line(f"  ! {tell.say(f'start.{warned.value}', text=text)}", "caution")
    if start.link:
        tell.fact("start.admin", f"{_link(start)}  ({tell.say('start.admin_once', minutes=LINK_MS // 60_000)})")
    tell.fact("start.stop", "Ctrl-C")


def _link(start: Start) -> str:
    return f"{start.base}/welcome#{start.link}"
