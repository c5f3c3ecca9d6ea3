"""`connect telegram`, `whatsapp`, `list` and `remove`: the node's accounts on messaging platforms.

A token or a secret is read out of a file or asked for without being shown; it is never an argument.
"""

import sys
from pathlib import Path

import click

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Malformed
from frankmark.surfaces.cli.answers import expect, path, text_of
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import Exit
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["connect"]

PLATFORMS = ("telegram", "whatsapp")
ACCOUNTS = "/api/signal/connectors"
LONGEST = 4_096
Members = dict[str, Json]

brand_option = click.option(
    "--brand", default="", metavar="ID", help="Compare messages with this brand's perimeter, not with everybody's."
)
token_option = click.option(
    "--token-file", type=click.Path(dir_okay=False), help="A file that holds the token; without it, it is asked for."
)


@click.group()
def connect() -> None:
    """Let people forward messages to this node's bots on Telegram and WhatsApp."""


@connect.command()
@token_option
@brand_option
@as_json
@click.pass_context
def telegram(context: click.Context, token_file: str | None, brand: str) -> int:
    """Connect a Telegram bot, and have its messages delivered to this node."""
    desk = desk_of(context)
    body: Members = {"token": _secret(desk, token_file, "connect.token"), "brand": brand}
    with desk.own_node(make=True) as node:
        made = expect(node.call("POST", path(ACCOUNTS, "telegram"), body), 201)
    desk.output.object(made)
    desk.output.phrase("connect.telegram", "trusted", webhook=text_of(made, "webhook"))
    return Exit.TRUSTED


@connect.command()
@click.option("--phone-number-id", required=True, metavar="ID", help="The id of the business number.")
@token_option
@click.option(
    "--app-secret-file", type=click.Path(dir_okay=False), help="A file that holds the app secret; else it is asked for."
)
@brand_option
@as_json
@click.pass_context
def whatsapp(
    context: click.Context, phone_number_id: str, token_file: str | None, app_secret_file: str | None, brand: str
) -> int:
    """Connect a WhatsApp business number; prints what has to be entered in the platform's console."""
    desk = desk_of(context)
    body: Members = {
        "token": _secret(desk, token_file, "connect.token"),
        "appSecret": _secret(desk, app_secret_file, "connect.app_secret"),
        "phoneNumberId": phone_number_id,
        "brand": brand,
    }
    with desk.own_node(make=True) as node:
        made = expect(node.call("POST", path(ACCOUNTS, "whatsapp"), body), 201)
    desk.output.object(made)
    desk.output.phrase("connect.whatsapp", "trusted")
    names = {"connect.webhook": "webhook", "connect.verify_token": "verifyToken"}
    desk.output.table([[desk.output.say(key), text_of(made, member)] for key, member in names.items()])
    return Exit.TRUSTED


@connect.command(name="list")
@as_json
@click.pass_context
def listed(context: click.Context) -> int:
    """List the accounts that this node has, without their secrets."""
    desk = desk_of(context)
    with desk.own_node() as node:
        items = expect(node.call("GET", ACCOUNTS)).get("items")
    rows = [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
    desk.output.table([[text_of(one, name) for name in ("platform", "webhook", "brand")] for one in rows], indent=0)
    for one in rows:
        desk.output.object(one)
    if not rows:
        desk.output.phrase("connect.nothing")
    return Exit.TRUSTED


@connect.command()
@click.argument("platform", type=click.Choice(PLATFORMS))
@as_json
@click.pass_context
def remove(context: click.Context, platform: str) -> int:
    """Forget an account, and end the deliveries where the platform lets this node do so."""
    desk = desk_of(context)
    with desk.own_node() as node:
        made = expect(node.call("DELETE", path(ACCOUNTS, platform)))
    desk.output.object(made)
    desk.output.phrase("connect.removed" if made.get("told") else "connect.removed_here", platform=platform)
    return Exit.TRUSTED


def _secret(desk: Desk, file: str | None, question: str) -> str:
    """A secret out of a file, or as somebody types it."""
    if file is None and not sys.stdin.isatty():
        raise click.UsageError("name the files that hold token and secret, or run this on a terminal")
    if file is None:
        typed: str = click.prompt(desk.output.say(question), hide_input=True, err=True)
        return typed.strip()
    try:
        with Path(file).open(encoding="ascii") as source:
            return source.read(LONGEST).strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise Malformed(CliReason.FILE_UNREADABLE, f"{file} cannot be read as a token or a secret") from fault
