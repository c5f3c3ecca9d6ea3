"""c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, beyond the vectors and against tlog-scales."""

import dataclasses

import pytest
import tlog_scales.tlog
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st
from tlog_scales.signing import PlainEd25519Signer, Vkey

from frankmark.foundation.checkpoint import Checkpoint, SignedCheckpoint
from frankmark.foundation.errors import Error, Malformed, Unverified
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.foundation.merkle import leaf_hash, node_hash
from frankmark.foundation.note import MAX_NOTE, KeyType, Note, NoteSigner, VerifierKey
from frankmark.foundation.tlog_proof import MAX_PROOF, TlogProof
from frankmark.foundation.tlog_reasons import TlogReason

ORIGIN = "example.com/log42"
SEED = bytes(range(32))
LOG = NoteSigner(ORIGIN, Ed25519PrivateKey.from_seed(SEED))
WITNESS = NoteSigner("witness.example.com/w1", Ed25519PrivateKey.from_seed(bytes(32)), KeyType.COSIGNATURE)
TIME = 1_679_315_147
HASH = leaf_hash(b"a")


def signed(checkpoint: Checkpoint) -> bytes:
    text = checkpoint.text()
    return Note(text=text, signatures=(LOG.sign(text), WITNESS.sign(text, TIME))).render()


def test_the_example_of_the_page() -> None:
    key = VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    octets = (
        "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYN"
        "ZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    ).encode()
    note = Note.parse(octets)
    assert note.render() == octets
    assert note.verify([key]) == {key: 0}


@given(st.integers(0, (1 << 63) - 1), st.binary(min_size=32, max_size=32), st.integers(0, (1 << 63) - 1))
def test_a_checkpoint_is_what_the_oracle_says(size: int, root: bytes, time_s: int) -> None:
    checkpoint = Checkpoint(origin=ORIGIN, size=size, root=root)
    text = checkpoint.text()
    octets = Note(text=text, signatures=(LOG.sign(text), WITNESS.sign(text, time_s))).render()
    theirs = tlog_scales.tlog.Checkpoint.from_text(octets.decode())
    for ours in (LOG.verifier, WITNESS.verifier):
        vkey = Vkey.from_string(str(ours))
        assert vkey.serialize() == str(ours)
        theirs.verify(vkey)
    oracle = PlainEd25519Signer(ORIGIN, ed25519.Ed25519PrivateKey.from_private_bytes(SEED))
    made = tlog_scales.tlog.Checkpoint.make_signed(ORIGIN, size, root, [oracle])
    assert made.serialize().encode() == Note(text=text, signatures=(LOG.sign(text),)).render()
    parsed = SignedCheckpoint.parse(octets)
    assert parsed.checkpoint == checkpoint
    assert parsed.verify(ORIGIN, [LOG.verifier], [WITNESS.verifier], 1) == {WITNESS.verifier: time_s}


@given(st.binary(max_size=400))
def test_any_octets_are_a_note_in_its_one_spelling_or_none(octets: bytes) -> None:
    for candidate in (octets, signed(Checkpoint(origin=ORIGIN, size=1, root=HASH))[: len(octets)] + octets):
        try:
            note = Note.parse(candidate)
        except Error:
            continue
        assert note.render() == candidate


@given(st.data())
def test_any_changed_octet_is_refused(data: st.DataObject) -> None:
    octets = bytearray(signed(Checkpoint(origin=ORIGIN, size=7, root=HASH)))
    at = data.draw(st.integers(0, len(octets) - 1))
    octets[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Error):
        SignedCheckpoint.parse(bytes(octets)).verify(ORIGIN, [LOG.verifier], [WITNESS.verifier], 1)


def test_limits() -> None:
    with pytest.raises(Malformed) as caught:
        Note.parse(b"a" * (MAX_NOTE + 1))
    assert caught.value.code is TlogReason.NOTE_TOO_LARGE
    with pytest.raises(Malformed) as caught:
        Note.parse(b"\xff\n\n" + b"x\n")
    assert caught.value.code is TlogReason.NOTE_NOT_TEXT
    with pytest.raises(Malformed) as caught:
        TlogProof.parse(b"a" * (MAX_PROOF + 1))
    assert caught.value.code is TlogReason.PROOF_TOO_LARGE


def test_two_names_of_one_key_are_one_witness() -> None:
    key = Ed25519PrivateKey.from_seed(bytes(32))
    twin = NoteSigner("witness.example.com/w2", key, KeyType.COSIGNATURE)
    text = Checkpoint(origin=ORIGIN, size=1, root=HASH).text()
    octets = Note(text=text, signatures=(LOG.sign(text), WITNESS.sign(text, TIME), twin.sign(text, TIME))).render()
    with pytest.raises(Unverified) as caught:
        SignedCheckpoint.parse(octets).verify(ORIGIN, [LOG.verifier], [WITNESS.verifier, twin.verifier], 2)
    assert caught.value.code is TlogReason.COSIGNATURES_TOO_FEW


def test_a_name_that_is_no_key_s() -> None:
    for name in ("", "a b", "a+b", "a\nb", "a\ud800", "n" * 256):
        with pytest.raises(Malformed) as caught:
            NoteSigner(name, Ed25519PrivateKey.from_seed(SEED))
        assert caught.value.code is TlogReason.NOTE_KEY_NAME


def test_a_checkpoint_names_its_state_by_its_text() -> None:
    one = Checkpoint(origin=ORIGIN, size=1, root=HASH)
    assert one.digest() != dataclasses.replace(one, size=2).digest()
    assert Checkpoint.parse(dataclasses.replace(one, extensions=("x", "y")).text()).extensions == ("x", "y")


def test_a_proof_with_the_most_extra_data_and_with_more() -> None:
    left, right = leaf_hash(b"l"), leaf_hash(b"r")
    octets = signed(Checkpoint(origin=ORIGIN, size=2, root=node_hash(left, right)))
    proof = TlogProof(index=1, path=(left,), signed=SignedCheckpoint.parse(octets), extra=bytes(262_144))
    parsed = TlogProof.parse(proof.render())
    assert parsed == proof
    assert parsed.verify(right, origin=ORIGIN, log_keys=[LOG.verifier], witnesses=[WITNESS.verifier], quorum=1) == {
        WITNESS.verifier: TIME
    }
    with pytest.raises(Malformed) as caught:
        TlogProof.parse(dataclasses.replace(proof, extra=bytes(262_145)).render())
    assert caught.value.code is TlogReason.PROOF_TOO_LARGE


@given(st.binary(max_size=300))
def test_any_octets_are_a_proof_in_its_one_spelling_or_none(octets: bytes) -> None:
    head = b"c2sp.org/tlog-proof@v1\nindex 0\n"
    for candidate in (
        octets,
        head + octets,
        head + octets + b"\n\n" + signed(Checkpoint(origin="o", size=1, root=HASH)),
    ):
        try:
            proof = TlogProof.parse(candidate)
        except Error:
            continue
        assert proof.render() == candidate
