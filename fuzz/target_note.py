"""Any octets: a note or a checkpoint in its one spelling, or a refusal with a code; none is signed by our key."""

from frankmark.foundation.checkpoint import SignedCheckpoint
from frankmark.foundation.errors import Error
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.foundation.note import KeyType, Note, NoteSigner, VerifierKey

LOG = NoteSigner("log.example.net/main", Ed25519PrivateKey.from_seed(bytes(31) + b"\x2a")).verifier
WITNESS = NoteSigner("w.example.net", Ed25519PrivateKey.from_seed(bytes(31) + b"\x2b"), KeyType.COSIGNATURE).verifier


def one_input(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    try:
        if str(VerifierKey.parse(text)) != text:
            raise AssertionError("a verifier key is spelt in one way")
    except Error:
        pass
    try:
        note = Note.parse(data)
    except Error:
        return
    if note.render() != data:
        raise AssertionError("a note is spelt in one way")
    try:
        signed = SignedCheckpoint.parse(data)
        if signed.checkpoint.text() != note.text:
            raise AssertionError("a checkpoint is spelt in one way")
        signed.verify(signed.checkpoint.origin, [LOG], [WITNESS])
    except Error:
        return
    raise AssertionError("a checkpoint verifies that nobody signed")
