"""`counterstamp …`: a brand's signed word that a channel is not its own, from the opening to its end."""

import mimetypes
from pathlib import Path

import click

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Refused
from frankmark.foundation.timestamps import rfc3339_s
from frankmark.ports.node_api import NodeApi
from frankmark.protocols.signal import statement as statements
from frankmark.protocols.signal.counterstamp import LONGEST_LIFE_S, ReasonCode
from frankmark.protocols.signal.model import ArtifactType, State
from frankmark.protocols.signal.statement import Statement
from frankmark.services.channel_control import ControlMethod
from frankmark.surfaces.cli import files
from frankmark.surfaces.cli.answers import every, expect, path, text_of
from frankmark.surfaces.cli.channels import asked_of
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import Exit
from frankmark.surfaces.cli.judging import shown
from frankmark.surfaces.cli.output import SIGNS
from frankmark.surfaces.cli.perimeter import brands_of
from frankmark.surfaces.cli.proofs import file_of
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["counterstamp"]

WHERE = "/api/signal/counter-stamps"
DAY_S = 86_400
LARGEST = 8_192
UNKNOWN_TYPE = "application/octet-stream"
BY_STATE = {"confirmed": "blocked", "disputed": "caution"}
Members = dict[str, Json]

evidence_option = click.option(
    "--evidence", multiple=True, metavar="FILE", help="Evidence; only its hash is sent. May be repeated."
)


@click.group()
def counterstamp() -> None:
    """State that a channel is not a brand's own, have it reviewed, dispute it, end it."""


@counterstamp.command(name="open")
@click.argument("target")
@click.option("--brand", required=True, metavar="ID|DOMAIN", help="Whose channel it is not.")
@click.option("--type", "kind", type=click.Choice([each.value for each in ArtifactType]), help="What TARGET is.")
@click.option(
    "--claim",
    type=click.Choice([each.value for each in ReasonCode]),
    default=ReasonCode.NOT_OURS.value,
    help="What the brand claims.",
)
@click.option("--days", type=click.IntRange(1, LONGEST_LIFE_S // DAY_S), help="When it ends at the latest.")
@evidence_option
@as_json
@click.pass_context
def open_(  # noqa: PLR0913  (its options)
    context: click.Context,
    *,
    target: str,
    brand: str,
    kind: str | None,
    claim: str,
    days: int | None,
    evidence: tuple[str, ...],
) -> int:
    """Open a counter-stamp on the channel TARGET; it is observed until a reviewer has looked at it."""
    desk = desk_of(context)
    body: Members = {"artifact": asked_of(target, kind), "reasonCode": claim, "evidence": _digests(evidence)}
    if days is not None:
        body["expires_at"] = desk.now_ms // 1000 + days * DAY_S
    with desk.acting_node() as node:
        body["brand"] = text_of(_brand(node, brand), "id")
        made = expect(node.call("POST", WHERE, body), 201)
    return _told(desk, made)


@counterstamp.command()
@click.argument("case_id", metavar="ID")
@as_json
@click.pass_context
def show(context: click.Context, case_id: str) -> int:
    """Show a counter-stamp to its brand or to a reviewer."""
    desk = desk_of(context)
    with desk.acting_node() as node:
        return _told(desk, _case(node, case_id))


@counterstamp.command(name="list")
@click.option("--state", type=click.Choice([each.value for each in State]), help="Only those in this state.")
@as_json
@click.pass_context
def listed(context: click.Context, state: str | None) -> int:
    """List the counter-stamps of the organisation; reviewers see all."""
    desk = desk_of(context)
    with desk.acting_node() as node:
        rows = list(every(node, WHERE, state=state or ""))
    for one in rows:
        desk.output.object(one)
    desk.output.table([[text_of(one, "id"), text_of(one, "state"), shown(one.get("artifact"))] for one in rows], 0)
    if not rows:
        desk.output.phrase("counterstamp.nobody")
    return Exit.TRUSTED


@counterstamp.command()
@click.argument("case_id", metavar="ID")
@click.option("--reason", default="", help="Why; it is never public.")
@evidence_option
@as_json
@click.pass_context
def review(context: click.Context, case_id: str, reason: str, evidence: tuple[str, ...]) -> int:
    """Put a counter-stamp under review; it needs at least one piece of evidence."""
    return _move(desk_of(context), case_id, State.UNDER_REVIEW, reason=reason, evidence=_digests(evidence))


@counterstamp.command()
@click.argument("case_id", metavar="ID")
@click.option("-o", "--output", "sink", metavar="FILE", help="The new file; ID.statement.jws if left out.")
@as_json
@click.pass_context
def statement(context: click.Context, case_id: str, sink: str | None) -> int:
    """Sign, with the brand's key on this machine, that a counter-stamp is right as it stands; holds for seven days."""
    desk = desk_of(context)
    with desk.acting_node() as node:
        case = _case(node, case_id)
        brand = _brand(node, text_of(case, "brand"))
    key = brands_of(desk).find(text_of(brand, "domain")).key
    version = case.get("version")
    stated = Statement(
        core=text_of(case, "core"),
        version=version if isinstance(version, int) else 0,
        log=text_of(case, "log"),
        iat=desk.now_ms // 1000,
    )
    text = statements.sign(stated, key)
    statements.read(text)
    file = sink or f"{case_id}.statement.jws"
    files.write_new(file, text.encode() + b"\n")
    desk.output.object({"file": file, "id": case_id, "core": stated.core, "version": stated.version})
    desk.output.phrase("counterstamp.stated", "trusted", id=case_id, file=file)
    return Exit.TRUSTED


@counterstamp.command()
@click.argument("case_id", metavar="ID")
@click.option("--statement", "file", required=True, metavar="FILE", help="What the brand has signed.")
@click.option("--reason", default="", help="Why; it is never public.")
@as_json
@click.pass_context
def confirm(context: click.Context, case_id: str, file: str, reason: str) -> int:
    """Confirm a counter-stamp: for a reviewer who has not opened it, with the brand's signed statement."""
    text = files.read(file, LARGEST).decode("latin-1").strip()
    statements.read(text)
    return _move(desk_of(context), case_id, State.CONFIRMED, reason=reason, jws=text)


@counterstamp.command()
@click.argument("case_id", metavar="ID")
@click.option(
    "--method",
    type=click.Choice([each.value for each in ControlMethod]),
    default=ControlMethod.DOMAIN_TXT.value,
    help="How control of the channel is shown.",
)
@as_json
@click.pass_context
def challenge(context: click.Context, case_id: str, method: str) -> int:
    """Ask how the owner of the channel shows control of it; no key is needed."""
    desk = desk_of(context)
    made = expect(desk.node.call("POST", f"{WHERE}/challenges", {"id": case_id, "method": method}), 201)
    desk.output.object(made)
    place, text, nonce = text_of(made, "place"), text_of(made, "text"), text_of(made, "nonce")
    desk.output.phrase("counterstamp.challenge", place=place, text=text)
    desk.output.line(f"  frankmark counterstamp dispute {case_id} --method {method} --nonce {nonce}")
    return Exit.TRUSTED


@counterstamp.command()
@click.argument("case_id", metavar="ID")
@click.option(
    "--method",
    type=click.Choice([each.value for each in ControlMethod]),
    default=ControlMethod.DOMAIN_TXT.value,
    help="How control of the channel is shown.",
)
@click.option("--nonce", help="The nonce of the challenge; without it a reviewer disputes on the owner's behalf.")
@click.option("--answer", default="", help="What the channel was sent, where the method has such an answer.")
@click.option("--reason", default="", help="Why; it is never public.")
@as_json
@click.pass_context
def dispute(context: click.Context, *, case_id: str, method: str, nonce: str | None, answer: str, reason: str) -> int:
    """Dispute a counter-stamp on one's own channel; the proof of control is all that is needed."""
    desk = desk_of(context)
    if nonce is None:
        return _move(desk, case_id, State.DISPUTED, reason=reason)
    control: Members = {"method": method, "nonce": nonce, "answer": answer}
    body: Members = {"id": case_id, "to": State.DISPUTED.value, "reason": reason, "control": control}
    return _told(desk, expect(desk.node.call("PATCH", WHERE, body)))


@counterstamp.command()
@click.argument("case_id", metavar="ID")
@click.option("--reason", required=True, help="Why; it is never public.")
@as_json
@click.pass_context
def revoke(context: click.Context, case_id: str, reason: str) -> int:
    """End a counter-stamp for good."""
    return _move(desk_of(context), case_id, State.REVOKED, reason=reason)


@counterstamp.command()
@click.argument("case_id", metavar="ID")
@click.option("-o", "--output", "sink", metavar="FILE", help="Write each opening to a new file of its own.")
@as_json
@click.pass_context
def openings(context: click.Context, case_id: str, sink: str | None) -> int:
    """Take away what shows each move in the abuse log; `frankmark verify` needs no node for it. For those concerned."""
    desk = desk_of(context)
    with desk.acting_node() as node:
        found = expect(node.call("GET", path(WHERE, case_id, "openings"))).get("items")
    rows = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    for number, one in enumerate(rows, 1):
        desk.output.object(one)
        detail = one.get("detail")
        words = [shown(detail.get(name)) for name in ("version", "from", "to")] if isinstance(detail, dict) else []
        desk.output.line("  ".join(words))
        if sink is not None:
            _keep(desk, one, Path(sink), number)
    return Exit.TRUSTED


def _keep(desk: Desk, opening: Members, file: Path, number: int) -> None:
    from frankmark.foundation import canonical  # noqa: PLC0415  (only with --output)

    name = str(file if number == 1 else file.with_stem(f"{file.stem}-{number}"))
    files.write_new(name, canonical.dump(opening) + b"\n", 0o600)
    desk.output.progress(desk.output.say("counterstamp.kept", file=name))


def _move(desk: Desk, case_id: str, to: State, *, reason: str = "", jws: str = "", evidence: Json = None) -> Exit:
    """Move a counter-stamp from the version that it has now."""
    with desk.acting_node() as node:
        body: Members = {"id": case_id, "to": to.value, "ifVersion": _case(node, case_id).get("version")}
        given: Members = {"reason": reason, "jws": jws, "evidence": evidence}
        body |= {name: value for name, value in given.items() if value}
        made = expect(node.call("PATCH", WHERE, body))
    return _told(desk, made)


def _case(node: NodeApi, case_id: str) -> Members:
    return expect(node.call("GET", path(WHERE, case_id)))


def _brand(node: NodeApi, named: str) -> Members:
    """A brand by its id or its anchor, as everybody sees it.

    Raises:
        Refused: `NODE_REFUSED`, the node knows no such brand.
    """
    found = expect(node.call("GET", path("/api/signal/brands", named)))
    if not text_of(found, "id"):
        raise Refused(CliReason.NODE_REFUSED, f"the node knows no brand {named}")
    return found


def _digests(names: tuple[str, ...]) -> Json:
    """Evidence by its digest; the files stay where they are."""
    return [{"sha256": file_of(name).hash, "mime": mimetypes.guess_type(name)[0] or UNKNOWN_TYPE} for name in names]


def _told(desk: Desk, case: Members) -> Exit:
    """Show a counter-stamp."""
    output, state = desk.output, text_of(case, "state")
    output.object(case)
    display = BY_STATE.get(state, "unknown")
    output.line(f"{SIGNS[display]} {output.say(f'counterstamp.state.{state}')}  {text_of(case, 'id')}", display)
    ends = case.get("expires_at")
    rows = [
        ["channel.channel", shown(case.get("artifact"))],
        ["channel.brand", text_of(case, "brand")],
        ["counterstamp.claim", output.say(f"counterstamp.claim.{text_of(case, 'reasonCode')}")],
        ["counterstamp.version", shown(case.get("version"))],
        ["counterstamp.ends", rfc3339_s(ends) if isinstance(ends, int) else ""],
    ]
    output.table([[output.say(name), text] for name, text in rows])
    return Exit.TRUSTED
