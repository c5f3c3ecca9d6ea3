"""Any text: what a decoder accepts is exactly what its encoder writes."""

from frankmark.foundation import encoding, identifiers, timestamps
from frankmark.foundation.errors import Malformed

PAIRS = [
    (encoding.b64url_decode, encoding.b64url_encode),
    (encoding.b64_decode, encoding.b64_encode),
    (encoding.base32_decode, encoding.base32_encode),
    (encoding.hex_decode, encoding.hex_encode),
    (encoding.base62_decode, None),
    (identifiers.parse_uuid4, str),
    (identifiers.parse_ulid, str),
]


def one_input(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for decode, encode in PAIRS:
        try:
            value = decode(text)
        except Malformed:
            continue
        if encode is not None and encode(value) != text:
            raise AssertionError("one value has one text")
    try:
        ms = timestamps.parse_rfc3339(text)
    except Malformed:
        return
    if timestamps.parse_rfc3339("0001-01-01T00:00:00Z") <= ms <= timestamps.parse_rfc3339("9999-12-31T23:59:59.999Z"):
        again = timestamps.parse_rfc3339(timestamps.rfc3339(ms))
        if again != ms:
            raise AssertionError("an instant comes back")
