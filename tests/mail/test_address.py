"""Domains and addresses have one spelling each."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from idna import idnadata

from frankmark.foundation.errors import Malformed
from frankmark.mail.address import _TOO_NEW, Address, AddressReason, canonical_domain, unicode_domain

SYNTAX, LENGTH = AddressReason.DOMAIN_SYNTAX, AddressReason.DOMAIN_LENGTH
IDNA, NUMBER = AddressReason.DOMAIN_NOT_IDNA, AddressReason.DOMAIN_IP_ADDRESS
ADDRESS, LONG = AddressReason.ADDRESS_SYNTAX, AddressReason.ADDRESS_LENGTH
LABEL = "a" * 63


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("example.com", "example.com"),
        ("EXAMPLE.Com.", "example.com"),
        ("com", "com"),
        ("localhost", "localhost"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.EXAMPLE", "xn--bcher-kva.example"),
        ("faß.de", "xn--fa-hia.de"),
        ("食狮\u3002公司\uff0ecn", "xn--85x722f.xn--55qx5d.cn"),
        ("\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45.com", "example.com"),
        ("r3---sn-abc.example.com", "r3---sn-abc.example.com"),
        ("3com.com", "3com.com"),
        ("1.2.3.4.example", "1.2.3.4.example"),
        (f"{LABEL}.{LABEL}.{LABEL}.{'a' * 61}", f"{LABEL}.{LABEL}.{LABEL}.{'a' * 61}"),
    ],
)
def test_a_domain_has_one_spelling(written: str, canonical: str) -> None:
    assert canonical_domain(written) == canonical
    assert canonical_domain(canonical) == canonical
    assert canonical_domain(unicode_domain(written)) == canonical


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", LENGTH),
        (".", LENGTH),
        (".com", LENGTH),
        ("a..b", LENGTH),
        ("example.com..", LENGTH),
        (f"{LABEL}a.com", LENGTH),
        (f"{LABEL}.{LABEL}.{LABEL}.{'a' * 62}", LENGTH),
        ("a." * 2000, LENGTH),
        ("ü" * 60 + ".example", IDNA),
        ("\xad", LENGTH),
        ("-a.com", SYNTAX),
        ("a-.com", SYNTAX),
        ("_dmarc.example.com", SYNTAX),
        ("a b.com", SYNTAX),
        ("a@b.com", SYNTAX),
        ("a/b.com", SYNTAX),
        ("a\x00b.com", SYNTAX),
        ("a.com\n", SYNTAX),
        ("192.0.2.1", NUMBER),
        ("example.1", NUMBER),
        ("[192.0.2.1]", NUMBER),
        ("2001:db8::1", NUMBER),
        ("example.com:25", NUMBER),
        ("xn--.com", SYNTAX),
        ("xn--a.com", IDNA),
        ("xn--bbk-.com", SYNTAX),
        ("xn---bbk.com", IDNA),
        ("xn--example-.com", SYNTAX),
        ("xn--i-7iq.ws", IDNA),
        ("i❤.ws", IDNA),
        ("a\u200bb\u0301\u202e.com", IDNA),
        ("ü_.com", IDNA),
        ("\u0301a.com", IDNA),
        ("\ud800.com", IDNA),
        ("\u088fa.com", IDNA),
        ("א1a.com", IDNA),
    ],
)
def test_what_is_no_domain_is_refused(written: str, reason: AddressReason) -> None:
    with pytest.raises(Malformed) as caught:
        canonical_domain(written)
    assert caught.value.code is reason


def test_underscores_are_for_names_of_records() -> None:
    assert canonical_domain("_DMARC._a_b.Example.com", underscores=True) == "_dmarc._a_b.example.com"
    with pytest.raises(Malformed):
        canonical_domain("-_.example.com", underscores=True)


def test_a_domain_for_people() -> None:
    assert unicode_domain("xn--bcher-kva.EXAMPLE") == "bücher.example"
    with pytest.raises(Malformed):
        unicode_domain("xn--a.example")


def test_characters_that_an_old_interpreter_does_not_know_are_refused_by_every_interpreter() -> None:
    assert idnadata.__version__ == "18.0.0", "the list of characters after Unicode 14.0 ends with 18.0: extend it"
    permitted = [c for span in idnadata.codepoint_classes["PVALID"] for c in range(span >> 32, span & 0xFFFFFFFF)]
    known_to_14 = [c for c in permitted if not _TOO_NEW.match(chr(c))]
    assert len(known_to_14) == 129_175
    assert all(unicodedata.category(chr(c)) != "Cn" for c in known_to_14)


@given(st.text(max_size=80))
def test_a_canonical_domain_is_a_fixed_point(text: str) -> None:
    try:
        canonical = canonical_domain(text)
    except Malformed:
        return
    assert canonical.isascii()
    assert canonical == canonical.lower()
    assert 0 < len(canonical) <= 253
    assert canonical_domain(canonical) == canonical
    assert canonical_domain(canonical.upper() + ".") == canonical
    assert canonical_domain(unicode_domain(canonical)) == canonical


LOCALS = [
    ("jo.e", "jo.e", "jo.e"),
    ("Jo.E", "Jo.E", "Jo.E"),
    ('"jo.e"', "jo.e", "jo.e"),
    ('"j\\o.e"', "jo.e", "jo.e"),
    ('"jo e"', "jo e", '"jo e"'),
    ('"a\\"b\\\\c"', 'a"b\\c', '"a\\"b\\\\c"'),
    ('"a@b"', "a@b", '"a@b"'),
    ('"a..b"', "a..b", '"a..b"'),
    ('""', "", '""'),
    ("!#$%&'*+/=?^_`{|}~-", "!#$%&'*+/=?^_`{|}~-", "!#$%&'*+/=?^_`{|}~-"),
    ("用户", "用户", "用户"),
    ("jose\u0301", "jose\u0301", "jose\u0301"),
    ('"用 户"', "用 户", '"用 户"'),
    ("a" * 64, "a" * 64, "a" * 64),
]


@pytest.mark.parametrize(("written", "local", "canonical"), LOCALS)
def test_an_address_has_one_spelling(written: str, local: str, canonical: str) -> None:
    address = Address.parse(f"{written}@Bücher.EXAMPLE")
    assert address == Address(local=local, domain="xn--bcher-kva.example")
    assert str(address) == f"{canonical}@xn--bcher-kva.example"
    assert address.for_people == f"{canonical}@bücher.example"
    assert Address.parse(str(address)) == Address.parse(address.for_people) == address


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", ADDRESS),
        ("example.com", ADDRESS),
        ("@example.com", ADDRESS),
        (".a@example.com", ADDRESS),
        ("a.@example.com", ADDRESS),
        ("a..b@example.com", ADDRESS),
        ("a b@example.com", ADDRESS),
        ("<a@example.com>", ADDRESS),
        ('"a"b@example.com', ADDRESS),
        ('"a\n"@example.com', ADDRESS),
        ('"a\\\n"@example.com', ADDRESS),
        ('"\\é"@example.com', ADDRESS),
        ("a\u202eb@example.com", ADDRESS),
        ("a\u00a0b@example.com", ADDRESS),
        ("a\ud800@example.com", ADDRESS),
        ("a(comment)@example.com", ADDRESS),
        ("a@b@example.com", ADDRESS),
        ("a@", LENGTH),
        ("a@[192.0.2.1]", NUMBER),
        ("a@exa mple.com", SYNTAX),
        ("a" * 65 + "@example.com", LONG),
        ("é" * 33 + "@example.com", LONG),
        ('"' + " " * 63 + '"@example.com', LONG),
        ("a" * 64 + f"@{LABEL}.{LABEL}.{'a' * 62}", LONG),
        ("a" * 2000 + "@example.com", LONG),
    ],
)
def test_what_is_no_address_is_refused(written: str, reason: AddressReason) -> None:
    with pytest.raises(Malformed) as caught:
        Address.parse(written)
    assert caught.value.code is reason


@given(st.text(alphabet='a.b"\\@ é\u0301\n', max_size=20), st.sampled_from(["example.com", "bücher.example"]))
def test_an_address_is_a_fixed_point(local: str, domain: str) -> None:
    try:
        address = Address.parse(f"{local}@{domain}")
    except Malformed:
        return
    assert Address.parse(str(address)) == address
    assert len(str(address).encode()) <= 254


def test_reading_a_hostile_text_takes_no_time() -> None:
    script = (
        "from frankmark.mail.address import Address\n"
        "from frankmark.foundation.errors import Malformed\n"
        "for text in ('a.' * 500 + '@', '\"' + '\\\\\\\\' * 500, '\\u0301' * 1000 + '@x', 'x@' + '\\u0644' * 1000):\n"
        "    try:\n        Address.parse(text)\n    except Malformed:\n        pass\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=10)
