"""The private key is wiped, not merely forgotten: the memory of a process is searched before and after it signs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

MAKER = """
import gc, sys
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.protocols.stampedsafe.model import Content
from frankmark.protocols.stampedsafe.proof import Draft

seed = bytearray(32)
for at in range(32):
    seed[at] = (at * 37 + 11) % 256  # written in place, so that there is no other copy of ours
key = Ed25519PrivateKey.from_seed(seed)
for at in range(32):
    seed[at] = 0
draft = Draft(Content(message="x"), tz="UTC", nonce=bytes(16), key=key)
del key
print("made", flush=True)
sys.stdin.readline()
draft.self_attested(1)
gc.collect()
print("signed", flush=True)
sys.stdin.readline()
"""
SEED = bytes((at * 37 + 11) % 256 for at in range(32))
WRITABLE = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw.*?(\[v\w+\])?$")


def copies(process: int) -> int:
    """How often the seed stands in the writable memory of a process."""
    found = 0
    for line in Path(f"/proc/{process}/maps").read_text().splitlines():
        area = WRITABLE.match(line)
        if area is None or area[3]:
            continue
        begin, end = int(area[1], 16), int(area[2], 16)
        with Path(f"/proc/{process}/mem").open("rb", 0) as memory:
            memory.seek(begin)
            found += memory.read(end - begin).count(SEED)
    return found


def test_no_copy_of_the_private_key_outlives_the_signature() -> None:
    if not Path("/proc/self/mem").exists():
        pytest.skip("this system does not show the memory of a process")
    with subprocess.Popen(
        [sys.executable, "-c", MAKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as made:
        assert made.stdout.readline() == "made\n"
        assert copies(made.pid) == 1  # the search finds the key while it is there
        made.stdin.write("\n")
        made.stdin.flush()
        assert made.stdout.readline() == "signed\n"
        assert copies(made.pid) == 0
        made.stdin.write("\n")
        made.stdin.close()
    assert made.returncode == 0
