"""`login`, `logout` and `status`: which node this person's commands ask, and as whom."""

import json
import os
import sys

import click

from frankmark.assembly.asking import login_file, stored_login
from frankmark.foundation.errors import Malformed, Refused
from frankmark.surfaces.cli.desk import as_json, desk_of
from frankmark.surfaces.cli.exits import Exit
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["login", "logout", "status"]

PREFIXES = ("ss_live_", "ss_test_")


@click.command()
@click.argument("key", required=False)
@click.option("--base", default="", help="The node's origin; without it, the node on this machine.")
@as_json
@click.pass_context
def login(context: click.Context, key: str | None, base: str) -> int:
    """Keep an API key for later commands; `-` reads it from standard input, nothing asks for it."""
    desk = desk_of(context)
    text = click.prompt("API key", hide_input=True) if key is None else key
    text = sys.stdin.readline().strip() if text == "-" else text.strip()
    if not text.startswith(PREFIXES):
        raise Malformed(CliReason.LOGIN_INVALID, "Invalid API key format: a key begins with ss_live_ or ss_test_")
    file = login_file(desk.config_folder)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = file.with_suffix(".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as sink:
        json.dump({"base": base, "key": text}, sink)
        sink.flush()
        os.fsync(sink.fileno())
    beside.replace(file)
    desk.output.object({"stored": str(file), "prefix": text[:14]})
    desk.output.line(desk.output.say("login.stored", prefix=text[:14], file=str(file)))
    return Exit.TRUSTED


@click.command()
@as_json
@click.pass_context
def logout(context: click.Context) -> int:
    """Forget the stored API key."""
    desk = desk_of(context)
    file = login_file(desk.config_folder)
    existed = file.exists()
    file.unlink(missing_ok=True)
    desk.output.object({"removed": existed})
    desk.output.line(desk.output.say("logout.done" if existed else "logout.nothing"))
    return Exit.TRUSTED


@click.command()
@as_json
@click.pass_context
def status(context: click.Context) -> int:
    """Show the node that commands ask, whether it answers, and what the stored key may."""
    desk = desk_of(context)
    stored = stored_login(desk.environ, desk.config_folder)
    answer = desk.node.call("GET", "/api/status")
    if answer.status != 200 or not isinstance(answer.body, dict):  # noqa: PLR2004  (an HTTP status)
        code = answer.body.get("code", "") if isinstance(answer.body, dict) else ""
        raise Refused(CliReason.NODE_REFUSED, f"the node answered {answer.status} {code}")
    body = {**answer.body, "key": stored.key[:14]}
    desk.output.object(body)
    for name, value in body.items():
        shown = json.dumps(value) if isinstance(value, dict | list) else value
        desk.output.line(f"{name:<12} {shown}")
    return Exit.TRUSTED
