"""Limits of size and count at their edges: what is exactly as large as allowed passes, one more is refused by its code.

The numbers stand here once more on purpose: whoever moves a limit has to move it in two places.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from frankmark.adapters.network.rdap import Bootstrap, parse_registration
from frankmark.adapters.system import backup_file
from frankmark.foundation.encoding import b64_encode, b64url_encode
from frankmark.foundation.errors import Error
from frankmark.foundation.jwks import JwkSet
from frankmark.foundation.jws import parse as parse_jws
from frankmark.foundation.keys import Ed25519PrivateKey, P256PrivateKey
from frankmark.foundation.note import Note, NoteSigner
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.foundation.x509.certificate import load_der, parse_chain, to_pem
from frankmark.mail.address import Address, canonical_domain
from frankmark.mail.authres import parse as parse_authres
from frankmark.mail.confusables import Confusables
from frankmark.mail.dmarc_record import is_policy_record
from frankmark.mail.mailbox import parse_mailbox
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.mail.spf_record import parse_record
from frankmark.services.log_leaves import NewLeaf, new_row

Made = Callable[[int], object]


def key_set(keys: int) -> object:
    members = []
    for scalar in range(1, keys + 1):
        public = P256PrivateKey.from_scalar(scalar.to_bytes(32)).public
        members.append({**public.jwk(), "kid": f"node-x#{public.thumbprint()}", "ss_status": "active"})
    return JwkSet.from_json({"keys": members})


def key_set_octets(octets: int) -> object:
    return JwkSet.parse(b'{"keys":[]}'.ljust(octets))


def jws_header(characters: int) -> object:
    header = b64url_encode(b'{"alg":"ES256"' + b" " * 753 + b"}")
    assert len(header) == 1_024
    return parse_jws(f"{header}{'A' * (characters - 1_024)}.e30.{b64url_encode(bytes(64))}")


def note(signatures: int) -> bytes:
    key = NoteSigner("a.example", Ed25519PrivateKey.from_seed(b"\1" * 32))
    return Note(text="text\n", signatures=(key.sign("text\n"),) * signatures).render()


def note_octets(octets: int) -> object:
    whole = note(1)
    return Note.parse(b"x" * (octets - len(whole)) + whole)


def proof(*, extra: int = 0, path: int = 0) -> object:
    text = f"a.example/log\n1\n{b64_encode(bytes(32))}\n"
    key = NoteSigner("a.example/log", Ed25519PrivateKey.from_seed(b"\1" * 32))
    lines = ["c2sp.org/tlog-proof@v1", *([f"extra {b64_encode(bytes(extra))}"] if extra else []), "index 0"]
    lines += [b64_encode(bytes(32))] * path
    return TlogProof.parse(
        "\n".join([*lines, "", ""]).encode() + Note(text=text, signatures=(key.sign(text),)).render()
    )


def results(number: int) -> object:
    return parse_authres(b"mx.example" + b"; spf=pass" * number)


def properties(number: int) -> object:
    return parse_authres(b"mx.example; spf=pass" + b" smtp.mailfrom=a.example" * number)


def registration(*, octets: int = 0, events: int = 0, statuses: int = 0) -> object:
    body = {
        "objectClassName": "domain",
        "ldhName": "a.test",
        "events": [{"eventAction": "last changed", "eventDate": "2026-01-01T00:00:00Z"}] * events,
        "status": ["active"] * statuses,
    }
    return parse_registration(json.dumps(body).encode().ljust(octets), "a.test")


def suffixes(characters: int) -> object:
    text = "// ===BEGIN ICANN DOMAINS===\ncom\n// ===END ICANN DOMAINS===\n"
    return PublicSuffixes.parse(text + "\n" * (characters - len(text)))


def confusables(span: int) -> object:
    text = f"@version 14.0.0\n@prototypes\n61:{0x4000:X}-{0x4000 + span - 1:X}\n@decompositions\n@classes\n@cases\n"
    return Confusables.parse(text.encode())


def whole(folder: Path, *, members: int = 3, about: int = 2) -> object:
    """Read a backup whose sums are right."""
    content = {"about.json": b"{}".ljust(about), "frankmark.db": b"db"}
    content |= {f"keys/k{number}.key": b"sealed" for number in range(members - 3)}
    content["SHA256SUMS"] = "".join(f"{hashlib.sha256(x).hexdigest()}  {n}\n" for n, x in content.items()).encode()
    with tarfile.open(folder / "backup.tar", mode="w") as tar:
        for name, octets in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(octets)
            tar.addfile(info, io.BytesIO(octets))
    return backup_file._read(folder / "backup.tar")


EDGES: list[tuple[str, Made, int, str]] = [
    ("keys of a set", key_set, 512, "KEY_SET_TOO_LARGE"),
    ("octets of a key set", key_set_octets, 262_144, "JSON_TOO_LARGE"),
    ("characters of a token's header", jws_header, 1_024, "JWS_HEADER"),
    ("signatures of a note", lambda n: Note.parse(note(n)), 100, "NOTE_TOO_LARGE"),
    ("octets of a note", note_octets, 524_288, "NOTE_TOO_LARGE"),
    (
        "octets of a key's name",
        lambda n: NoteSigner("n" * n, Ed25519PrivateKey.from_seed(bytes(32))).sign("x\n"),
        255,
        "NOTE_KEY_NAME",
    ),
    ("extra octets of a proof", lambda n: proof(extra=n), 262_144, "PROOF_TOO_LARGE"),
    ("hashes of a proof", lambda n: proof(path=n), 63, "PROOF_MALFORMED"),
    ("octets of an entry", lambda n: new_row(NewLeaf(data=bytes(n), key="", attachment=b"")), 65_535, "LEAF_TOO_LARGE"),
    (
        "octets beside an entry",
        lambda n: new_row(NewLeaf(data=b"x", key="", attachment=bytes(n))),
        1_048_576,
        "LEAF_TOO_LARGE",
    ),
    ("octets of a domain", lambda n: canonical_domain(("a" * 63 + ".") * 3 + "a" * (n - 192)), 253, "DOMAIN_LENGTH"),
    ("octets of a label", lambda n: canonical_domain("a" * n + ".example"), 63, "DOMAIN_LENGTH"),
    ("octets of a local part", lambda n: Address.parse("a" * n + "@a.example"), 64, "ADDRESS_LENGTH"),
    ("results of a field", results, 100, "AUTHRES_TOO_LONG"),
    ("properties of a result", properties, 100, "AUTHRES_TOO_LONG"),
    ("octets of From", lambda n: parse_mailbox(b"a@a.example".rjust(n)), 4_096, "FROM_TOO_LONG"),
    (
        "octets of an SPF record",
        lambda n: parse_record(b"v=spf1 " + b"a " * ((n - 7) // 2) + b" " * ((n - 7) % 2)),
        16_384,
        "SPF_RECORD_TOO_LONG",
    ),
    ("octets of an RDAP answer", lambda n: registration(octets=n), 65_536, "JSON_TOO_LARGE"),
    ("events of an RDAP answer", lambda n: registration(events=n), 100, "RDAP_MALFORMED"),
    ("statuses of an RDAP answer", lambda n: registration(statuses=n), 50, "RDAP_MALFORMED"),
    ("octets of the bootstrap file", lambda n: Bootstrap(b'{"services":[]}'.ljust(n)), 2_097_152, "JSON_TOO_LARGE"),
    ("characters of the suffix list", suffixes, 8_388_608, "SUFFIX_LIST_TOO_LARGE"),
    ("characters that an entry of the look-alikes spans", confusables, 4_096, "CONFUSABLES_SYNTAX"),
]


@pytest.mark.parametrize(("made", "most", "code"), [edge[1:] for edge in EDGES], ids=[edge[0] for edge in EDGES])
def test_as_much_as_allowed_passes_and_one_more_is_refused(made: Made, most: int, code: str) -> None:
    made(most)
    with pytest.raises(Error) as caught:
        made(most + 1)
    assert caught.value.code == code


@pytest.mark.parametrize(("what", "most"), [("members", 256), ("about", 65_536)])
def test_a_backup_as_large_as_allowed_is_read_and_one_more_is_refused(tmp_path: Path, what: str, most: int) -> None:
    whole(tmp_path, **{what: most})
    with pytest.raises(Error) as caught:
        whole(tmp_path, **{what: most + 1})
    assert caught.value.code == "BACKUP_DAMAGED"


def test_a_chain_of_ten_certificates_is_read_and_one_of_eleven_is_not() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a.example")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    pem = to_pem(made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)).encode()
    assert len(parse_chain(pem * 10)) == 10
    with pytest.raises(Error) as caught:
        parse_chain(pem * 11)
    assert caught.value.code == "CERTIFICATE_TOO_LARGE"


@pytest.mark.parametrize(
    ("octets", "code"), [(65_536, "CERTIFICATE_MALFORMED"), (65_537, "CERTIFICATE_TOO_LARGE")], ids=["64 KiB", "more"]
)
def test_a_certificate_of_64_kib_is_looked_at_and_a_longer_one_is_not(octets: int, code: str) -> None:
    with pytest.raises(Error) as caught:
        load_der(bytes(octets))
    assert caught.value.code == code


def test_a_dmarc_record_of_16_kib_counts_and_a_longer_one_does_not() -> None:
    assert is_policy_record(b"v=DMARC1; p=none;".ljust(16_384))
    assert not is_policy_record(b"v=DMARC1; p=none;".ljust(16_385))
