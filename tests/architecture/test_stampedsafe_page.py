"""The examples of `specs/stampedsafe.md` are true, and its tables name every code."""

import json
import re
from pathlib import Path

from frankmark.assembly.proofs import trust_of
from frankmark.foundation.digest import sha256
from frankmark.protocols.stampedsafe.reasons import StampedSafeReason
from frankmark.protocols.stampedsafe.verify import verify
from frankmark.protocols.stampedsafe.wire import canonical_form, report_json

PAGE = (Path(__file__).parents[2] / "specs" / "stampedsafe.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\w*\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
FIRST, OCTETS, STEPS, SECOND, REPORT = BLOCKS[:5]


def test_first_example_is_what_the_page_says_of_it() -> None:
    proof = json.loads(FIRST)
    assert canonical_form(proof["payload"]) == OCTETS.rstrip("\n").encode()
    digest = sha256(OCTETS.rstrip("\n").encode()).hex()
    signature = "".join(STEPS.partition("sig")[2].split())
    assert STEPS.split()[1] == digest
    assert (proof["id"], signature) == (digest[:12], proof["sig"])
    assert f"{proof['id']}, or in the long form {digest[:24]}" in STEPS


def test_second_example_verifies_as_the_page_says() -> None:
    proof = json.loads(SECOND)
    trust = trust_of({"ta-2026-01": {"pk": proof["payload"]["ta"]["pk"]}}, frozenset({"America/New_York"}))
    report = report_json(verify(SECOND.encode(), trust, file_hash=sha256(bytes(1024))))
    assert report.pop("fileMatches") is True
    assert report == json.loads(REPORT)


def test_every_code_stands_on_the_page() -> None:
    assert [code for code in StampedSafeReason if f"`{code}`" not in PAGE] == []
