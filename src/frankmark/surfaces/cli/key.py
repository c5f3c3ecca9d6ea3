"""`key create`, `list`, `rotate`, `revoke`, `retire` and `passphrase`: API keys, and the node's own keys."""

import click

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Refused
from frankmark.ports.node_api import NodeApi
from frankmark.surfaces.cli.answers import every, expect, path, text_of
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import Exit
from frankmark.surfaces.cli.holdings import organisation_id
from frankmark.surfaces.cli.passphrases import asking
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["key"]

ROLES = ("admin", "compliance", "reviewer", "org", "receiver", "reader")
TIME_KEY = "#ta-"  # in the name of every key of a time authority
OF_ORGANISATIONS = frozenset({"org", "receiver", "reader"})
Members = dict[str, Json]


@click.group()
def key() -> None:
    """Make, list, rotate and revoke API keys and the node's signing keys; change the passphrase of the latter."""


@key.command()
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the key may do.")
@click.option("--name", required=True, help="What people call it.")
@click.option("--org", default="", metavar="NAME|ID", help="Whom it acts for; roles of organisations need it.")
@as_json
@click.pass_context
def create(context: click.Context, role: str, name: str, org: str) -> int:
    """Make an API key; it is printed this once and never again."""
    desk = desk_of(context)
    with desk.acting_node(make=True) as node:
        body: Members = {"role": role, "name": name}
        if role in OF_ORGANISATIONS:
            body |= organisation_id(node, org)
        _shown_once(desk, expect(node.call("POST", "/api/keys", body), 201))
    return Exit.TRUSTED


@key.command(name="list")
@click.option("--org", default="", metavar="NAME|ID", help="Only the keys of this organisation.")
@click.option("--signing", is_flag=True, help="The node's signing keys instead.")
@click.option("--time", "timing", is_flag=True, help="The keys of its time authority instead.")
@as_json
@click.pass_context
def listed(context: click.Context, org: str, *, signing: bool, timing: bool) -> int:
    """List API keys by their prefix; keys themselves are not stored anywhere."""
    desk = desk_of(context)
    with desk.acting_node() as node:
        if signing or timing:
            rows = _own(node, "/api/time/keys" if timing else "/.well-known/jwks.json")
            desk.output.table([_own_row(one) for one in rows], indent=0)
        else:
            wanted = text_of(organisation_id(node, org), "orgId") if org else ""
            rows = list(every(node, "/api/keys", orgId=wanted))
            desk.output.table([_row(desk, one) for one in rows], indent=0)
    for one in rows:
        desk.output.object(one)
    if not rows:
        desk.output.phrase("key.nobody")
    return Exit.TRUSTED


@key.command()
@click.argument("key_id", required=False)
@click.option("--signing", is_flag=True, help="Make a new signing key; the old one stays active.")
@click.option(
    "--time", "timing", is_flag=True, help="Make a new key of the time authority; the old one attests no more."
)
@as_json
@click.pass_context
def rotate(context: click.Context, key_id: str | None, *, signing: bool, timing: bool) -> int:
    """Make a key that takes over from KEY_ID; both work for seven days."""
    desk = desk_of(context)
    if [signing, timing, key_id is not None].count(True) != 1:
        raise click.UsageError("name a key, or --signing or --time for the node's own")
    if signing or timing:
        with desk.own_node() as node:
            where = "/api/signing-keys/rotate" if signing else "/api/time/keys/rotate"
            made = expect(node.call("POST", where), 201)
        desk.output.object(made)
        desk.output.phrase("key.signing" if signing else "key.timing", kid=text_of(made, "kid"))
        return Exit.TRUSTED
    with desk.acting_node() as node:
        _shown_once(desk, expect(node.call("POST", path("/api/keys", str(key_id), "rotate")), 201))
    return Exit.TRUSTED


@key.command()
@click.argument("key_id")
@as_json
@click.pass_context
def revoke(context: click.Context, key_id: str) -> int:
    """End an API key at once."""
    desk = desk_of(context)
    with desk.acting_node() as node:
        made = expect(node.call("POST", path("/api/keys", key_id, "revoke")))
    desk.output.object(made)
    desk.output.phrase("key.revoked", prefix=text_of(made, "prefix"), name=text_of(made, "name"))
    return Exit.TRUSTED


@key.command()
@click.argument("kid")
@click.option("--compromised", is_flag=True, help="Others may have used it: nothing under it counts without proof.")
@click.option("--yes", is_flag=True, help="Do not ask on a terminal.")
@as_json
@click.pass_context
def retire(context: click.Context, kid: str, *, compromised: bool, yes: bool) -> int:
    """Retire the signing key KID now; lists the stamps whose tokens fail until they are published anew.

    A key of the time authority ends when another takes over; here it is only marked as compromised.
    """
    desk = desk_of(context)
    if not yes and not click.confirm(desk.output.say("key.retire_question", kid=kid), default=False, err=True):
        raise Refused(CliReason.NOT_CONFIRMED, "not confirmed; nothing was retired")
    of_time = TIME_KEY in kid
    if of_time and not compromised:
        raise click.UsageError("a key of the time authority is rotated, or retired with --compromised")
    where = "/api/signing-keys/compromise" if compromised else "/api/signing-keys/retire"
    with desk.own_node() as node:
        made = expect(node.call("POST", "/api/time/keys/compromise" if of_time else where, {"kid": kid}))
    desk.output.object(made)
    if of_time:
        desk.output.phrase("key.time_compromised", kid=text_of(made, "kid"), at=text_of(made, "compromisedAt"))
        return Exit.TRUSTED
    affected = made.get("affected")
    stamps = [str(one) for one in affected] if isinstance(affected, list) else []
    desk.output.phrase("key.retired", kid=text_of(made, "kid"), count=len(stamps))
    for stamp in stamps:
        desk.output.line(f"  {stamp}")
    return Exit.TRUSTED


@key.command()
@click.option(
    "--new-file",
    type=click.Path(dir_okay=False, exists=True),
    help="A file, mode 0600, that holds the new passphrase.",
)
@click.option("--unlock", is_flag=True, help="Make a new keys/unlock instead: it protects backups only.")
@as_json
@click.pass_context
def passphrase(context: click.Context, new_file: str | None, *, unlock: bool) -> int:
    """Seal this machine's node's keys under a new passphrase, while no node runs.

    The old one is found as `up` finds it, the new one is asked for. Where the old one is the file `keys/unlock`, the
    new one may also be what `up` would find without that file, which is removed.

    Backups that were made before still open with the old passphrase only.
    """
    from frankmark.assembly.resealing import change_passphrase  # noqa: PLC0415  (ciphers; for this verb only)

    if new_file and unlock:
        raise click.UsageError("name --new-file or --unlock, not both")
    desk = desk_of(context)
    prompt = asking(desk.output, may_be_none=False)
    done = change_passphrase(desk.data_folder, desk.environ, prompt=prompt, new_file=new_file or "", to_unlock=unlock)
    named: list[Json] = list(done.keys)
    desk.output.object({"keys": named, "source": done.source, "unlockRemoved": done.unlock_removed})
    desk.output.phrase("passphrase.changed", "trusted", count=len(named))
    file = str(desk.data_folder / "keys" / "unlock")
    if done.unlock_removed:
        desk.output.phrase("passphrase.unlock_removed", file=file)
    desk.output.phrase("passphrase.unlock_made" if unlock else "passphrase.next_start", file=file)
    desk.output.phrase("passphrase.backups")
    return Exit.TRUSTED


def _shown_once(desk: Desk, made: Members) -> None:
    """The one place where a secret is printed: a key that was made this moment."""
    desk.output.object(made)
    desk.output.line(text_of(made, "key"))
    note = desk.output.say("key.once", role=text_of(made, "role"), id=text_of(made, "keyId"))
    desk.output.progress(note)


def _own(node: NodeApi, where: str) -> list[Members]:
    """The node's own keys, as it publishes them."""
    keys = expect(node.call("GET", where)).get("keys")
    return [one for one in keys if isinstance(one, dict)] if isinstance(keys, list) else []


def _own_row(one: Members) -> list[str]:
    """A signing key with its status, or a time key with the times that it may have attested."""
    if "ss_status" in one:
        return [text_of(one, "kid"), text_of(one, "ss_status")]
    times = [text_of(one, name) or "-" for name in ("notBefore", "notAfter", "compromisedAt")]
    return [text_of(one, "kid"), *times]


def _row(desk: Desk, one: Members) -> list[str]:
    ended = text_of(one, "revokedAt")
    standing = desk.output.say("key.ended", at=ended) if ended else text_of(one, "expiresAt")
    return [text_of(one, "keyId"), text_of(one, "prefix"), text_of(one, "role"), text_of(one, "orgId"),
            text_of(one, "name"), standing]  # fmt: skip
