"""`trust add`, `list` and `remove`: whom this person believes."""

import sys
from urllib.parse import urlsplit

import click

from frankmark.assembly import asking
from frankmark.assembly.pins import Issuer, Pins, load_pins, store_pins
from frankmark.assembly.proofs import trust_of
from frankmark.foundation import canonical, jws
from frankmark.foundation.canonical import Json
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Error, Malformed, Refused, Unverified
from frankmark.foundation.jwks import JwkSet, KeyStatus
from frankmark.foundation.note import VerifierKey
from frankmark.surfaces.cli import files
from frankmark.surfaces.cli.answers import octets
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import Exit
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["fingerprint", "trust"]

LARGEST = 1_048_576
TYPE = "frankmark-trust"
WELL_KNOWN = "/.well-known/frankmark-trust.json"
UNCOVERED = ("log_vkeys", "witnesses", "time_authority")  # by the fingerprint: the signature vouches for them


def fingerprint(keys: JwkSet) -> str:
    """What a person compares: 128 bits of SHA-256 of the canonical key set, in groups of four hex characters."""
    text = sha256(keys.dump()).hex()
    return " ".join(text[at : at + 4] for at in range(0, 32, 4))


@click.group()
def trust() -> None:
    """Decide whose stamps to believe."""


@trust.command()
@click.argument("source", metavar="URL|FILE")
@click.option("--fingerprint", "expected", default="", help="Add without asking if the fingerprint is this one.")
@as_json
@click.pass_context
def add(context: click.Context, source: str, expected: str) -> int:
    """Pin an issuer: its origin as a URL, or its trust document in a FILE, `-` for standard input.

    Compare the fingerprint with one that reached you on another way than the document did.
    """
    desk = desk_of(context)
    document = canonical.load(_octets(desk, source), max_bytes=LARGEST)
    issuer = _document(document)
    shown = fingerprint(issuer.keys)
    pins = load_pins(desk.trust_file)
    time_keys = _time_keys(document, issuer, pins)
    pinned = pins.issuer(issuer.iss)
    before = None if pinned is None else fingerprint(pinned.keys)
    desk.output.phrase("trust.offered", iss=issuer.iss, fingerprint=shown)
    if before not in {None, shown}:
        desk.output.phrase("trust.replaces", "caution", fingerprint=before)
    if expected and expected.replace(" ", "").lower() != shown.replace(" ", ""):
        raise Refused(CliReason.NOT_CONFIRMED, "the fingerprint is another one; nothing was added")
    if not expected and not _confirmed(desk, source):
        raise Refused(CliReason.NOT_CONFIRMED, "not confirmed; nothing was added")
    store_pins(desk.trust_file, pins.with_issuer(issuer).with_time_authority(time_keys))
    told: dict[str, Json] = {
        "added": issuer.iss,
        "timeKeys": [*time_keys],
        "fingerprint": shown,
        "replaced": before,
        "file": str(desk.trust_file),
    }
    desk.output.object(told)
    desk.output.phrase("trust.added", "trusted", iss=issuer.iss, file=str(desk.trust_file))
    if time_keys:
        desk.output.phrase("trust.time_keys", keys=", ".join(time_keys))
    return Exit.TRUSTED


@trust.command(name="list")
@as_json
@click.pass_context
def listed(context: click.Context) -> int:
    """List the issuers and time authorities that are believed."""
    desk = desk_of(context)
    pins = load_pins(desk.trust_file)
    for iss, issuer in sorted(pins.issuers.items()):
        kids = [key.kid for key in issuer.keys.keys]
        logs = [VerifierKey.parse(text).name for text in issuer.log_vkeys]
        times = [kid for kid in pins.time_authority if issuer.names_time_key(kid)]
        shown = fingerprint(issuer.keys)
        told: dict[str, Json] = {
            "iss": iss, "fingerprint": shown, "keys": [*kids], "logs": [*logs], "timeKeys": [*times],
        }  # fmt: skip
        desk.output.object(told)
        desk.output.line(f"{iss}  {shown}")
    for kid in pins.time_authority:
        if not any(issuer.names_time_key(kid) for issuer in pins.issuers.values()):
            desk.output.object({"timeKey": kid})
            desk.output.phrase("trust.time_key", kid=kid)
    if not pins.issuers and not pins.time_authority:
        desk.output.phrase("trust.nobody")
    return Exit.TRUSTED


@trust.command()
@click.argument("iss", metavar="ISS|KEY")
@as_json
@click.pass_context
def remove(context: click.Context, iss: str) -> int:
    """Stop believing an issuer and its time authority, or a key of a time authority."""
    desk = desk_of(context)
    store_pins(desk.trust_file, load_pins(desk.trust_file).without(iss))
    desk.output.object({"removed": iss})
    desk.output.phrase("trust.removed", iss=iss)
    return Exit.TRUSTED


def _octets(desk: Desk, source: str) -> bytes:
    """The document: of a file, or from the well-known place of an origin, redirects not followed."""
    parts = urlsplit(source)
    if parts.scheme not in {"http", "https"}:
        return files.read(source, LARGEST)
    origin = f"{parts.scheme}://{parts.netloc}"
    where = parts.path if parts.path not in {"", "/"} else WELL_KNOWN
    node = asking.node_api(
        {"FRANKMARK_API_BASE": origin}, desk.settings, config=desk.config_folder / "nobody", data=desk.data_folder
    )
    return octets(node.call("GET", where))


def _confirmed(desk: Desk, source: str) -> bool:
    """Whether a person at a terminal says yes; a script names the fingerprint instead."""
    if desk.output.as_json or source == files.STDIN or not sys.stdin.isatty():
        return False
    return click.confirm(desk.output.say("trust.question"), default=False, err=True)


def _document(value: Json) -> Issuer:
    """The issuer of a trust document ``{iss, jwks, log_vkeys, witnesses, quorum, nodeId, signature}``.

    The signature shows that whoever wrote the document has one of its keys; whose keys they are, the fingerprint shows.

    Raises:
        Malformed: `THING_UNKNOWN`, or what a key raises.
        Unverified: The signature does not hold.
    """
    if not isinstance(value, dict) or not isinstance(value.get("iss"), str) or "jwks" not in value:
        raise Malformed(CliReason.THING_UNKNOWN, "this is no trust document: it needs iss and jwks")
    keys = JwkSet.from_json(value["jwks"])
    signature = value.get("signature")
    if isinstance(signature, str):
        _signed(signature, {name: member for name, member in value.items() if name != "signature"}, keys)
    elif any(value.get(name) for name in UNCOVERED):
        raise Unverified(CliReason.DOCUMENT_SIGNATURE, "a trust document that names logs or time keys is signed")
    vkeys, witnesses, quorum = _texts(value, "log_vkeys"), _texts(value, "witnesses"), value.get("quorum", 1)
    for text in (*vkeys, *witnesses):
        VerifierKey.parse(text)
    if type(quorum) is not int or not 1 <= quorum <= max(1, len(witnesses)):
        raise Malformed(CliReason.THING_UNKNOWN, "quorum is a number from 1 to as many as there are witnesses")
    iss = str(value["iss"])
    return Issuer(iss=iss, keys=keys, log_vkeys=vkeys, witnesses=witnesses, quorum=quorum)


def _time_keys(document: Json, issuer: Issuer, pins: Pins) -> dict[str, dict[str, str]]:
    """The keys of the time authority that a trust document names.

    Raises:
        Malformed: `TRUST_FILE_INVALID`, what is named is no such key.
        Refused: `TIME_KEY_FOREIGN`, a key has the name of another node's, or is another one than was pinned under it.
    """
    named = document.get("time_authority", {}) if isinstance(document, dict) else {}
    found = {}
    for kid, pin in named.items() if isinstance(named, dict) else ():
        found[kid] = {name: str(text) for name, text in pin.items()} if isinstance(pin, dict) else {}
        before = pins.time_authority.get(kid, {}).get("pk")
        others = [one for one in pins.issuers.values() if one.iss != issuer.iss and one.names_time_key(kid)]
        if others or not issuer.names_time_key(kid) or before not in {None, found[kid].get("pk")}:
            detail = f"{kid} is a time key of another node, or another key than is pinned under this name"
            raise Refused(CliReason.TIME_KEY_FOREIGN, detail)
    trust_of(found, frozenset())
    return found


def _signed(signature: str, document: dict[str, Json], keys: JwkSet) -> None:
    wrong = Unverified(CliReason.DOCUMENT_SIGNATURE, "the trust document is not signed by a key that it names")
    try:
        parts = jws.parse(signature, max_length=LARGEST)
        key = keys.find(parts.header.kid or "")
        jws.verify(parts, key.key)
    except Error as fault:
        raise wrong from fault
    if key.status is not KeyStatus.ACTIVE or parts.header.typ != TYPE or parts.payload != canonical.dump(document):
        raise wrong


def _texts(members: dict[str, Json], name: str) -> tuple[str, ...]:
    value = members.get(name, [])
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise Malformed(CliReason.THING_UNKNOWN, f"{name} is a list of texts")
    return tuple(str(text) for text in value)
