"""Any text: a token whose parts are spelt in the one way, or a refusal with a code; none verifies."""

from frankmark.foundation import jws
from frankmark.foundation.encoding import b64url_encode
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.keys import P256PrivateKey

KEY = P256PrivateKey.from_scalar(bytes(31) + b"\x2a").public


def one_input(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    try:
        parsed = jws.parse(text)
    except Malformed:
        return
    head, _, body = parsed.signing_input.decode().rpartition(".")
    if body != b64url_encode(parsed.payload) or text != f"{head}.{body}.{b64url_encode(parsed.signature)}":
        raise AssertionError("the parts are spelt in one way")
    try:
        jws.verify(parsed, KEY)
    except Unverified:
        return
    raise AssertionError("a token verifies that nobody signed")
