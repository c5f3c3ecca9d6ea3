"""What anybody may read without asking anybody: source, specification, vectors and ledger."""

import ast
import json
import re

import pytest
from tests.rows.staging import ROOT

SPECS = ROOT / "specs"
SUITES = {
    file.stem: json.loads(file.read_bytes())
    for file in sorted((ROOT / "vectors").glob("*.json"))
    if json.loads(file.read_bytes()).get("standard", "").startswith("specs/")
}


def words(page):
    return " ".join((SPECS / page).read_text(encoding="utf-8").split())


@pytest.mark.row("L46")
def test_L46_the_specification_stands_in_the_repository_with_its_versions():
    index = words("README.md")
    pages = {file.name for file in SPECS.glob("*.md")} - {"README.md"}
    for page in pages:
        assert f"({page})" in index, page
    for page, said in {
        "stamp-record.md": ("_securestamp.", "| `v` | `1`", "permerror", "temperror"),
        "stamp-header.md": ("X-SecureStamp", "v=1"),
        "stamp-token.md": ("ES256", "stampId", "domain", "orgId", "score", "iat", "exp", "iss"),
        "ledger-entry.md": ("StampIssuance", "StampRevocation", "ScoreChange", '"v":1', "securestamp-main"),
        "trust-score.md": ("sstp-score/0.2.0", "sstp-score/0.1.0"),
    }.items():
        for text in said:
            assert text in words(page), (page, text)
    # What the product names itself is what the pages say.
    source = (ROOT / "src/frankmark/protocols/securestamp/evidence.py").read_text(encoding="utf-8")
    assert re.search(r'ALGORITHM: Final = "(.+)"', source)[1] in words("trust-score.md")


@pytest.mark.row("W44")
def test_W44_every_specification_names_its_conformance_vectors_and_how_many_there_are():
    assert {"record", "header", "token", "ledger-entry", "score", "display", "lookalike"} <= SUITES.keys()
    for suite, content in SUITES.items():
        text = words(content["standard"].removeprefix("specs/"))
        assert f"`vectors/{suite}.json`" in text, suite
        vectors = text[text.rindex("## Vectors") :]
        if suite == "registration":  # its page names the file; its runner asserts the number
            continue
        for group, listed in content.items():
            if isinstance(listed, list) and group != "keySets":
                assert re.search(rf"\b{len(listed)}\b", vectors), (suite, group, len(listed))


@pytest.mark.row("W2")
def test_W2_scoring_source_specification_and_ledger_need_no_login(node, stamped):
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    for name in ("scoring.py", "rules.py", "signals.py"):
        source = (ROOT / "src/frankmark/protocols/securestamp" / name).read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(source)), name
    assert "sstp-score/0.2.0" in words("trust-score.md")
    head = node.anyone.get("/v1/ledger/head")
    size = head.json["size"]
    for path in (
        "/v1/ledger/head",
        f"/v1/ledger/tx/{stamped.tx_hash}",
        f"/v1/ledger/proof/{stamped.tx_hash}",
        "/v1/ledger/explore?start=0&limit=2",
        f"/v1/ledger/inclusion?index=0&size={size}",
        f"/v1/ledger/consistency?old=1&new={size}",
        "/v1/ledger/log/checkpoint",
        f"/v1/ledger/log/tile/entries/000.p/{size}",
        f"/v1/ledger/log/tile/0/000.p/{size}",
        "/openapi.json",
    ):
        answer = node.anyone.get(path)
        assert (answer.status, bool(answer.data)) == (200, True), path
