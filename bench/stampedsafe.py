"""StampedSafe proofs: make and verify against bare `cryptography`, a PyNaCl verifier, and a file of 10,000 proofs."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nacl.signing
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey as Bare
from measure import at_least, compare, write

from frankmark.assembly.proofs import draft_of
from frankmark.assembly.tables import shipped_timezones
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.protocols.stampedsafe.attestation import attest
from frankmark.protocols.stampedsafe.model import Authority, Content, Trust
from frankmark.protocols.stampedsafe.verify import verify
from frankmark.protocols.stampedsafe.wire import render_proof

T = 1_800_000_000_000
MANY = 10_000
TIME = Ed25519PrivateKey.from_seed(bytes(32))


def made(count: int) -> list[bytes]:
    return [render_proof(draft_of(Content(message=f"Message {at}"), "UTC").self_attested(T)) for at in range(count)]


def attested(count: int) -> list[bytes]:
    drafts = [draft_of(Content(message=f"Message {at}"), "UTC") for at in range(count)]
    return [render_proof(one.attested(attest(one.commitment, now_ms=T, kid="ta", key=TIME))) for one in drafts]


def figures_of_proofs() -> dict[str, object]:
    trust = Trust(authorities={"ta": Authority(pk=TIME.public.to_bytes().hex())}, timezones=shipped_timezones())
    proofs, level_2 = made(256), attested(256)
    assert all(verify(one, trust).valid for one in proofs)
    assert all(verify(one, trust).level == 2 for one in level_2)
    assert not verify(proofs[0].replace(b"Message", b"message"), trust).valid
    secret = Bare.generate()
    public, digest = secret.public_key(), bytes(32)
    signature = secret.sign(digest)
    turn = iter(range(10**12))

    def bare_make() -> None:
        fresh = Bare.generate()
        fresh.public_key().public_bytes_raw()
        fresh.sign(digest)

    def pynacl_verify() -> None:
        """The least that anybody does: JSON, RFC 8785, SHA-256, Ed25519 by libsodium; no check of the form."""
        import hashlib

        proof = json.loads(proofs[next(turn) % 256])
        hashed = hashlib.sha256(rfc8785.dumps(proof["payload"])).digest()
        nacl.signing.VerifyKey(bytes.fromhex(proof["payload"]["pk"])).verify(hashed, bytes.fromhex(proof["sig"]))

    content = Content(message="Message")
    return {
        "verify_vs_bare_cryptography": compare(
            lambda: verify(proofs[next(turn) % 256], trust), lambda: public.verify(signature, digest)
        ),
        "verify_vs_json_rfc8785_pynacl": compare(lambda: verify(proofs[next(turn) % 256], trust), pynacl_verify),
        "verify_level_2_vs_two_bare_verifications": compare(
            lambda: verify(level_2[next(turn) % 256], trust),
            lambda: (public.verify(signature, digest), public.verify(signature, digest)),
        ),
        "make_vs_bare_keygen_and_sign": compare(
            lambda: render_proof(draft_of(content, "UTC").self_attested(T)), bare_make
        ),
    }


def figures_of_a_file(rounds: int = 3) -> dict[str, object]:
    """The command from start to end: one process, one JSON object a proof, progress on standard error."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "proofs.jsonl")
        file.write_bytes(b"\n".join(made(MANY)))
        line = [sys.executable, "-m", "frankmark", "verify", str(file), "--json"]
        environ = {**os.environ, "HOME": folder}
        wall, cpu = [], []
        for _ in range(rounds):
            begun, before = time.perf_counter(), os.times()
            done = subprocess.run(line, env=environ, capture_output=True, check=True)
            after = os.times()
            wall.append(time.perf_counter() - begun)
            cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
            assert done.stdout.count(b'"valid":true') == MANY
            assert done.stderr.count(b"\n") == MANY // 1000
    return {
        "file_of_10000": {
            "octets": len(done.stdout),
            "per_cpu_s": round(MANY / min(cpu)),
            "per_wall_s": round(MANY / min(wall)),
            "rounds": rounds,
        }
    }


def main() -> None:
    musts = [
        at_least("row 17", "verify_vs_bare_cryptography.ours_per_cpu_s", 11_000),
        at_least("row 18", "file_of_10000.per_cpu_s", 5_000),
    ]
    write("stampedsafe", figures_of_proofs() | figures_of_a_file(), ["cryptography", "pynacl", "rfc8785"], musts)


if __name__ == "__main__":
    main()
