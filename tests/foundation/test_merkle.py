"""RFC 9162 §2.1: our proofs against the RFC's own recursion and against tlog-scales."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tlog_scales.tlog import ConsistencyProof, InclusionProof

from frankmark.foundation.errors import Misuse, Unverified
from frankmark.foundation.merkle import (
    EMPTY_ROOT,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    prefix_path,
    prefix_roots,
    right_edge,
    root,
    verify_consistency,
    verify_inclusion,
)
from frankmark.foundation.tlog_reasons import TlogReason

LEAVES = [leaf_hash(bytes([n])) for n in range(140)]


def mth(leaves: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162 §2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], *, b: bool) -> list[bytes]:
    """RFC 9162 §2.1.4.1, word for word."""
    if m == len(leaves):
        return [] if b else [mth(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m <= k:
        return [*subproof(m, leaves[:k], b=b), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], b=False), mth(leaves[:k])]


def node(height: int, index: int) -> bytes:
    covered = LEAVES[index << height : (index + 1) << height]
    assert len(covered) == 1 << height, "only perfect subtrees are nodes"
    return mth(covered)


def test_the_hashes_of_rfc_6962() -> None:
    # RFC 6962 §2.1.3 has no numbers; these are those of certificate-transparency's own tests.
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [leaf_hash(bytes.fromhex(text)) for text in inputs]
    assert root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert root([]) == EMPTY_ROOT


@pytest.mark.parametrize("size", range(70))
def test_every_proof_of_every_small_tree_is_the_rfc_s(size: int) -> None:
    leaves = LEAVES[:size]
    assert root(leaves) == mth(leaves)
    edge = right_edge(size, node)
    assert (edge[-1] if edge else EMPTY_ROOT) == mth(leaves)
    for index in range(size):
        proof = inclusion_path(index, size, node)
        assert proof == path(index, leaves)
        verify_inclusion(leaves[index], index, size, proof, mth(leaves))
        InclusionProof(index, size, proof).check(leaves[index], mth(leaves))
    for old in range(1, size + 1):
        proof = consistency_path(old, size, node, edge)
        assert proof == subproof(old, leaves, b=True)
        verify_consistency(old, size, proof, mth(LEAVES[:old]), mth(leaves))
        ConsistencyProof(old, size, proof).check(mth(LEAVES[:old]), mth(leaves))


def test_the_empty_tree_is_the_beginning_of_every_tree_and_proves_nothing() -> None:
    assert consistency_path(0, 5, node) == []
    assert consistency_path(0, 0, node) == []
    with pytest.raises(Unverified) as caught:
        verify_consistency(0, 5, [], EMPTY_ROOT, mth(LEAVES[:5]))
    assert caught.value.code is TlogReason.TREE_RANGE


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(Misuse):
        inclusion_path(index, size, node)
    with pytest.raises(Unverified):
        verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (4, 3)])
def test_no_proof_from_a_larger_tree(old: int, new: int) -> None:
    with pytest.raises(Misuse):
        consistency_path(old, new, node)
    with pytest.raises(Unverified):
        verify_consistency(old, new, [], LEAVES[0], LEAVES[0])


sizes = st.integers(1, 140)


@given(sizes, st.data())
def test_a_changed_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = LEAVES[:size]
    proof = inclusion_path(index, size, node)
    parts = [leaves[index], *proof, mth(leaves)]
    at = data.draw(st.integers(0, len(parts) - 1))
    parts[at] = bytes([parts[at][0] ^ 1]) + parts[at][1:]
    with pytest.raises(Unverified):
        verify_inclusion(parts[0], index, size, parts[1:-1], parts[-1])
    with pytest.raises(Unverified) as caught:
        verify_inclusion(leaves[index], index, size, [*proof, mth(leaves)], mth(leaves))
    assert caught.value.code is TlogReason.INCLUSION_PATH_LENGTH
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index)) if size > 1 else -1
    with pytest.raises(Unverified):
        verify_inclusion(leaves[index], other, size, proof, mth(leaves))


@given(sizes, st.data())
def test_a_changed_consistency_proof_is_refused(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    proof = consistency_path(old, new, node)
    parts = [mth(LEAVES[:old]), *proof, mth(LEAVES[:new])]
    at = data.draw(st.integers(0, len(parts) - 1))
    parts[at] = bytes([parts[at][0] ^ 1]) + parts[at][1:]
    with pytest.raises(Unverified):
        verify_consistency(old, new, parts[1:-1], parts[0], parts[-1])
    with pytest.raises(Unverified) as caught:
        verify_consistency(old, new, [*proof, LEAVES[0]], mth(LEAVES[:old]), mth(LEAVES[:new]))
    assert caught.value.code is TlogReason.CONSISTENCY_PATH_LENGTH


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_of_another_length_is_refused(length: int) -> None:
    leaves = [*LEAVES[:2], bytes(length)]
    with pytest.raises(Unverified) as caught:
        verify_inclusion(leaves[0], 0, 3, [leaves[1], leaves[2]], mth(leaves))
    assert caught.value.code is TlogReason.HASH_LENGTH
    forged = node_hash(node_hash(LEAVES[0], LEAVES[1]), bytes(length))
    with pytest.raises(Unverified) as caught:
        verify_consistency(2, 3, [bytes(length)], node_hash(LEAVES[0], LEAVES[1]), forged)
    assert caught.value.code is TlogReason.HASH_LENGTH


@given(old=st.integers(1, 70), more=st.integers(1, 70))
def test_how_a_tree_began_is_shown_by_its_own_hashes_alone(old: int, more: int) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(old + more)]

    def node(height: int, index: int) -> bytes:
        return root(leaves[index << height : (index + 1) << height])

    path = prefix_path(old, len(leaves), node)
    assert prefix_roots(old, len(leaves), path) == (root(leaves[:old]), root(leaves))
    for wrong in (path[:-1], [*path, path[0]], []):
        with pytest.raises(Unverified):
            prefix_roots(old, len(leaves), wrong)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (3, 3), (4, 3), (-1, 3)])
def test_only_a_part_of_a_tree_is_its_beginning(old: int, new: int) -> None:
    with pytest.raises(Misuse):
        prefix_path(old, new, lambda _height, _index: bytes(32))
    with pytest.raises(Unverified):
        prefix_roots(old, new, [bytes(32)])
