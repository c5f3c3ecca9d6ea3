"""Certificates: what a node's certificate says, and what transparency logs promised about a server's (RFC 5280)."""

from frankmark.foundation.x509.certificate import Certificate, parse_chain, to_pem, verify_issued_by
from frankmark.foundation.x509.issuing import (
    CertificateAuthority,
    NodeSubject,
    SctLog,
    Validity,
    node_certificate,
)
from frankmark.foundation.x509.transparency import LogKey, log_id, log_table, verified_logs

__all__ = [
    "Certificate",
    "CertificateAuthority",
    "LogKey",
    "NodeSubject",
    "SctLog",
    "Validity",
    "log_id",
    "log_table",
    "node_certificate",
    "parse_chain",
    "to_pem",
    "verified_logs",
    "verify_issued_by",
]
