"""Any octets: a set of keys that comes back from its own form, or a refusal with a code."""

from frankmark.foundation.errors import Malformed
from frankmark.foundation.jwks import JwkSet


def one_input(data: bytes) -> None:
    try:
        keys = JwkSet.parse(data)
    except Malformed:
        return
    if JwkSet.parse(keys.dump()) != keys:
        raise AssertionError("a set comes back from its own form")
