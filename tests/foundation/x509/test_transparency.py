"""Signed certificate timestamps: two logs count, lies do not, and OpenSSL is the other reader."""

import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from frankmark.foundation.errors import Malformed
from frankmark.foundation.keys import Ed25519PrivateKey, P256PrivateKey, RsaPrivateKey
from frankmark.foundation.reasons import FoundationReason
from frankmark.foundation.x509 import (
    CertificateAuthority,
    SctLog,
    Validity,
    log_id,
    log_table,
    to_pem,
    verified_logs,
)
from frankmark.foundation.x509.transparency import precertificate_entry, signed_octets

START = 1_768_471_200
NOW = START * 1000
SERIAL = bytes(range(16))
KEYS = [P256PrivateKey.from_scalar(bytes(31) + bytes([number])) for number in range(1, 8)]
DAYS = Validity.of_days(START, 30)
ROOT = CertificateAuthority.root(KEYS[0], "Demo CA", DAYS, SERIAL)
SERVER, ONE, TWO, STRANGER = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
LOGS = log_table([ONE.public.to_spki(), TWO.public.to_spki()])
ID_ONE, ID_TWO = log_id(ONE.public), log_id(TWO.public)
SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")


def leaf(*promises: tuple[P256PrivateKey, int], name: str = "shop.example") -> bytes:
    logs = [SctLog(key=key, timestamp_ms=at) for key, at in promises]
    return ROOT.issue([name], SERVER.public, DAYS, SERIAL, logs)


def found(certificate: bytes, *, issuer: bytes = ROOT.certificate, now_ms: int = NOW) -> tuple[bytes, ...]:
    return verified_logs(certificate, issuer, LOGS, now_ms)


def with_list(octets: bytes) -> bytes:
    """The leaf without promises, signed again with other octets for the list."""
    bare = x509.load_der_x509_certificate(leaf())
    private = ec.derive_private_key(1, ec.SECP256R1())
    builder = x509.CertificateBuilder(
        bare.issuer,
        bare.subject,
        bare.public_key(),
        bare.serial_number,
        bare.not_valid_before_utc,
        bare.not_valid_after_utc,
    )
    for extension in bare.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    builder = builder.add_extension(x509.UnrecognizedExtension(SCT_LIST, octets), critical=False)
    return builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def sized(octets: bytes) -> bytes:
    return len(octets).to_bytes(2, "big") + octets


def octet_string(octets: bytes) -> bytes:
    length = len(octets)
    head = (
        bytes([length])
        if length < 128
        else b"\x81" + bytes([length])
        if length < 256
        else b"\x82" + length.to_bytes(2, "big")
    )
    return b"\x04" + head + octets


def promise(
    identity: bytes, signature: bytes, *, version: int = 0, algorithm: bytes = b"\x04\x03", at: int = NOW
) -> bytes:
    return bytes([version]) + identity + at.to_bytes(8, "big") + b"\x00\x00" + algorithm + sized(signature)


def in_list(*promises: bytes) -> bytes:
    return with_list(octet_string(sized(b"".join(map(sized, promises)))))


def entry() -> bytes:
    bare = x509.load_der_x509_certificate(leaf())
    return precertificate_entry(bare.tbs_certificate_bytes, KEYS[0].public.to_spki())


def der(signature: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))


def test_two_logs_are_two() -> None:
    assert found(leaf((ONE, NOW), (TWO, NOW - 5))) == (ID_ONE, ID_TWO)
    assert found(leaf((TWO, NOW), (ONE, NOW))) == (ID_TWO, ID_ONE)


def test_one_log_twice_is_one() -> None:
    assert found(leaf((ONE, NOW), (ONE, NOW - 1))) == (ID_ONE,)


def test_a_certificate_without_promises_has_none() -> None:
    assert found(leaf()) == ()


def test_an_unknown_log_does_not_count() -> None:
    assert found(leaf((STRANGER, NOW), (ONE, NOW))) == (ID_ONE,)


def test_a_promise_from_the_future_does_not_count() -> None:
    certificate = leaf((ONE, NOW + 1), (TWO, NOW))
    assert found(certificate) == (ID_TWO,)
    assert found(certificate, now_ms=NOW + 1) == (ID_ONE, ID_TWO)


def test_promises_are_bound_to_the_issuer() -> None:
    other = CertificateAuthority.root(KEYS[5], "Demo CA", DAYS, SERIAL)
    assert found(leaf((ONE, NOW), (TWO, NOW)), issuer=other.certificate) == ()


def test_promises_of_one_certificate_do_not_fit_another() -> None:
    signature = der(ONE.sign(signed_octets(NOW, entry(), b"")))
    assert found(in_list(promise(ID_ONE, signature))) == (ID_ONE,)
    changed = entry().replace(b"shop.example", b"evil.example")
    forged = der(ONE.sign(signed_octets(NOW, changed, b"")))
    assert found(in_list(promise(ID_ONE, forged))) == ()


def test_a_promise_holds_for_its_time_only() -> None:
    signature = der(ONE.sign(signed_octets(NOW, entry(), b"")))
    assert found(in_list(promise(ID_ONE, signature, at=NOW - 1))) == ()


def test_a_promise_under_another_logs_name_does_not_count() -> None:
    signature = der(ONE.sign(signed_octets(NOW, entry(), b"")))
    assert found(in_list(promise(ID_TWO, signature))) == ()


@pytest.mark.parametrize("signature", [b"", b"\x30\x00", b"\x00" * 70, der(b"\x01" * 64) + b"\x00"])
def test_signatures_of_another_form_do_not_count(signature: bytes) -> None:
    assert found(in_list(promise(ID_ONE, signature))) == ()


def test_a_signature_whose_numbers_are_too_long_does_not_count() -> None:
    assert found(in_list(promise(ID_ONE, encode_dss_signature(2**300, 1)))) == ()


def test_a_promise_that_names_another_algorithm_does_not_count() -> None:
    signature = der(ONE.sign(signed_octets(NOW, entry(), b"")))
    assert found(in_list(promise(ID_ONE, signature, algorithm=b"\x05\x03"))) == ()
    assert found(in_list(promise(ID_ONE, signature, algorithm=b"\x04\x01"))) == ()


def test_an_rsa_log_counts() -> None:
    key = RsaPrivateKey.generate(2048)
    logs = log_table([key.public.to_spki()])
    identity = log_id(key.public)
    good = promise(identity, key.sign_pkcs1(signed_octets(NOW, entry(), b"")), algorithm=b"\x04\x01")
    assert verified_logs(in_list(good), ROOT.certificate, logs, NOW) == (identity,)
    bad = promise(identity, key.sign_pkcs1(b"x"), algorithm=b"\x04\x01")
    assert verified_logs(in_list(bad), ROOT.certificate, logs, NOW) == ()


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x04\x00",
        octet_string(b"\x00"),
        octet_string(sized(b"\x00\x05a")),
        octet_string(sized(sized(b"\x00" * 20))),
    ],
)
def test_a_list_of_another_form_is_malformed(octets: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        found(with_list(octets))
    assert refused.value.code is FoundationReason.SCT_LIST_MALFORMED


def test_a_promise_of_an_unknown_version_is_malformed() -> None:
    with pytest.raises(Malformed) as refused:
        found(in_list(promise(ID_ONE, b"", version=1)))
    assert refused.value.code is FoundationReason.SCT_LIST_MALFORMED


def test_a_list_is_bounded() -> None:
    one = promise(STRANGER_ID, b"x")
    assert found(in_list(*[one] * 32)) == ()
    with pytest.raises(Malformed) as refused:
        found(in_list(*[one] * 33))
    assert refused.value.code is FoundationReason.SCT_LIST_MALFORMED


STRANGER_ID = log_id(STRANGER.public)


def test_what_is_no_certificate_is_refused() -> None:
    for pair in [(b"", ROOT.certificate), (leaf((ONE, NOW)), b"")]:
        with pytest.raises(Malformed) as refused:
            verified_logs(*pair, LOGS, NOW)
        assert refused.value.code is FoundationReason.CERTIFICATE_MALFORMED


@pytest.mark.parametrize(
    "spki",
    [
        b"",
        ONE.public.to_spki()[:-1],
        RsaPrivateKey.generate(1024).public.to_spki(),
        Ed25519PrivateKey.from_seed(SERIAL * 2).public.to_bytes(),
    ],
    ids=["empty", "cut", "rsa-1024", "ed25519"],
)
def test_other_log_keys_are_refused(spki: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        log_table([spki])
    assert refused.value.code is FoundationReason.LOG_KEY_MALFORMED


def test_openssl_reads_the_promises_and_the_chain(tmp_path: Path) -> None:
    certificate = leaf((ONE, NOW), (TWO, NOW))
    (tmp_path / "root.pem").write_text(to_pem(ROOT.certificate))
    (tmp_path / "leaf.pem").write_text(to_pem(certificate))
    command = ["openssl", "x509", "-in", "leaf.pem", "-noout", "-text"]
    shown = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert shown.count("Signed Certificate Timestamp:") == 2
    assert shown.count("Jan 15 10:00:00.000 2026 GMT") == 2
    command = ["openssl", "verify", "-x509_strict", "-CAfile", "root.pem", "-attime", str(START + 5), "leaf.pem"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)


def test_without_its_promises_a_certificate_is_what_the_logs_saw() -> None:
    whole = x509.load_der_x509_certificate(leaf((ONE, NOW), (TWO, NOW)))
    assert whole.tbs_precertificate_bytes == x509.load_der_x509_certificate(leaf()).tbs_certificate_bytes


def test_a_time_that_no_calendar_holds_does_not_count() -> None:
    signature = der(ONE.sign(signed_octets(2**64 - 1, entry(), b"")))
    assert found(in_list(promise(ID_ONE, signature, at=2**64 - 1)), now_ms=2**64) == ()
