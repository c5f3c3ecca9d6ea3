"""Write vectors/tlog.json: texts of transparency logs, each with how reading and verifying it ends.

Signatures are made with the cryptography package alone, so that our code is not its own judge. The log's key is the
seed 01…, the witnesses' are 02… and 03…, an unknown key is 04….
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "log.example.net/main"
WITNESSES = ("witness.example.net/one", "witness.example.net/two")
TIME = 1_768_471_200
COSIGNATURE = 4
LEAVES = [hashlib.sha256(b"\0" + f"leaf {n}".encode()).digest() for n in range(7)]


def b64(octets: bytes) -> str:
    """Base64 with padding."""
    return base64.b64encode(octets).decode()


def key(number: int) -> Ed25519PrivateKey:
    """The key with the seed of 32 times one octet."""
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def public(number: int) -> bytes:
    """Its public key."""
    return key(number).public_key().public_bytes_raw()


def key_id(name: str, kind: int, octets: bytes) -> bytes:
    """The key id of signed-note."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + octets).digest()[:4]


def vkey(name: str, kind: int, number: int) -> str:
    """A verifier key."""
    octets = public(number)
    return f"{name}+{key_id(name, kind, octets).hex()}+{b64(bytes([kind]) + octets)}"


def line(name: str, kind: int, number: int, text: str, *, time: int = TIME) -> str:
    """A signature line."""
    message, stamp = text.encode(), b""
    if kind == COSIGNATURE:
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        stamp = time.to_bytes(8, "big")
    return f"— {name} {b64(key_id(name, kind, public(number)) + stamp + key(number).sign(message))}\n"


def node(left: bytes, right: bytes) -> bytes:
    """The hash over two nodes."""
    return hashlib.sha256(b"\1" + left + right).digest()


AB, CD, EF = node(LEAVES[0], LEAVES[1]), node(LEAVES[2], LEAVES[3]), node(LEAVES[4], LEAVES[5])
LEFT, RIGHT = node(AB, CD), node(EF, LEAVES[6])
ROOT = node(LEFT, RIGHT)
TEXT = f"{ORIGIN}\n7\n{b64(ROOT)}\n"
LOG = line(ORIGIN, 1, 1, TEXT)
ONE = line(WITNESSES[0], 4, 2, TEXT)
TWO = line(WITNESSES[1], 4, 3, TEXT)


def changed(signature: str) -> str:
    """A signature line with one bit of its signature changed."""
    head, _, encoded = signature.rstrip("\n").rpartition(" ")
    octets = bytearray(base64.b64decode(encoded))
    octets[-40] ^= 1
    return f"{head} {b64(octets)}\n"


def notes() -> dict[str, tuple[str, str]]:
    """Checkpoints, to be verified with the log's key and both witnesses, of whom one is asked for."""
    nul = "\0"
    return {
        "log-and-both-witnesses": (f"{TEXT}\n{LOG}{ONE}{TWO}", "ok"),
        "log-and-one-witness": (f"{TEXT}\n{LOG}{TWO}", "ok"),
        "unknown-key-is-passed-over": (f"{TEXT}\n{line('other.example', 1, 4, TEXT)}{LOG}{ONE}", "ok"),
        "unknown-key-under-a-known-name": (f"{TEXT}\n{line(ORIGIN, 1, 4, TEXT)}{LOG}{ONE}", "ok"),
        "unknown-type-of-signature": (f"{TEXT}\n— {ORIGIN} {b64(b'abcdxyz')}\n{LOG}{ONE}", "ok"),
        "extension-lines": ("", "ok"),
        "no-witness": (f"{TEXT}\n{LOG}", "COSIGNATURES_TOO_FEW"),
        "one-witness-twice-is-one": (f"{TEXT}\n{LOG}{ONE}{ONE}", "ok"),
        "no-log-signature": (f"{TEXT}\n{ONE}{TWO}", "NOTE_UNSIGNED"),
        "only-unknown-keys": (f"{TEXT}\n{line('other.example', 1, 4, TEXT)}", "NOTE_UNSIGNED"),
        "broken-log-signature": (f"{TEXT}\n{changed(LOG)}{ONE}", "NOTE_SIGNATURE_INVALID"),
        "broken-witness-signature-beside-a-good-one": (f"{TEXT}\n{LOG}{changed(ONE)}{TWO}", "NOTE_SIGNATURE_INVALID"),
        "log-signature-of-another-text": (f"{TEXT}\n{line(ORIGIN, 1, 1, 'x')}{ONE}", "NOTE_SIGNATURE_INVALID"),
        "cosignature-without-its-time": (
            f"{TEXT}\n{LOG}— {WITNESSES[0]} {b64(key_id(WITNESSES[0], 4, public(2)) + key(2).sign(TEXT.encode()))}\n",
            "NOTE_SIGNATURE_INVALID",
        ),
        "cosignature-of-2-to-the-63": (
            f"{TEXT}\n{LOG}{line(WITNESSES[0], 4, 2, TEXT, time=1 << 63)}",
            "NOTE_SIGNATURE_INVALID",
        ),
        "another-origin": (
            f"other/log\n7\n{b64(ROOT)}\n\n" + line(ORIGIN, 1, 1, f"other/log\n7\n{b64(ROOT)}\n"),
            "CHECKPOINT_ORIGIN",
        ),
        "two-lines": (f"{ORIGIN}\n7\n\n{line(ORIGIN, 1, 1, f'{ORIGIN}{chr(10)}7{chr(10)}')}", "CHECKPOINT_MALFORMED"),
        "size-with-leading-zero": (f"{ORIGIN}\n07\n{b64(ROOT)}\n\n{LOG}", "CHECKPOINT_MALFORMED"),
        "size-with-sign": (f"{ORIGIN}\n+7\n{b64(ROOT)}\n\n{LOG}", "CHECKPOINT_MALFORMED"),
        "size-of-2-to-the-63": (f"{ORIGIN}\n{1 << 63}\n{b64(ROOT)}\n\n{LOG}", "CHECKPOINT_MALFORMED"),
        "size-in-arabic-digits": (f"{ORIGIN}\n\u0667\n{b64(ROOT)}\n\n{LOG}", "CHECKPOINT_MALFORMED"),
        "root-of-31-octets": (f"{ORIGIN}\n7\n{b64(ROOT[:31])}\n\n{LOG}", "CHECKPOINT_MALFORMED"),
        "root-without-padding": (f"{ORIGIN}\n7\n{b64(ROOT).rstrip('=')}\n\n{LOG}", "BASE64_INVALID"),
        "root-with-unused-bits-set": (
            f"{ORIGIN}\n7\n{b64(ROOT)[:-2]}{chr(ord(b64(ROOT)[-2]) + 1)}=\n\n{LOG}",
            "BASE64_INVALID",
        ),
        "empty-origin": (f"\n7\n{b64(ROOT)}\n\n{LOG}", "CHECKPOINT_MALFORMED"),
        "empty-extension-line": (f"{TEXT}\nmore\n\n{LOG}", "CHECKPOINT_MALFORMED"),
        "no-empty-line": (f"{TEXT}{LOG}", "NOTE_MALFORMED"),
        "no-final-newline": (f"{TEXT}\n{LOG}".rstrip("\n"), "NOTE_MALFORMED"),
        "no-signature": (f"{TEXT}\n", "NOTE_MALFORMED"),
        "three-newlines-at-the-end": (f"{TEXT}x\n\n\n", "NOTE_MALFORMED"),
        "empty-signature-line": (f"{TEXT}\n\n{LOG}", "CHECKPOINT_MALFORMED"),
        "nothing": ("", "NOTE_MALFORMED"),
        "hyphen-for-dash": (f"{TEXT}\n{LOG.replace('—', '-')}", "NOTE_SIGNATURE_LINE"),
        "signature-line-without-signature": (f"{TEXT}\n— {ORIGIN}\n", "NOTE_SIGNATURE_LINE"),
        "signature-of-nothing": (f"{TEXT}\n— {ORIGIN} {b64(b'abcd')}\n", "NOTE_SIGNATURE_LINE"),
        "signature-line-with-two-spaces": (f"{TEXT}\n{LOG.replace(' ', '  ', 1)}", "BASE64_INVALID"),
        "key-name-with-plus": (f"{TEXT}\n— a+b {b64(b'abcdefgh')}\n", "NOTE_KEY_NAME"),
        "key-name-with-no-break-space": (f"{TEXT}\n— a\u00a0b {b64(b'abcdefgh')}\n", "NOTE_KEY_NAME"),
        "key-name-of-256-octets": (f"{TEXT}\n— {'n' * 256} {b64(b'abcdefgh')}\n", "NOTE_KEY_NAME"),
        "carriage-return": (f"{TEXT}\r\n{LOG}", "NOTE_NOT_TEXT"),
        "tabulator": (f"{ORIGIN}\t\n7\n{b64(ROOT)}\n\n{LOG}", "NOTE_NOT_TEXT"),
        "zero-octet": (f"{ORIGIN}{nul}\n7\n{b64(ROOT)}\n\n{LOG}", "NOTE_NOT_TEXT"),
        "101-signatures": (f"{TEXT}\n{LOG}{ONE * 100}", "NOTE_TOO_LARGE"),
        "100-signatures": (f"{TEXT}\n{LOG}{ONE * 99}", "ok"),
    }


def extended() -> str:
    """A checkpoint with extension lines."""
    text = f"{TEXT}policy 1\nsomething — else\n"
    return f"{text}\n{line(ORIGIN, 1, 1, text)}{line(WITNESSES[0], 4, 2, text)}"


def vkeys() -> dict[str, tuple[str, str]]:
    """Verifier keys."""
    good = vkey(ORIGIN, 1, 1)
    name, identity, encoded = good.split("+", 2)
    small = bytes([1]) + bytes([1]) + bytes(31)
    small_id = key_id(ORIGIN, 1, small[1:]).hex()
    return {
        "log-key": (good, "ok"),
        "witness-key": (vkey(WITNESSES[0], 4, 2), "ok"),
        "example-of-the-page": ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", "ok"),
        "key-id-of-another-name": (f"other+{identity}+{encoded}", "VKEY_KEY_ID"),
        "key-id-of-the-other-type": (f"{name}+{key_id(ORIGIN, 4, public(1)).hex()}+{encoded}", "VKEY_KEY_ID"),
        "key-id-in-upper-case": (f"{name}+{identity.upper()}+{encoded}", "HEX_INVALID"),
        "key-id-of-three-octets": (f"{name}+{identity[:6]}+{encoded}", "VKEY_KEY_ID"),
        "ecdsa-type": (f"{name}+{identity}+{b64(bytes([2]) + public(1))}", "VKEY_TYPE"),
        "ml-dsa-type": (f"{name}+{identity}+{b64(bytes([6]) + bytes(1312))}", "VKEY_TYPE"),
        "no-key": (f"{name}+{identity}+{b64(bytes([1]))}", "KEY_MALFORMED"),
        "small-order-key": (f"{name}+{small_id}+{b64(small)}", "KEY_WEAK"),
        "no-plus": (name, "VKEY_MALFORMED"),
        "one-plus": (f"{name}+{identity}", "VKEY_MALFORMED"),
        "no-name": (f"+{identity}+{encoded}", "NOTE_KEY_NAME"),
        "name-with-space": (f"a b+{identity}+{encoded}", "NOTE_KEY_NAME"),
        "name-of-ideographic-space": (f"a\u3000b+{identity}+{encoded}", "NOTE_KEY_NAME"),
        "without-padding": (f"{name}+{identity}+{encoded.rstrip('=')}=", "BASE64_INVALID"),
        "of-4097-characters": (f"{name}+{identity}+{'A' * 4097}", "VKEY_MALFORMED"),
    }


def tile_paths() -> dict[str, tuple[str, str]]:
    """Paths of tiles and bundles."""
    bad = "TILE_PATH_MALFORMED"
    return {
        "first-tile": ("tile/0/000", "ok"),
        "tile-1234067": ("tile/0/x001/x234/067", "ok"),
        "tile-1000": ("tile/2/x001/000", "ok"),
        "level-63": ("tile/63/000", "ok"),
        "partial": ("tile/1/273.p/112", "ok"),
        "narrowest": ("tile/0/000.p/1", "ok"),
        "widest-partial": ("tile/0/000.p/255", "ok"),
        "entries": ("tile/entries/x001/x234/067", "ok"),
        "partial-entries": ("tile/entries/000.p/7", "ok"),
        "largest-index": ("tile/0/x009/x223/x372/x036/x854/x775/807", "ok"),
        "index-of-2-to-the-63": ("tile/0/x009/x223/x372/x036/x854/x775/808", bad),
        "level-64": ("tile/64/000", bad),
        "level-with-zero": ("tile/01/000", bad),
        "level-minus-one": ("tile/-1/000", bad),
        "level-data": ("tile/data/000", bad),
        "index-of-two-digits": ("tile/0/67", bad),
        "index-of-four-digits": ("tile/0/1067", bad),
        "index-with-zero-group": ("tile/0/x000/067", bad),
        "index-without-x": ("tile/0/001/067", bad),
        "index-that-ends-in-x": ("tile/0/x001/x067", bad),
        "index-with-two-x": ("tile/0/xx001/067", bad),
        "index-in-arabic-digits": ("tile/0/٠٦\u0667", bad),
        "width-0": ("tile/0/000.p/0", bad),
        "width-256": ("tile/0/000.p/256", bad),
        "width-with-zero": ("tile/0/000.p/07", bad),
        "width-missing": ("tile/0/000.p/", bad),
        "width-twice": ("tile/0/000.p/7.p/7", bad),
        "leading-slash": ("/tile/0/000", bad),
        "trailing-slash": ("tile/0/000/", bad),
        "dots": ("tile/0/../000", bad),
        "no-index": ("tile/0", bad),
        "nothing": ("", bad),
        "65-characters": ("tile/0/" + "x001/" * 11 + "067", bad),
    }


def proofs() -> dict[str, tuple[str, str]]:
    """Offline proofs of leaf 4, to be verified with the log's key and one witness asked for."""
    note = f"{TEXT}\n{LOG}{ONE}"
    path = f"{b64(LEAVES[5])}\n{b64(LEAVES[6])}\n{b64(LEFT)}\n"
    first = "c2sp.org/tlog-proof@v1\n"
    malformed = "PROOF_MALFORMED"
    return {
        "leaf-4-of-7": (f"{first}index 4\n{path}\n{note}", "ok"),
        "with-extra": (f"{first}extra {b64(b'anything')}\nindex 4\n{path}\n{note}", "ok"),
        "with-empty-extra": (f"{first}extra \nindex 4\n{path}\n{note}", "ok"),
        "another-index": (f"{first}index 5\n{path}\n{note}", "INCLUSION_ROOT_MISMATCH"),
        "index-past-the-end": (f"{first}index 7\n{path}\n{note}", "TREE_RANGE"),
        "path-too-short": (f"{first}index 4\n{b64(LEAVES[5])}\n\n{note}", "INCLUSION_PATH_LENGTH"),
        "path-too-long": (f"{first}index 4\n{path}{b64(LEFT)}\n\n{note}", "INCLUSION_PATH_LENGTH"),
        "no-path": (f"{first}index 4\n\n{note}", "INCLUSION_PATH_LENGTH"),
        "no-witness": (f"{first}index 4\n{path}\n{TEXT}\n{LOG}", "COSIGNATURES_TOO_FEW"),
        "broken-log-signature": (f"{first}index 4\n{path}\n{TEXT}\n{changed(LOG)}{ONE}", "NOTE_SIGNATURE_INVALID"),
        "version-2": (f"c2sp.org/tlog-proof@v2\nindex 4\n{path}\n{note}", malformed),
        "extra-after-index": (f"{first}index 4\nextra {b64(b'x')}\n{path}\n{note}", "BASE64_INVALID"),
        "extra-twice": (f"{first}extra {b64(b'x')}\nextra {b64(b'x')}\nindex 4\n{path}\n{note}", malformed),
        "no-index": (f"{first}{path}\n{note}", malformed),
        "nothing-but-the-first-line": (f"{first}\n{note}", malformed),
        "index-with-zero": (f"{first}index 04\n{path}\n{note}", "CHECKPOINT_MALFORMED"),
        "hash-of-31-octets": (f"{first}index 4\n{b64(bytes(31))}\n\n{note}", malformed),
        "64-hashes": (f"{first}index 4\n{(b64(LEFT) + chr(10)) * 64}\n{note}", malformed),
        "letters-outside-ascii": (f"{first}index 4\né\n\n{note}", malformed),
        "no-checkpoint": (f"{first}index 4\n{path}", malformed),
        "checkpoint-without-signature": (f"{first}index 4\n{path}\n{TEXT}\n", "NOTE_MALFORMED"),
    }


def main(path: Path) -> None:
    """Write the file."""
    checkpoints = notes() | {"extension-lines": (extended(), "ok")}
    forms = {"checkpoint": checkpoints, "vkey": vkeys(), "tile-path": tile_paths(), "proof": proofs()}
    cases = [
        {"name": name, "form": form, "text": text, "outcome": outcome}
        for form, members in forms.items()
        for name, (text, outcome) in members.items()
    ]
    head = {
        "suite": "tlog",
        "standard": "c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles, tlog-proof",
        "origin": ORIGIN,
        "logKey": vkey(ORIGIN, 1, 1),
        "witnessKeys": [vkey(WITNESSES[0], 4, 2), vkey(WITNESSES[1], 4, 3)],
        "quorum": 1,
        "leafHash": LEAVES[4].hex(),
    }
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    path.write_text(f'{json.dumps(head)[:-1]}, "cases": [\n{lines}\n]}}\n', encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "tlog.json")
