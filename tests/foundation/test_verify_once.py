"""One signature under a key met once: never another answer than the key by itself and then its signature."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Error
from frankmark.foundation.keys import Ed25519PrivateKey, Ed25519PublicKey

VECTORS = Path(__file__).parents[2] / "vectors"
CASES = json.loads((VECTORS / "third-party/cctv/ed25519/ed25519vectors.json").read_text(encoding="ascii"))
KEY = Ed25519PrivateKey.from_seed(bytes(range(32)))


def answers(octets: bytes, signature: bytes, message: bytes) -> list[str]:
    told = []
    for verify in (
        lambda: Ed25519PublicKey.from_bytes(octets).verify(signature, message),
        lambda: Ed25519PublicKey.verify_once(octets, signature, message),
    ):
        try:
            verify()
            told.append("good")
        except Error as fault:
            told.append(fault.code.value)
    return told


def test_both_ways_say_the_same_of_all_edge_cases() -> None:
    assert len(CASES) == 914
    for case in CASES:
        long, short = answers(bytes.fromhex(case["key"]), bytes.fromhex(case["sig"]), case["msg"].encode())
        assert long == short, case["number"]


@given(octets=st.binary(min_size=32, max_size=32), message=st.binary(max_size=4))
def test_both_ways_say_the_same_of_any_octets(octets, message) -> None:
    long, short = answers(octets, KEY.sign(message), message)
    assert long == short
    assert long != "good" or octets == KEY.public.to_bytes()


def test_lengths_are_refused_and_a_good_signature_is_good() -> None:
    key, signature = KEY.public.to_bytes(), KEY.sign(b"x")
    assert answers(key, signature, b"x") == ["good", "good"]
    assert answers(key[:-1], signature, b"x") == ["KEY_MALFORMED", "KEY_MALFORMED"]
    assert answers(key, signature[:-1], b"x") == ["SIGNATURE_LENGTH", "SIGNATURE_LENGTH"]
