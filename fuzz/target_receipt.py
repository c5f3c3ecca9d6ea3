"""Receipts and tree heads: any text, and any payload under a good signature, is read or refused."""

from frankmark.foundation import canonical, jws
from frankmark.foundation.errors import Malformed, Misuse, Unverified
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.merkle import HASH_SIZE
from frankmark.protocols.signal.logs import read_head
from frankmark.protocols.signal.receipt import claims_json, read
from frankmark.protocols.signal.receipt_check import examine, verify

KEY = P256PrivateKey.from_scalar(bytes(31) + b"\x23")
NAMED = Jwk.of("node-abc", KEY.public)
KEYS = JwkSet((NAMED,))


def one_input(data: bytes) -> None:
    texts = [data.decode("utf-8", "replace")]
    for typ in ("SSCT-receipt", "SSCT-sth"):
        try:
            texts.append(jws.sign(data, KEY, kid=NAMED.kid, typ=typ, max_length=1 << 20))
        except Misuse:
            return
    for text in texts:
        _read(text)


def _read(text: str) -> None:
    found = examine(text, KEYS)
    try:
        verify(text, KEYS)
    except (Malformed, Unverified) as wrong:
        if found.reason != wrong.code.value:
            raise AssertionError("both ways of looking find the same") from wrong
    try:
        receipt = read(text)
    except (Malformed, Unverified):
        receipt = None
    if receipt is not None and canonical.dump(claims_json(receipt.claims)) != receipt.parts.payload:
        raise AssertionError("a receipt says what its octets say")
    try:
        head = read_head(text).head
    except Malformed:
        return
    if len(head.root) != HASH_SIZE or head.size < 0:
        raise AssertionError("a head has a size and a root")
