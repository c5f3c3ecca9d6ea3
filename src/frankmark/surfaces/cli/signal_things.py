"""Things of Signal for `verify`, and the proofs that are attached to them and to messages as evidence."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

import click

from frankmark.assembly.offline import OF_SIGNAL, Finding, Kind, Thing, recognise
from frankmark.assembly.pins import Pins
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Malformed, Unavailable
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.surfaces.cli import files, proofs
from frankmark.surfaces.cli.desk import Desk
from frankmark.surfaces.cli.exits import Exit, worst
from frankmark.surfaces.cli.judging import finding_object, status_of, tell
from frankmark.surfaces.cli.reasons import CliReason

if TYPE_CHECKING:
    from frankmark.assembly.attached import Attachment

__all__ = ["Attached", "Brought", "attached", "is_message", "is_receipt", "options", "show"]

LARGEST_PROOF = 1_048_576
LARGEST_MESSAGE = 25 * 1_048_576
EVIDENCE = b'"evidence"'
FIRST_LINE = re.compile(rb"(?:From |[!-9;-~]+[ \t]*:)")
ATTACHED = frozenset({"application/json", "application/jose", "application/octet-stream", "text/plain"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What `verify` was told about Signal.

    Attributes:
        pins: Whom the verifier believes.
        online: Whether the DNS is asked for the key of a brand.
        jkts: Thumbprints of brands' keys that reached the person on another way.
        files: Offline proofs that a log held something before a key ended.
    """

    pins: Pins
    online: bool
    jkts: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """Something attached to a message that can be verified.

    Attributes:
        name: Its file name.
        data: Its octets.
        is_proof: Whether it is a StampedSafe proof.
        beside: The other attachments: SHA-256 → file name.
    """

    name: str
    data: bytes
    is_proof: bool
    beside: Mapping[str, str]


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of `verify` that are about Signal alone."""
    added = (
        click.option("--jkt", multiple=True, help="Signal: a thumbprint that a brand's TXT record publishes."),
        click.option(
            "--proof",
            multiple=True,
            metavar="FILE",
            help="Signal: an offline proof that the log held it before its key ended.",
        ),
    )
    return reduce(lambda done, option: option(done), reversed(added), command)


def is_message(data: bytes) -> bool:
    """Whether octets are a mail message."""
    if not FIRST_LINE.match(data):
        return False
    from frankmark.assembly import attached  # noqa: PLC0415  (messages only)

    return attached.is_message(data)


def is_receipt(data: bytes) -> bool:
    """Whether a JSON text is a receipt, maybe with proofs attached to it."""
    if not data.lstrip().startswith(b"{"):
        return False
    try:
        return recognise(data).kind is Kind.RECEIPT
    except Malformed:
        return False


def attached(data: bytes) -> list[Attached]:
    """What is attached to a message and can be verified.

    Raises:
        Malformed: `FILE_TOO_LARGE`; what `attachments_of` raises.
    """
    from frankmark.assembly.attached import attachments_of  # noqa: PLC0415  (messages only)

    if len(data) > LARGEST_MESSAGE:
        raise Malformed(CliReason.FILE_TOO_LARGE, f"a message of at most {LARGEST_MESSAGE} octets")
    parts = attachments_of(data)
    hashes = {part.digest: part.name for part in parts}
    found = []
    for part in parts:
        is_proof = proofs.resembles(part.data) and not is_receipt(part.data)
        if part.media in ATTACHED and (is_proof or _is_signal(part)):
            found.append(Attached(name=part.name, data=part.data, is_proof=is_proof, beside=hashes))
    return found


def _is_signal(part: "Attachment") -> bool:
    try:
        return recognise(part.data).kind in OF_SIGNAL
    except Malformed:
        return False


def show(desk: Desk, named: str, thing: Thing, brought: Brought, asking: Callable[[], proofs.Asking]) -> Exit:
    """Verify a thing of Signal, with what is attached to it, and say what came of it.

    Args:
        desk: Where to.
        named: The thing, as it was named.
        thing: The thing.
        brought: What was told about Signal.
        asking: What was asked of proofs.

    Returns:
        The status: of the gravest, if something is attached.
    """
    finding = _judged(desk, thing, brought)
    told = finding_object(named, finding)
    evidence = _evidence(thing, asking) if thing.kind is Kind.RECEIPT and EVIDENCE in thing.data else []
    if evidence:
        told["evidence"] = [one.object(f"{named}#{number}") for number, one in enumerate(evidence, 1)]
    desk.output.object(told)
    tell(desk.output, finding)
    for one in evidence:
        one.tell(desk.output)
    return worst([status_of(finding), *(one.status for one in evidence)])


def _evidence(thing: Thing, asking: Callable[[], proofs.Asking]) -> list[proofs.Judged]:
    """The proofs attached to a receipt; each may be about the receipt itself."""
    from frankmark.assembly.offline_signal import evidence_of  # noqa: PLC0415  (receipts only)

    text, pieces = evidence_of(thing)
    about = replace(asking(), files={sha256(text).hex(): "receipt"})
    return [proofs.judged(piece, about) for piece in pieces]


def _judged(desk: Desk, thing: Thing, brought: Brought) -> Finding:
    if thing.kind is Kind.SPLIT_VIEW:
        from frankmark.assembly.split_view import judge_split_view  # noqa: PLC0415  (split views only)

        return judge_split_view(thing.data, brought.pins)
    from frankmark.assembly import offline_signal  # noqa: PLC0415  (things of Signal only)

    with_these = offline_signal.Brought(
        pins=brought.pins,
        now_ms=desk.now_ms,
        jkts=brought.jkts,
        time_proofs=tuple(TlogProof.parse(files.read(name, LARGEST_PROOF)) for name in brought.files),
    )
    finding = offline_signal.judge_signal(thing, with_these)
    anchor = _anchor(finding)
    if not brought.online or not anchor:
        return finding
    return offline_signal.judge_signal(thing, replace(with_these, jkts=(*brought.jkts, *_published(desk, anchor))))


def _anchor(finding: Finding) -> str:
    """The domain whose record says whether a perimeter's key is its brand's; empty for anything else."""
    brand = finding.facts.get("brand") if finding.kind is Kind.PERIMETER else None
    return str(brand.get("domain")) if isinstance(brand, dict) else ""


def _published(desk: Desk, anchor: str) -> tuple[str, ...]:
    """The thumbprints that an anchor publishes.

    Raises:
        Unavailable: `DNS_UNAVAILABLE`.
    """
    from frankmark.assembly.brands import published_keys  # noqa: PLC0415  (the DNS, only if asked)

    keys = published_keys(desk.settings, desk.environ, anchor)
    if keys.failed:
        raise Unavailable(CliReason.DNS_UNAVAILABLE, f"the name servers of {anchor} did not answer")
    return keys.jkts
