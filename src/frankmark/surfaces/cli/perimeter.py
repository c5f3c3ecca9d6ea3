"""`perimeter init`, `sign`, `publish` and `show`: a brand declares which channels are its own, and the only ones."""

import sys

import click

from frankmark.assembly.brands import Brands
from frankmark.assembly.perimeter_draft import Changes, Draft, changes, parse_draft, render_draft
from frankmark.assembly.tables import shipped_suffixes
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Refused
from frankmark.foundation.timestamps import rfc3339_s
from frankmark.protocols.signal import perimeter as perimeters
from frankmark.protocols.signal.artifact import canonical
from frankmark.protocols.signal.brand_record import owner_name, render_brand_record
from frankmark.protocols.signal.model import ArtifactType
from frankmark.protocols.signal.perimeter import SignedPerimeter
from frankmark.surfaces.cli import files
from frankmark.surfaces.cli.answers import NodeRefused, code_of, every, expect, path, text_of
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import Exit
from frankmark.surfaces.cli.judging import shown
from frankmark.surfaces.cli.passphrases import asking
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["brands_of", "perimeter"]

FOLDER = "brands"
LARGEST = 1_048_576
NOT_FOUND = "NOT_FOUND"
KEY_CODES = frozenset({"BRAND_KEY_MISMATCH", "BRAND_RECORD_MALFORMED", "BRAND_KEY_ABSENT"})
Members = dict[str, Json]


@click.group()
def perimeter() -> None:
    """Declare which channels are a brand's own, sign that with its key, and publish it."""


@perimeter.command()
@click.argument("domain")
@click.option("--name", required=True, help="How the brand calls itself; it is never shown without DOMAIN.")
@click.option("-o", "--output", "sink", metavar="FILE", help="The new draft; DOMAIN.perimeter.toml if left out.")
@click.option("--new-key", metavar="BRAND", help="Make a new key for the brand with this id, and no draft.")
@as_json
@click.pass_context
def init(context: click.Context, domain: str, name: str, sink: str | None, new_key: str | None) -> int:
    """Make a brand: a key that stays on this machine, sealed, the TXT record that publishes it, and a draft to edit.

    DOMAIN is the anchor, whose owner alone can speak for the brand. The passphrase of the key is found as `up` finds
    that of a node's keys.
    """
    desk = desk_of(context)
    anchor = canonical(ArtifactType.DOMAIN, domain, shipped_suffixes()).value
    file = sink or f"{anchor}.perimeter.toml"
    if new_key is None and files.is_file(file):
        raise Refused(CliReason.FILE_EXISTS, f"{file} is there already; nothing was overwritten")
    brands = brands_of(desk)
    made = brands.make(anchor, name, desk.now_ms, brand=new_key or "")
    if new_key is None:
        text = render_draft(made.brand, name, anchor, desk.output.say("perimeter.draft_note", domain=anchor))
        files.write_new(file, text.encode())
    desk.output.object(
        {
            "brand": made.brand,
            "domain": anchor,
            "name": name,
            "jkt": made.jkt,
            "record": {"name": made.owner, "text": made.record, "zone": _zone(made.owner, made.record)},
            "draft": None if new_key else file,
            "keyProtectsBackupsOnly": brands.protects_backups_only,
        }
    )
    desk.output.phrase("perimeter.made", brand=made.brand, name=name, domain=anchor)
    _record(desk, made.owner, made.record)
    if brands.protects_backups_only:
        desk.output.phrase("perimeter.unlock", "caution", folder=str(desk.config_folder / FOLDER))
    if new_key is None:
        desk.output.phrase("perimeter.next", file=file)
    return Exit.TRUSTED


@perimeter.command()
@click.argument("draft")
@click.option("-o", "--output", "sink", metavar="FILE", help="The new file; DOMAIN.perimeter-SEQ.jws if left out.")
@click.option("--previous", metavar="FILE", help="The perimeter that it follows, instead of asking the node.")
@click.option("--first", is_flag=True, help="It is the brand's first; the node is not asked.")
@click.option("--our-numbers", is_flag=True, help="State that the telephone numbers in it belong to the organisation.")
@as_json
@click.pass_context
def sign(
    context: click.Context,
    *,
    draft: str,
    sink: str | None,
    previous: str | None,
    first: bool,
    our_numbers: bool,
) -> int:
    """Sign a DRAFT with the brand's key, after showing what it changes of the perimeter that is published."""
    desk = desk_of(context)
    if first and previous is not None:
        raise click.UsageError("--first or --previous, not both")
    read = parse_draft(files.read(draft, LARGEST))
    brand = brands_of(desk).find(read.domain)
    before = None if first else _file(previous) if previous is not None else _published(desk, read.brand)
    following = read.following(before, desk.now_ms // 1000)
    for spelt, value in read.respelt.items():
        desk.output.progress(desk.output.say("perimeter.respelt", spelt=spelt, value=value))
    changed = changes(before, following, brand.jkt)
    _show_changes(desk, changed, first=before is None)
    if read.numbers and not our_numbers and not _stated(desk, read):
        raise Refused(CliReason.NOT_CONFIRMED, f"state with --our-numbers whose they are: {', '.join(read.numbers)}")
    text = perimeters.sign(following, brand.key)
    document = perimeters.read(text, shipped_suffixes())
    perimeters.verify_succession(document, before)
    file = sink or f"{read.domain}.perimeter-{following.seq}.jws"
    files.write_new(file, text.encode() + b"\n")
    desk.output.object(
        {
            "file": file,
            "brand": following.brand,
            "domain": following.domain,
            "seq": following.seq,
            "digest": document.digest,
            "jkt": brand.jkt,
            "endsAt": rfc3339_s(following.exp),
            **_changes_object(changed),
        }
    )
    desk.output.phrase("perimeter.signed", "trusted", seq=following.seq, file=file, until=rfc3339_s(following.exp))
    return Exit.TRUSTED


@perimeter.command()
@click.argument("file")
@click.option("--yes", is_flag=True, help="Do not ask on a terminal.")
@as_json
@click.pass_context
def publish(context: click.Context, file: str, *, yes: bool) -> int:
    """Publish a signed perimeter FILE at the node, after showing what it changes there.

    It needs an API key of the organisation. The node looks the brand's key up in the DNS, and logs the perimeter for
    everybody to see and for ever.
    """
    desk = desk_of(context)
    document = _file(file)
    before = _published(desk, document.perimeter.brand)
    changed = changes(before, document.perimeter, document.jkt)
    _show_changes(desk, changed, first=before is None)
    if not yes and not _confirmed(desk):
        raise Refused(CliReason.NOT_CONFIRMED, "not confirmed; nothing was published")
    with desk.acting_node() as node:
        try:
            made = expect(node.call("POST", "/api/signal/brands", {"perimeter": document.text}), 200, 201)
        except NodeRefused as fault:
            if code_of(fault) in KEY_CODES and not desk.output.as_json:
                _record(desk, owner_name(document.perimeter.domain), render_brand_record(document.jkt))
            raise
    desk.output.object({**made, **_changes_object(changed)})
    stated = document.perimeter
    named = f"{stated.name} ({stated.domain})"
    desk.output.phrase("perimeter.published", "trusted", brand=named, seq=stated.seq)
    return Exit.TRUSTED


@perimeter.command()
@click.argument("brand", metavar="BRAND|DOMAIN")
@click.option("--history", is_flag=True, help="All perimeters that it has published.")
@as_json
@click.pass_context
def show(context: click.Context, brand: str, *, history: bool) -> int:
    """Show what a brand declares at the node, or everything that it has declared."""
    desk = desk_of(context)
    where = path("/api/signal/brands", brand)
    if history:
        for one in every(desk.node, f"{where}/history"):
            desk.output.object(one)
            desk.output.line(" ".join(shown(one.get(name)) for name in ("seq", "acceptedAt", "digest")))
        return Exit.TRUSTED
    found = expect(desk.node.call("GET", where))
    desk.output.object(found)
    desk.output.line(shown({"name": found.get("name"), "domain": found.get("domain")}), "strong")
    channels = found.get("channels")
    rows = [one for one in channels if isinstance(one, dict)] if isinstance(channels, list) else []
    desk.output.table([[text_of(one, name) for name in ("type", "value", "match", "control")] for one in rows])
    return Exit.TRUSTED


def brands_of(desk: Desk) -> Brands:
    """The brands whose keys are on this machine."""
    return Brands(desk.config_folder / FOLDER, desk.environ, asking(desk.output, may_be_none=True))


def _published(desk: Desk, brand: str) -> SignedPerimeter | None:
    """The newest perimeter that the node has of a brand; None if it knows no such brand."""
    try:
        found = expect(desk.node.call("GET", path("/api/signal/brands", brand)))
    except NodeRefused as fault:
        if code_of(fault) == NOT_FOUND:
            return None
        raise
    return perimeters.read(text_of(found, "perimeter"), shipped_suffixes())


def _file(name: str) -> SignedPerimeter:
    text = files.read(name, LARGEST).decode("latin-1").strip()
    return perimeters.read(text, shipped_suffixes())


def _show_changes(desk: Desk, changed: Changes, *, first: bool) -> None:
    """What changes, on standard error: it is what a person decides by."""
    output = desk.output
    if first:
        output.progress(output.say("perimeter.first"))
    elif changed.nothing:
        output.progress(output.say("perimeter.unchanged"))
    for sign_, channels in (("+", changed.added), ("-", changed.removed)):
        for channel in channels:
            output.progress(f"  {sign_} {shown(channel.json())}")
    if changed.name is not None:
        output.progress(f"  {output.say('perimeter.renamed', before=changed.name[0], after=changed.name[1])}")
    if changed.key is not None:
        output.progress(f"  {output.say('perimeter.rekeyed', before=changed.key[0], after=changed.key[1])}")


def _changes_object(changed: Changes) -> Members:
    return {
        "added": [channel.json() for channel in changed.added],
        "removed": [channel.json() for channel in changed.removed],
    }


def _record(desk: Desk, owner: str, text: str) -> None:
    """The TXT record to copy."""
    desk.output.phrase("publish.record", name=owner)
    desk.output.line(f'  "{text}"')
    desk.output.phrase("publish.zone")
    desk.output.line(f"  {_zone(owner, text)}")


def _zone(owner: str, text: str) -> str:
    return f'{owner}. 3600 IN TXT "{text}"'


def _stated(desk: Desk, draft: Draft) -> bool:
    """Whether a person at a terminal says that the numbers are the organisation's."""
    return _asked(desk, desk.output.say("perimeter.numbers_question", numbers=", ".join(draft.numbers)))


def _confirmed(desk: Desk) -> bool:
    return _asked(desk, desk.output.say("perimeter.publish_question"))


def _asked(desk: Desk, question: str) -> bool:
    if desk.output.as_json or not sys.stdin.isatty():
        return False
    return click.confirm(question, default=False, err=True)
