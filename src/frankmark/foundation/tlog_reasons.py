"""The closed enum of codes of transparency logs: Merkle proofs, notes, checkpoints, tiles and offline proofs."""

from enum import StrEnum

__all__ = ["TlogReason"]


class TlogReason(StrEnum):
    """Why something of a transparency log was refused."""

    # Merkle proofs (RFC 9162 §2.1)
    TREE_RANGE = "TREE_RANGE"  # an index or a size that the tree does not have
    HASH_LENGTH = "HASH_LENGTH"
    INCLUSION_PATH_LENGTH = "INCLUSION_PATH_LENGTH"
    INCLUSION_ROOT_MISMATCH = "INCLUSION_ROOT_MISMATCH"
    CONSISTENCY_PATH_LENGTH = "CONSISTENCY_PATH_LENGTH"
    CONSISTENCY_ROOT_MISMATCH = "CONSISTENCY_ROOT_MISMATCH"

    # c2sp.org/signed-note
    NOTE_TOO_LARGE = "NOTE_TOO_LARGE"
    NOTE_NOT_TEXT = "NOTE_NOT_TEXT"
    NOTE_MALFORMED = "NOTE_MALFORMED"
    NOTE_SIGNATURE_LINE = "NOTE_SIGNATURE_LINE"
    NOTE_KEY_NAME = "NOTE_KEY_NAME"
    NOTE_UNSIGNED = "NOTE_UNSIGNED"  # no signature by a key that is known
    NOTE_SIGNATURE_INVALID = "NOTE_SIGNATURE_INVALID"
    VKEY_MALFORMED = "VKEY_MALFORMED"
    VKEY_TYPE = "VKEY_TYPE"
    VKEY_KEY_ID = "VKEY_KEY_ID"

    # c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature
    CHECKPOINT_MALFORMED = "CHECKPOINT_MALFORMED"
    CHECKPOINT_ORIGIN = "CHECKPOINT_ORIGIN"
    COSIGNATURES_TOO_FEW = "COSIGNATURES_TOO_FEW"

    # c2sp.org/tlog-tiles
    TILE_PATH_MALFORMED = "TILE_PATH_MALFORMED"
    TILE_MALFORMED = "TILE_MALFORMED"
    BUNDLE_MALFORMED = "BUNDLE_MALFORMED"
    ENTRY_TOO_LARGE = "ENTRY_TOO_LARGE"

    # c2sp.org/tlog-proof
    PROOF_TOO_LARGE = "PROOF_TOO_LARGE"
    PROOF_MALFORMED = "PROOF_MALFORMED"
    SPLIT_VIEW_MALFORMED = "SPLIT_VIEW_MALFORMED"  # two heads and how the larger tree began
