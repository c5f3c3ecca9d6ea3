"""The time of a key: while it is active nothing is asked, afterwards only witnesses count."""

import pytest
from tests.protocols.signal.parts import NODE_KEY, NOW

from frankmark.foundation.checkpoint import Checkpoint, SignedCheckpoint
from frankmark.foundation.errors import Unverified
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.foundation.merkle import leaf_hash, root
from frankmark.foundation.note import KeyType, Note, NoteSigner
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.protocols.signal.key_time import LogTrust, TimeProof, verify_key_time

ORIGIN = "node.example.net/signal-receipts"
LOG = NoteSigner(ORIGIN, Ed25519PrivateKey.from_seed(bytes(32)))
WITNESSES = [
    NoteSigner(f"w{n}.example/x", Ed25519PrivateKey.from_seed(bytes([n]) * 32), KeyType.COSIGNATURE) for n in (1, 2)
]
LEAF = b"leaf"
ACTIVE = JwkSet((Jwk.of("node-abc", NODE_KEY.public),))
KID = ACTIVE.keys[0].kid
RETIRED = ACTIVE.retire(KID, NOW * 1000).find(KID)


def time(*times: int, quorum: int = 1, leaf: bytes = LEAF) -> TimeProof:
    text = Checkpoint(origin=ORIGIN, size=1, root=root([leaf_hash(leaf)])).text()
    note = Note(text=text, signatures=(LOG.sign(text),))
    for witness, at in zip(WITNESSES, times, strict=False):
        note = Note(text=text, signatures=(*note.signatures, witness.sign(text, at)))
    proof = TlogProof(index=0, path=(), signed=SignedCheckpoint.parse(note.render()))
    keys = tuple(witness.verifier for witness in WITNESSES)
    return TimeProof(
        proof=proof, trust=LogTrust(origin=ORIGIN, log_keys=(LOG.verifier,), witnesses=keys, quorum=quorum)
    )


def test_an_active_key_needs_no_proof() -> None:
    verify_key_time(ACTIVE.keys, LEAF, None)


@pytest.mark.parametrize(
    "proof",
    [time(NOW - 1), time(NOW - 1, NOW + 1), time(NOW - 9, NOW - 1, quorum=2), time(NOW - 1, quorum=0)],
    ids=["one before", "one before and one after", "a quorum of two", "a quorum of none is one"],
)
def test_witnesses_before_the_end_prove_it(proof: TimeProof) -> None:
    verify_key_time([RETIRED], LEAF, proof)


@pytest.mark.parametrize(
    "proof",
    [
        None,
        time(),
        time(quorum=0),
        time(NOW),
        time(NOW - 1, NOW, quorum=2),
        time(NOW - 1, leaf=b"another"),
        time(0),
    ],
    ids=[
        "no proof",
        "no witness",
        "no witness asked for",
        "at the end",
        "one of two",
        "another leaf",
        "a time of zero",
    ],
)
def test_anything_else_does_not(proof: TimeProof | None) -> None:
    with pytest.raises(Unverified, match="KEY_TIME_UNPROVEN"):
        verify_key_time([RETIRED], LEAF, proof)


def test_the_first_end_of_several_keys_counts() -> None:
    compromised = ACTIVE.compromise(KID, (NOW - 10) * 1000).find(KID)
    with pytest.raises(Unverified, match="KEY_TIME_UNPROVEN"):
        verify_key_time([RETIRED, compromised], LEAF, time(NOW - 5))
    verify_key_time([RETIRED, compromised], LEAF, time(NOW - 11))
