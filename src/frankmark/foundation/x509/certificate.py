"""Reading X.509 certificates (RFC 5280): names, validity, fingerprint, the role attribute of nodes.

Nothing here builds a chain of trust to public authorities; TLS does that. A node's certificate is known by its
fingerprint, a server's certificate is read after TLS has accepted it. The signature is not covered by itself and ECDSA
is malleable, so others can make a second fingerprint of one certificate: compare with the fingerprint that was pinned.
"""

import binascii
import re
from dataclasses import dataclass
from typing import Final, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from frankmark.foundation.canonical import load
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.keys import P256PublicKey
from frankmark.foundation.reasons import FoundationReason

__all__ = [
    "NODE_URN",
    "ROLE_ATTRIBUTE",
    "UNREADABLE",
    "Certificate",
    "load_der",
    "parse_chain",
    "to_pem",
    "verify_issued_by",
]

ROLE_ATTRIBUTE: Final = x509.ObjectIdentifier("1.2.3.4.5.6.7.8.1")
NODE_URN: Final = "urn:securestamp:node:"
MAX_BYTES: Final = 65_536
_MAX_CHAIN: Final = 10
_LINE: Final = 64
_LENGTH: Final = rb"(?:[\x00-\x7f]|\x81.|\x82..|\x83...)"
# A serial number that is negative or zero, which RFC 5280 §4.1.2.2 forbids and the library only warns of.
_SERIAL_NOT_POSITIVE: Final = re.compile(
    rb"\x30" + _LENGTH + rb"\x30" + _LENGTH + rb"(?:\xa0\x03\x02\x01.)?\x02(?:\x01\x00|" + _LENGTH + rb"[\x80-\xff])",
    re.DOTALL,
)
# What the library raises, late and early, for certificates that it cannot read.
UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_END: Final = "-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a certificate says of itself.

    Attributes:
        der: The certificate.
        common_name: The subject's common name; empty if there is not exactly one.
        serial: The serial number.
        not_before_s: Start of validity, seconds since the Unix epoch, included.
        not_after_s: End of validity, seconds since the Unix epoch, included.
        dns_names: The dNSName entries of the subject alternative name, in lower case.
        uris: Its uniformResourceIdentifier entries.
        spki: The SubjectPublicKeyInfo in DER.
        role: The attribute ``role`` that a foundation's authority gives to nodes; empty without one.
    """

    der: bytes
    common_name: str
    serial: int
    not_before_s: int
    not_after_s: int
    dns_names: tuple[str, ...]
    uris: tuple[str, ...]
    spki: bytes
    role: str

    @classmethod
    def parse(cls, der: bytes) -> Self:
        """Take a DER certificate.

        Args:
            der: At most 64 KiB, nothing after the certificate.

        Returns:
            What it says; nothing is verified.

        Raises:
            Malformed: `CERTIFICATE_TOO_LARGE` or `CERTIFICATE_MALFORMED`.
        """
        certificate = load_der(der)
        try:
            names = _alternative_names(certificate)
            common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            return cls(
                der=der,
                common_name=str(common[0].value) if len(common) == 1 else "",
                serial=certificate.serial_number,
                not_before_s=int(certificate.not_valid_before_utc.timestamp()),
                not_after_s=int(certificate.not_valid_after_utc.timestamp()),
                dns_names=tuple(name.lower() for name in names.get_values_for_type(x509.DNSName)),
                uris=tuple(names.get_values_for_type(x509.UniformResourceIdentifier)),
                spki=certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
                role=_role(certificate),
            )
        except UNREADABLE:
            raise _malformed("readable names, extensions and a known kind of key") from None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate in lower-case hexadecimal."""
        return sha256(self.der).hex()

    @property
    def node_id(self) -> str:
        """The node that the certificate names; empty if it names none or several."""
        named = [uri.removeprefix(NODE_URN) for uri in self.uris if uri.startswith(NODE_URN)]
        return named[0] if len(named) == 1 and named[0] == self.common_name else ""

    def p256(self) -> P256PublicKey:
        """The public key, if it is a P-256 key.

        Raises:
            Malformed: `KEY_TYPE` or `KEY_MALFORMED`.
        """
        return P256PublicKey.from_spki(self.spki)

    def verify_time(self, now_s: int) -> None:
        """Refuse a certificate outside its validity.

        Raises:
            Unverified: `CERTIFICATE_TIME`.
        """
        if not self.not_before_s <= now_s <= self.not_after_s:
            raise Unverified(FoundationReason.CERTIFICATE_TIME, "a certificate that is valid now")

    def verify_node(self, now_s: int) -> None:
        """Refuse what is not a node's certificate that is valid now.

        Raises:
            Unverified: `CERTIFICATE_TIME`; `CERTIFICATE_ROLE` without the role ``node`` or the node's name.
        """
        self.verify_time(now_s)
        if self.role != "node" or not self.node_id:
            raise Unverified(FoundationReason.CERTIFICATE_ROLE, "a certificate that names one node and has role=node")


def verify_issued_by(certificate: Certificate, issuer: Certificate) -> None:
    """Check that one certificate is signed with the key of another and names it as issuer.

    Args:
        certificate: The lower one.
        issuer: The upper one, or the same one if it is self-signed.

    Raises:
        Unverified: `CERTIFICATE_ISSUER` if the names do not meet, `CERTIFICATE_SIGNATURE` if the signature is wrong.
    """
    lower, upper = load_der(certificate.der), load_der(issuer.der)
    if lower.issuer != upper.subject:
        raise Unverified(FoundationReason.CERTIFICATE_ISSUER, "a certificate that names this issuer")
    try:
        lower.verify_directly_issued_by(upper)
    except (InvalidSignature, *UNREADABLE):
        raise Unverified(FoundationReason.CERTIFICATE_SIGNATURE, "a signature by the issuer's key") from None


def to_pem(*certificates: bytes) -> str:
    """DER certificates as PEM text (RFC 7468), one after the other.

    Args:
        certificates: DER, leaf first.

    Returns:
        Text that ends in a line feed.
    """
    blocks = []
    for der in certificates:
        text = binascii.b2a_base64(der, newline=False).decode("ascii")
        lines = [text[start : start + _LINE] for start in range(0, len(text), _LINE)]
        blocks.append("\n".join([_BEGIN, *lines, _END, ""]))
    return "".join(blocks)


def parse_chain(pem: bytes) -> tuple[Certificate, ...]:
    """Read the certificates of a PEM file (RFC 7468), in their order.

    Args:
        pem: One to ten certificates; text between them is ignored.

    Returns:
        What each says.

    Raises:
        Malformed: `CERTIFICATE_TOO_LARGE` or `CERTIFICATE_MALFORMED`.
    """
    if len(pem) > _MAX_CHAIN * 2 * MAX_BYTES:
        raise Malformed(FoundationReason.CERTIFICATE_TOO_LARGE, f"at most {_MAX_CHAIN} certificates")
    try:
        found = x509.load_pem_x509_certificates(pem)
    except UNREADABLE:
        raise _malformed("certificates in PEM") from None
    if len(found) > _MAX_CHAIN:
        raise Malformed(FoundationReason.CERTIFICATE_TOO_LARGE, f"at most {_MAX_CHAIN} certificates")
    return tuple(Certificate.parse(certificate.public_bytes(Encoding.DER)) for certificate in found)


def load_der(der: bytes) -> x509.Certificate:
    """The certificate as the library sees it, for the modules of this room.

    Raises:
        Malformed: `CERTIFICATE_TOO_LARGE` or `CERTIFICATE_MALFORMED`.
    """
    if len(der) > MAX_BYTES:
        raise Malformed(FoundationReason.CERTIFICATE_TOO_LARGE, f"a certificate of at most {MAX_BYTES} octets")
    if _SERIAL_NOT_POSITIVE.match(der):
        raise _malformed("a certificate with a positive serial number")
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.issuer, certificate.subject  # the library reads names late; unreadable ones fail here
    except UNREADABLE:
        raise _malformed("an X.509 certificate in DER") from None
    return certificate


def _malformed(sentence: str) -> Malformed:
    return Malformed(FoundationReason.CERTIFICATE_MALFORMED, sentence)


def _alternative_names(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return x509.SubjectAlternativeName([])


def _role(certificate: x509.Certificate) -> str:
    """The attribute ``role`` of the extension that Fabric's authorities write: bare JSON, not wrapped in ASN.1."""
    try:
        extension = certificate.extensions.get_extension_for_oid(ROLE_ATTRIBUTE).value
    except x509.ExtensionNotFound:
        return ""
    members = load(extension.public_bytes(), max_bytes=4096, max_depth=4)
    attributes = members.get("attrs") if isinstance(members, dict) else None
    role = attributes.get("role") if isinstance(attributes, dict) else None
    if not isinstance(role, str):
        raise _malformed('the role attribute as {"attrs":{"role":"…"}}')
    return role
