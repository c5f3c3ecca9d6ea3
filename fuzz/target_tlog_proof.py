"""Any octets: an offline proof in its one spelling, or a refusal with a code; none verifies under our keys."""

from contextlib import suppress

from frankmark.foundation.errors import Error
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.foundation.merkle import verify_consistency, verify_inclusion
from frankmark.foundation.note import NoteSigner
from frankmark.foundation.tlog_proof import TlogProof

LOG = NoteSigner("log.example.net/main", Ed25519PrivateKey.from_seed(bytes(31) + b"\x2a")).verifier


def one_input(data: bytes) -> None:
    try:
        proof = TlogProof.parse(data)
    except Error:
        merkle(data)
        return
    if proof.render() != data:
        raise AssertionError("a proof is spelt in one way")
    stated = proof.signed.checkpoint
    with suppress(Error):
        verify_inclusion(bytes(32), proof.index, stated.size, proof.path, stated.root)
    try:
        proof.verify(bytes(32), origin=stated.origin, log_keys=[LOG])
    except Error:
        return
    raise AssertionError("a proof verifies that nobody signed")


def merkle(data: bytes) -> None:
    """The octets as sizes and hashes of a proof: any end but a crash, and no acceptance."""
    first, second = int.from_bytes(data[:4]), int.from_bytes(data[4:8])
    hashes = [data[at : at + 32] for at in range(8, len(data), 32)]
    try:
        verify_inclusion(b"\x01" * 32, first, second, hashes, bytes(32))
        raise AssertionError("hashes lead to a root of zeros")
    except Error:
        pass
    if first != second:
        try:
            verify_consistency(first, second, hashes, b"\x01" * 32, bytes(32))
            raise AssertionError("hashes lead to a root of zeros")
        except Error:
            pass
