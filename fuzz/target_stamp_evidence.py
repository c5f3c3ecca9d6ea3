"""Evidence files: any octets are read or refused; what is read has one assessment, one display and one file."""

from frankmark.foundation.canonical import load
from frankmark.foundation.errors import Malformed
from frankmark.protocols.securestamp.display import display
from frankmark.protocols.securestamp.evidence_file import evidence_bytes, parse_evidence
from frankmark.protocols.securestamp.scoring import assess
from frankmark.protocols.securestamp.wire import assessment_bytes, evidence_of_assessment


def one_input(data: bytes) -> None:
    try:
        evidence = parse_evidence(data)
    except Malformed:
        return
    if parse_evidence(evidence_bytes(evidence)) != evidence:
        raise AssertionError("what was written is not what was read")
    assessment = assess(evidence)
    if assessment.score not in range(101):
        raise AssertionError("a score has two ends")
    display(assessment)
    if evidence_of_assessment(load(assessment_bytes(assessment))) != evidence:
        raise AssertionError("an assessment does not hold its evidence")
