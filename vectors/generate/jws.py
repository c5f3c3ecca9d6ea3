"""Write vectors/jws.json: ES256 tokens in compact form, each with how reading and verifying it ends.

Tokens are made with the cryptography package alone, so that our code is not its own judge. Signatures are deterministic
(RFC 6979); the key is the one of RFC 6979 A.2.5.
"""

import base64
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

SCALAR = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
KEY = ec.derive_private_key(SCALAR, ec.SECP256R1())
CLAIMS = b'{"stampId":"f47ac10b-58cc-4372-a567-0e02b2c3d479","domain":"acme.example","exp":1800000000}'
PLAIN = b'{"alg":"ES256","kid":"node-abcdefghij#k","typ":"JWT"}'


def b64url(octets: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def signature(text: str, *, key: ec.EllipticCurvePrivateKey = KEY) -> bytes:
    """The deterministic ES256 signature of a text."""
    der = key.sign(text.encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def signed(header: bytes, payload: bytes = CLAIMS) -> str:
    """A token with exactly these octets as header and payload."""
    text = f"{b64url(header)}.{b64url(payload)}"
    return f"{text}.{b64url(signature(text))}"


def other_bits(segment: str) -> str:
    """The same octets in another spelling: the last character with one of its unused bits set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return segment[:-1] + alphabet[alphabet.index(segment[-1]) + 1]


def cases() -> dict[str, tuple[str, str]]:
    """Every case: its name, the token, how reading and verifying it ends."""
    good = signed(PLAIN)
    head, body, seal = good.split(".")
    raw = base64.urlsafe_b64decode(seal + "==")
    r, s = raw[:32], int.from_bytes(raw[32:], "big")
    other_key = ec.derive_private_key(SCALAR - 1, ec.SECP256R1())
    padded = b64url(PLAIN + b"  ")
    return {
        "header-with-kid-and-typ": (good, "ok"),
        "header-with-alg-alone": (signed(b'{"alg":"ES256"}'), "ok"),
        "header-with-white-space": (signed(b'{ "alg" : "ES256" }\n'), "ok"),
        "header-with-escaped-letters": (signed(rb'{"\u0061lg":"ES\u0032\u0035\u0036"}'), "ok"),
        "header-with-unknown-parameter-is-ignored": (signed(b'{"alg":"ES256","x-note":[1,{"a":2}]}'), "ok"),
        "payload-that-is-not-json": (signed(PLAIN, b"\x00\xff"), "ok"),
        "payload-of-one-octet": (signed(PLAIN, b"1"), "ok"),
        "signature-with-the-other-s-is-as-good": (
            f"{head}.{body}.{b64url(r + (ORDER - s).to_bytes(32, 'big'))}",
            "ok",
        ),
        "token-of-8192-characters": (_of_length(8192), "ok"),
        "token-of-8193-characters": (_of_length(8193), "JWS_TOO_LARGE"),
        "header-of-1025-characters": (signed(b'{"alg":"ES256","x":"' + b"a" * 747 + b'"}'), "JWS_HEADER"),
        "empty-text": ("", "JWS_SEGMENTS"),
        "two-segments": (f"{head}.{body}", "JWS_SEGMENTS"),
        "four-segments": (f"{good}.", "JWS_SEGMENTS"),
        "five-segments-as-in-jwe": (f"{head}.{body}.{seal}.{seal}.{seal}", "JWS_SEGMENTS"),
        "empty-header": (f".{body}.{seal}", "JWS_SEGMENTS"),
        "empty-payload-as-if-detached": (f"{head}..{seal}", "JWS_SEGMENTS"),
        "empty-signature": (f"{head}.{body}.", "JWS_SEGMENTS"),
        "padding-after-the-signature": (good + "==", "BASE64URL_INVALID"),
        "padding-after-the-header": (f"{head}=.{body}.{seal}", "BASE64URL_INVALID"),
        "base64-alphabet-in-the-signature": (f"{head}.{body}.{'+' + seal[1:]}", "BASE64URL_INVALID"),
        "unused-bits-of-the-signature": (f"{head}.{body}.{other_bits(seal)}", "BASE64URL_INVALID"),
        "unused-bits-of-the-payload": (f"{head}.{other_bits(b64url(b'1'))}.{seal}", "BASE64URL_INVALID"),
        "unused-bits-of-the-header": (f"{other_bits(padded)}.{body}.{seal}", "BASE64URL_INVALID"),
        "line-feed-at-the-end": (good + "\n", "BASE64URL_INVALID"),
        "space-before": (" " + good, "BASE64URL_INVALID"),
        "letter-that-is-not-ascii": (f"{head}.{body}é.{seal}", "BASE64URL_INVALID"),
        "header-that-is-not-json": (signed(b"alg"), "JSON_SYNTAX"),
        "header-that-is-an-array": (signed(b'["ES256"]'), "JWS_HEADER"),
        "header-with-duplicate-name": (signed(b'{"alg":"none","alg":"ES256"}'), "JSON_DUPLICATE_KEY"),
        "header-with-duplicate-name-by-escape": (signed(rb'{"alg":"none","\u0061lg":"ES256"}'), "JSON_DUPLICATE_KEY"),
        "header-with-trailing-octets": (signed(PLAIN + b"{}"), "JSON_TRAILING_BYTES"),
        "header-with-byte-order-mark": (signed(b"\xef\xbb\xbf" + PLAIN), "JSON_BYTE_ORDER_MARK"),
        "header-that-is-not-utf-8": (signed(b'{"alg":"ES256","kid":"\xe9"}'), "JSON_NOT_UTF8"),
        "header-nested-5-deep": (signed(b'{"alg":"ES256","x":[[[[]]]]}'), "JSON_TOO_DEEP"),
        "kid-that-is-a-number": (signed(b'{"alg":"ES256","kid":1}'), "JWS_HEADER"),
        "typ-that-is-an-object": (signed(b'{"alg":"ES256","typ":{}}'), "JWS_HEADER"),
        "alg-missing": (signed(b'{"typ":"JWT"}'), "JWS_ALGORITHM"),
        "alg-none": (signed(b'{"alg":"none"}'), "JWS_ALGORITHM"),
        "alg-none-in-mixed-case": (signed(b'{"alg":"nOnE"}'), "JWS_ALGORITHM"),
        "alg-hs256": (signed(b'{"alg":"HS256"}'), "JWS_ALGORITHM"),
        "alg-es384": (signed(b'{"alg":"ES384"}'), "JWS_ALGORITHM"),
        "alg-in-lower-case": (signed(b'{"alg":"es256"}'), "JWS_ALGORITHM"),
        "alg-that-is-a-list": (signed(b'{"alg":["ES256"]}'), "JWS_ALGORITHM"),
        "alg-that-is-null": (signed(b'{"alg":null}'), "JWS_ALGORITHM"),
        "crit": (signed(b'{"alg":"ES256","crit":["exp"],"exp":1}'), "JWS_HEADER_REFUSED"),
        "crit-that-is-empty": (signed(b'{"alg":"ES256","crit":[]}'), "JWS_HEADER_REFUSED"),
        "jwk": (signed(b'{"alg":"ES256","jwk":{"kty":"EC"}}'), "JWS_HEADER_REFUSED"),
        "jku": (signed(b'{"alg":"ES256","jku":"https://a.example/"}'), "JWS_HEADER_REFUSED"),
        "x5u": (signed(b'{"alg":"ES256","x5u":"https://a.example/"}'), "JWS_HEADER_REFUSED"),
        "x5c": (signed(b'{"alg":"ES256","x5c":[]}'), "JWS_HEADER_REFUSED"),
        "b64": (signed(b'{"alg":"ES256","b64":false}'), "JWS_HEADER_REFUSED"),
        "zip": (signed(b'{"alg":"ES256","zip":"DEF"}'), "JWS_HEADER_REFUSED"),
        "signature-in-der": (f"{head}.{body}.{b64url(_der(head, body))}", "SIGNATURE_LENGTH"),
        "signature-one-octet-short": (f"{head}.{body}.{b64url(raw[:63])}", "SIGNATURE_LENGTH"),
        "signature-one-octet-long": (f"{head}.{body}.{b64url(raw + bytes(1))}", "SIGNATURE_LENGTH"),
        "signature-of-zeros": (f"{head}.{body}.{b64url(bytes(64))}", "SIGNATURE_INVALID"),
        "signature-with-r-of-the-order": (
            f"{head}.{body}.{b64url(ORDER.to_bytes(32, 'big') + raw[32:])}",
            "SIGNATURE_INVALID",
        ),
        "signature-with-one-bit-changed": (
            f"{head}.{body}.{b64url(raw[:-1] + bytes([raw[-1] ^ 1]))}",
            "SIGNATURE_INVALID",
        ),
        "signature-of-another-key": (
            f"{head}.{body}.{b64url(signature(f'{head}.{body}', key=other_key))}",
            "SIGNATURE_INVALID",
        ),
        "header-spelt-otherwise-than-signed": (f"{b64url(PLAIN + b' ')}.{body}.{seal}", "SIGNATURE_INVALID"),
        "payload-changed": (f"{head}.{b64url(CLAIMS.replace(b'acme', b'evil'))}.{seal}", "SIGNATURE_INVALID"),
    }


def _of_length(characters: int) -> str:
    """A good token of that length, which white space in the header makes up."""
    for spaces in range(4):
        for size in range((characters - 400) * 3 // 4, characters):
            token_length = -(-(len(PLAIN) + spaces) * 4 // 3) + 1 + -(-size * 4 // 3) + 1 + 86
            if token_length == characters:
                return signed(PLAIN + b" " * spaces, b"a" * size)
            if token_length > characters:
                break
    raise AssertionError(characters)


def _der(head: str, body: str) -> bytes:
    return KEY.sign(f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def main() -> None:
    """Write the file named on the command line."""
    numbers = KEY.public_key().public_numbers()
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "x": b64url(numbers.x.to_bytes(32, "big")),
        "y": b64url(numbers.y.to_bytes(32, "big")),
    }
    lines = ",\n".join(json.dumps({"name": n, "token": t, "outcome": o}) for n, (t, o) in cases().items())
    head = f'{{"suite": "jws", "standard": "RFC 7515, RFC 7518", "jwk": {json.dumps(jwk)}, "cases": [\n'
    Path(sys.argv[1]).write_text(f"{head}{lines}\n]}}\n", encoding="ascii")


if __name__ == "__main__":
    main()
