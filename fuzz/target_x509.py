"""Any octets as certificate and as PEM, alone and under a known issuer: a refusal with a code, or values."""

from contextlib import suppress

from frankmark.foundation.errors import Malformed, Unverified
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.x509 import (
    Certificate,
    CertificateAuthority,
    SctLog,
    Validity,
    log_table,
    parse_chain,
    verified_logs,
    verify_issued_by,
)

START = 1_768_471_200
KEY = P256PrivateKey.from_scalar(bytes(31) + b"\x2a")
ROOT = CertificateAuthority.root(KEY, "Demo CA", Validity.of_days(START, 30), bytes(16))
LOG = SctLog(key=KEY, timestamp_ms=START * 1000)
LEAF = ROOT.issue(["a.example"], KEY.public, Validity.of_days(START, 30), bytes(16), [LOG])
# What follows, the signature, is malleable: ECDSA is, and a trailing zero bit may be called unused.
SIGNED = LEAF.rfind(bytes.fromhex("300a06082a8648ce3d040302"))
LOGS = log_table([KEY.public.to_spki()])


def one_input(data: bytes) -> None:
    # The first two octets say where a good certificate is changed by the others; so the fuzzer starts deep inside.
    place = int.from_bytes(data[:2], "big") % len(LEAF)
    changed = LEAF[:place] + data[2:] + LEAF[place + max(len(data) - 2, 0) :]
    for octets in (data, changed):
        with suppress(Malformed, Unverified):
            verify_issued_by(Certificate.parse(octets), Certificate.parse(ROOT.certificate))
            if octets[:SIGNED] != LEAF[:SIGNED]:
                raise AssertionError("a changed certificate is signed")
        with suppress(Malformed):
            verified_logs(octets, ROOT.certificate, LOGS, START * 1000)
    with suppress(Malformed):
        parse_chain(data)
