"""The examples that the pages of `specs/` begin with are true."""

import re
from pathlib import Path

from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.keyfile import KeyFolder
from frankmark.adapters.system.passphrase import Passphrase, PassphraseSource
from frankmark.foundation import canonical
from frankmark.foundation.checkpoint import SignedCheckpoint
from frankmark.foundation.digest import sha256
from frankmark.foundation.jwks import JwkSet
from frankmark.foundation.note import VerifierKey
from frankmark.protocols.securestamp.artwork import render_stamp

SPECS = Path(__file__).parents[2] / "specs"


def blocks(page: str) -> list[str]:
    return re.findall(
        r"^```\w*\n(.*?)^```$", (SPECS / page).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )


def test_key_file_opens_with_the_passphrase_that_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    file = folder / "log.key"
    file.write_text(blocks("key-files.md")[0], encoding="ascii")
    file.chmod(0o600)
    passphrase = Passphrase(octets=b"correct horse battery staple", source=PassphraseSource.FILE)
    assert KeyFolder(folder, passphrase, SystemEntropy()).read("log") == bytes(range(32))


def test_head_is_signed_by_the_keys_that_are_told() -> None:
    head, keys, *_ = blocks("ledger-log.md")
    log, witness = (VerifierKey.parse(line) for line in keys.split())
    signed = SignedCheckpoint.parse(head.encode())
    cosigned = signed.verify("node-jcto56krm4/securestamp-main", [log], [witness], 1)
    assert list(cosigned) == [witness]
    assert signed.checkpoint.size == 0


def test_canonical_form_is_that_of_the_value() -> None:
    written, expected = blocks("canonical-json.md")[0].splitlines()
    assert canonical.dump(canonical.load(written.encode())) == expected.encode()


def test_fingerprint_is_that_of_the_key_set() -> None:
    document, _, fingerprint = blocks("trust-document.md")
    keys = re.search(r'"jwks": (\{.*?\]\})', document, flags=re.DOTALL)
    assert keys is not None
    digits = sha256(JwkSet.parse(keys[1].encode()).dump()).hex()[:32]
    assert " ".join(re.findall("....", digits)) == fingerprint.strip()


def test_artwork_has_the_hash_that_is_told() -> None:
    drawn = render_stamp("acme.test", "f3a0c7ba-153e-4ee1-97b9-746e38d577d5", 2026, "Classic")
    assert sha256(drawn).hex() == blocks("artwork.md")[0].strip()
    assert len(drawn) == 33_241
