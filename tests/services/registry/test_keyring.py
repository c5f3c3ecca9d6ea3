"""The node's keys: who it is, rotation, retirement, certificates, and a vault that fails."""

import pytest

from frankmark.adapters.memory.vault import MemoryVault
from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.keyfile import Hardness, KeyFolder
from frankmark.adapters.system.passphrase import Passphrase, PassphraseSource
from frankmark.foundation import canonical
from frankmark.foundation.digest import sha256
from frankmark.foundation.encoding import base32_encode
from frankmark.foundation.errors import Refused, Unavailable, Unverified
from frankmark.foundation.jwks import KeyStatus
from frankmark.ports.durability import StoreReason
from frankmark.ports.paging import MAX_LIMIT, Page
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason
from frankmark.protocols.securestamp.token import verify_token
from frankmark.services.keyring import Keyring
from frankmark.services.principals import LOCAL_ADMIN
from frankmark.services.reasons import ServiceReason

ALL = Page(limit=MAX_LIMIT)
ENTROPY = SystemEntropy()
FULL = Unavailable(StoreReason.STORE_FULL, "")


def opened(house, vault=None) -> Keyring:
    return Keyring.open(vault or house.vault, house.clock, ENTROPY)


async def refused(awaitable, code, kind=Refused) -> None:
    with pytest.raises(kind) as raised:
        await awaitable
    assert raised.value.code is code


async def test_a_node_is_named_after_its_first_key_for_ever(house) -> None:
    ring = house.keyring
    first = ring.keys[0]
    assert ring.node_id == "node-" + base32_encode(sha256(first.private.public.to_spki()))[:10]
    ring.rotate()
    ring.rotate()
    ring.retire(first.jwk.kid)
    again = opened(house)
    assert again.node_id == ring.node_id
    assert again.secret == ring.secret
    assert again.log_key.seed == ring.log_key.seed != again.witness_key.seed


async def test_two_nodes_are_two(house) -> None:
    assert opened(house, MemoryVault()).node_id != house.keyring.node_id


async def test_no_secret_shows_in_the_text_of_a_key(house) -> None:
    shown = repr(house.keyring.keys) + repr(house.keyring.jwks)
    assert house.keyring.keys[0].private.to_scalar().hex() not in shown
    assert '"d"' not in house.keyring.jwks.dump().decode()


async def test_a_new_key_signs_from_its_first_day_and_the_old_one_stays_good(house) -> None:
    by, stamp = await house.stamped()
    old = house.keyring.signing
    made = await house.custody.rotate(LOCAL_ADMIN)
    assert house.keyring.signing.jwk == made.jwk != old.jwk
    assert [key.status for key in house.keyring.jwks.keys] == [KeyStatus.ACTIVE] * 2
    now_s = house.clock.now_ms() // 1000
    assert verify_token(stamp.token, house.keyring.jwks, now_s).key.kid == old.jwk.kid
    await house.own(by, "second.test")
    second = await house.stamps.issue(by, by.org_id, "second.test")
    assert second.kid == made.jwk.kid
    assert verify_token(second.token, house.keyring.jwks, now_s).key.kid == made.jwk.kid
    assert ("admin", "signing-key.rotate", made.jwk.kid) in await house.acts()


async def test_a_token_is_issued_anew_under_the_new_key_with_the_same_stamp_and_end(house) -> None:
    _, stamp = await house.stamped()
    old = house.keyring.signing.jwk.kid
    assert await house.custody.reissue(LOCAL_ADMIN, old) == ()  # nothing to take over yet
    await house.custody.rotate(LOCAL_ADMIN)
    house.clock.pass_days(10)
    (again,) = await house.custody.reissue(LOCAL_ADMIN, old)
    assert (again.stamp_id, again.expires_ms, again.tx_hash) == (stamp.stamp_id, stamp.expires_ms, stamp.tx_hash)
    claims = verify_token(again.token, house.keyring.jwks, house.clock.now_ms() // 1000).claims
    assert claims.exp * 1000 == stamp.expires_ms
    assert again.kid == house.keyring.signing.jwk.kid
    assert house.log.head.size == 1  # the ledger need not know


async def test_an_explicit_retirement_lists_the_stamps_that_fail(house) -> None:
    _, stamp = await house.stamped()
    old = house.keyring.signing.jwk.kid
    await refused(house.custody.retire(LOCAL_ADMIN, old), ServiceReason.SIGNING_KEY_LAST)
    await house.custody.rotate(LOCAL_ADMIN)
    would = await house.custody.affected(LOCAL_ADMIN, old)
    assert [row.stamp_id for row in would.affected] == [stamp.stamp_id]
    assert house.keyring.find(old).standing.status is KeyStatus.ACTIVE
    assert await house.custody.retire(LOCAL_ADMIN, old) == would
    with pytest.raises(Unverified) as raised:
        verify_token(stamp.token, opened(house).jwks, house.clock.now_ms() // 1000)
    assert raised.value.code is Reason.KEY_RETIRED
    await refused(house.custody.retire(LOCAL_ADMIN, old), ServiceReason.SIGNING_KEY_UNKNOWN)
    await refused(house.custody.affected(LOCAL_ADMIN, "node-x#y"), ServiceReason.SIGNING_KEY_UNKNOWN)


async def test_an_old_key_is_retired_once_its_last_token_is_issued_anew(house) -> None:
    await house.stamped()
    old = house.keyring.signing.jwk.kid
    await house.custody.rotate(LOCAL_ADMIN)
    assert await house.custody.settle() == ()
    await house.custody.reissue(LOCAL_ADMIN, old)
    assert await house.custody.settle() == (old,)
    assert await house.custody.settle() == ()
    assert ("node", "signing-key.retire", old) in await house.acts()


@pytest.mark.parametrize("how", ["expired", "revoked"])
async def test_an_old_key_is_retired_once_its_last_token_has_ended(house, how: str) -> None:
    by, stamp = await house.stamped()
    old = house.keyring.signing.jwk.kid
    await house.custody.rotate(LOCAL_ADMIN)
    if how == "expired":
        house.clock.pass_days(365)
    else:
        await house.stamps.revoke(by, stamp.stamp_id, RevocationReason.ORG_REQUEST)
    assert await house.custody.settle() == (old,)


async def test_a_compromised_key_never_signs_again_and_a_new_one_takes_over(house) -> None:
    _, stamp = await house.stamped()
    old = house.keyring.signing.jwk.kid
    since = house.clock.now_ms() - 1000
    told = await house.custody.compromise(LOCAL_ADMIN, old, since)
    assert [row.stamp_id for row in told.affected] == [stamp.stamp_id]
    assert house.keyring.signing.jwk.kid != old
    with pytest.raises(Unverified) as raised:
        verify_token(stamp.token, house.keyring.jwks, house.clock.now_ms() // 1000)
    assert raised.value.code is Reason.KEY_COMPROMISED
    await house.custody.compromise(LOCAL_ADMIN, old, since + 500)
    assert opened(house).find(old).jwk.compromised_at_ms == since


async def test_keys_are_for_administrators(house) -> None:
    by = await house.organisation()
    kid = house.keyring.signing.jwk.kid
    for attempt in (
        house.custody.rotate(by),
        house.custody.retire(by, kid),
        house.custody.affected(by, kid),
        house.custody.compromise(by, kid, 0),
        house.custody.reissue(by, kid),
    ):
        await refused(attempt, ServiceReason.FORBIDDEN)


async def test_a_number_beyond_the_groups_order_is_no_key_and_another_is_drawn(house) -> None:
    class Unlucky(SystemEntropy):
        drawn = 0

        def octets(self, count: int) -> bytes:
            self.drawn += 1
            return b"\xff" * count if self.drawn == 1 else super().octets(count)

    assert Keyring.open(MemoryVault(), house.clock, Unlucky()).node_id.startswith("node-")


# Certificates.


@pytest.mark.row("L45")
async def test_the_certificate_says_role_node_and_who(house) -> None:
    certificate = house.keyring.certificate("mark.example.net")
    certificate.verify_node(house.clock.now_ms() // 1000)
    assert (certificate.node_id, certificate.dns_names) == (house.keyring.node_id, ("mark.example.net",))
    assert certificate.p256() == house.keyring.signing.private.public
    assert house.keyring.fingerprints[certificate.fingerprint] == certificate


async def test_a_certificate_is_kept_until_30_days_before_its_end(house) -> None:
    first = house.keyring.certificate("mark.example.net")
    house.clock.pass_days(334)
    assert house.keyring.certificate("mark.example.net") == first
    house.clock.pass_days(2)
    second = house.keyring.certificate("mark.example.net")
    assert second.fingerprint != first.fingerprint
    assert opened(house).fingerprints.keys() == {first.fingerprint, second.fingerprint}


async def test_another_host_and_another_key_have_certificates_of_their_own(house) -> None:
    first = house.keyring.certificate("mark.example.net")
    other = house.keyring.certificate("mark.example.org")
    house.keyring.rotate()
    third = house.keyring.certificate("mark.example.org")
    assert len({first.fingerprint, other.fingerprint, third.fingerprint}) == 3
    assert set(house.keyring.fingerprints) >= {first.fingerprint, other.fingerprint, third.fingerprint}


# The vault.


@pytest.mark.parametrize("writes", range(4))
async def test_a_first_start_that_was_cut_off_is_begun_anew(house, writes: int) -> None:
    vault = MemoryVault()
    for _ in range(writes):
        vault.switches.lose_answer("write", FULL)
    for _ in range(writes):
        with pytest.raises(Unavailable):
            opened(house, vault)
    ring = opened(house, vault)
    assert ring.node_id == opened(house, vault).node_id


@pytest.mark.parametrize("lost", [False, True])
async def test_a_rotation_that_was_cut_off_leaves_the_old_state_or_the_new_one(house, *, lost: bool) -> None:
    before = house.keyring.signing.jwk.kid
    (house.vault.switches.lose_answer if lost else house.vault.switches.refuse)("write", FULL)
    with pytest.raises(Unavailable):
        house.keyring.rotate()
    again = opened(house)
    assert again.signing.jwk.kid == before
    assert again.rotate().jwk.kid != before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("node", b"{}"),
        ("node", b"not json"),
        ("node", b'{"v":2}'),
        ("node", b'{"v":1,"nodeId":1,"secret":"","keys":[]}'),
        ("node", b'{"v":1,"nodeId":"node-abc","secret":"","keys":{}}'),
        ("node", b'{"v":1,"nodeId":"node-abc","secret":"","keys":[1]}'),
        ("es256-0001", b'{"v":1,"scalar":"AA","certificates":[]}'),
        ("es256-0001", b'{"v":1,"scalar":1,"certificates":[]}'),
        ("es256-0001", b"[]"),
        ("log", b"short"),
        ("witness", b""),
    ],
)
async def test_a_vault_that_opens_and_holds_something_else_is_damaged(house, name: str, content: bytes) -> None:
    house.vault.secrets[name] = content
    with pytest.raises(Refused) as raised:
        opened(house)
    assert raised.value.code is ServiceReason.KEYS_DAMAGED


@pytest.mark.parametrize("change", [{"nodeId": "node-aaaaaaaaaa"}, {"retired": "x"}, {"status": "asleep"}])
async def test_a_state_that_does_not_fit_its_keys_is_damaged(house, change) -> None:
    document = canonical.load(house.vault.secrets["node"])
    for member, value in change.items():
        (document if member in document else document["keys"][0])[member] = value
    house.vault.secrets["node"] = canonical.dump(document)
    with pytest.raises(Refused) as raised:
        opened(house)
    assert raised.value.code is ServiceReason.KEYS_DAMAGED


async def test_keys_lie_sealed_on_a_real_disk(house, tmp_path) -> None:
    passphrase = Passphrase(octets=b"correct horse", source=PassphraseSource.FILE)
    light = Hardness(memory_kib=64, passes=1)
    ring = opened(house, KeyFolder(tmp_path / "keys", passphrase, ENTROPY, hardness=light))
    ring.rotate()
    ring.certificate("mark.example.net")
    again = opened(house, KeyFolder(tmp_path / "keys", passphrase, ENTROPY, hardness=light))
    assert again.jwks == ring.jwks
    scalars = [key.private.to_scalar() for key in ring.keys]
    for file in (tmp_path / "keys").iterdir():
        assert all(scalar not in file.read_bytes() for scalar in scalars)
        assert file.stat().st_mode & 0o777 == 0o600
    wrong = Passphrase(octets=b"wrong", source=PassphraseSource.FILE)
    with pytest.raises(Unverified):
        opened(house, KeyFolder(tmp_path / "keys", wrong, ENTROPY, hardness=light))
