"""Stamp tokens: any text is taken apart or refused, and no payload that we did not sign verifies."""

import hashlib

from frankmark.foundation import jws
from frankmark.foundation.errors import Malformed, Misuse, Unverified
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.keys import P256PrivateKey
from frankmark.protocols.securestamp.token import StampToken, issue_token, parse_token, verify_token

OURS = P256PrivateKey.from_scalar(hashlib.sha256(b"ours").digest())
THEIRS = P256PrivateKey.from_scalar(hashlib.sha256(b"theirs").digest())
KEYS = JwkSet((Jwk.of("node", OURS.public),))
KID = KEYS.keys[0].kid
NOW_S = 1_768_471_200


def one_input(data: bytes) -> None:
    refused(data.decode("latin-1"))
    try:
        token = parse_token(jws.sign(data or b" ", THEIRS, kid=KID, typ=None))
    except Malformed:
        return
    refused(token)
    try:
        again = issue_token(token.claims, OURS, KID)
    except Misuse:
        return
    if parse_token(again).claims != token.claims:
        raise AssertionError("what was issued is not what was read")


def refused(token: str | StampToken) -> None:
    try:
        verify_token(token, KEYS, NOW_S)
    except (Malformed, Unverified):
        return
    raise AssertionError("a token that we did not sign verifies")
