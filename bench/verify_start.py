"""A cold `frankmark verify`, offline: one stamp token, one ledger entry's offline proof; a process a time.

Peers, by turns with ours, on an object of the same size: minisign (one Ed25519 signature), `openssl dgst -verify` (one
ES256 signature, as a stamp token has) and the floor of any Python program, an interpreter that does nothing. The peers
are compiled programs that read one key and one signature; ours reads the trust file, the settings and the words for
people, verifies, and says what it found. The proof holds an entry under a tree of 2^20 leaves with one cosignature.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measure import at_most, write
from message_world import ISSUER, STAMP, Sender

from frankmark.assembly.pins import Issuer, Pins, store_pins
from frankmark.foundation.checkpoint import Checkpoint, SignedCheckpoint
from frankmark.foundation.keys import Ed25519PrivateKey, P256PrivateKey
from frankmark.foundation.merkle import leaf_hash, node_hash
from frankmark.foundation.note import KeyType, Note, NoteSigner
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.protocols.securestamp.ledger import AssetType, Entry, entry_bytes

PROGRAM = Path(sys.executable).with_name("frankmark")
ORIGIN, DEPTH, ROUNDS = "mark.example.org/securestamp-main", 20, 15


def proof_of(entry: bytes, log: NoteSigner, witness: NoteSigner, now_s: int) -> bytes:
    """An offline proof of the first entry of a log of 2^20."""
    path = tuple(leaf_hash(bytes([level])) for level in range(DEPTH))
    root = leaf_hash(entry)
    for sibling in path:
        root = node_hash(root, sibling)
    stated = Checkpoint(origin=ORIGIN, size=1 << DEPTH, root=root)
    note = Note(text=stated.text(), signatures=(log.sign(stated.text()), witness.sign(stated.text(), now_s)))
    signed = SignedCheckpoint(checkpoint=stated, note=note)
    return TlogProof(index=0, path=path, signed=signed, extra=entry).render()


def an_entry(now_s: int) -> bytes:
    return entry_bytes(
        Entry(
            type=AssetType.STAMP_ISSUANCE,
            stamp_id=STAMP,
            asset_hash="cd" * 32,
            timestamp=now_s * 1000,
            issuer="ab" * 32,
        )
    )


def things(home: Path) -> tuple[Path, Path]:
    """A token and a proof in files, whose issuer stands in the trust file of this home."""
    sender = Sender()
    log = NoteSigner(ORIGIN, Ed25519PrivateKey.generate())
    witness = NoteSigner("witness.example/one", Ed25519PrivateKey.generate(), KeyType.COSIGNATURE)
    issuer = Issuer(
        iss=ISSUER,
        keys=sender.issuers[ISSUER],
        log_vkeys=(str(log.verifier),),
        witnesses=(str(witness.verifier),),
    )
    store_pins(home / ".config" / "frankmark" / "trust.toml", Pins(issuers={ISSUER: issuer}))
    token, proof = home / "token", home / "entry.tlog-proof"
    token.write_text(sender.token())
    proof.write_bytes(proof_of(an_entry(sender.now_s), log, witness, sender.now_s))
    return token, proof


def peers(home: Path, size: int) -> tuple[dict[str, list[str | Path]], dict[str, object]]:
    """Commands that verify a signature over so many octets, and which release each is."""
    data, said = home / "data", {}
    data.write_bytes(os.urandom(size))
    commands: dict[str, list[str | Path]] = {"bare_interpreter": [sys.executable, "-c", "pass"]}
    run = lambda *command: subprocess.run(command, capture_output=True, check=True).stdout.decode()  # noqa: E731
    if shutil.which("minisign"):
        run("minisign", "-G", "-W", "-p", home / "mini.pub", "-s", home / "mini.key")
        run("minisign", "-S", "-s", home / "mini.key", "-m", data)
        commands["minisign"] = ["minisign", "-V", "-q", "-p", home / "mini.pub", "-m", data]
        said["release_of_minisign"] = run("minisign", "-v").strip()
    else:
        said["release_of_minisign"] = "not measured: not installed (apt-get install minisign)"
    (home / "p256.pem").write_bytes(P256PrivateKey.generate().to_pem())
    run("openssl", "pkey", "-in", home / "p256.pem", "-pubout", "-out", home / "p256.pub")
    run("openssl", "dgst", "-sha256", "-sign", home / "p256.pem", "-out", home / "signature", data)
    commands["openssl"] = [
        *("openssl", "dgst", "-sha256", "-verify", home / "p256.pub", "-signature", home / "signature", data)
    ]
    said["release_of_openssl"] = run("openssl", "version").strip()
    return commands, said


def starter(command: list[str | Path], environ: dict[str, str]) -> Callable[[], tuple[float, float]]:
    """What runs a command and says its milliseconds of the clock, and of processor time."""

    def start() -> tuple[float, float]:
        used, begun = os.times(), time.perf_counter()
        done = subprocess.run(command, env=environ, capture_output=True, check=False)
        wall, now = time.perf_counter() - begun, os.times()
        if done.returncode:
            raise AssertionError((command, done.stdout, done.stderr))
        cpu = now.children_user + now.children_system - used.children_user - used.children_system
        return wall * 1000, cpu * 1000

    return start


def middle(samples: list[tuple[float, float]]) -> dict[str, float]:
    walls = sorted(wall for wall, _ in samples)
    return {
        "median_ms": round(statistics.median(walls), 1),
        "low_ms": round(walls[0], 1),
        "high_ms": round(walls[-1], 1),
        "cpu_ms": round(statistics.mean(cpu for _, cpu in samples), 1),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        environ = {name: text for name, text in os.environ.items() if not name.startswith(("FRANKMARK", "XDG_"))}
        environ["HOME"] = folder
        token, proof = things(home)
        commands, said = peers(home, proof.stat().st_size)
        commands = {"token": [PROGRAM, "verify", token], "proof": [PROGRAM, "verify", proof], **commands}
        for name, thing in (("token", token), ("proof", proof)):
            octets = thing.read_bytes()
            thing.write_bytes(octets.replace(octets[40:41], b"A" if octets[40:41] != b"A" else b"B"))
            refused = subprocess.run(commands[name], env=environ, capture_output=True, check=False).returncode
            assert refused in {20, 30}, (name, refused)
            thing.write_bytes(octets)
        starts = {name: starter(command, environ) for name, command in commands.items()}
        for start in starts.values():
            start()  # the file cache is warm for everybody
        rounds = [{name: start() for name, start in starts.items()} for _ in range(ROUNDS)]
    taken = {name: middle([each[name] for each in rounds]) for name in starts}
    figures: dict[str, object] = {**taken, "rounds": ROUNDS, **said}
    write(
        "verify_start",
        figures,
        ["click", "cryptography"],
        musts=[at_most("row 28", "token.median_ms", 150), at_most("row 28", "proof.median_ms", 150)],
    )


if __name__ == "__main__":
    main()
