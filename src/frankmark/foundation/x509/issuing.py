"""Making certificates: a node's own, and those of a stand-in authority with real promises of transparency logs.

Serial numbers, times and keys are handed in and signatures are deterministic, so equal inputs give equal octets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from frankmark.foundation.canonical import dump
from frankmark.foundation.errors import Misuse
from frankmark.foundation.keys import P256PrivateKey, P256PublicKey
from frankmark.foundation.reasons import FoundationReason
from frankmark.foundation.x509.certificate import NODE_URN, ROLE_ATTRIBUTE
from frankmark.foundation.x509.transparency import log_id, precertificate_entry, signed_octets

__all__ = ["CertificateAuthority", "NodeSubject", "SctLog", "Validity", "node_certificate"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_S: Final = 86_400
_NODE_DAYS: Final = 365
_SCT_LIST: Final = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_ECDSA_SHA256: Final = b"\x04\x03"
_SERIAL: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """From when to when a certificate holds, both included, in seconds since the Unix epoch."""

    not_before_s: int
    not_after_s: int

    @classmethod
    def of_days(cls, not_before_s: int, days: int) -> Self:
        """A number of days from a start."""
        return cls(not_before_s=not_before_s, not_after_s=not_before_s + days * _DAY_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSubject:
    """Whom a node's certificate names.

    Attributes:
        node_id: The node.
        domain: Its host name as A-labels.
        organization: Who runs it; left out of the certificate if empty.
        country: Two upper-case letters (ISO 3166); left out if empty.
    """

    node_id: str
    domain: str
    organization: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SctLog:
    """A log that promises to publish a certificate.

    Attributes:
        key: The log's key.
        timestamp_ms: When it saw the certificate, milliseconds since the Unix epoch.
    """

    key: P256PrivateKey
    timestamp_ms: int


def node_certificate(key: P256PrivateKey, subject: NodeSubject, *, not_before_s: int, serial: bytes) -> bytes:
    """A self-signed node certificate for 365 days with the attribute role=node.

    Args:
        key: The node's key.
        subject: Whom it names.
        not_before_s: Start of validity, seconds since the Unix epoch.
        serial: 16 unpredictable octets.

    Returns:
        The certificate in DER.

    Raises:
        Misuse: `PARAMETER_RANGE` if the subject or the serial number cannot stand in a certificate.
    """
    name = _name(
        {
            NameOID.COMMON_NAME: subject.node_id,
            NameOID.ORGANIZATION_NAME: subject.organization,
            NameOID.COUNTRY_NAME: subject.country,
        }
    )
    uses = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
    alternatives = [_dns_name(subject.domain), x509.UniformResourceIdentifier(NODE_URN + subject.node_id)]
    attributes = x509.UnrecognizedExtension(ROLE_ATTRIBUTE, dump({"attrs": {"role": "node"}}))
    builder = (
        _builder(name, name, key.public, Validity.of_days(not_before_s, _NODE_DAYS), serial)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(attributes, critical=False)
    )
    return _signed(builder, key).public_bytes(Encoding.DER)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateAuthority:
    """A stand-in authority for demonstrations and tests; nobody but they ever trusts it.

    Attributes:
        key: Its key.
        certificate: Its self-signed certificate in DER.
    """

    key: P256PrivateKey
    certificate: bytes

    @classmethod
    def root(cls, key: P256PrivateKey, common_name: str, validity: Validity, serial: bytes) -> Self:
        """Make an authority.

        Args:
            key: Its key.
            common_name: How it calls itself.
            validity: How long it holds.
            serial: 16 unpredictable octets.

        Returns:
            The authority with its certificate.

        Raises:
            Misuse: `PARAMETER_RANGE` if name or serial number cannot stand in a certificate.
        """
        name = _name({NameOID.COMMON_NAME: common_name})
        builder = (
            _builder(name, name, key.public, validity, serial)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
            .add_extension(_key_identifier(key.public), critical=False)
        )
        return cls(key=key, certificate=_signed(builder, key).public_bytes(Encoding.DER))

    def issue(
        self, names: Sequence[str], key: P256PublicKey, validity: Validity, serial: bytes, logs: Sequence[SctLog] = ()
    ) -> bytes:
        """A server certificate that carries one promise of each log (RFC 6962 §3.1).

        Args:
            names: Host names as A-labels, or IP addresses; the first is the common name.
            key: The server's key.
            validity: How long it holds.
            serial: 16 unpredictable octets.
            logs: Who promises; the list of promises is left out if there is none.

        Returns:
            The certificate in DER.

        Raises:
            Misuse: `PARAMETER_RANGE` if a name or the serial number cannot stand in a certificate.
        """
        issuer = x509.load_der_x509_certificate(self.certificate)
        alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(_public(self.key.public))
        builder = (
            _builder(_name({NameOID.COMMON_NAME: names[0]}), issuer.subject, key, validity, serial)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(alternatives, critical=False)
            .add_extension(_key_identifier(key), critical=False)
            .add_extension(authority, critical=False)
        )
        bare = _signed(builder, self.key)
        if not logs:
            return bare.public_bytes(Encoding.DER)
        # The promises are the last extension, so taking them away leaves exactly what the logs have seen.
        entry = precertificate_entry(bare.tbs_certificate_bytes, self.key.public.to_spki())
        promises = x509.UnrecognizedExtension(_SCT_LIST, _sct_list([_promise(log, entry) for log in logs]))
        return _signed(builder.add_extension(promises, critical=False), self.key).public_bytes(Encoding.DER)


def _promise(log: SctLog, entry: bytes) -> bytes:
    signature = log.key.sign(signed_octets(log.timestamp_ms, entry, b""))
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    head = b"\x00" + log_id(log.key.public) + log.timestamp_ms.to_bytes(8, "big") + b"\x00\x00"
    return head + _ECDSA_SHA256 + _sized(encode_dss_signature(r, s))


def _sct_list(promises: Sequence[bytes]) -> bytes:
    """The list of RFC 6962 §3.3 inside a DER OCTET STRING."""
    octets = _sized(b"".join(map(_sized, promises)))
    length = len(octets).to_bytes(2, "big").lstrip(b"\x00")
    return b"\x04" + (length if len(octets) < 0x80 else bytes([0x80 | len(length)]) + length) + octets  # noqa: PLR2004  (the limit of DER's short form)


def _sized(octets: bytes) -> bytes:
    return len(octets).to_bytes(2, "big") + octets


def _builder(
    subject: x509.Name, issuer: x509.Name, key: P256PublicKey, validity: Validity, serial: bytes
) -> x509.CertificateBuilder:
    if len(serial) != _SERIAL:
        raise Misuse(FoundationReason.PARAMETER_RANGE, f"a serial number out of {_SERIAL} octets")
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(_public(key))
        .serial_number(1 << 128 | int.from_bytes(serial, "big"))
        .not_valid_before(_EPOCH + timedelta(seconds=validity.not_before_s))
        .not_valid_after(_EPOCH + timedelta(seconds=validity.not_after_s))
    )


def _signed(builder: x509.CertificateBuilder, key: P256PrivateKey) -> x509.Certificate:
    private = ec.derive_private_key(int.from_bytes(key.to_scalar(), "big"), ec.SECP256R1())
    return builder.sign(private, SHA256(), ecdsa_deterministic=True)


def _public(key: P256PublicKey) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.point())


def _key_identifier(key: P256PublicKey) -> x509.SubjectKeyIdentifier:
    return x509.SubjectKeyIdentifier.from_public_key(_public(key))


def _key_usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _name(attributes: Mapping[x509.ObjectIdentifier, str]) -> x509.Name:
    try:
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes.items() if value])
    except ValueError:
        raise Misuse(FoundationReason.PARAMETER_RANGE, "names of 1 to 64 characters, a country of two") from None


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return _dns_name(name)


def _dns_name(name: str) -> x509.DNSName:
    if not name.isascii():
        raise Misuse(FoundationReason.PARAMETER_RANGE, "host names as A-labels")
    return x509.DNSName(name)
