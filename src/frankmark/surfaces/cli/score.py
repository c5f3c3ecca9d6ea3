"""`score`: the assessment of stored evidence, computed again without asking anybody."""

import sys

import click

from frankmark.protocols.securestamp.display import display
from frankmark.protocols.securestamp.evidence_file import LARGEST, parse_evidence
from frankmark.protocols.securestamp.scoring import assess
from frankmark.protocols.securestamp.wire import assessment_bytes
from frankmark.surfaces.cli import files
from frankmark.surfaces.cli.check import fail_on
from frankmark.surfaces.cli.desk import as_json
from frankmark.surfaces.cli.exits import DISPLAY, failing

__all__ = ["score"]


@click.command()
@click.argument("evidence", metavar="EVIDENCE.json")
@fail_on
@as_json
def score(evidence: str, fail_on: str | None) -> int:
    """Compute the assessment of an evidence file, `-` for standard input, under the algorithm that it names.

    Prints the canonical octets of the assessment (RFC 8785), the same for everybody who computes it.
    """
    assessment = assess(parse_evidence(files.read(evidence, LARGEST)))
    sys.stdout.write(assessment_bytes(assessment).decode() + "\n")
    return failing(DISPLAY[display(assessment).value], fail_on)
