"""Brands' statements and cores: any text, and any payload under a good signature, is read or refused."""

from frankmark.foundation.canonical import load
from frankmark.foundation.errors import Malformed, Misuse, Unverified
from frankmark.foundation.jws import sign_with_jwk
from frankmark.foundation.keys import P256PrivateKey
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal import statement
from frankmark.protocols.signal.counterstamp import core_json, parse_core

LIST = "// ===BEGIN ICANN DOMAINS===\ncom\nexample\n// ===END ICANN DOMAINS===\n"
SUFFIXES = PublicSuffixes.parse(LIST)
KEY = P256PrivateKey.from_scalar(bytes(31) + b"\x21")


def one_input(data: bytes) -> None:
    _core(data)
    try:
        texts = [data.decode("utf-8", "replace"), sign_with_jwk(data, KEY, typ="SSCT-counterstamp", max_length=1 << 20)]
    except Misuse:
        return
    for text in texts:
        try:
            document = statement.read(text)
        except (Malformed, Unverified):
            continue
        if document.key == KEY.public and statement.sign(document.statement, KEY) != text:
            raise AssertionError("one statement has one text under one key")


def _core(data: bytes) -> None:
    try:
        value = load(data)
        core = parse_core(value, SUFFIXES)
    except Malformed:
        return
    if core_json(core) != value:
        raise AssertionError("a core is written as it was read")
