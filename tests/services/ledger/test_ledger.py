"""The ledger as others read it: transactions, offline proofs, finality, audit and succession."""

import dataclasses
import json
from collections.abc import Callable

import pytest

from frankmark.foundation import canonical
from frankmark.foundation.checkpoint import SignedCheckpoint
from frankmark.foundation.digest import sha256
from frankmark.foundation.encoding import b64url_encode
from frankmark.foundation.errors import Error, Malformed, Refused, Unverified
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.merkle import leaf_hash, verify_inclusion
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.foundation.tlog_reasons import TlogReason
from frankmark.ports.log import NewRow
from frankmark.protocols.securestamp.ledger import (
    LogSuccession,
    StampIssuance,
    asset_json,
    entry_bytes,
    entry_for,
    parse_entry,
    sign_entry,
    tx_hash,
)
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.services.attachments import Attachment
from frankmark.services.ledger import Ledger
from frankmark.services.ledger_tx import Finality, FinalityState, LedgerTxReason, parse_transaction
from frankmark.services.log_audit import FindingKind
from frankmark.services.log_reasons import LogReason
from frankmark.services.succession import origins_of, succession, successor_origin
from frankmark.services.transparency import NewLeaf, TransparencyLog

NODE_KEY = P256PrivateKey.from_scalar(bytes(31) + b"\x07")
ISSUER = "ab" * 32
MEMBERS = (
    "txHash type stampId entry entrySig asset salt finality blockNumber blockHash proof checkpoint committedSeals chain"
)


def issuers(fingerprint: str):
    return NODE_KEY.public if fingerprint == ISSUER else None


def asset(number: int) -> StampIssuance:
    return StampIssuance(
        stamp_id=f"f47ac10b-58cc-4372-a567-{number:012x}",
        org_id="org_1",
        domain="example.com",
        score=92,
        signals="{}",
        timestamp=1_768_471_200_000 + number,
        issued_by=ISSUER,
    )


def new_leaf(number: int, *, key: P256PrivateKey = NODE_KEY, issuer: str = ISSUER) -> NewLeaf:
    salt = number.to_bytes(16)
    entry = entry_for(asset(number), salt, stamp_id=asset(number).stamp_id, issuer=issuer)
    beside = Attachment(entry_sig=sign_entry(entry, key), asset=asset_json(asset(number)), salt=salt, node=None)
    return NewLeaf(data=entry_bytes(entry), key=f"issue {number}", attachment=beside.render())


def ledger_on(log: TransparencyLog, *, predecessors: tuple[TransparencyLog, ...] = ()) -> Ledger:
    return Ledger(log, policy=log.keys[1], issuers=issuers, predecessors=predecessors)


def trust(log: TransparencyLog) -> dict[str, object]:
    key, witnesses = log.keys
    return {"origin": log.origin, "log_keys": [key], "witnesses": witnesses, "quorum": 1}


async def test_a_transaction_is_rendered_as_the_contract_says(bench) -> None:
    log = await bench.opened()
    await log.append([new_leaf(number) for number in range(5)])
    ledger = ledger_on(log)
    entry = parse_entry(new_leaf(3).data)
    transaction = await ledger.transaction(tx_hash(entry))
    assert transaction is not None
    body = transaction.json()
    assert list(body) == MEMBERS.split()
    signed = SignedCheckpoint.parse(str(body["checkpoint"]).encode())
    assert body == {
        "txHash": sha256(new_leaf(3).data).hex(),
        "type": "StampIssuance",
        "stampId": "f47ac10b-58cc-4372-a567-000000000003",
        "entry": json.loads(new_leaf(3).data),
        "entrySig": b64url_encode(NODE_KEY.sign(b"frankmark-entry-v1\0" + new_leaf(3).data)),
        "asset": asset_json(asset(3)),
        "salt": b64url_encode((3).to_bytes(16)),
        "finality": {"state": "cosigned", "k": 1, "n": 1},
        "blockNumber": log.head.number,
        "blockHash": sha256(signed.note.text.encode()).hex(),
        "proof": {
            "leafIndex": 3,
            "treeSize": 5,
            "auditPath": [one.hex() for one in await log.inclusion(3, 5)],
            "root": log.head.root.hex(),
        },
        "checkpoint": log.head.note.decode(),
        "committedSeals": [log.head.note.decode().splitlines()[-1]],
        "chain": None,
    }
    path = [bytes.fromhex(one) for one in body["proof"]["auditPath"]]
    verify_inclusion(leaf_hash(new_leaf(3).data), 3, 5, path, bytes.fromhex(body["proof"]["root"]))


async def test_every_spelling_of_a_hash(bench) -> None:
    log = await bench.opened()
    await log.append([new_leaf(0)])
    ledger = ledger_on(log)
    name = tx_hash(parse_entry(new_leaf(0).data))
    for spelt in (name, name.upper(), name[:10].upper() + name[10:]):
        found = await ledger.transaction(spelt)
        assert found is not None
        assert found.json()["txHash"] == name
    assert await ledger.transaction("0" * 64) is None
    assert await ledger.transaction(f"0x{name}") is None, "an EVM hash is a chain's, and there is none"
    assert await ledger.transaction(f"0X{name}") is None
    assert await ledger.offline_proof("0" * 64) is None
    for wrong in ("", name[1:], f"{name}0", f"{name[1:]}g", f"1x{name}", f" {name}", f"{name}\n", "\u0660" * 64):
        with pytest.raises(Refused) as caught:
            await ledger.transaction(wrong)
        assert caught.value.code is LogReason.INVALID_HASH


async def test_an_offline_proof_needs_no_node(bench) -> None:
    log = await bench.opened()
    await log.append([new_leaf(number) for number in range(9)])
    octets = await ledger_on(log).offline_proof(tx_hash(parse_entry(new_leaf(4).data)))
    assert octets is not None
    proof = TlogProof.parse(octets)
    assert proof.extra == new_leaf(4).data
    assert proof.verify(leaf_hash(proof.extra), **trust(log))
    with pytest.raises(Unverified):
        proof.verify(leaf_hash(new_leaf(5).data), **trust(log))


async def test_an_erased_asset_leaves_a_transaction_that_verifies(bench) -> None:
    log = await bench.opened()
    await log.append([new_leaf(0), new_leaf(1)])
    row = await log.row(0)
    assert await log.replace_attachment(0, Attachment.parse(row.attachment).erased().render())
    transaction = await ledger_on(log).entry(0)
    body = transaction.json()
    assert (body["asset"], body["salt"]) == (None, None)
    assert parse_transaction(canonical.dump(body)).verify(**trust(log))
    assert (await ledger_on(log).audit(bench.trees)).findings == ()


async def test_the_stream_is_for_the_explorer(bench) -> None:
    log = await bench.opened()
    await log.append([new_leaf(number) for number in range(3)])
    stream = ledger_on(log).stream(1)
    assert [(await anext(stream)).proof.index for _ in range(2)] == [1, 2]
    await stream.aclose()


@pytest.mark.parametrize(
    ("k", "n", "state"),
    [
        *[(0, 0, "logged"), (0, 1, "logged"), (1, 1, "cosigned"), (1, 2, "logged"), (2, 2, "cosigned")],
        *[(2, 3, "cosigned"), (2, 4, "logged"), (3, 4, "cosigned"), (3, 5, "logged"), (4, 5, "cosigned")],
    ],
)
def test_two_thirds_of_the_witnesses_make_it_final(k: int, n: int, state: str) -> None:
    assert Finality(k=k, n=n).state is FinalityState(state)


async def test_finality_and_health_follow_the_head(bench) -> None:
    log = await bench.opened(witnesses=(2,))
    others = (await bench.opened("another/log", witnesses=(5, 6, 7))).keys[1]
    ledger = Ledger(log, policy=[*log.keys[1], *others], issuers=issuers)
    await log.append([new_leaf(0)])
    transaction = await ledger.entry(0)
    assert transaction.json()["finality"] == {"state": "logged", "k": 1, "n": 4}
    health = ledger.health()
    assert (health.origin, health.size, health.number, health.refusal) == (log.origin, 1, log.head.number, "")
    with pytest.raises(Refused):
        await ledger.entry(1)


# Offline: what a transaction that somebody hands us proves.


async def handed(bench) -> tuple[TransparencyLog, dict]:
    log = await bench.opened()
    await log.append([new_leaf(number) for number in range(5)])
    return log, (await ledger_on(log).entry(2)).json()


async def test_a_transaction_is_verified_without_the_node(twins) -> None:
    log, body = await handed(twins)
    claim = parse_transaction(canonical.dump(body))
    assert claim.entry.stamp_id == body["stampId"]
    assert claim.entry_sig == body["entrySig"]
    assert claim.verify(**trust(log))
    with pytest.raises(Unverified):
        claim.verify(**trust(log) | {"origin": "another/log"})


def outcome(body: dict, trusted: dict) -> object:
    try:
        parse_transaction(canonical.dump(body)).verify(**trusted)
    except Error as problem:
        return problem.code
    return "ok"


async def test_a_transaction_that_was_changed_is_refused(twins) -> None:
    log, body = await handed(twins)
    other = (await ledger_on(log).entry(3)).json()
    proof = body["proof"]
    path = proof["auditPath"]
    cases: list[tuple[dict, object]] = [
        ({}, "ok"),
        ({"txHash": other["txHash"]}, LedgerTxReason.TX_HASH_MISMATCH),
        ({"txHash": body["txHash"].upper()}, LedgerTxReason.TX_HASH_MISMATCH),
        ({"entry": other["entry"]}, LedgerTxReason.TX_HASH_MISMATCH),
        ({"entry": body["entry"] | {"v": 2}}, Reason.ENTRY_MALFORMED),
        ({"entry": None}, Reason.ENTRY_MALFORMED),
        ({"entrySig": 7}, LedgerTxReason.TX_MALFORMED),
        ({"asset": other["asset"]}, Reason.ASSET_MISMATCH),
        ({"asset": body["asset"] | {"score": 93}}, Reason.ASSET_MISMATCH),
        ({"salt": other["salt"]}, Reason.ASSET_MISMATCH),
        ({"salt": None}, LedgerTxReason.TX_MALFORMED),
        ({"asset": None, "salt": None}, "ok"),
        ({"checkpoint": None}, LedgerTxReason.TX_MALFORMED),
        ({"proof": None}, LedgerTxReason.TX_MALFORMED),
        ({"proof": {}}, LedgerTxReason.TX_MALFORMED),
        ({"proof": proof | {"leafIndex": "2"}}, LedgerTxReason.TX_MALFORMED),
        ({"proof": proof | {"leafIndex": 2.0}}, "ok"),
        ({"proof": proof | {"leafIndex": True}}, LedgerTxReason.TX_MALFORMED),
        ({"proof": proof | {"leafIndex": -1}}, TlogReason.TREE_RANGE),
        ({"proof": proof | {"leafIndex": 3}}, TlogReason.INCLUSION_ROOT_MISMATCH),
        ({"proof": proof | {"auditPath": path[1:]}}, TlogReason.INCLUSION_PATH_LENGTH),
        ({"proof": proof | {"auditPath": path[::-1]}}, TlogReason.INCLUSION_ROOT_MISMATCH),
        ({"proof": proof | {"auditPath": path * 30}}, LedgerTxReason.TX_MALFORMED),
        ({"proof": proof | {"auditPath": [None]}}, LedgerTxReason.TX_MALFORMED),
        ({"proof": other["proof"]}, TlogReason.INCLUSION_ROOT_MISMATCH),
    ]
    for change, expected in cases:
        assert outcome(body | change, trust(log)) == expected, change
    for name in ("txHash", "entry", "entrySig", "asset", "salt", "proof", "checkpoint"):
        assert outcome({k: v for k, v in body.items() if k != name}, trust(log)) is LedgerTxReason.TX_MALFORMED
    with pytest.raises(Malformed):
        parse_transaction(b"[]")
    with pytest.raises(Malformed):
        parse_transaction(b'{"txHash":"\\ud800"}')


# Audit.


async def audited(bench, log: TransparencyLog) -> set[tuple[FindingKind, int | None]]:
    report = await ledger_on(log).audit(bench.trees)
    assert report.size == log.head.size
    return {(one.kind, one.index) for one in report.findings}


async def test_an_audit_of_a_sound_log_finds_nothing(bench) -> None:
    log = await bench.opened()
    assert await audited(bench, log) == set()
    await log.append([new_leaf(number) for number in range(600)])
    assert await audited(bench, log) == set()
    report = await ledger_on(log).audit(bench.trees)
    assert [(one.origin, one.size, one.root) for one in report.logs] == [(log.origin, 600, log.head.root)]


async def test_an_audit_names_the_damaged_entry(twins) -> None:
    log = await twins.opened()
    await log.append([new_leaf(number) for number in range(600)])
    rows: list[NewRow] = twins.trees._logs[log.origin].rows
    sound = rows[417]

    rows[417] = dataclasses.replace(sound, data=sound.data.replace(b"example", b"exemple").replace(b'"v":1', b'"v":2'))
    assert await audited(twins, log) == {
        (FindingKind.LEAF_HASH_MISMATCH, 417),
        (FindingKind.INDEX_MISMATCH, 417),
        (FindingKind.ENTRY_MALFORMED, 417),
        (FindingKind.TILE_MISMATCH, None),
        (FindingKind.ROOT_MISMATCH, None),
    }
    # An entry that was replaced together with its hash and its place in the index, as a thief of the disk would do it.
    forged = new_leaf(9_000, key=P256PrivateKey.from_scalar(bytes(31) + b"\x08"))
    digest = sha256(forged.data)
    rows[417] = NewRow(data=forged.data, digest=digest, leaf=leaf_hash(forged.data), attachment=forged.attachment)
    twins.trees._logs[log.origin].digests[digest] = 417
    assert await audited(twins, log) == {
        (FindingKind.ENTRY_SIGNATURE, 417),
        (FindingKind.TILE_MISMATCH, None),
        (FindingKind.ROOT_MISMATCH, None),
    }
    rows[417] = sound
    assert await audited(twins, log) == set()

    beside = Attachment.parse(sound.attachment)
    rows[417].attachment = dataclasses.replace(beside, asset=asset_json(asset(418))).render()
    assert await audited(twins, log) == {(FindingKind.ASSET_MISMATCH, 417)}
    rows[417].attachment = b"{}"
    assert await audited(twins, log) == {(FindingKind.ENTRY_MALFORMED, 417)}
    rows[417].attachment = beside.render()


async def test_an_audit_sees_tiles_heads_and_leaves_that_are_not_there(twins) -> None:
    log = await twins.opened()
    await log.append([new_leaf(number) for number in range(300)])
    stored = twins.trees._logs[log.origin]
    tile = stored.levels[1][0]
    stored.levels[1][0] = bytes(32)
    assert await audited(twins, log) == {(FindingKind.TILE_MISMATCH, None)}
    stored.levels[1][0] = tile
    last = stored.rows.pop()
    assert await audited(twins, log) == {(FindingKind.LEAF_MISSING, 299), (FindingKind.ROOT_MISMATCH, None)}
    stored.rows.append(last)
    signed = dict(twins.signer._signed)
    twins.signer._signed["1:" + log.origin, log.origin] = dataclasses.replace(
        signed["1:" + log.origin, log.origin], size=301
    )
    assert await audited(twins, log) == {(FindingKind.SIGNED_HEAD_MISMATCH, None)}
    twins.signer._signed = signed
    head = log.head
    log._head = dataclasses.replace(head, note=head.note.replace(b"\n300\n", b"\n299\n"))
    assert await audited(twins, log) == {(FindingKind.CHECKPOINT_INVALID, None)}
    log._head = dataclasses.replace(head, root=bytes(32))
    assert await audited(twins, log) == {
        (FindingKind.CHECKPOINT_INVALID, None),
        (FindingKind.ROOT_MISMATCH, None),
        (FindingKind.SIGNED_HEAD_MISMATCH, None),
    }


async def test_an_audit_says_whose_certificate_it_does_not_know(twins) -> None:
    log = await twins.opened()
    await log.append([new_leaf(0), new_leaf(1, issuer="cd" * 32)])
    # The asset names the issuer too, and nothing but the entry's own member differs.
    assert (FindingKind.ISSUER_UNKNOWN, 1) in await audited(twins, log)


# Succession.


async def test_a_successor_names_what_was_signed_last_and_old_entries_are_still_found(
    make_bench: Callable, twins
) -> None:
    lost = await twins.opened()
    await lost.append([new_leaf(0), new_leaf(1)])
    restored = make_bench(type(twins.trees)(), type(twins.signer)())
    await (await restored.opened()).append([new_leaf(0)])
    bench = make_bench(restored.trees, twins.signer)
    base = lost.origin
    assert await origins_of(bench.trees, base) == [base]
    old = await bench.opened()
    last = lost.head
    assert await succession(old, 5) == LogSuccession(
        predecessor=base, tree_size=2, root_hash=last.root.hex(), timestamp=5
    )
    origin = successor_origin(base, base)
    assert origin == f"{base}/2"
    new = await bench.opened(origin)
    assert new.refusal is None
    await new.append([new_leaf(7)])
    assert await origins_of(bench.trees, base) == [origin, base]
    assert successor_origin(origin, base) == f"{base}/3"
    ledger = ledger_on(new, predecessors=(old,))
    assert [key.name for key in ledger.log_keys] == [origin, base], "the older verify too"
    for number, where in ((0, base), (7, origin)):
        transaction = await ledger.transaction(tx_hash(parse_entry(new_leaf(number).data)))
        assert transaction is not None
        assert transaction.proof.signed.checkpoint.origin == where
        assert transaction.json()["finality"]["state"] == "cosigned"
    assert await ledger.transaction(tx_hash(parse_entry(new_leaf(1).data))) is None, "void: past what is stored"
    with pytest.raises(Refused):
        await succession(new, 5)


def succession_leaf(asset: LogSuccession) -> NewLeaf:
    entry = entry_for(asset, bytes(16), stamp_id="", issuer=ISSUER)
    beside = Attachment(entry_sig=sign_entry(entry, NODE_KEY), asset=asset_json(asset), salt=bytes(16), node=None)
    return NewLeaf(data=entry_bytes(entry), key="succession", attachment=beside.render())


async def succeeded(make_bench: Callable, bench, *, forgotten: bool) -> tuple[object, Ledger]:
    """A log of two stored entries of which three were signed, and its successor with a succession and an entry."""
    lost = await bench.opened()
    await lost.append([new_leaf(0), new_leaf(1)])
    restored = make_bench(type(bench.trees)(), type(bench.signer)())
    await (await restored.opened()).append([new_leaf(0), new_leaf(1)])
    await lost.append([new_leaf(2)])
    both = make_bench(restored.trees, type(bench.signer)() if forgotten else bench.signer)
    old = await both.opened()
    new = await both.opened(successor_origin(old.origin, old.origin))
    await new.append([succession_leaf(await succession(old, 5)), new_leaf(7)])
    return both, ledger_on(new, predecessors=(old,))


def places(report) -> set[tuple[str, FindingKind, int | None]]:
    return {(one.origin, one.kind, one.index) for one in report.findings}


@pytest.mark.parametrize("forgotten", [False, True])
async def test_an_audit_and_the_explorer_go_through_all_logs(make_bench: Callable, twins, *, forgotten: bool) -> None:
    bench, ledger = await succeeded(make_bench, twins, forgotten=forgotten)
    old, new = ledger.series
    report = await ledger.audit(bench.trees)
    assert places(report) == set()
    assert [(one.origin, one.size) for one in report.logs] == [(old.origin, 2), (new.origin, 2)]
    assert report.size == ledger.size == 4
    seen = [await ledger.entry(place) for place in range(4)]
    assert [one.entry.type.value for one in seen] == [
        *["StampIssuance", "StampIssuance", "LogSuccession", "StampIssuance"]
    ]
    assert [one.proof.index for one in seen] == [0, 1, 0, 1]
    for wrong in (-1, 4):
        with pytest.raises(Refused) as caught:
            await ledger.entry(wrong)
        assert caught.value.code is LogReason.LOG_RANGE
    for start in range(4):
        stream = ledger.stream(start)
        assert [(await anext(stream)).json() for _ in range(4 - start)] == [one.json() for one in seen[start:]]
        await stream.aclose()


async def test_an_audit_names_the_damaged_entry_of_a_closed_log(make_bench: Callable, twins) -> None:
    bench, ledger = await succeeded(make_bench, twins, forgotten=False)
    old, new = ledger.series
    rows: list[NewRow] = bench.trees._logs[old.origin].rows
    sound = rows[1]
    rows[1] = dataclasses.replace(sound, data=sound.data.replace(b'"v":1', b'"v":2'))
    assert places(await ledger.audit(bench.trees)) == {
        (old.origin, FindingKind.LEAF_HASH_MISMATCH, 1),
        (old.origin, FindingKind.INDEX_MISMATCH, 1),
        (old.origin, FindingKind.ENTRY_MALFORMED, 1),
        (old.origin, FindingKind.ROOT_MISMATCH, None),
    }
    rows[1] = sound
    # Signed is another head than the successor says.
    ours = ("1:" + old.origin, old.origin)
    kept = bench.signer._signed[ours]
    bench.signer._signed[ours] = dataclasses.replace(kept, size=4)
    assert places(await ledger.audit(bench.trees)) == {(old.origin, FindingKind.SIGNED_HEAD_MISMATCH, None)}
    bench.signer._signed[ours] = kept
    # The successor begins with no succession from this log, or with none that can be read.
    begun: list[NewRow] = bench.trees._logs[new.origin].rows
    first = begun[0]
    begun[0] = begun[1]
    assert (old.origin, FindingKind.SIGNED_HEAD_MISMATCH, None) in places(await ledger.audit(bench.trees))
    begun[0] = dataclasses.replace(first, attachment=b"{")
    assert (old.origin, FindingKind.SIGNED_HEAD_MISMATCH, None) in places(await ledger.audit(bench.trees))
    for size, root in ((1, old.head.root), (2, bytes(32))):
        other = LogSuccession(predecessor=old.origin, tree_size=size, root_hash=root.hex(), timestamp=5)
        begun[0] = dataclasses.replace(first, attachment=succession_leaf(other).attachment)
        assert (old.origin, FindingKind.SIGNED_HEAD_MISMATCH, None) in places(await ledger.audit(bench.trees))
    begun[0] = first
    assert places(await ledger.audit(bench.trees)) == set()


async def test_a_log_that_nobody_remembers_is_succeeded_from_its_published_head(make_bench: Callable, twins) -> None:
    await (await twins.opened()).append([new_leaf(0)])
    old = await make_bench(twins.trees, type(twins.signer)()).opened()
    assert (await succession(old, 5)).tree_size == 1


async def test_origins_of_other_series_are_no_concern(twins) -> None:
    for origin in ("a/log", "a/log/2", "a/log/10", "a/logs", "a/log/x", "b/log"):
        await twins.opened(origin)
    assert await origins_of(twins.trees, "a/log") == ["a/log/10", "a/log/2", "a/log"]
