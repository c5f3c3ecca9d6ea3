"""Reading certificates: what they say, what they are refused for, and OpenSSL as the other reader."""

import contextlib
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Error, Malformed, Misuse, Unverified
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.reasons import FoundationReason
from frankmark.foundation.x509 import (
    Certificate,
    CertificateAuthority,
    NodeSubject,
    Validity,
    node_certificate,
    parse_chain,
    to_pem,
    verify_issued_by,
)

START = 1_768_471_200  # 2026-01-15T10:00:00Z
KEY = P256PrivateKey.from_scalar(bytes(31) + b"\x05")
SERIAL = bytes(range(16))
SUBJECT = NodeSubject(node_id="node-abcdefghij", domain="node.acme.example", organization="Acme S.A.", country="ES")
DER = node_certificate(KEY, SUBJECT, not_before_s=START, serial=SERIAL)
NODE = Certificate.parse(DER)
# What follows, the signature, is malleable: ECDSA is, and a trailing zero bit may be called unused.
SIGNED = DER.rfind(bytes.fromhex("300a06082a8648ce3d040302"))
ROLE = x509.ObjectIdentifier("1.2.3.4.5.6.7.8.1")


def refused(code: FoundationReason, act, kind: type[Error] = Malformed) -> None:
    with pytest.raises(kind) as raised:
        act()
    assert raised.value.code is code


def handmade(*extensions: x509.ExtensionType, subject: str = "n", key=None) -> bytes:
    """A certificate that our own maker would not make."""
    private = key or ec.derive_private_key(5, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    start = datetime.fromtimestamp(START, UTC)
    builder = x509.CertificateBuilder(name, name, private.public_key(), 7, start, start + timedelta(days=1))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    digest = None if isinstance(private, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(private, digest).public_bytes(serialization.Encoding.DER)


def test_a_node_certificate_says_who_it_is() -> None:
    assert (NODE.node_id, NODE.common_name, NODE.role) == ("node-abcdefghij", "node-abcdefghij", "node")
    assert NODE.dns_names == ("node.acme.example",)
    assert NODE.uris == ("urn:securestamp:node:node-abcdefghij",)
    assert NODE.p256() == KEY.public
    assert NODE.not_after_s - NODE.not_before_s == 365 * 86_400
    assert NODE.serial == 1 << 128 | int.from_bytes(SERIAL, "big")


def test_equal_inputs_give_equal_octets() -> None:
    assert node_certificate(KEY, SUBJECT, not_before_s=START, serial=SERIAL) == DER
    assert node_certificate(KEY, SUBJECT, not_before_s=START, serial=SERIAL[::-1]) != DER


def test_openssl_reads_the_same(tmp_path: Path) -> None:
    file = tmp_path / "node.pem"
    file.write_text(to_pem(DER))
    shown = subprocess.run(
        ["openssl", "x509", "-in", file, "-noout", "-text", "-fingerprint", "-sha256"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    for part in [
        "Not Before: Jan 15 10:00:00 2026 GMT",
        "Not After : Jan 15 10:00:00 2027 GMT",
        "ASN1 OID: prime256v1",
        "CA:FALSE",
        "Digital Signature",
        "TLS Web Client Authentication, TLS Web Server Authentication",
        "DNS:node.acme.example, URI:urn:securestamp:node:node-abcdefghij",
        '{"attrs":{"role":"node"}}',
        "O = Acme S.A.",
        "C = ES",
        "ecdsa-with-SHA256",
    ]:
        assert part in shown
    assert NODE.fingerprint == shown.rsplit("=", 1)[1].strip().replace(":", "").lower()
    subprocess.run(
        ["openssl", "verify", "-CAfile", file, "-attime", str(START + 5), file], check=True, capture_output=True
    )


def test_validity_includes_both_ends() -> None:
    for now in (START, START + 365 * 86_400):
        NODE.verify_time(now)
        NODE.verify_node(now)
    for now in (START - 1, START + 365 * 86_400 + 1):
        refused(FoundationReason.CERTIFICATE_TIME, lambda at=now: NODE.verify_time(at), Unverified)
        refused(FoundationReason.CERTIFICATE_TIME, lambda at=now: NODE.verify_node(at), Unverified)


def test_organization_and_country_may_be_left_out() -> None:
    bare = NodeSubject(node_id="node-abcdefghij", domain="node.acme.example")
    Certificate.parse(node_certificate(KEY, bare, not_before_s=START, serial=SERIAL)).verify_node(START)


@pytest.mark.parametrize(
    "subject",
    [
        NodeSubject(node_id="n", domain="a.example", country="ESP"),
        NodeSubject(node_id="n" * 65, domain="a.example"),
        NodeSubject(node_id="n", domain="é.example"),
    ],
)
def test_what_cannot_stand_in_a_certificate_is_misuse(subject: NodeSubject) -> None:
    refused(
        FoundationReason.PARAMETER_RANGE,
        lambda: node_certificate(KEY, subject, not_before_s=START, serial=SERIAL),
        Misuse,
    )


def test_a_serial_number_needs_its_octets() -> None:
    refused(
        FoundationReason.PARAMETER_RANGE,
        lambda: node_certificate(KEY, SUBJECT, not_before_s=START, serial=b"\x01"),
        Misuse,
    )


NODE_NAME = x509.SubjectAlternativeName([x509.UniformResourceIdentifier("urn:securestamp:node:n")])
OTHER_NAME = x509.SubjectAlternativeName([x509.UniformResourceIdentifier("urn:securestamp:node:m")])
TWO_NAMES = x509.SubjectAlternativeName([*NODE_NAME, *OTHER_NAME])


def role(octets: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(ROLE, octets)


@pytest.mark.parametrize(
    "extensions",
    [
        [],
        [NODE_NAME],
        [role(b'{"attrs":{"role":"node"}}')],
        [NODE_NAME, role(b'{"attrs":{"role":"client"}}')],
        [OTHER_NAME, role(b'{"attrs":{"role":"node"}}')],
        [TWO_NAMES, role(b'{"attrs":{"role":"node"}}')],
    ],
    ids=["neither", "name-alone", "role-alone", "other-role", "name-of-another", "two-names"],
)
def test_a_certificate_without_name_or_role_is_no_nodes(extensions: list) -> None:
    certificate = Certificate.parse(handmade(*extensions))
    refused(FoundationReason.CERTIFICATE_ROLE, lambda: certificate.verify_node(START), Unverified)


def test_a_certificate_with_both_is_a_nodes() -> None:
    Certificate.parse(handmade(NODE_NAME, role(b'{"attrs":{"role":"node"}}'))).verify_node(START)


@pytest.mark.parametrize("octets", [b"{}", b"[]", b'{"attrs":1}', b'{"attrs":{}}', b'{"attrs":{"role":1}}'])
def test_a_role_attribute_of_another_form_is_malformed(octets: bytes) -> None:
    refused(FoundationReason.CERTIFICATE_MALFORMED, lambda: Certificate.parse(handmade(role(octets))))


def test_a_role_attribute_is_read_as_strictly_as_any_json() -> None:
    twice = b'{"attrs":{"role":"client","role":"node"}}'
    refused(FoundationReason.JSON_DUPLICATE_KEY, lambda: Certificate.parse(handmade(role(twice))))


def test_a_certificate_with_another_key_is_read_and_has_no_p256_key() -> None:
    certificate = Certificate.parse(handmade(key=ed25519.Ed25519PrivateKey.generate()))
    refused(FoundationReason.KEY_TYPE, certificate.p256)


def test_what_is_no_certificate_is_refused() -> None:
    refused(FoundationReason.CERTIFICATE_MALFORMED, lambda: Certificate.parse(b""))
    refused(FoundationReason.CERTIFICATE_MALFORMED, lambda: Certificate.parse(DER + b"\x00"))
    refused(FoundationReason.CERTIFICATE_MALFORMED, lambda: Certificate.parse(DER[:-1]))
    refused(FoundationReason.CERTIFICATE_TOO_LARGE, lambda: Certificate.parse(bytes(65_537)))
    # A subject alternative name that is no DER.
    oid = x509.ObjectIdentifier("2.5.29.17")
    refused(
        FoundationReason.CERTIFICATE_MALFORMED,
        lambda: Certificate.parse(handmade(x509.UnrecognizedExtension(oid, b"\x05"))),
    )


def test_two_common_names_are_none() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text) for text in "ab"])
    private = ec.derive_private_key(5, ec.SECP256R1())
    start = datetime.fromtimestamp(START, UTC)
    builder = x509.CertificateBuilder(name, name, private.public_key(), 7, start, start + timedelta(days=1))
    der = builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    assert Certificate.parse(der).common_name == ""


# --- issuer and chain

DAYS = Validity.of_days(START, 30)
ROOT = CertificateAuthority.root(P256PrivateKey.from_scalar(bytes(31) + b"\x06"), "Demo CA", DAYS, SERIAL)
OTHER_ROOT = CertificateAuthority.root(KEY, "Demo CA", DAYS, SERIAL)
LEAF = ROOT.issue(["shop.example", "127.0.0.1", "::1"], KEY.public, DAYS, SERIAL)


def test_a_certificate_is_held_against_its_issuer() -> None:
    leaf, root = Certificate.parse(LEAF), Certificate.parse(ROOT.certificate)
    verify_issued_by(leaf, root)
    verify_issued_by(root, root)
    verify_issued_by(NODE, NODE)
    refused(FoundationReason.CERTIFICATE_ISSUER, lambda: verify_issued_by(leaf, NODE), Unverified)
    impostor = Certificate.parse(OTHER_ROOT.certificate)
    refused(FoundationReason.CERTIFICATE_SIGNATURE, lambda: verify_issued_by(leaf, impostor), Unverified)


def test_a_leaf_names_hosts_and_addresses(tmp_path: Path) -> None:
    assert Certificate.parse(LEAF).dns_names == ("shop.example",)
    (tmp_path / "root.pem").write_text(to_pem(ROOT.certificate))
    (tmp_path / "leaf.pem").write_text(to_pem(LEAF))
    for flags in (["-verify_hostname", "shop.example"], ["-verify_ip", "127.0.0.1"], ["-verify_ip", "::1"]):
        subprocess.run(
            ["openssl", "verify", "-x509_strict", "-CAfile", "root.pem", "-attime", str(START + 5), *flags, "leaf.pem"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )


def test_a_host_name_that_is_not_ascii_is_misuse() -> None:
    refused(FoundationReason.PARAMETER_RANGE, lambda: ROOT.issue(["é.example"], KEY.public, DAYS, SERIAL), Misuse)


def test_a_chain_comes_back_from_pem() -> None:
    pem = "# leaf first\n" + to_pem(LEAF, ROOT.certificate)
    assert [certificate.der for certificate in parse_chain(pem.encode())] == [LEAF, ROOT.certificate]


def test_other_pem_is_refused() -> None:
    refused(FoundationReason.CERTIFICATE_MALFORMED, lambda: parse_chain(b""))
    refused(FoundationReason.CERTIFICATE_MALFORMED, lambda: parse_chain(to_pem(b"\x30\x00").encode()))
    refused(FoundationReason.CERTIFICATE_TOO_LARGE, lambda: parse_chain(to_pem(*[LEAF] * 11).encode()))
    refused(FoundationReason.CERTIFICATE_TOO_LARGE, lambda: parse_chain(bytes(2_000_000)))


@pytest.mark.parametrize("first", [b"\x81", b"\xff"])
def test_a_serial_number_that_is_not_positive_is_refused(first: bytes) -> None:
    at = DER.index(b"\xa0\x03\x02\x01\x02\x02") + 7
    refused(FoundationReason.CERTIFICATE_MALFORMED, lambda: Certificate.parse(DER[:at] + first + DER[at + 1 :]))


@given(
    st.binary(max_size=200)
    | st.tuples(st.integers(0, len(DER) - 1), st.integers(1, 255)).map(
        lambda change: DER[: change[0]] + bytes([DER[change[0]] ^ change[1]]) + DER[change[0] + 1 :]
    )
)
def test_any_octets_are_a_certificate_or_are_refused_with_a_code(octets: bytes) -> None:
    with contextlib.suppress(Malformed, Unverified):
        verify_issued_by(Certificate.parse(octets), NODE)
        assert octets[:SIGNED] == DER[:SIGNED]
