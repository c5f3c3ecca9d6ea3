"""`trust add`, `list` and `remove`: whom this person believes."""

import json
from pathlib import Path

import click

from frankmark.assembly.pins import Issuer, load_pins, store_pins
from frankmark.foundation.canonical import Json, load
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Malformed, Refused
from frankmark.foundation.jwks import JwkSet
from frankmark.surfaces.cli.desk import as_json, desk_of
from frankmark.surfaces.cli.exits import Exit
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["fingerprint", "trust"]


def fingerprint(keys: JwkSet) -> str:
    """What a person compares: SHA-256 of the canonical key set, in groups of four hex characters."""
    text = sha256(keys.dump()).hex()
    return " ".join(text[at : at + 4] for at in range(0, 32, 4))


@click.group()
def trust() -> None:
    """Decide whose stamps to believe."""


@trust.command()
@click.argument("file", type=click.Path(dir_okay=False, exists=True))
@click.option("--fingerprint", "expected", default="", help="Add without asking if the fingerprint is this one.")
@as_json
@click.pass_context
def add(context: click.Context, file: str, expected: str) -> int:
    """Pin an issuer from its trust document (`/.well-known/frankmark-trust.json`, saved to a file)."""
    desk = desk_of(context)
    issuer = _document(load(Path(file).read_bytes()))
    shown = fingerprint(issuer.keys)
    desk.output.line(desk.output.say("trust.offered", iss=issuer.iss, fingerprint=shown))
    if expected and expected.replace(" ", "").lower() != shown.replace(" ", ""):
        raise Refused(CliReason.NOT_CONFIRMED, "the fingerprint is another one; nothing was added")
    if not expected and (desk.output.as_json or not click.confirm(desk.output.say("trust.question"), default=False)):
        raise Refused(CliReason.NOT_CONFIRMED, "not confirmed; nothing was added")
    store_pins(desk.trust_file, load_pins(desk.trust_file).with_issuer(issuer))
    desk.output.object({"added": issuer.iss, "fingerprint": shown})
    desk.output.line(desk.output.say("trust.added", iss=issuer.iss))
    return Exit.TRUSTED


@trust.command(name="list")
@as_json
@click.pass_context
def listed(context: click.Context) -> int:
    """List the issuers that are believed."""
    desk = desk_of(context)
    pins = load_pins(desk.trust_file)
    for iss, issuer in sorted(pins.issuers.items()):
        kids = [key.kid for key in issuer.keys.keys]
        desk.output.object({"iss": iss, "fingerprint": fingerprint(issuer.keys), "keys": kids})
        desk.output.line(f"{iss}  {fingerprint(issuer.keys)}")
    if not pins.issuers:
        desk.output.line(desk.output.say("trust.nobody"))
    return Exit.TRUSTED


@trust.command()
@click.argument("iss")
@as_json
@click.pass_context
def remove(context: click.Context, iss: str) -> int:
    """Stop believing an issuer."""
    desk = desk_of(context)
    store_pins(desk.trust_file, load_pins(desk.trust_file).without(iss))
    desk.output.object({"removed": iss})
    desk.output.line(desk.output.say("trust.removed", iss=iss))
    return Exit.TRUSTED


def _document(value: Json) -> Issuer:
    """The issuer of a trust document: ``{iss, jwks, log_vkeys, witnesses, quorum}`` or the payload of a signed one."""
    if not isinstance(value, dict) or not isinstance(value.get("iss"), str) or "jwks" not in value:
        raise Malformed(CliReason.THING_UNKNOWN, "this is no trust document: it needs iss and jwks")
    keys = JwkSet.parse(json.dumps(value["jwks"]).encode())
    quorum = value.get("quorum", 1)
    return Issuer(
        iss=str(value["iss"]),
        keys=keys,
        log_vkeys=_texts(value.get("log_vkeys")),
        witnesses=_texts(value.get("witnesses")),
        quorum=quorum if isinstance(quorum, int) else 1,
    )


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()
