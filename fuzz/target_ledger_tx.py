"""Any octets: a ledger transaction whose hashes agree, or a refusal with a code; none verifies under our keys."""

from frankmark.foundation.errors import Error
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.foundation.note import NoteSigner
from frankmark.services.ledger_tx import parse_transaction

LOG = NoteSigner("log.example.net/main", Ed25519PrivateKey.from_seed(bytes(31) + b"\x2a")).verifier


def one_input(data: bytes) -> None:
    try:
        claim = parse_transaction(data)
    except Error:
        return
    try:
        claim.verify(origin=claim.proof.signed.checkpoint.origin, log_keys=[LOG])
    except Error:
        return
    raise AssertionError("a transaction verifies that nobody logged")
