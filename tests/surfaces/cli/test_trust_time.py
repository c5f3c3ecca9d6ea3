"""`trust`: the time authority of an issuer comes and goes with it, and nobody can bring another node's keys along."""

import json
import tomllib

import pytest

from frankmark.foundation import canonical, jws
from frankmark.foundation.jwks import JwkSet

PK = "923868464441100bfe74b742648e5eb006adcd44839dbd750047c6ab8fffc5aa"
OTHER_PK = "1a363491ec541d8a45a4dc38f1f5c27c0aacc7b77b6af0284ec472b4267bb53d"
KID = "node-abcdefghij#ta-0001"


def document(mint, time_authority: object, *, iss: str = "https://mark.example", signed: bool = True) -> bytes:
    members = {"iss": iss, "jwks": JwkSet((mint.jwk,)).json(), "time_authority": time_authority}
    if signed:
        seal = jws.sign(canonical.dump(members), mint.key, kid=mint.jwk.kid, typ="frankmark-trust", max_length=65_536)
        members["signature"] = seal
    return json.dumps(members).encode()


def fingerprint(shell, data: bytes) -> str:
    offered = shell("trust", "add", "-", stdin=data).out
    return offered.partition("fingerprint:")[2].splitlines()[0].strip()


def pinned(shell) -> dict:
    return tomllib.loads((shell.config / "trust.toml").read_text()).get("time_authority", {})


def test_the_keys_of_an_issuer_come_with_it_and_go_with_it(shell, mint) -> None:
    data = document(mint, {KID: {"pk": PK, "notBefore": "2026-01-01T00:00:00Z"}})
    done = shell("trust", "add", "-", "--fingerprint", fingerprint(shell, data), "--json", stdin=data)
    assert (done.status, done.object["timeKeys"]) == (0, [KID])
    assert pinned(shell) == {KID: {"pk": PK, "notBefore": "2026-01-01T00:00:00Z"}}
    assert shell("trust", "list", "--json").object["timeKeys"] == [KID]
    later = document(mint, {KID: {"pk": PK, "notBefore": "2026-01-01T00:00:00Z", "notAfter": "2026-02-01T00:00:00Z"}})
    assert shell("trust", "add", "-", "--fingerprint", fingerprint(shell, later), stdin=later).status == 0
    assert pinned(shell)[KID]["notAfter"] == "2026-02-01T00:00:00Z"
    assert shell("trust", "remove", "https://mark.example").status == 0
    assert pinned(shell) == {}


@pytest.mark.parametrize(
    ("time_authority", "code"),
    [
        ({"node-somebody99#ta-0001": {"pk": PK}}, "TIME_KEY_FOREIGN"),
        ({"ta-2026-01": {"pk": PK}}, "TIME_KEY_FOREIGN"),
        ({KID: {"pk": PK[:-2]}}, "TRUST_FILE_INVALID"),
        ({KID: {"pk": PK, "more": "x"}}, "TRUST_FILE_INVALID"),
        ({KID: {"pk": PK, "notBefore": "yesterday"}}, "TRUST_FILE_INVALID"),
        ({KID: 7}, "TRUST_FILE_INVALID"),
    ],
)
def test_keys_of_others_and_what_is_no_key_refuse_the_document(shell, mint, time_authority, code) -> None:
    done = shell("trust", "add", "-", "--json", stdin=document(mint, time_authority))
    assert (done.status != 0, done.object["error"]["code"]) == (True, code)
    assert not (shell.config / "trust.toml").exists()


def test_a_name_that_is_pinned_never_becomes_another_key(shell, mint) -> None:
    data = document(mint, {KID: {"pk": PK}})
    assert shell("trust", "add", "-", "--fingerprint", fingerprint(shell, data), stdin=data).status == 0
    for other in (
        document(mint, {KID: {"pk": OTHER_PK}}),
        document(mint, {KID: {"pk": PK, "compromisedAt": "2020-01-01T00:00:00Z"}}, iss="https://other.example"),
    ):
        done = shell("trust", "add", "-", "--json", stdin=other)
        assert (done.status, done.object["error"]["code"]) == (1, "TIME_KEY_FOREIGN")
    assert pinned(shell) == {KID: {"pk": PK}}


def test_keys_that_nobody_signed_for_are_refused(shell, mint) -> None:
    done = shell("trust", "add", "-", "--json", stdin=document(mint, {KID: {"pk": PK}}, signed=False))
    assert (done.status, done.object["error"]["code"]) == (20, "DOCUMENT_SIGNATURE")


def test_a_key_that_a_person_pinned_alone_is_listed_and_removed_alone(shell) -> None:
    shell.config.mkdir(parents=True)
    (shell.config / "trust.toml").write_text(f'[time_authority."ta-2026-01"]\npk = "{PK}"\n')
    assert shell("trust", "list", "--json").object == {"timeKey": "ta-2026-01"}
    assert "time authority" in shell("trust", "list").out
    assert shell("trust", "remove", "ta-2026-01").status == 0
    assert pinned(shell) == {}
    assert shell("trust", "remove", "ta-2026-01", "--json").object["error"]["code"] == "ISSUER_NOT_PINNED"
