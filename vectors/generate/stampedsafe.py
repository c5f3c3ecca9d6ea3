"""Write ``vectors/stampedsafe.json``: StampedSafe proofs to verify, proofs to make, attestations to sign.

Nothing of the product is used: proofs are put together here with `rfc8785`, `hashlib` and `cryptography`, and what
comes of each is written down by hand. Keys are fixed, so the file is the same at each run.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import TypeAlias

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Value: TypeAlias = object
Members: TypeAlias = dict
OUT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1] / "stampedsafe.json")
SEED, TA_SEED, OTHER_SEED = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
L = 2**252 + 27742317777372353535851937790883648493
T, TS = 1_735_689_600_000, 1_767_225_600_000
NONCE = "0123456789abcdef0123456789abcdef"
HELLO = hashlib.sha256(b"Hello, World!").hexdigest()
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ZEROS = hashlib.sha256(bytes(1024)).hexdigest()
PDF = {"name": "document.pdf", "size": 1024, "hash": ZEROS, "type": "application/pdf"}
FACES, FAMILY = "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
SMALL_ORDER = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
NEUTRAL = "01" + "00" * 31
NOT_CANONICAL = "ee" + "ff" * 30 + "7f"  # y = p + 1
NOT_A_POINT = "02" + "00" * 31
UNTRUSTED, MISMATCH = ("TA_UNTRUSTED_KEY", "payload.ta.kid"), ("TA_TIME_MISMATCH", "payload.ta.ts")
WINDOW, TA_SIG = ("TA_WINDOW_INVALID", "payload.ta.exp"), ("TA_SIGNATURE_INVALID", "payload.ta.sig")
MEMBERS = ("v", "alg", "t", "tz", "h", "m", "n", "pk")
BROKEN_CHECKS = ("version", "alg", "message hash", "id", "signature")


def public(seed: bytes) -> str:
    """The public key of a seed, in hex."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def sign(text: bytes, seed: bytes = SEED) -> str:
    """A signature in hex."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(text).hex()


AUTHORITIES = {
    "ta-2026-01": {
        "pk": public(TA_SEED),
        "notBefore": "2026-01-01T00:00:00Z",
        "notAfter": "2026-12-31T23:59:59Z",
    },
    "ta-open": {"pk": public(TA_SEED)},
    "ta-stolen": {"pk": public(TA_SEED), "compromisedAt": "2026-01-01T00:10:00Z"},
}


def payload(m: Value = "Hello, World!", **changes: Value) -> Members:
    """The payload of V1, with changes; a member that is to be left out is changed to ``...``."""
    whole = {
        "v": "1.0",
        "alg": "Ed25519+SHA256",
        "t": T,
        "tz": "UTC",
        "h": hashlib.sha256((m if isinstance(m, str) else "Hello, World!").encode()).hexdigest(),
        "m": m,
        "n": NONCE,
        "pk": public(SEED),
    }
    return {name: value for name, value in (whole | changes).items() if value is not ...}


def doubles(value: Value) -> Value:
    """The value with integers that are not exact as doubles replaced."""
    if isinstance(value, dict):
        return {name: doubles(member) for name, member in value.items()}
    if isinstance(value, list):
        return [doubles(member) for member in value]
    return float(value) if type(value) is int and abs(value) >= 2**53 else value


def digest_of(members: Members) -> bytes:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(rfc8785.dumps(doubles(members))).digest()


def proof(members: Members, **changes: Value) -> Members:
    """A proof of this payload, with changes outside of it."""
    digest = digest_of(members)
    whole = {"id": digest[:6].hex(), "payload": members, "sig": sign(digest), "level": 1} | changes
    return {name: value for name, value in whole.items() if value is not ...}


def commitment(members: Members) -> str:
    """What an authority attests."""
    return digest_of({name: value for name, value in members.items() if name not in {"t", "ta"}}).hex()


def attest(nonce: str, ts: int = TS, kid: str = "ta-2026-01", *, seed: bytes = TA_SEED, **changes: Value) -> Members:
    """An authority's answer, signed with these changes."""
    iso = changes.pop("iso", None) or f"2026-01-01T00:{(ts - TS) // 60_000:02}:00.000Z"
    ta = {"ts": ts, "iso": iso, "exp": ts + 300_000, "kid": kid, "nonce": nonce, "pk": public(seed)} | changes
    return {**ta, "sig": sign(rfc8785.dumps(ta), seed)}


def attested(ta: Members | None = None, *, level: int = 2, **changes: Value) -> Members:
    """A proof of version 1.1 with a bound attestation, or with this one."""
    members = payload(**({"v": "1.1", "t": TS} | changes))
    return proof({**members, "ta": ta or attest(commitment(members))}, level=level)


def timed(ta_changes: Members | None = None, **changes: Value) -> Members:
    """A bound proof whose attestation is signed with changes, or then broken by others."""
    members = payload(**({"v": "1.1", "t": TS} | changes))
    return proof({**members, "ta": attest(commitment(members), **(ta_changes or {}))}, level=2)


def broken(**changes: Value) -> Members:
    """A proof whose attestation was changed after the authority signed it."""
    members = payload(v="1.1", t=TS)
    ta = attest(commitment(members)) | changes
    return proof({**members, "ta": {name: value for name, value in ta.items() if value is not ...}}, level=2)


def text_of(value: Value) -> str:
    """JSON as a maker may write it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def good(whole: Members, *warnings: str, level: int = 1, binding: str | None = None, **more: Value) -> Members:
    """What is said of a proof that is valid."""
    digest = digest_of(whole["payload"]).hex()
    outcome = {
        "valid": True,
        "level": level,
        "timeBinding": binding,
        "sigInput": "digest",
        "id": digest[: len(whole["id"])],
        "digest": digest,
        "errors": [],
        "warnings": sorted(warnings),
    }
    return outcome | more


def bad(whole: Value, *errors: tuple[str, str], warnings: tuple[str, ...] = (), sig: str | None = "digest") -> Members:
    """What is said of a proof that is not; `sig` says whether its signature holds all the same."""
    inner = whole.get("payload") if isinstance(whole, dict) else None
    digest = digest_of(inner).hex() if isinstance(inner, dict) else None
    named = whole.get("id") if isinstance(whole, dict) else None
    length = len(named) if isinstance(named, str) and len(named) in {12, 24} else 12
    return {
        "valid": False,
        "level": None,
        "timeBinding": None,
        "sigInput": sig if digest else None,
        "id": digest[:length] if digest else None,
        "digest": digest,
        "errors": [{"code": code, "path": path} for code, path in sorted(errors)],
        "warnings": sorted(warnings),
    }


def lost(whole: Members, *errors: tuple[str, str], warnings: tuple[str, ...] = ("LEVEL_UNPROVEN",)) -> Members:
    """What is said of a valid proof whose attestation shows nothing."""
    named = [{"code": code, "path": path} for code, path in sorted(errors)]
    return good(whole, *warnings) | {"errors": named}


def case(name: str, whole: Value, outcome: Members, **more: Value) -> Members:
    """A case of verification."""
    return {"name": name, "verb": "verify", "text": text_of(whole), **more, "outcome": outcome}


def valid(name: str, whole: Members, *warnings: str, text: str | None = None, **more: Value) -> Members:
    """A proof that is valid."""
    return case(name, whole if text is None else text, good(whole, *warnings, **more))


def invalid(name: str, whole: Value, *errors: tuple[str, str], text: str | None = None, **more: Value) -> Members:
    """A text that is not."""
    return case(name, whole if text is None else text, bad(whole, *errors, **more))


def written(members: Members, old: str, new: str, **more: Value) -> str:
    """A proof with a number of it written another way."""
    text = text_of(proof(members, **more))
    if text.count(old) != 1:
        raise SystemExit(f"{old} stands {text.count(old)} times in {text}")
    return text.replace(old, new)


def published() -> Iterator[Members]:
    """V1 and V2 with the forms that they are accepted in, and the three vectors of the original page."""
    first = proof(payload())
    if first["sig"][:16] != "49dcf5180a3b04de" or first["id"] != "39004f7d3dba":
        raise SystemExit("V1 is another")
    digest = digest_of(payload())
    yield valid("V1: the message Hello, World! at level 1", first)
    yield valid("V1 with 24 digits of the digest as its id", proof(payload(), id=digest[:12].hex()))
    yield valid(
        "V1 signed over the 64 digits of the digest",
        proof(payload(), sig=sign(digest.hex().encode())),
        "SIG_INPUT_HEX",
        sigInput="digest-hex",
    )
    yield valid("V1 with the older spelling of alg", proof(payload(alg="Ed25519-SHA256")), "ALG_ALIAS")
    second = proof(v2(), level=2)
    if second["sig"][:16] != "ad85d3d1077679c1" or second["id"] != "3edb8631d817":
        raise SystemExit("V2 is another")
    yield valid("V2: a file at level 2, time bound", second, level=2, binding="bound")
    yield case(
        "V2 beside its file",
        second,
        good(second, level=2, binding="bound", fileMatches=True),
        fileHash=ZEROS,
    )
    mismatch = [{"code": "FILE_HASH_MISMATCH", "path": "payload.f.hash"}]
    yield case(
        "V2 beside another file: the proof is whole, the file is not its own",
        second,
        good(second, level=2, binding="bound", fileMatches=False) | {"errors": mismatch},
        fileHash=EMPTY,
    )
    yield case(
        "a message alone beside a file",
        first,
        good(first, fileMatches=False) | {"errors": mismatch},
        fileHash=ZEROS,
    )
    yield valid("the page's vector 2: an empty message and a file", proof(payload("", f=PDF)))
    yield valid("an empty message and an empty file", proof(payload("", f={**PDF, "size": 0, "hash": EMPTY})))
    yield valid("a message and a file", proof(payload(f=PDF)))
    yield valid("version 1.1 without an attestation", proof(payload(v="1.1")))


def v2() -> Members:
    """The payload of V2."""
    members = payload("", v="1.1", t=TS, tz="America/New_York", n="00112233445566778899aabbccddeeff", f=PDF)
    return {**members, "ta": attest(commitment(members))}


def canonical_cases() -> Iterator[Members]:
    """RFC 8785: what a proof looks like is not what is signed."""
    first = proof(payload())
    yield valid("indented", first, text=json.dumps(first, indent=2))
    turned = {name: first[name] for name in reversed(first)}
    turned["payload"] = {name: first["payload"][name] for name in reversed(first["payload"])}
    yield valid(
        "members in another order, line ends of another system",
        first,
        text=json.dumps(turned, indent="\t").replace("\n", "\r\n"),
    )
    escaped = "".join(f"\\u{ord(letter):04X}" for letter in "Hello, World!")
    yield valid("the message in escapes", first, text=text_of(first).replace("Hello, World!", escaped))
    keys = {"\u20ac": "Euro", "\r": "CR", "\ufb33": "Dalet", "1": "One", FACES: "Face", "\u0080": "C1", "\u00f6": "o"}
    yield valid("names in the order of UTF-16 code units", proof(payload(x=keys)), "UNKNOWN_FIELD")
    yield valid(
        "names in the order of UTF-16 code units, in the payload itself", proof(payload(**keys)), "UNKNOWN_FIELD"
    )
    for name, message in {
        "quotes, backslashes and controls": '"\\/\b\f\n\r\t\x00\x1f\x7f',
        "text beyond the BMP": f"{FACES}{FAMILY}",
        "text that is not normalised": "e\u0301 \u00e9 \u212b",
        "text of the right to the left": "\u202eevil\u202c \u05d0",
    }.items():
        yield valid(f"the message holds {name}", proof(payload(message)))
    numbers = [0.1, 1e-7, 5e-324, 1e21, 123456789012345680000.0, -1.5, 333333333.33333329, 1.7976931348623157e308]
    yield valid("doubles in a member that nobody knows", proof(payload(x=numbers)), "UNKNOWN_FIELD")
    huge = proof(payload(x=[9007199254740993, 100000000000000000000, -9007199254740993]))
    yield valid("integers that only the nearest double stands for", huge, "UNKNOWN_FIELD")
    exact = proof(payload(x=[9007199254740992.0, 1e20, -9007199254740992.0]))
    yield valid("the same numbers as doubles: the same digest", exact, "UNKNOWN_FIELD")
    members = payload(x=[0])
    for token in ("-0", "-0.0", "0e9", "0.000"):
        yield valid(
            f"zero written {token}", proof(members), "UNKNOWN_FIELD", text=written(members, "[0]", f"[{token}]")
        )


def numbers() -> Iterator[Members]:
    """Numbers are judged by value."""
    members = payload()
    for token in (
        "1735689600000.0",
        "1.7356896e12",
        "17356896E5",
        "1735689600000.000",
        "1735689600000e0",
        "1.7356896e+12",
    ):
        yield valid(f"t written {token}", proof(members), text=written(members, "1735689600000", token))
    for t in (0, 2**53 - 1):
        yield valid(f"t is {t}", proof(payload(t=t)))
    yield valid(
        "t is 2^53-1 as a double",
        proof(payload(t=2**53 - 1)),
        text=written(payload(t=2**53 - 1), "9007199254740991", "9007199254740991.0"),
    )
    yield valid("t is -0", proof(payload(t=0)), text=written(payload(t=0), '"t":0', '"t":-0'))
    for name, t in {
        "1.5": 1.5,
        "-1": -1,
        "a text": "1",
        "2^53": 2**53,
        "true": True,
        "null": None,
        "1e300": 1e300,
    }.items():
        yield invalid(f"t is {name}", proof(payload(t=t)), ("TIMESTAMP_INVALID", "payload.t"))
    yield valid("level written 1.0", proof(members), text=written(members, '"level":1', '"level":1.0'))
    sized = payload("", f=PDF)
    yield valid(
        "the size of a file written 1.024e3", proof(sized), text=written(sized, '"size":1024', '"size":1.024e3')
    )
    whole = proof(v2(), level=2)
    text = text_of(whole).replace(str(TS), f"{TS}.0")
    yield valid("t and ta.ts written as doubles", whole, text=text, level=2, binding="bound")


def texts() -> Iterator[Members]:
    """What is no JSON text, or none that everybody reads alike."""
    first = text_of(proof(payload()))
    for name, text in {
        "nothing at all": "",
        "spaces alone": " \n",
        "cut off in the middle": first[:200],
        "a comma too many": first[:-1] + ",}",
        "two texts": first * 2,
        "a comment": "/* proof */" + first,
        "single quotes": first.replace('"', "'"),
        "a byte order mark": "\ufeff" + first,
        "a control character as it is in a string": first.replace("Hello, ", "Hello,\n"),
        "a number with a zero before it": first.replace("1735689600000", "01735689600000"),
        "65 arrays and objects open at once": text_of(proof(payload())).replace(
            '"level":1', '"level":1,"x":' + "[" * 64 + "]" * 64
        ),
    }.items():
        yield invalid(name, text, ("JSON_INVALID", ""), sig=None)
    yield {
        "name": "not UTF-8",
        "verb": "verify",
        "octets": first.encode().replace(b"World", b"W\xf6rld").hex(),
        "outcome": bad(None, ("JSON_INVALID", ""), sig=None),
    }
    yield {
        "name": "a surrogate as UTF-8 octets",
        "verb": "verify",
        "octets": first.encode().replace(b"World", b"\xed\xa0\x80").hex(),
        "outcome": bad(None, ("JSON_INVALID", ""), sig=None),
    }
    deep = payload(x=json.loads("[" * 62 + "]" * 62))
    yield valid("64 arrays and objects open at once", proof(deep), "UNKNOWN_FIELD")
    yield case("65,536 octets, most of them spaces", proof(payload()), good(proof(payload())), padded=65_536)
    yield case("65,537 octets", proof(payload()), bad(None, ("JSON_INVALID", ""), sig=None), padded=65_537)
    for name, text in {
        "an array": "[]",
        "a string": '"proof"',
        "a number": "1",
        "null": "null",
        "true": "true",
    }.items():
        yield invalid(f"the text is {name}", text, ("TYPE_INVALID", ""), sig=None)
    twice = ("DUPLICATE_KEY", "")
    yield invalid("sig twice", first.replace('"level":1', '"level":1,"sig":""'), twice, sig=None)
    yield invalid("m twice, with one value", first.replace('"m":', '"m":"Hello, World!","m":'), twice, sig=None)
    yield invalid("m twice, once in escapes", first.replace('"m":', '"\\u006d":"Pay Mallory","m":'), twice, sig=None)
    yield invalid(
        "a name twice deep inside", first.replace('"tz":', '"x":[{"a":{"b":1,"b":1}}],"tz":'), twice, sig=None
    )
    unsound = ("NOT_CANONICALIZABLE", "")
    for name, escapes in {
        "a high surrogate alone": "\\ud83d",
        "a low surrogate alone": "\\uDE00",
        "surrogates the wrong way round": "\\ude00\\ud83d",
    }.items():
        yield invalid(f"{name} in the message", first.replace("World", escapes), unsound, sig=None)
    yield invalid("a surrogate alone in a name", first.replace('"tz":', '"\\udfff":1,"tz":'), unsound, sig=None)
    yield invalid(
        "a surrogate alone outside of the payload",
        first.replace('"level":1', '"level":1,"x":"\\ud800"'),
        unsound,
        sig=None,
    )
    for token in ("NaN", "Infinity", "-Infinity", "1e400", "-1E+309", "9" * 400, "9" * 309):
        shown = token if len(token) < 20 else f"an integer of {len(token)} nines"
        yield invalid(
            f"a number that no double holds: {shown}", first.replace('"tz":', f'"x":{token},"tz":'), unsound, sig=None
        )


def missing_and_wrong() -> Iterator[Members]:
    """Each member left out, and each of a wrong type."""
    for name in ("id", "sig", "level"):
        sig = None if name == "sig" else "digest"
        yield invalid(f"{name} is missing", proof(payload(), **{name: ...}), ("MISSING_FIELD", name), sig=sig)
        for wrong in (None, True, [], {}) + ((7,) if name != "level" else ("1", 1.5, -1)):
            shown = json.dumps(wrong)
            yield invalid(f"{name} is {shown}", proof(payload(), **{name: wrong}), ("TYPE_INVALID", name), sig=sig)
    yield invalid(
        "payload is missing",
        proof(payload(), payload=...),
        ("MISSING_FIELD", "payload"),
        sig=None,
    )
    for wrong in (None, "{}", [], 1):
        yield invalid(
            f"payload is {json.dumps(wrong)}",
            proof(payload()) | {"payload": wrong},
            ("TYPE_INVALID", "payload"),
            sig=None,
        )
    yield invalid(
        "every member is missing",
        {},
        *(("MISSING_FIELD", name) for name in ("id", "payload", "sig", "level")),
        sig=None,
    )
    empty = proof({})
    named = (("MISSING_FIELD", f"payload.{name}") for name in MEMBERS)
    yield invalid("an empty payload", empty, *named, sig=None)
    for name in MEMBERS:
        sig = None if name == "pk" else "digest"
        yield invalid(
            f"payload.{name} is missing", proof(payload(**{name: ...})), ("MISSING_FIELD", f"payload.{name}"), sig=sig
        )
        for wrong in (None, 7, ["1.0"], {}) if name != "t" else ([], {}):
            code = "TIMESTAMP_INVALID" if name == "t" else "TYPE_INVALID"
            yield invalid(
                f"payload.{name} is {json.dumps(wrong)}",
                proof(payload(**{name: wrong})),
                (code, f"payload.{name}"),
                sig=sig,
            )


def hexadecimal() -> Iterator[Members]:
    """Lower case, the right length, and nothing else."""
    for name, length in {"h": 64, "n": 32, "pk": 64}.items():
        value = payload()[name]
        for told, wrong in {
            "in capitals": value.upper(),
            "one digit short": value[:-1],
            "one digit long": value + "0",
            "with a letter g": "g" + value[1:],
            "with 0x before it": "0x" + value[2:],
            "empty": "",
        }.items():
            sig = None if name == "pk" else "digest"
            yield invalid(
                f"{name} {told}, not {length} digits of lower hex",
                proof(payload(**{name: wrong})),
                ("HEX_FORMAT", f"payload.{name}"),
                sig=sig,
            )
    first = proof(payload())
    for told, wrong, code in (
        ("in capitals", first["sig"].upper(), "HEX_FORMAT"),
        ("two digits short", first["sig"][:-2], "SIGNATURE_FORMAT"),
        ("one digit long", first["sig"] + "0", "SIGNATURE_FORMAT"),
        ("with a space", first["sig"][:-1] + " ", "SIGNATURE_FORMAT"),
        (
            "in base64",
            "SdzxGAo7BN6ICu2IWWSrMQUP+DL6/SFep6+h/FjzRStf1YVJuqwlV+huE0anb76iSqhYxEWhn7RFjnLMZwap5IIB",
            "SIGNATURE_FORMAT",
        ),
        ("empty", "", "SIGNATURE_FORMAT"),
    ):
        yield invalid(f"sig {told}", first | {"sig": wrong}, (code, "sig"), sig=None)
    for told, wrong, code in (
        ("in capitals", "39004F7D3DBA", "HEX_FORMAT"),
        ("of 24 digits in capitals", "39004F7D3DBABD3913AB1AA6", "HEX_FORMAT"),
        ("of 11 digits", "39004f7d3db", "ID_FORMAT"),
        ("of 14 digits", "39004f7d3dbabd", "ID_FORMAT"),
        ("of 64 digits", digest_of(payload()).hex(), "ID_FORMAT"),
        ("with a letter g", "g9004f7d3dba", "ID_FORMAT"),
        ("empty", "", "ID_FORMAT"),
    ):
        yield invalid(f"id {told}", first | {"id": wrong}, (code, "id"))


def messages() -> Iterator[Members]:
    """At most 280 code points to verify; who makes a proof counts UTF-16 code units."""
    too_long = ("MESSAGE_TOO_LONG", "payload.m")
    for told, message, fits in (
        ("280 letters", "a" * 280, True),
        ("281 letters", "a" * 281, False),
        ("280 faces, 560 UTF-16 code units, 1,120 octets", FACES * 280, True),
        ("281 faces", FACES * 281, False),
        ("40 families of seven code points", FAMILY * 40, True),
        ("41 families of seven code points", FAMILY * 41, False),
        ("140 letters with an accent each of its own", "e\u0301" * 140, True),
        ("141 letters with an accent each of its own", "e\u0301" * 141, False),
    ):
        whole = proof(payload(message))
        yield valid(told, whole) if fits else invalid(told, whole, too_long)
    yield invalid("neither a message nor a file", proof(payload("")), ("MISSING_FIELD", "payload.f"))
    yield invalid("a hash in place of the message", proof(payload(m=...)), ("MISSING_FIELD", "payload.m"))
    yield invalid(
        "the message emptied after it was hashed",
        proof(payload(m="", h=HELLO)),
        ("MISSING_FIELD", "payload.f"),
        ("MESSAGE_HASH_MISMATCH", "payload.h"),
    )


def files() -> Iterator[Members]:
    """The members of ``f``."""
    for name in PDF:
        part = {member: value for member, value in PDF.items() if member != name}
        yield invalid(f"f without {name}", proof(payload(f=part)), ("FILE_META_INVALID", f"payload.f.{name}"))
    for wrong in (None, [], "document.pdf"):
        yield invalid(f"f is {json.dumps(wrong)}", proof(payload(f=wrong)), ("FILE_META_INVALID", "payload.f"))
    long_type = "a" * 127 + "/" + "b" * 127
    for name, value, code in (
        ("name", "n" * 255, ""),
        ("name", FACES * 255, ""),
        ("name", "", ""),
        ("name", "n" * 256, "FILE_META_INVALID"),
        ("name", "../etc/passwd", "FILE_META_INVALID"),
        ("name", "C:\\report.pdf", "FILE_META_INVALID"),
        ("name", "two\nlines", "FILE_META_INVALID"),
        ("name", "\u0085next line", "FILE_META_INVALID"),
        ("name", "delete\x7f", "FILE_META_INVALID"),
        ("name", 7, "FILE_META_INVALID"),
        ("size", 0, ""),
        ("size", 2**53 - 1, ""),
        ("size", 2**53, "FILE_META_INVALID"),
        ("size", -1, "FILE_META_INVALID"),
        ("size", 1.5, "FILE_META_INVALID"),
        ("size", "1024", "FILE_META_INVALID"),
        ("hash", "abc123...", "FILE_META_INVALID"),
        ("hash", ZEROS[:-1], "FILE_META_INVALID"),
        ("hash", ZEROS.upper(), "HEX_FORMAT"),
        ("hash", None, "FILE_META_INVALID"),
        ("type", "application/vnd.oasis.opendocument.text", ""),
        ("type", "image/svg+xml", ""),
        ("type", long_type, ""),
        ("type", long_type + "b", "FILE_META_INVALID"),
        ("type", "pdf", "FILE_META_INVALID"),
        ("type", "text/", "FILE_META_INVALID"),
        ("type", "text/plain; charset=utf-8", "FILE_META_INVALID"),
        ("type", "", "FILE_META_INVALID"),
        ("type", None, "FILE_META_INVALID"),
    ):
        shown = json.dumps(value)
        told = f"f.{name} is {shown if len(shown) < 50 else f'{len(value)} characters like {value[:1]}'}"
        whole = proof(payload(f={**PDF, name: value}))
        yield invalid(told, whole, (code, f"payload.f.{name}")) if code else valid(told, whole)
    everything = proof(payload(f={"name": "a/b", "size": -1, "hash": "", "type": "x"}))
    yield invalid("everything in f is wrong", everything, *(("FILE_META_INVALID", f"payload.f.{name}") for name in PDF))


def checks() -> Iterator[Members]:
    """Checks 1 to 5, each broken alone, and all 32 combinations."""
    for v in ("2.0", "1", "1.10", "1.1 ", ""):
        yield invalid(f"version {v!r}", proof(payload(v=v)), ("VERSION_UNSUPPORTED", "payload.v"))
    for alg in ("ed25519+sha256", "Ed25519+SHA512", "none", "", "Ed25519\u2212SHA256"):
        yield invalid(f"alg {alg!r}", proof(payload(alg=alg)), ("ALG_UNSUPPORTED", "payload.alg"))
    yield invalid(
        "the message changed, everything else made to fit",
        proof(payload(m="Hello, World?", h=HELLO)),
        ("MESSAGE_HASH_MISMATCH", "payload.h"),
    )
    first = proof(payload())
    changed = first | {"payload": first["payload"] | {"m": "Hello, World?"}}
    yield invalid(
        "the message changed, nothing else",
        changed,
        ("MESSAGE_HASH_MISMATCH", "payload.h"),
        ("ID_MISMATCH", "id"),
        ("SIGNATURE_INVALID", "sig"),
        sig=None,
    )
    later = first | {"payload": first["payload"] | {"t": T + 1}}
    yield invalid(
        "the time changed by a millisecond", later, ("ID_MISMATCH", "id"), ("SIGNATURE_INVALID", "sig"), sig=None
    )
    yield invalid(
        "an unknown member added",
        first | {"payload": first["payload"] | {"x": 1}},
        ("ID_MISMATCH", "id"),
        ("SIGNATURE_INVALID", "sig"),
        sig=None,
        warnings=("UNKNOWN_FIELD",),
    )
    yield invalid("id of another proof", first | {"id": "39004f7d3dbb"}, ("ID_MISMATCH", "id"))
    long_id = digest_of(payload())[:12].hex()
    yield invalid("an id of 24 digits that ends wrongly", first | {"id": long_id[:-1] + "7"}, ("ID_MISMATCH", "id"))
    yield from signatures()
    for broken_checks in product((False, True), repeat=5):
        yield combination(dict(zip(BROKEN_CHECKS, broken_checks, strict=True)))


def signatures() -> Iterator[Members]:
    """Check 5."""
    first, digest = proof(payload()), digest_of(payload())
    wrong, short = ("SIGNATURE_INVALID", "sig"), ("SIG_OVER_TRUNCATED_ID", "sig")
    raw = bytes.fromhex(first["sig"])
    malleated = raw[:32] + (int.from_bytes(raw[32:], "little") + L).to_bytes(32, "little")
    for told, sig in {
        "with S raised by the order of the group": malleated.hex(),
        "with one bit of R turned": bytes([raw[0] ^ 1, *raw[1:]]).hex(),
        "with one bit of S turned": bytes([*raw[:32], raw[32] ^ 1, *raw[33:]]).hex(),
        "of zeros": "00" * 64,
        "by another key": sign(digest, OTHER_SEED),
        "over the canonical payload itself": sign(rfc8785.dumps(payload())),
        "over the digest of the digest": sign(hashlib.sha256(digest).digest()),
        "over the digits in capitals": sign(digest.hex().upper().encode()),
        "over the digest with a line end": sign(digest + b"\n"),
        "over the first 7 octets": sign(digest[:7]),
    }.items():
        yield invalid(f"a signature {told}", first | {"sig": sig}, wrong, sig=None)
    for told, text in {
        "the 6 octets of the id": digest[:6],
        "the 12 digits of the id": digest[:6].hex().encode(),
        "the 12 octets of the long id": digest[:12],
        "the 24 digits of the long id": digest[:12].hex().encode(),
    }.items():
        yield invalid(f"a signature over {told}", first | {"sig": sign(text)}, short, sig=None)
    key = ("PUBLIC_KEY_INVALID", "payload.pk")
    for told, pk, sig in (
        ("the neutral point, with a signature that fits every text", NEUTRAL, NEUTRAL + "00" * 32),
        ("a point of order eight", SMALL_ORDER, first["sig"]),
        ("the point of order two", "ec" + "ff" * 30 + "7f", first["sig"]),
        ("a second encoding of the neutral point", NOT_CANONICAL, NEUTRAL + "00" * 32),
        ("no point of the curve", NOT_A_POINT, first["sig"]),
        ("of ones alone", "ff" * 32, first["sig"]),
    ):
        yield invalid(f"a public key that is {told}", proof(payload(pk=pk), sig=sig), key, sig=None)
    both = proof(payload(pk=NOT_A_POINT), sig="")
    yield invalid("a public key that is no point, and no signature", both, key, ("SIGNATURE_FORMAT", "sig"), sig=None)


def combination(wrong: dict[str, bool]) -> Members:
    """One of the 32."""
    changes = {"v": "3.0"} if wrong["version"] else {}
    changes |= {"alg": "RSA"} if wrong["alg"] else {}
    changes |= {"h": EMPTY} if wrong["message hash"] else {}
    whole = proof(payload(**changes))
    whole |= {"id": "000000000000"} if wrong["id"] else {}
    whole |= {"sig": sign(b"something else")} if wrong["signature"] else {}
    codes = {
        "version": ("VERSION_UNSUPPORTED", "payload.v"),
        "alg": ("ALG_UNSUPPORTED", "payload.alg"),
        "message hash": ("MESSAGE_HASH_MISMATCH", "payload.h"),
        "id": ("ID_MISMATCH", "id"),
        "signature": ("SIGNATURE_INVALID", "sig"),
    }
    errors = [codes[name] for name in BROKEN_CHECKS if wrong[name]]
    told = f"broken: {', '.join(name for name in BROKEN_CHECKS if wrong[name]) or 'nothing'}"
    if not errors:
        return valid(told, whole)
    return invalid(told, whole, *errors, sig=None if wrong["signature"] else "digest")


def warnings() -> Iterator[Members]:
    """What a proof holds in spite of."""
    for tz in ("Europe/Kyiv", "Asia/Calcutta", "America/Argentina/Buenos_Aires", "Etc/GMT+5"):
        yield valid(f"time zone {tz}", proof(payload(tz=tz)))
    for tz in ("Mars/Phobos", "america/new_york", "+01:00", "", "New York"):
        yield valid(f"time zone {tz!r}", proof(payload(tz=tz)), "TIMEZONE_INVALID")
    yield valid("an unknown member in the payload", proof(payload(lang="en")), "UNKNOWN_FIELD")
    yield valid(
        "an unknown member beside the payload, which nobody signed", proof(payload(), note="hi"), "UNKNOWN_FIELD"
    )
    yield valid("an unknown member in f", proof(payload(f={**PDF, "modified": 1})), "UNKNOWN_FIELD")
    yield invalid(
        "an unknown member and no payload",
        {"x": 1},
        *(("MISSING_FIELD", name) for name in ("id", "payload", "sig", "level")),
        warnings=("UNKNOWN_FIELD",),
        sig=None,
    )
    yield valid("claims level 2 without an attestation", proof(payload(), level=2), "LEVEL_UNPROVEN")
    yield valid("claims level 3", proof(payload(), level=3), "LEVEL_UNPROVEN")
    yield valid("claims level 0", proof(payload(), level=0))
    yield valid(
        "several at once",
        proof(
            payload(alg="Ed25519-SHA256", tz="x", x=1),
            level=2,
            sig=sign(digest_of(payload(alg="Ed25519-SHA256", tz="x", x=1)).hex().encode()),
        ),
        "ALG_ALIAS",
        "SIG_INPUT_HEX",
        "TIMEZONE_INVALID",
        "UNKNOWN_FIELD",
        "LEVEL_UNPROVEN",
        sigInput="digest-hex",
    )


def attestations() -> Iterator[Members]:
    """Level 2: who attested, what, and when."""
    bound = {"level": 2, "binding": "bound"}
    free = {"level": 2, "binding": "not-before"}
    yield valid("attested, and the maker claims level 1 only", attested(level=1), **bound)
    members = payload(v="1.1", t=TS)
    ta = attest(commitment(members))
    without_pk = {name: value for name, value in ta.items() if name not in {"sig", "pk"}}
    older = proof({**members, "ta": ta | {"sig": sign(rfc8785.dumps(without_pk), TA_SEED)}}, level=2)
    yield valid("the authority signed without its key", older, **bound)
    yield valid("an unknown member in ta, signed", timed({"leap": 0}), "UNKNOWN_FIELD", **bound)
    yield valid("the window is a year: only ts < exp is judged", timed({"exp": TS + 31_536_000_000}), **bound)
    for iso in ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.0Z", "2026-01-01T00:00:00.00Z"):
        yield valid(f"iso is {iso}", timed({"iso": iso}), **bound)
    epoch = {"ts": 0, "exp": 1, "kid": "ta-open", "iso": "1970-01-01T00:00:00.000Z"}
    yield valid("attested at the epoch", timed(epoch, t=0), **bound)
    quarter = {"ts": TS + 250, "exp": TS + 300_000}
    yield valid(
        "iso is 2026-01-01T00:00:00.25Z", timed(quarter | {"iso": "2026-01-01T00:00:00.25Z"}, t=TS + 250), **bound
    )
    yield from reused(free)
    yield from doubted()
    yield from misshapen()
    in_old = proof({**payload(t=TS), "ta": ta}, level=2)
    yield valid("an attestation in version 1.0", in_old, "TA_IN_V10", "LEVEL_UNPROVEN")
    yield valid("an attestation of no form in version 1.0", proof(payload(ta=None)), "TA_IN_V10")
    yield valid("unknown members in the attestation of a version 1.0", proof(payload(ta={"x": 1})), "TA_IN_V10")
    new = {**payload(v="2.0", t=TS), "ta": None}
    yield invalid("an attestation of no form in an unknown version", proof(new), ("VERSION_UNSUPPORTED", "payload.v"))
    worse = timed({"kid": "ta-nobody"}) | {"id": "000000000000"}
    yield invalid("an attestation of nobody in a proof that is broken", worse, ("ID_MISMATCH", "id"), UNTRUSTED)


def reused(free: Members) -> Iterator[Members]:
    """Anti-replay: an answer that was not asked for this content shows no more than that the proof is younger."""
    other = attest(commitment(payload("An innocent text", v="1.1", t=TS)))
    yield valid("back-dating: an old answer on a text that was written later", attested(other), **free)
    yield valid(
        "an answer to another nonce of the same text",
        attested(attest(commitment(payload(v="1.1", t=TS, n="f" * 32)))),
        **free,
    )
    yield valid(
        "an answer to the nonce of a file, on the same file with a new name",
        attested(attest(commitment(payload("", v="1.1", f=PDF))), m="", h=EMPTY, f={**PDF, "name": "contract.pdf"}),
        **free,
    )
    yield valid("a random nonce, as the first authority's", attested(attest("5f2c1e0d9b8a7766")), **free)
    yield valid(
        "a commitment in capitals is another nonce",
        attested(attest(commitment(payload(v="1.1", t=TS)).upper())),
        **free,
    )


def doubted() -> Iterator[Members]:
    """Attestations that show nothing; the proof itself stays valid."""
    whole = broken(sig="00" * 64)
    yield case("the authority's signature is of zeros", whole, lost(whole, TA_SIG))
    flipped = attest(commitment(payload(v="1.1", t=TS)))["sig"]
    whole = broken(sig=f"{int(flipped[0], 16) ^ 1:x}{flipped[1:]}")
    yield case("one bit of the authority's signature turned", whole, lost(whole, TA_SIG))
    whole = broken(exp=TS + 600_000)
    yield case("the window widened after it was signed", whole, lost(whole, TA_SIG))
    whole = broken(pk=NEUTRAL, sig=NEUTRAL + "00" * 32)
    yield case("the authority's key is the neutral point", whole, lost(whole, TA_SIG, UNTRUSTED))
    for told, changes, errors in (
        ("a key that nobody pinned", {"kid": "ta-2031-07"}, [UNTRUSTED]),
        ("a pinned name with a key of one's own", {"seed": OTHER_SEED}, [UNTRUSTED]),
        ("iso names another time", {"iso": "2025-01-01T00:00:00.000Z"}, [MISMATCH]),
        ("iso with an offset", {"iso": "2026-01-01T00:00:00.000+00:00"}, [MISMATCH]),
        ("iso in small letters", {"iso": "2026-01-01t00:00:00.000z"}, [MISMATCH]),
        ("iso without seconds", {"iso": "2026-01-01T00:00Z"}, [MISMATCH]),
        ("iso with seconds of one digit", {"iso": "2026-01-01T00:00:0Z"}, [MISMATCH]),
        ("iso with a point and no digits", {"iso": "2026-01-01T00:00:00.Z"}, [MISMATCH]),
        ("iso with microseconds", {"iso": "2026-01-01T00:00:00.000000Z"}, [MISMATCH]),
        ("the window ends when it begins", {"exp": TS}, [WINDOW]),
        ("the window ends before it begins", {"exp": TS - 1}, [WINDOW]),
        ("everything at once", {"kid": "x", "iso": "now", "exp": 0}, [UNTRUSTED, MISMATCH, WINDOW]),
    ):
        whole = timed(changes)
        yield case(told, whole, lost(whole, *errors))
    whole = timed(t=TS + 1)
    yield case("t is a millisecond later than ts", whole, lost(whole, MISMATCH))
    yield from pinned_for_a_time()
    whole = broken(sig="00" * 64, exp=TS, kid="x", iso="x")
    yield case("nothing about the attestation holds", whole, lost(whole, TA_SIG, UNTRUSTED, MISMATCH, WINDOW))
    far = timed(
        {"ts": 253_402_300_800_000, "exp": 2**53 - 1, "kid": "ta-open", "iso": "+010000-01-01T00:00:00.000Z"},
        t=253_402_300_800_000,
    )
    yield case("the year 10000", far, lost(far, MISMATCH))


def pinned_for_a_time() -> Iterator[Members]:
    """The bounds of pinned keys."""
    early, late = TS - 1, 1_798_761_599_001
    for told, ts, iso in (
        ("before the pinned key begins", early, "2025-12-31T23:59:59.999Z"),
        ("after the pinned key ends", late, "2026-12-31T23:59:59.001Z"),
    ):
        whole = timed({"ts": ts, "exp": ts + 1, "iso": iso}, t=ts)
        yield case(told, whole, lost(whole, UNTRUSTED))
    bound = {"level": 2, "binding": "bound"}
    last = late - 1
    yield valid(
        "the last millisecond of the pinned key",
        timed({"ts": last, "exp": last + 1, "iso": "2026-12-31T23:59:59.000Z"}, t=last),
        **bound,
    )
    stolen = TS + 600_000
    before = timed(
        {"ts": stolen - 60_000, "exp": stolen, "kid": "ta-stolen", "iso": "2026-01-01T00:09:00.000Z"}, t=stolen - 60_000
    )
    yield valid("before the key was compromised", before, **bound)
    after = timed({"ts": stolen, "exp": stolen + 1, "kid": "ta-stolen", "iso": "2026-01-01T00:10:00.000Z"}, t=stolen)
    yield case("from when on the key was compromised", after, lost(after, UNTRUSTED))


def misshapen() -> Iterator[Members]:
    """Attestations of no form."""
    for wrong in (None, [], "2026"):
        whole = proof(payload(v="1.1", ta=wrong))
        yield case(f"ta is {json.dumps(wrong)}", whole, lost(whole, ("TA_FORMAT", "payload.ta"), warnings=()))
    for name in ("ts", "iso", "exp", "kid", "nonce", "sig", "pk"):
        whole = broken(**{name: ...})
        yield case(f"ta without {name}", whole, lost(whole, ("TA_FORMAT", f"payload.ta.{name}")))
    first = attest(commitment(payload(v="1.1", t=TS)))
    for name, wrong in (
        ("ts", -1), ("ts", 1.5), ("ts", str(TS)), ("ts", 2**53), ("exp", None), ("iso", 7), ("iso", ""), ("kid", ""),
        ("kid", "k" * 257), ("nonce", ""), ("nonce", None), ("sig", first["sig"].upper()), ("sig", first["sig"][:-1]),
        ("pk", first["pk"].upper()), ("pk", 7),
    ):  # fmt: skip
        whole = broken(**{name: wrong})
        shown = json.dumps(wrong)
        told = f"ta.{name} is {shown if len(shown) < 40 else f'{len(wrong)} characters that begin {wrong[:4]}'}"
        yield case(told, whole, lost(whole, ("TA_FORMAT", f"payload.ta.{name}")))
    whole = proof(payload(v="1.1", t=TS, ta={}), level=2)
    every = [("TA_FORMAT", f"payload.ta.{name}") for name in ("ts", "iso", "exp", "kid", "nonce", "sig", "pk")]
    yield case("an empty ta", whole, lost(whole, *every))


def made() -> Iterator[Members]:
    """Proofs to make: the octets are fixed by what goes in, as Ed25519 signs deterministically."""

    def order(name: str, outcome: Members, **input_changes: Value) -> Members:
        inputs = {
            "message": "Hello, World!",
            "file": None,
            "tz": "UTC",
            "nonce": NONCE,
            "seed": SEED.hex(),
            "t": T,
            "ta": None,
        }
        return {"name": name, "verb": "issue", **inputs, **input_changes, "outcome": outcome}

    def done(whole: Members, bare: Members) -> Members:
        return {
            "result": "proof",
            "commitment": commitment({**bare, "v": "1.1"}),
            "text": rfc8785.dumps(whole).decode(),
        }

    yield order("make V1", done(proof(payload()), payload()))
    second = v2()
    yield order(
        "make V2", done(proof(second, level=2), second),
        message="", file=PDF, tz="America/New_York", nonce=second["n"], t=None, ta=second["ta"],
    )  # fmt: skip
    for told, message in {"280 letters": "a" * 280, "140 faces": FACES * 140, "an empty line": "\n"}.items():
        yield order(f"make one of {told}", done(proof(payload(message)), payload(message)), message=message)
    both = payload(f=PDF)
    yield order("make one of a message and a file", done(proof(both), both), file=PDF)
    for told, reason, changes in (
        ("281 letters", "MESSAGE_TOO_LONG", {"message": "a" * 281}),
        ("141 faces, 282 UTF-16 code units", "MESSAGE_TOO_LONG", {"message": FACES * 141}),
        ("neither a message nor a file", "MISSING_FIELD", {"message": ""}),
        ("a file name with a path", "FILE_META_INVALID", {"file": {**PDF, "name": "a/b"}}),
        ("a file without a type", "FILE_META_INVALID", {"file": {**PDF, "type": ""}}),
        ("a file hash in capitals", "HEX_FORMAT", {"file": {**PDF, "hash": ZEROS.upper()}}),
        ("an attestation of something else", "TA_FORMAT", {"t": None, "ta": second["ta"]}),
    ):
        yield order(f"refused: {told}", {"result": "refused", "reason": reason}, **changes)


def attesting() -> Iterator[Members]:
    """What a time authority answers."""

    def asked(name: str, nonce: str, outcome: Members, ts: int = TS) -> Members:
        return {
            "name": name,
            "verb": "attest",
            "nonce": nonce,
            "ts": ts,
            "kid": "ta-2026-01",
            "seed": TA_SEED.hex(),
            "outcome": outcome,
        }

    nonce = commitment(v2())
    yield asked("the answer in V2", nonce, {"result": "attestation", "attestation": attest(nonce)})
    odd = attest(nonce, TS + 7, iso="2026-01-01T00:00:00.007Z")
    yield asked("an answer at an odd millisecond", nonce, {"result": "attestation", "attestation": odd}, TS + 7)
    for told, wrong in {
        "capitals": nonce.upper(),
        "31 octets": nonce[:-2],
        "nothing": "",
        "a text": "Please sign that I am right" * 3,
        "a line end": nonce[:-1] + "\n",
    }.items():
        yield asked(f"an authority signs a hash only, not {told}", wrong, {"result": "refused", "reason": "TA_FORMAT"})


CASES = [
    one
    for part in (
        published,
        canonical_cases,
        numbers,
        texts,
        missing_and_wrong,
        hexadecimal,
        messages,
        files,
        checks,
        warnings,
        attestations,
        made,
        attesting,
    )
    for one in part()
]
names = [one["name"] for one in CASES]
if len(set(names)) != len(names):
    raise SystemExit(f"two cases of one name: {sorted({name for name in names if names.count(name) > 1})}")
whole_file = {"suite": "stampedsafe", "standard": "specs/stampedsafe.md", "authorities": AUTHORITIES, "cases": CASES}
OUT.write_text(json.dumps(whole_file, indent=1, ensure_ascii=True) + "\n", encoding="ascii")
print(f"{len(CASES)} cases")
