"""Which node a command asks, and with which credential."""

import json
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from frankmark.foundation.errors import Malformed
from frankmark.ports.node_api import NodeApi
from frankmark.settings import Settings

if TYPE_CHECKING:
    from frankmark.adapters.network.node_api import HttpNodeApi

__all__ = [
    "RUN_FILE",
    "TOKEN_FILE",
    "AskingReason",
    "Login",
    "base_of_own_node",
    "login_file",
    "node_api",
    "running_node",
    "stored_login",
]

LONG_WORK_S = 600.0  # a backup or an audit of a large node
RUN_FILE = "node.json"
TOKEN_FILE = "admin.token"  # noqa: S105  (a file's name)
PREFIXES = ("ss_live_", "ss_test_")


class AskingReason(StrEnum):
    """Why a login cannot be used."""

    LOGIN_INVALID = "LOGIN_INVALID"


class Login:
    """A stored login: the node's base and the key. Never printed whole."""

    def __init__(self, *, base: str, key: str, stored: bool = False) -> None:
        self.base = base
        self.key = key
        self.stored = stored  # whether any of it is from a file, and not from the environment alone


def login_file(config: Path) -> Path:
    """Where `login` writes: JSON with ``base`` and ``key``, 0600."""
    return config / "login.json"


def stored_login(environ: Mapping[str, str], config: Path) -> Login:
    """The login of the environment, else of our file, else of the original command's file.

    Raises:
        Malformed: `LOGIN_INVALID`, a file is not of its form or its key has another prefix.
    """
    base = environ.get("FRANKMARK_API_BASE") or environ.get("SS_API_BASE") or ""
    key = environ.get("FRANKMARK_API_KEY") or environ.get("SS_API_KEY") or ""
    home = environ.get("HOME", "")
    older = Path(home, ".securestamp", "config.json") if home else None
    file = next((one for one in (login_file(config), older) if one is not None and one.is_file()), None)
    asked = (base, key)
    if file is not None and not (base and key):
        stored = _read(file)
        kept = str(stored.get("base") or stored.get("apiBase") or "")
        # A key goes to the node that it was stored for, and to no other that somebody names later.
        if not base or base == kept:
            base = kept
            key = key or str(stored.get("key") or stored.get("apiKey") or "")
    if key and not key.startswith(PREFIXES):
        raise Malformed(AskingReason.LOGIN_INVALID, "Invalid API key format: a key begins with ss_live_ or ss_test_")
    return Login(base=base, key=key, stored=(base, key) != asked)


def _read(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise Malformed(AskingReason.LOGIN_INVALID, f"{file} cannot be read as JSON; run: frankmark login") from fault
    if not isinstance(value, dict):
        raise Malformed(AskingReason.LOGIN_INVALID, f"{file} is not a JSON object; run: frankmark login")
    return value


def node_api(environ: Mapping[str, str], settings: Settings, *, config: Path, data: Path) -> NodeApi:
    """The node to ask: the one of the login, else the one running on this machine, else the default listener."""
    login = stored_login(environ, config)
    if login.base:
        return _client()(login.base, credential=login.key)
    return _client()(base_of_own_node(settings, data), credential=login.key, ca_file=settings.evidence.ca_file)


def _client() -> "type[HttpNodeApi]":
    """The HTTP client, which costs a quarter of a start and which a command that asks nobody does without."""
    from frankmark.adapters.network.node_api import HttpNodeApi  # noqa: PLC0415

    return HttpNodeApi


def running_node(settings: Settings, data: Path) -> NodeApi | None:
    """This machine's running node with its own run-time credential, or None if none runs."""
    token = data / "run" / TOKEN_FILE
    base = _running_base(data)
    if not base or not token.is_file():
        return None
    credential = token.read_text(encoding="ascii").strip()
    return _client()(base, credential=credential, timeout_s=LONG_WORK_S, ca_file=settings.evidence.ca_file)


def base_of_own_node(settings: Settings, data: Path) -> str:
    """Where this machine's node answers, or would answer if it ran."""
    scheme = "https" if settings.tls.certificate else "http"
    return _running_base(data) or f"{scheme}://{settings.listen}"


def _running_base(data: Path) -> str:
    """The base that a running node wrote down; empty if it is gone, also if it could not tidy up."""
    try:
        written = json.loads((data / "run" / RUN_FILE).read_text(encoding="utf-8"))
        base, number = written.get("base"), written.get("pid")
    except (OSError, ValueError, AttributeError):
        return ""
    return base if isinstance(base, str) and isinstance(number, int) and _runs(number) else ""


def _runs(number: int) -> bool:
    """Whether there is a process of that id."""
    if number < 1:
        return False
    try:
        os.kill(number, 0)
    except PermissionError:
        return True  # it runs, as somebody else
    except (OSError, OverflowError):
        return False
    return True
