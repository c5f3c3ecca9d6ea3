"""The logs: a head is read again as it was signed, and a small count is not told."""

from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import NODE_KEY

from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.protocols.signal.logs import LogName, TreeHead, read_head, shown, sign_head, verify_head

KEY = Jwk.of("node-abc", NODE_KEY.public)
heads = st.builds(
    TreeHead,
    log=st.sampled_from(LogName),
    size=st.integers(0, (1 << 53) - 1),
    root=st.binary(min_size=32, max_size=32),
    ts_ms=st.integers(0, 253_402_300_799_999),
)


@given(heads)
def test_a_head_is_read_again_as_it_was_signed(head: TreeHead) -> None:
    document = read_head(sign_head(head, NODE_KEY, KEY.kid))
    assert document.head == head
    assert verify_head(document, JwkSet((KEY,))) == KEY


@given(st.integers(0, 10_000))
def test_a_small_count_is_not_told(count: int) -> None:
    assert shown(count) == ("<5" if count < 5 else count)
