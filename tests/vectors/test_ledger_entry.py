"""The ledger entry vectors: every case, with every word of its outcome."""

import json
from pathlib import Path

import pytest

from frankmark.foundation.errors import Malformed, Refused, Unverified
from frankmark.foundation.keys import P256PublicKey
from frankmark.protocols.securestamp.assets import AssetType, asset_json, parse_asset, world_state_key
from frankmark.protocols.securestamp.ledger import (
    Entry,
    check_commitment,
    entry_bytes,
    entry_for,
    parse_entry,
    tx_hash,
    verify_entry,
)
from frankmark.protocols.securestamp.reasons import RevocationReason, ScoreChangeReason
from frankmark.protocols.securestamp.worldstate import WorldState

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "ledger-entry.json").read_text(encoding="ascii"))
COUNTS = {"entries": 20, "badEntries": 32, "badAssets": 46, "badSignatures": 7, "histories": 24}
KEY = P256PublicKey.from_jwk(FILE["key"])
ISSUER = "0" * 64
AT = 1_768_471_200_000


def named(part: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE[part]]


def test_the_file_is_whole() -> None:
    assert {part: len(FILE[part]) for part in COUNTS} == COUNTS
    for part in COUNTS:
        assert len({case["name"] for case in FILE[part]}) == len(FILE[part])


def test_every_reason_has_a_case() -> None:
    seen = {case["asset"].get("reason") for case in FILE["entries"]}
    assert {*RevocationReason, *ScoreChangeReason} <= seen
    assert {case["type"] for case in FILE["entries"]} == set(AssetType)


@pytest.mark.parametrize("case", named("entries"))
def test_entry(case: dict) -> None:
    octets = case["entry"].encode("ascii")
    asset = parse_asset(AssetType(case["type"]), case["asset"])
    entry = parse_entry(octets)
    salt = bytes.fromhex(case["salt"])
    assert entry == entry_for(asset, salt, stamp_id=case["stampId"], issuer=entry.issuer)
    assert entry_bytes(entry) == octets
    assert tx_hash(entry) == case["txHash"]
    assert asset_json(asset) == case["asset"]
    assert world_state_key(asset) == case["worldStateKey"]
    check_commitment(entry, asset, salt)
    verify_entry(octets, case["entrySig"], KEY)
    with pytest.raises(Unverified, match="ASSET_MISMATCH"):
        check_commitment(entry, asset, bytes(16))


@pytest.mark.parametrize("case", named("badEntries"))
def test_bad_entry(case: dict) -> None:
    with pytest.raises(Malformed) as wrong:
        parse_entry(case["octets"].encode("latin-1"))
    assert case["reason"] == wrong.value.code.value


@pytest.mark.parametrize("case", named("badAssets"))
def test_bad_asset(case: dict) -> None:
    with pytest.raises(Malformed) as wrong:
        parse_asset(AssetType(case["type"]), case["asset"])
    assert case["reason"] == wrong.value.code.value


@pytest.mark.parametrize("case", named("badSignatures"))
def test_bad_signature(case: dict) -> None:
    with pytest.raises(Unverified, match="ENTRY_SIGNATURE"):
        verify_entry(case["entry"].encode("ascii"), case["entrySig"], KEY)


@pytest.mark.parametrize("case", named("histories"))
def test_history(case: dict) -> None:
    world = WorldState()
    for step in case["steps"]:
        kind = AssetType(step["type"])
        asset = None if step["asset"] is None else parse_asset(kind, step["asset"])
        entry = Entry(
            type=kind, stamp_id=step["stampId"], asset_hash=ISSUER, timestamp=step["timestamp"], issuer=ISSUER
        )
        before = dict(world.stamps)
        if step["refused"] is None:
            world.apply(entry, asset)
            continue
        with pytest.raises(Refused) as wrong:
            world.apply(entry, asset)
        assert step["refused"] == wrong.value.code.value
        assert before == world.stamps
    if case["final"] is not None:
        stamps = world.stamps.items()
        assert case["final"] == {
            "revoked": [stamp_id for stamp_id, stamp in stamps if stamp.revoked_ms is not None],
            "active": [stamp_id for stamp_id, stamp in stamps if stamp.active(AT + 86_400_000)],
            "score": world.score("example.com"),
        }
