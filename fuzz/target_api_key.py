"""API keys: what is accepted is of the one form, and its digest and prefix are those of the text."""

from hashlib import sha256

from frankmark.foundation.errors import Unverified
from frankmark.services.apikeys import LIVE, TEST, make_key, parse_key

LENGTH = 51


def one_input(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    try:
        key = parse_key(text)
    except Unverified:
        key = None
    if key is not None and (
        len(text) != LENGTH or not text.startswith((LIVE, TEST)) or not text.isalnum() ^ ("_" in text)
    ):
        raise AssertionError("a key of another form was accepted")
    if len(data) >= 32:  # noqa: PLR2004  (octets that make a key)
        made = make_key(live=bool(data[0] & 1), entropy=data[:32])
        if parse_key(made.text) != made or made.digest != sha256(made.text.encode()).hexdigest():
            raise AssertionError("a key is not read back as it was made")
