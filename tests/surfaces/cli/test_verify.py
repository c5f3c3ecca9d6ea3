"""`verify`: what it says of good, tampered, foreign and old things, and that it never opens a connection."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frankmark.assembly.offline import judge, recognise
from frankmark.assembly.pins import load_pins
from frankmark.foundation.errors import Malformed
from frankmark.foundation.jwks import JwkSet, KeyStatus

NO_NETWORK = ("unshare", "-rn")


def things(mint) -> dict[str, bytes]:
    token = mint.token()
    url = f"https://mark.example/verify/{token}"
    return {
        "token": token.encode(),
        "token in a file with a line end": token.encode() + b"\n",
        "verify URL": url.encode(),
        "DNS record": f"securestamp=v=1; id=f47ac10b-58cc-4372-a567-0e02b2c3d479; url={url}".encode(),
        "header": f"v=1; token={token}; verify={url}".encode(),
        "header with its name": f"X-SecureStamp: v=1; token={token};\r\n verify={url}".encode(),
        "transaction": mint.transaction(),
        "offline proof": mint.tlog_proof(),
        "tree head": mint.head().note.render(),
    }


NAMES = (
    "token",
    "token in a file with a line end",
    "verify URL",
    "DNS record",
    "header",
    "header with its name",
    "transaction",
    "offline proof",
    "tree head",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_good_thing_is_valid(shell, mint, tmp_path: Path, name: str) -> None:
    mint.pin(shell)
    (tmp_path / "thing").write_bytes(things(mint)[name])
    done = shell("verify", "thing", "--json")
    assert done.status == 0, done.out
    assert done.object["valid"] is True
    assert done.object["issuer"] == "https://mark.example"


@pytest.mark.parametrize("name", NAMES)
def test_standard_input_is_a_file_too(shell, mint, name: str) -> None:
    mint.pin(shell)
    assert shell("verify", "-", stdin=things(mint)[name]).status == 0


@pytest.mark.parametrize("name", ["token", "verify URL", "DNS record", "header"])
def test_a_text_on_the_command_line_needs_no_file(shell, mint, name: str) -> None:
    mint.pin(shell)
    assert shell("verify", things(mint)[name].decode()).status == 0


def test_nothing_is_asked_when_there_is_no_network_at_all(shell, mint, tmp_path: Path) -> None:
    mint.pin(shell)
    files = []
    for number, data in enumerate(things(mint).values()):
        files.append(f"thing{number}")
        (tmp_path / files[-1]).write_bytes(data)
    done = shell.program("verify", *files, before=NO_NETWORK)
    assert done.status == 0, done.out + done.err
    assert done.out.count("VALID") == len(files)


@pytest.mark.parametrize("name", NAMES)
def test_an_issuer_that_is_not_pinned_is_neither_right_nor_wrong(shell, mint, tmp_path: Path, name: str) -> None:
    (tmp_path / "thing").write_bytes(things(mint)[name])
    done = shell("verify", "thing")
    assert done.status == 30
    assert "ISSUER_NOT_PINNED" in done.out
    assert "frankmark trust add" in done.out


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7), name=st.sampled_from(NAMES))
def test_a_changed_bit_never_verifies_as_another_thing(shell, mint, place: int, bit: int, name: str) -> None:
    """A flip may leave what is said untouched (the case of a tag's name, a second statement); it never changes it."""
    mint.pin(shell)
    pins = load_pins(shell.config / "trust.toml")
    good = things(mint)[name]
    data = bytearray(good)
    data[place % len(data)] ^= 1 << bit
    try:
        finding = judge(recognise(bytes(data)), pins, 1_800_000_000_000)
    except Malformed:
        return
    if finding.error is None:
        assert finding.facts == judge(recognise(good), pins, 1_800_000_000_000).facts


def test_a_tampered_token_is_not_valid(shell, mint) -> None:
    mint.pin(shell)
    head, payload, seal = mint.token().split(".")
    other = mint.token(domain="evil.example").split(".")[1]
    done = shell("verify", f"{head}.{other}.{seal}", "--json")
    assert (done.status, done.object["reason"]) == (20, "SIGNATURE_FALSE")
    assert shell("verify", f"{head}.{payload}.{seal[:-4]}AAAA").status == 20


def test_an_expired_token_is_not_valid(shell, mint) -> None:
    mint.pin(shell)
    done = shell("verify", mint.token(iat=1_500_000_000, exp=1_600_000_000), "--json")
    assert (done.status, done.object["reason"]) == (20, "TOKEN_EXPIRED")


def test_a_token_from_the_future_is_not_valid(shell, mint) -> None:
    mint.pin(shell)
    done = shell("verify", mint.token(iat=3_900_000_000), "--json")
    assert (done.status, done.object["reason"]) == (20, "TOKEN_NOT_YET_VALID")


def test_a_record_that_names_another_stamp_is_not_valid(shell, mint) -> None:
    mint.pin(shell)
    url = f"https://mark.example/verify/{mint.token()}"
    other = "0f8fad5b-d9cb-469f-a165-70867728950e"
    done = shell("verify", f"securestamp=v=1; id={other}; url={url}", "--json")
    assert (done.status, done.object["reason"]) == (20, "STAMP_MISMATCH")


def test_a_url_at_another_host_does_not_borrow_the_name_of_the_issuer(shell, mint) -> None:
    mint.pin(shell)
    done = shell("verify", f"https://evil.example/verify/{mint.token()}", "--json")
    assert (done.status, done.object["reason"]) == (20, "UNTRUSTED_ISSUER")


@pytest.mark.parametrize(
    ("status", "reason", "exit_status"),
    [(KeyStatus.RETIRED, "KEY_TIME_UNPROVEN", 30), (KeyStatus.COMPROMISED, "KEY_COMPROMISED", 20)],
)
def test_a_token_under_an_ended_key_proves_no_time(
    shell, mint, status: KeyStatus, reason: str, exit_status: int
) -> None:
    times = {KeyStatus.RETIRED: "retired_at_ms", KeyStatus.COMPROMISED: "compromised_at_ms"}
    mint.pin(shell, jwk=replace(mint.jwk, status=status, **{times[status]: 1_790_000_000_000}))
    done = shell("verify", mint.token(), "--json")
    assert (done.status, done.object["reason"]) == (exit_status, reason)


@pytest.mark.parametrize(
    ("retired_at_s", "exit_status", "reason"),
    [(1_800_000_001, 0, None), (1_800_000_000, 30, "KEY_TIME_UNPROVEN"), (1_700_000_000, 30, "KEY_TIME_UNPROVEN")],
)
def test_an_entry_under_a_retired_key_counts_if_a_witness_saw_it_before(
    shell, mint, retired_at_s: int, exit_status: int, reason: str | None
) -> None:
    jwk = replace(mint.jwk, status=KeyStatus.RETIRED, retired_at_ms=retired_at_s * 1000)
    mint.pin(shell, jwk=jwk)
    done = shell("verify", "-", "--json", stdin=mint.transaction())
    assert (done.status, done.object["reason"]) == (exit_status, reason)


@pytest.mark.parametrize(("quorum", "exit_status"), [(1, 0), (2, 30)])
def test_one_witness_alone_cannot_date_an_entry_back(shell, mint, quorum: int, exit_status: int) -> None:
    jwk = replace(mint.jwk, status=KeyStatus.COMPROMISED, compromised_at_ms=1_800_000_000_000)
    mint.pin(shell, jwk=jwk, quorum=quorum)
    note = mint.head(seen_s=(1_700_000_000, 1_900_000_000)).note.render().decode()
    done = shell("verify", "-", "--json", stdin=mint.transaction(checkpoint=note))
    assert done.status == exit_status, done.out


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"txHash": "00" * 32}, "TX_HASH_MISMATCH"),
        ({"entrySig": "A" * 86}, "ENTRY_SIGNATURE"),
        ({"entrySig": ""}, "ENTRY_SIGNATURE"),
        ({"proof": {"leafIndex": 0, "auditPath": []}}, "PROOF_INVALID"),
        ({"entry": {}}, "ENTRY_MALFORMED"),
    ],
)
def test_a_tampered_transaction_is_not_valid(shell, mint, changes: dict, reason: str) -> None:
    mint.pin(shell)
    done = shell("verify", "-", "--json", stdin=mint.transaction(**changes))
    assert done.status == 20
    assert done.object["valid"] is False
    if reason != "PROOF_INVALID":
        assert done.object["reason"] == reason


def test_too_few_witnesses_are_too_few(shell, mint) -> None:
    mint.pin(shell)
    done = shell("verify", "-", "--json", stdin=mint.head(witnesses=1).note.render())
    assert (done.status, done.object["reason"]) == (20, "COSIGNATURES_TOO_FEW")
    mint.pin(shell, quorum=1)
    assert shell("verify", "-", stdin=mint.head(witnesses=1).note.render()).status == 0


def test_a_log_is_not_pinned_because_its_issuer_is(shell, mint) -> None:
    mint.pin(shell, logs=False)
    assert shell("verify", "-", stdin=mint.tlog_proof()).status == 30
    assert shell("verify", mint.token()).status == 0


def test_a_proof_without_what_it_is_about_proves_nothing(shell, mint) -> None:
    mint.pin(shell)
    done = shell("verify", "-", "--json", stdin=mint.proof().render())
    assert (done.status, done.object["reason"]) == (20, "PROOF_WITHOUT_ENTRY")


def test_keys_may_be_named_instead_of_a_trust_file(shell, mint, tmp_path: Path) -> None:
    (tmp_path / "jwks.json").write_bytes(JwkSet((mint.jwk,)).dump())
    assert shell("verify", mint.token(), "--jwks", "https://mark.example=jwks.json").status == 0
    assert shell("verify", mint.token(), "--jwks", "https://other.example=jwks.json").status == 30
    assert shell("verify", mint.token(), "--jwks", "jwks.json").status == 2
    assert shell("verify", mint.token(), "--jwks", "https://mark.example=nowhere.json").status == 2


def test_a_trust_file_may_be_named(shell, mint, tmp_path: Path) -> None:
    mint.pin(shell)
    (shell.config / "trust.toml").rename(tmp_path / "mine.toml")
    assert shell("verify", mint.token()).status == 30
    assert shell("verify", mint.token(), "--trust", "mine.toml").status == 0
    (tmp_path / "mine.toml").write_text("[issuer]\nx = 1")
    assert shell("verify", mint.token(), "--trust", "mine.toml").status == 2


def test_what_is_no_thing_at_all_is_a_usage_error(shell) -> None:
    done = shell("verify", "hello", "--json")
    assert done.status == 2
    assert done.object["error"]["code"] == "THING_UNKNOWN"


@pytest.mark.parametrize("text", ['{"a": 1}', "{}", "{", '{"iss": "https://mark.example", "jwks": {"keys": []}}'])
def test_an_object_of_another_kind_is_unknown_and_not_an_invalid_entry(shell, text: str) -> None:
    done = shell("verify", text, "--json")
    assert done.status == 2
    assert done.object["error"]["code"] == "THING_UNKNOWN"


@pytest.mark.parametrize("lost", ["entrySig", "txHash", "checkpoint"])
def test_a_transaction_that_lost_a_member_is_still_an_invalid_entry(shell, mint, lost: str) -> None:
    mint.pin(shell)
    rest = {name: value for name, value in json.loads(mint.transaction()).items() if name != lost}
    done = shell("verify", "-", "--json", stdin=json.dumps(rest).encode())
    assert (done.status, done.object["kind"], done.object["valid"]) == (20, "ledger-entry", False)


def test_of_several_things_the_gravest_counts(shell, mint) -> None:
    mint.pin(shell)
    done = shell("verify", mint.token(), "hello", mint.token(exp=1_600_000_000, iat=1), "--json")
    assert done.status == 20
    assert [one.get("valid") for one in done.objects] == [True, None, False]


def test_a_hash_is_looked_up_at_the_node_and_proven_here(shell, node, mint) -> None:
    mint.pin(shell)
    node.tell(f"GET /v1/ledger/tx/{mint.tx}", json.loads(mint.transaction()))
    assert shell("verify", mint.tx).status == 0
    assert shell("verify", f"https://anywhere.example/v1/ledger/tx/{mint.tx}").status == 0
    node.tell(f"GET /v1/ledger/tx/{mint.tx}", json.loads(mint.transaction(entrySig="")))
    assert shell("verify", mint.tx).status == 20
    node.problem(f"GET /v1/ledger/tx/{mint.tx}", 404, "TX_NOT_FOUND")
    assert shell("verify", mint.tx).status == 1


@pytest.mark.parametrize(
    ("stamp", "exit_status", "reason"),
    [
        ({"status": "active"}, 0, None),
        ({"status": "revoked"}, 20, "STAMP_REVOKED"),
        ({"status": "expired"}, 20, "STAMP_EXPIRED"),
        (None, 20, "STAMP_UNKNOWN"),
    ],
)
def test_only_the_ledger_knows_of_revocation(shell, node, mint, stamp, exit_status: int, reason: str | None) -> None:
    mint.pin(shell)
    node.tell("GET /v1/trust/f47ac10b-58cc-4372-a567-0e02b2c3d479", {"domain": "acme.example", "stamp": stamp})
    done = shell("verify", mint.token(), "--online", "--json")
    assert (done.status, done.object["reason"]) == (exit_status, reason)
    assert shell("verify", mint.token()).status == 0
    assert len(node.asked) == 1


def test_a_warning_is_told_beside_a_valid_header(shell, mint) -> None:
    mint.pin(shell)
    done = shell("verify", f"v=1; token={mint.token()}", "--json")
    assert done.status == 0
    assert done.object["warnings"] == ["VERIFY_MISSING"]
    assert "VERIFY_MISSING" in shell("verify", f"v=1; token={mint.token()}").out
