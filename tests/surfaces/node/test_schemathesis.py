"""The description of the interface against the interface: generated requests, good and bad, over a socket.

schemathesis makes them out of the OpenAPI document that the node serves, and judges every answer by the same document:
statuses, media types, schemas, `Allow`, what must be accepted and what must be refused.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
EXAMPLES = int(os.environ.get("FRANKMARK_SCHEMATHESIS_EXAMPLES", "8"))
OWN_ORGANISATION = [
    "POST /api/addresses",
    "POST /api/domains",
    "POST /api/domains/{domain}/verify",
    "POST /api/keys",
    "POST /api/signal/brands",
    "POST /api/stamps",
]
# What only the ledger's size can say is out of range, and a limit that stands in no schema.
RANGES = [
    "GET /v1/ledger/consistency",
    "GET /v1/ledger/inclusion",
    "GET /api/signal/logs/{log}/consistency",
    "GET /api/signal/logs/{log}/entries",
    "GET /api/signal/logs/{log}/proof",
]
# What is asked about has a form that no schema can say: channels, platforms' own objects, signed texts.
FORMS = [
    "POST /api/signal/verify",
    "POST /api/signal/brands",
    "GET /api/signal/channels",
    "POST /api/signal/counter-stamps",
    "PATCH /api/signal/counter-stamps",
    "POST /api/signal/connectors/telegram",
    "POST /api/signal/connectors/whatsapp",
]
# This node has neither name servers nor a way out for mail nor accounts at platforms, and says so with 503.
UNREACHABLE = [
    "POST /api/addresses",
    "POST /api/domains/{domain}/verify",
    "POST /api/stamps/{stamp_id}/renew",
    "GET /api/signal/hooks/whatsapp",
    "POST /api/signal/hooks/telegram",
    "POST /api/signal/hooks/whatsapp",
]


def config(admin: str, org: str) -> str:
    """The settings of the run: an administrator's key, and an organisation's where the organisation is meant."""
    parts = [
        f'headers = {{ Authorization = "Bearer {admin}" }}',
        "warnings = false",
        "[checks]",
        "ignored_auth.enabled = false  # every operation takes a key, and most need none",
    ]
    for name in OWN_ORGANISATION:
        parts += ["[[operations]]", f'include-name = "{name}"', f'headers = {{ Authorization = "Bearer {org}" }}']
    for name in RANGES:
        parts += [
            "[[operations]]",
            f'include-name = "{name}"',
            '[operations.checks]\npositive_data_acceptance.expected-statuses = ["2xx", 400, 404, 422]',
        ]
    for name in FORMS:
        parts += ["[[operations]]", f'include-name = "{name}"']
        parts += ["[operations.checks]", 'positive_data_acceptance.expected-statuses = ["2xx", "4xx"]']
    for name in UNREACHABLE:
        parts += ["[[operations]]", f'include-name = "{name}"']
        parts += ["[operations.checks]", 'not_a_server_error.expected-statuses = ["2xx", "4xx", 503]']
    # A null that became a text is counted as wrong, although the other branch of the same anyOf takes it.
    parts += ["[[operations]]", 'include-name = "POST /api/trust/check/batch"']
    parts += ["[operations.checks]", 'negative_data_rejection.expected-statuses = ["200", "4xx"]']
    return "\n".join(parts) + "\n"


def known_of(node) -> tuple[dict[str, str], str]:
    """Ids of what there is, by the names of the path parameters; and an organisation's key."""
    stamp = node.stamped("good.example")
    report = node.ask("POST", "/api/reports", {"category": "SPAM", "domain": "good.example"}).json()
    node.admin("POST", "/api/lists/admin", {"domain": "bad.example", "note": "phishing"})
    reader = node.admin("POST", "/api/keys", {"role": "reader", "name": "reader", "orgId": stamp["orgId"]})
    known = {
        "key_id": reader["keyId"],
        "stamp_id": stamp["stampId"],
        "tx_hash": stamp["txHash"],
        "domain": stamp["domain"],
        "report_id": report["reportId"],
        "node_id": node.services.node_id,
    }
    return known, stamp["key"]


@pytest.mark.row("L19")
def test_every_generated_request_is_answered_as_the_description_says(node, tmp_path) -> None:
    known, org_key = known_of(node)
    (tmp_path / "schemathesis.toml").write_text(config(node.running.run_token, org_key))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(tmp_path / "schemathesis.toml")),
            *("run", f"{node.base}/openapi.json", "--url", node.base),
            *("--phases", "examples,coverage,fuzzing", "--mode", "all", "--checks", "all"),
            *("--max-examples", str(EXAMPLES), "--seed", "20260101", "--no-color", "--continue-on-failure"),
        ],
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
            "PYTHONPATH": str(HERE),
            "FRANKMARK_SCHEMATHESIS": json.dumps(known),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
    tested = re.search(r"Tested: ([0-9]+)", done.stdout)
    assert tested is not None, done.stdout[-3_000:]
    assert int(tested[1]) >= 90
