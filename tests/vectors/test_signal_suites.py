"""The Signal suites as files: they have their schema's form, and their generators write these very octets."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from frankmark.protocols.signal.model import ObservedSignal
from frankmark.protocols.signal.reasons import SignalReason

VECTORS = Path(__file__).parents[2] / "vectors"
SUITES = ("artifact", "counterstamp", "log", "perimeter", "receipt", "verdict", "webhook")
SIGNED = ("counterstamp", "log", "perimeter", "receipt")
BAD_INPUTS = {"oversized", "duplicate key", "truncated"}
# Said of what the caller asks for, not of a vector's octets.
ELSEWHERE = {SignalReason.ARTIFACTS_TOO_MANY}


def text_of(suite: str) -> str:
    return (VECTORS / f"signal-{suite}.json").read_text(encoding="ascii")


@pytest.mark.parametrize("suite", SUITES)
def test_a_suite_has_its_schemas_form(suite: str) -> None:
    schema = json.loads((VECTORS / "schema" / f"signal-{suite}.schema.json").read_text(encoding="ascii"))
    faults = list(Draft202012Validator(schema).iter_errors(json.loads(text_of(suite))))
    assert not faults, faults[0].message[:500]


@pytest.mark.parametrize("suite", SUITES)
def test_the_generator_writes_these_very_octets(suite: str, tmp_path: Path) -> None:
    written = tmp_path / "suite.json"
    script = VECTORS / "generate" / f"signal_{suite}.py"
    subprocess.run([sys.executable, str(script), str(written)], check=True, capture_output=True)
    assert written.read_bytes() == (VECTORS / f"signal-{suite}.json").read_bytes()


@pytest.mark.parametrize("suite", SIGNED)
def test_each_kind_of_bad_input_has_a_named_case(suite: str) -> None:
    assert {kind for kind in BAD_INPUTS if f'"name": "{kind}' in text_of(suite)} == BAD_INPUTS


def test_every_code_and_every_signal_stands_in_some_vector() -> None:
    whole = "".join(map(text_of, SUITES))
    assert {reason for reason in SignalReason if f'"{reason}"' not in whole} == ELSEWHERE
    assert {signal for signal in ObservedSignal if f'"{signal}"' not in whole} == set()
