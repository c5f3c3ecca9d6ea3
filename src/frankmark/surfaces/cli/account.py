"""`login`, `logout` and `status`: which node this person's commands ask, and as whom."""

import json
import os
import sys

import click

from frankmark.assembly import asking
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.services.apikeys import parse_key
from frankmark.surfaces.cli.answers import expect
from frankmark.surfaces.cli.desk import as_json, desk_of
from frankmark.surfaces.cli.exits import Exit
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["login", "logout", "status"]


@click.command()
@click.argument("key", required=False)
@click.option("--base", default="", help="The node's origin; without it, the node on this machine.")
@as_json
@click.pass_context
def login(context: click.Context, key: str | None, base: str) -> int:
    """Keep an API key for later commands; without KEY it is asked for, `-` reads it from standard input.

    The key is looked at here, and asked about only when it is used; `frankmark status` asks.
    """
    desk = desk_of(context)
    text = click.prompt("API key", hide_input=True, err=True) if key is None else key
    text = sys.stdin.readline(256).strip() if text == "-" else text.strip()
    try:
        made = parse_key(text)
    except Unverified:
        detail = "Invalid API key format: ss_live_ or ss_test_ and 43 characters, the last six a check of the others"
        raise Malformed(CliReason.LOGIN_INVALID, detail) from None
    origin = base.rstrip("/")
    asking.node_api({"FRANKMARK_API_BASE": origin}, desk.settings, config=desk.config_folder, data=desk.data_folder)
    file = asking.login_file(desk.config_folder)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = file.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as sink:
        json.dump({"base": origin, "key": text}, sink)
        sink.flush()
        os.fsync(sink.fileno())
    beside.replace(file)
    desk.output.object({"stored": str(file), "prefix": made.prefix, "base": origin or None})
    desk.output.phrase("login.stored", prefix=made.prefix, file=str(file))
    return Exit.TRUSTED


@click.command()
@as_json
@click.pass_context
def logout(context: click.Context) -> int:
    """Forget the stored API key."""
    desk = desk_of(context)
    file = asking.login_file(desk.config_folder)
    existed = file.exists()
    file.unlink(missing_ok=True)
    desk.output.object({"removed": existed})
    desk.output.phrase("logout.done" if existed else "logout.nothing")
    return Exit.TRUSTED


@click.command()
@as_json
@click.pass_context
def status(context: click.Context) -> int:
    """Show the node that commands ask, whether it answers, and what the stored key may."""
    desk = desk_of(context)
    stored = asking.stored_login(desk.environ, desk.config_folder)
    answer = desk.node.call("GET", "/api/status")
    body = {**expect(answer), "key": stored.key[:14] or None}
    limits = {name: answer.headers[name] for name in ("ratelimit", "ratelimit-policy") if name in answer.headers}
    desk.output.object(
        {**body, "rateLimit": limits.get("ratelimit"), "rateLimitPolicy": limits.get("ratelimit-policy")}
    )
    rows = {**body, **limits}.items()
    desk.output.table([[name, "-" if value is None else str(value)] for name, value in rows], indent=0)
    return Exit.TRUSTED
