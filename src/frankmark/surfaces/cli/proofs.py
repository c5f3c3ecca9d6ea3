"""StampedSafe proofs for `verify`: one or many in a file, what each shows, and the status that a script can trust."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from frankmark.assembly.pins import Pins
from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Malformed
from frankmark.foundation.timestamps import rfc3339
from frankmark.surfaces.cli.desk import Desk
from frankmark.surfaces.cli.exits import Exit, worst
from frankmark.surfaces.cli.output import SIGNS, Output
from frankmark.surfaces.cli.reasons import CliReason

if TYPE_CHECKING:
    from frankmark.protocols.stampedsafe.model import Claims, FileMeta, Report, Trust

__all__ = ["LARGEST", "Asking", "Judged", "file_of", "judged", "options", "resembles", "show", "told_of"]

KIND = "stampedsafe-proof"
LARGEST = 64 * 1_048_576
NAMES = (b'"payload"', b'"sig"', b'"level"', b'"id"', b'"pk"', b'"alg"', b'"tz"')
FEWEST = 3  # of these names: some alone stand in other objects too
LOOKED_AT = 65_536
STEP = 1000  # proofs between two lines of progress
LAST_MS = 253_402_300_799_999  # the end of the year 9999
ATTESTED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What `verify` was asked of proofs.

    Attributes:
        trust: Whom the verifier believes.
        file_hash: SHA-256 of the file that the proofs are to be about; None for no file.
        min_level: The level that counts as good enough.
        allow_unbound: Whether an attestation that was not made for this content will do.
        files: What else is at hand that a proof may be about: SHA-256 as 64 lower hex → what it is called.
    """

    trust: "Trust"
    file_hash: bytes | None
    min_level: int
    allow_unbound: bool
    files: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, pins: Pins, *, file: str | None, min_level: int, allow_unbound: bool) -> "Asking":
        """Read the options.

        Raises:
            Malformed: `TRUST_FILE_INVALID`, `FILE_UNREADABLE`.
        """
        from frankmark.assembly.proofs import trust_of  # noqa: PLC0415  (proofs only)
        from frankmark.assembly.tables import shipped_timezones  # noqa: PLC0415

        file_hash = None if file is None else bytes.fromhex(file_of(file).hash)
        trust = trust_of(pins.time_authority, shipped_timezones())
        return cls(trust=trust, file_hash=file_hash, min_level=min_level, allow_unbound=allow_unbound)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of `verify` that are about proofs alone."""
    added = (
        click.option("--file", metavar="FILE", help="StampedSafe: see whether the proof is about this file."),
        click.option(
            "--min-level",
            type=click.IntRange(1, ATTESTED),
            default=1,
            help="StampedSafe: 2 asks for a time that a pinned authority attested for this content.",
        ),
        click.option(
            "--allow-unbound",
            is_flag=True,
            help="StampedSafe: let --min-level 2 take an attestation that was not made for this content.",
        ),
    )
    return reduce(lambda done, option: option(done), reversed(added), command)


def file_of(name: str) -> "FileMeta":
    """Size, hash and media type of a file, read in pieces.

    Raises:
        Malformed: `FILE_UNREADABLE`.
    """
    from frankmark.assembly.proofs import file_meta  # noqa: PLC0415  (proofs only)

    try:
        return file_meta(Path(name))
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "no such name"
        raise Malformed(CliReason.FILE_UNREADABLE, f"{name}: {reason}") from fault


def resembles(data: bytes) -> bool:
    """Whether a text is a StampedSafe proof, or many of them, by the names in it."""
    head = data[:LOOKED_AT].lstrip()
    return head.startswith((b"{", b"[")) and sum(name in head for name in NAMES) >= FEWEST


def show(desk: Desk, named: str, data: bytes, asking: Asking) -> Exit:
    """Verify what a file holds, and say what came of it.

    Args:
        desk: Where to.
        named: The file, as it was named.
        data: Its octets.
        asking: What was asked.

    Returns:
        The status: of the gravest, if there are several.
    """
    if _is_many(data):
        return _many(desk, named, data, asking)
    one = judged(data, asking)
    desk.output.object(one.object(named))
    one.tell(desk.output)
    return one.status


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One proof that was verified.

    Attributes:
        report: What came of it.
        asking: What was asked of it.
        status: The status that says it.
    """

    report: "Report"
    asking: Asking
    status: Exit

    @property
    def about(self) -> str:
        """Which of the things at hand the proof is about; empty for none of them."""
        claims = self.report.claims
        return self.asking.files.get(claims.file.hash, "") if claims is not None and claims.file is not None else ""

    def object(self, target: str) -> dict[str, Json]:
        """What `--json` prints."""
        told = _object(target, self.report, self.asking)
        return {**told, "about": self.about or None} if self.asking.files else told

    def tell(self, output: Output) -> None:
        """Show it to people."""
        if output.as_json:
            return
        _words(output, self.report, self.status)
        if self.about:
            output.phrase("proof.about", name=self.about)
        elif self.asking.files and self.report.valid:
            output.phrase("proof.about_nothing")


def judged(data: bytes, asking: Asking) -> Judged:
    """Verify one proof.

    Args:
        data: Its octets.
        asking: What was asked.
    """
    from frankmark.protocols.stampedsafe.verify import verify  # noqa: PLC0415  (proofs only)

    report = verify(data, asking.trust, file_hash=asking.file_hash)
    return Judged(report=report, asking=asking, status=_status(report, asking))


def _is_many(data: bytes) -> bool:
    """An array, or several lines of which the first and the last are whole objects."""
    bare = data.strip()
    first, _, rest = bare.partition(b"\n")
    last = bare.rpartition(b"\n")[2].strip()
    whole = first.rstrip().endswith(b"}") and last.startswith(b"{") and last.endswith(b"}")
    return bare.startswith(b"[") or (bool(rest) and whole)


def _many(desk: Desk, named: str, data: bytes, asking: Asking) -> Exit:
    from frankmark.protocols.stampedsafe.verify import verify  # noqa: PLC0415  (proofs only)
    from frankmark.protocols.stampedsafe.wire import split_proofs  # noqa: PLC0415

    output = desk.output
    try:
        texts = list(split_proofs(data))
    except Malformed as fault:
        output.problem(fault, target=named)
        return Exit.BLOCKED
    found: dict[Exit, int] = {}
    for number, text in enumerate(texts, 1):
        report = verify(text, asking.trust, file_hash=asking.file_hash)
        status = _status(report, asking)
        found[status] = found.get(status, 0) + 1
        output.object(_object(f"{named}#{number}", report, asking))
        if status is not Exit.TRUSTED and not output.as_json:
            codes = " ".join([*dict.fromkeys(each.code.value for each in report.errors), *report.warnings])
            output.line(f"{SIGNS[_shown(status)]} #{number}  {report.id or '-'}  {codes}", _shown(status))
        if number % STEP == 0:
            output.progress(output.say("proof.progress", done=number, total=len(texts)))
    good = found.get(Exit.TRUSTED, 0)
    output.phrase("proof.summary", total=len(texts), good=good, other=len(texts) - good)
    return worst(found)


def _status(report: "Report", asking: Asking) -> Exit:
    """0 valid, 10 with less than it claims, 20 not valid or not what was asked for, 30 by nobody who is pinned."""
    if not report.valid or report.file_matches is False:
        return Exit.BLOCKED
    unbound = report.time_binding == "not-before"
    enough = report.level == ATTESTED and (asking.allow_unbound or not unbound)
    if asking.min_level == ATTESTED and not enough:
        return Exit.UNKNOWN if _nobodys(report, asking) else Exit.BLOCKED
    return Exit.CAUTION if unbound or report.errors or "LEVEL_UNPROVEN" in report.warnings else Exit.TRUSTED


def _nobodys(report: "Report", asking: Asking) -> bool:
    """Whether nothing speaks against the attestation but that its key is not in the trust file."""
    kid = report.claims.kid if report.claims else ""
    return {each.code for each in report.errors} == {"TA_UNTRUSTED_KEY"} and kid not in asking.trust.authorities


def _object(target: str, report: "Report", asking: Asking) -> dict[str, Json]:
    """What `--json` prints: the report, in the frame that everything verified has."""
    from frankmark.protocols.stampedsafe.wire import report_json  # noqa: PLC0415  (proofs only)

    first = report.errors[0] if report.errors else None
    code = first.code.value if first else None
    if first is None and _status(report, asking) is not Exit.TRUSTED:
        code = "LEVEL_UNPROVEN" if report.level != ATTESTED else None
    return {
        "target": target,
        "kind": KIND,
        "reason": code,
        "detail": first.message if first else None,
        "issuer": None,
        "facts": told_of(report),
        **report_json(report),
    }


def told_of(report: "Report") -> dict[str, Json]:
    """What a valid proof says, under names that claim no more than is shown.

    Args:
        report: The report.

    Returns:
        Its members: `claimedTime` is the maker's own word, `attestedTime` an authority's about this content, and
        `notBefore` an authority's about something else; empty unless the proof is valid.
    """
    claims = report.claims
    if claims is None:
        return {}
    file: Json = None
    if claims.file is not None:
        file = {name: getattr(claims.file, name) for name in ("name", "size", "hash", "type")}
    name, ms = _time(report, claims)
    attested = claims.kid if claims.attested_ms is not None else None
    return {name: _instant(ms), "timezone": claims.tz, "authority": attested, "message": claims.message, "file": file}


def _time(report: "Report", claims: "Claims") -> tuple[str, int]:
    if claims.attested_ms is None:
        return "claimedTime", claims.t
    return "attestedTime" if report.time_binding == "bound" else "notBefore", claims.attested_ms


def _instant(ms: int) -> str:
    """As text where the calendar reaches, else as the number that the proof holds."""
    return rfc3339(ms) if ms <= LAST_MS else f"{ms} ms"


def _words(output: Output, report: "Report", status: Exit) -> None:
    display = _shown(status)
    word = output.say(_word(report, status))
    output.line(f"{SIGNS[display]} {word}  {output.say('proof.kind')}  {report.id}".rstrip(), display)
    if report.valid and report.file_matches is not False and status in {Exit.BLOCKED, Exit.UNKNOWN}:
        output.phrase("proof.too_little")
    for problem in report.errors:
        where = f" ({problem.path})" if problem.path else ""
        output.line(f"  {problem.code.value}{where}: {output.say(f'proof.code.{problem.code.value}')}")
        if problem.code == "TA_UNTRUSTED_KEY":
            output.phrase("proof.pin_advice")
    for warning in report.warnings:
        output.line(f"  {warning.value}: {output.say(f'proof.code.{warning.value}')}")
    claims = report.claims
    if claims is not None:
        name, ms = _time(report, claims)
        output.line(f"  {output.say(f'proof.{name}', time=_instant(ms), timezone=claims.tz, kid=claims.kid)}")
        rows = [[output.say("proof.message"), claims.message]] if claims.message else []
        if claims.file is not None:
            octets = output.say("proof.octets", size=claims.file.size)
            rows.append([output.say("proof.file"), f"{claims.file.name}  {octets}  {claims.file.type}"])
        output.table(rows)
    if report.file_matches:
        output.phrase("proof.file_matches")


def _word(report: "Report", status: Exit) -> str:
    """The word of the first line: a proof can be valid, and still not be what was asked for."""
    if not report.valid:
        return "thing.invalid"
    return {Exit.BLOCKED: "proof.refused", Exit.UNKNOWN: "thing.undecided"}.get(status, "thing.valid")


def _shown(status: Exit) -> str:
    return {Exit.TRUSTED: "trusted", Exit.CAUTION: "caution", Exit.UNKNOWN: "unknown"}.get(status, "blocked")
