"""Entries and assets: whatever is made is read back, and no octet of an entry can be changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.securestamp.parts import KEY, STAMP, code_of

from frankmark.foundation import canonical
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.identifiers import uuid4
from frankmark.protocols.securestamp.assets import (
    Asset,
    AssetType,
    LogSuccession,
    ScoreChange,
    StampIssuance,
    StampRevocation,
    asset_json,
    parse_asset,
    world_state_key,
)
from frankmark.protocols.securestamp.ledger import (
    asset_hash,
    check_commitment,
    entry_bytes,
    entry_for,
    entry_json,
    parse_entry,
    sign_entry,
    tx_hash,
    verify_entry,
)
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason, ScoreChangeReason

ids = st.binary(min_size=16, max_size=16).map(uuid4)
prints = st.binary(min_size=32, max_size=32).map(bytes.hex)
moments = st.integers(0, 253_402_300_799_999)
domains = st.sampled_from(["example.com", "a.b.example", "xn--bcher-kva.example"])
scores = st.integers(0, 100)
assets = st.one_of(
    st.builds(
        StampIssuance,
        stamp_id=ids,
        org_id=st.from_regex(r"\A[A-Za-z0-9_-]{1,64}\Z"),
        domain=domains,
        score=scores,
        signals=st.dictionaries(st.sampled_from(["spf", "dkim", "mx"]), st.text(max_size=5)).map(
            lambda found: canonical.dump(dict(found)).decode()
        ),
        timestamp=moments,
        issued_by=prints,
        subject_hash=st.just("") | prints,
    ),
    st.builds(
        StampRevocation, stamp_id=ids, reason=st.sampled_from(RevocationReason), revoked_by=prints, timestamp=moments
    ),
    st.builds(
        ScoreChange,
        domain=domains,
        old_score=scores,
        new_score=scores,
        reason=st.sampled_from(ScoreChangeReason),
        evidence=st.just("[]"),
        timestamp=moments,
    ),
    st.builds(
        LogSuccession,
        predecessor=st.just("node/securestamp-main"),
        tree_size=st.integers(0, 1 << 52),
        root_hash=prints,
        timestamp=moments,
    ),
)
SALT = bytes(16)
CERTIFICATE = "cd" * 32


def stamp_of(asset: Asset) -> str:
    return "" if asset.type is AssetType.LOG_SUCCESSION else getattr(asset, "stamp_id", STAMP)


@given(assets, st.binary(min_size=16, max_size=16))
def test_what_is_made_is_read_back(asset: Asset, salt: bytes) -> None:
    assert parse_asset(asset.type, canonical.load(canonical.dump(asset_json(asset)))) == asset
    entry = entry_for(asset, salt, stamp_id=stamp_of(asset), issuer=CERTIFICATE)
    octets = entry_bytes(entry)
    assert parse_entry(octets) == entry
    assert len(tx_hash(entry)) == 64
    check_commitment(entry, asset, salt)
    verify_entry(octets, sign_entry(entry, KEY), KEY.public)
    assert world_state_key(asset)
    assert list(entry_json(entry)) == ["v", "type", "channel", "stampId", "assetHash", "timestamp", "issuer"]


@given(assets, st.data())
def test_no_octet_of_an_entry_can_be_changed(asset: Asset, data: st.DataObject) -> None:
    entry = entry_for(asset, SALT, stamp_id=stamp_of(asset), issuer=CERTIFICATE)
    octets, signature = bytearray(entry_bytes(entry)), sign_entry(entry, KEY)
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unverified, match="ENTRY_SIGNATURE"):
        verify_entry(bytes(octets), signature, KEY.public)


@given(st.binary(max_size=400))
def test_noise_is_no_entry(data: bytes) -> None:
    assert isinstance(code_of(parse_entry, data), Reason)


@given(assets)
def test_an_entry_holds_ids_and_hashes_only(asset: Asset) -> None:
    octets = entry_bytes(entry_for(asset, SALT, stamp_id=stamp_of(asset), issuer=CERTIFICATE))
    for personal in (getattr(asset, "domain", None), getattr(asset, "org_id", None)):
        assert personal is None or len(personal) < 4 or personal.encode() not in octets


REVOCATION = StampRevocation(stamp_id=STAMP, reason=RevocationReason.ORG_REQUEST, revoked_by=CERTIFICATE, timestamp=0)


def test_a_salt_has_sixteen_octets() -> None:
    with pytest.raises(Malformed, match="ASSET_MALFORMED"):
        asset_hash(bytes(15), REVOCATION)
    assert asset_hash(bytes(16), REVOCATION) != asset_hash(b"\1" * 16, REVOCATION)


def test_an_entry_names_its_assets_stamp() -> None:
    with pytest.raises(Malformed, match="ASSET_MISMATCH"):
        entry_for(REVOCATION, SALT, stamp_id="9b2c3d47-0e02-4a56-8c71-f47ac10b58cc", issuer=CERTIFICATE)
