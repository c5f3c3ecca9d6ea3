"""`score`: the assessment of stored evidence, computed again without asking anybody."""

import sys

import click

from frankmark.foundation import canonical
from frankmark.foundation.errors import Malformed
from frankmark.protocols.securestamp.display import display
from frankmark.protocols.securestamp.evidence import Evidence
from frankmark.protocols.securestamp.evidence_file import parse_evidence
from frankmark.protocols.securestamp.scoring import assess
from frankmark.protocols.securestamp.wire import assessment_bytes, evidence_of_assessment
from frankmark.surfaces.cli import files
from frankmark.surfaces.cli.check import fail_on
from frankmark.surfaces.cli.desk import as_json
from frankmark.surfaces.cli.exits import DISPLAY, failing

__all__ = ["score"]

LARGEST = 262_144


@click.command()
@click.argument("evidence", metavar="EVIDENCE.json")
@fail_on
@as_json
def score(evidence: str, fail_on: str | None) -> int:
    """Compute the assessment of an evidence file, `-` for standard input, under the algorithm that it names.

    What `check --json` printed is taken too, as it holds its evidence. Prints the canonical octets of the assessment
    (RFC 8785), the same for everybody who computes it; the exit status is that of `check`.
    """
    assessment = assess(_evidence(files.read(evidence, LARGEST)))
    sys.stdout.write(assessment_bytes(assessment).decode() + "\n")
    return failing(DISPLAY[display(assessment).value], fail_on)


def _evidence(data: bytes) -> Evidence:
    """The evidence of a file, of an assessment, or of an answer that holds an assessment."""
    try:
        value = canonical.load(data, max_bytes=LARGEST)
    except Malformed:
        return parse_evidence(data)  # says what is wrong
    whole = value.get("assessment", value) if isinstance(value, dict) else value
    if isinstance(whole, dict) and "evidenceHash" in whole:
        return evidence_of_assessment(whole)
    return parse_evidence(data)
