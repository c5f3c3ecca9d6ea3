"""Leaves and openings of the abuse log: any JSON is read or refused; what nobody signed never verifies."""

from frankmark.foundation.canonical import load
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.keys import P256PrivateKey
from frankmark.protocols.signal.abuse import opening_json, parse_abuse_leaf, parse_opening, verify_opening

KEYS = JwkSet((Jwk.of("node-abc", P256PrivateKey.from_scalar(bytes(31) + b"\x29").public),))


def one_input(data: bytes) -> None:
    try:
        parse_abuse_leaf(data)
    except Malformed:
        pass
    else:
        if b" " in data:
            raise AssertionError("a leaf has one spelling")
    try:
        value = load(data)
        opening = parse_opening(value)
    except Malformed:
        return
    if opening_json(opening) != value:
        raise AssertionError("an opening is written as it was read")
    try:
        verify_opening(opening, KEYS)
    except Unverified:
        return
    raise AssertionError("an opening verifies that nobody signed")
