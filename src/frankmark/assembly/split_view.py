"""Two signed heads of one log, and what shows that they belong to two histories: a file that needs nobody's word.

::

    {"kind":"frankmark-split-view","v":1,"heads":[<signed text>,<signed text>],"path":[<64 hex>,…]}

A head is a checkpoint (c2sp.org/tlog-checkpoint) or a tree head of Signal's (JWS), each with its own signature. The
path says how the larger tree began, and is empty where the sizes are equal. Whoever pins the log's keys verifies it
offline.
"""

import re
from dataclasses import dataclass
from typing import Final

from frankmark.assembly.offline import Finding, Kind, not_pinned
from frankmark.assembly.pins import Issuer, Pins
from frankmark.foundation import canonical
from frankmark.foundation.checkpoint import SignedCheckpoint
from frankmark.foundation.errors import Error, Malformed, Unverified
from frankmark.foundation.members import Members
from frankmark.foundation.note import VerifierKey
from frankmark.foundation.tlog_reasons import TlogReason
from frankmark.protocols.signal.logs import read_head, verify_head
from frankmark.services.log_monitor import SeenHead, verify_split

__all__ = ["SplitView", "judge_split_view", "parse_split_view", "seen"]

KIND: Final = "frankmark-split-view"
VERSION: Final = 1
HEADS: Final = 2
MOST_PATH: Final = 64
LONGEST: Final = 1_048_576
_HEX64: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CODE: Final = TlogReason.SPLIT_VIEW_MALFORMED


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitView:
    """Two heads and how the larger tree began.

    Attributes:
        heads: Two signed texts.
        path: What `frankmark.foundation.merkle.prefix_path` makes of the larger tree.
    """

    heads: tuple[str, str]
    path: tuple[bytes, ...] = ()

    def render(self) -> bytes:
        """The file's octets."""
        path = [one.hex() for one in self.path]
        return canonical.dump({"kind": KIND, "v": VERSION, "heads": list(self.heads), "path": path}) + b"\n"


def parse_split_view(data: bytes) -> SplitView:
    """Read a file, believing nothing.

    Raises:
        Malformed: `SPLIT_VIEW_MALFORMED`.
    """
    try:
        value = canonical.load(data, max_bytes=LONGEST)
    except Malformed as wrong:
        raise Malformed(_CODE, f"a split view is JSON: {wrong.detail}") from wrong
    members = Members(value, what="a split view", code=_CODE)
    kind, version = members.text("kind"), members.number("v")
    heads, path = members.list("heads", HEADS), members.list("path", MOST_PATH)
    members.end()
    texts = [text for text in heads if isinstance(text, str)]
    hashes = [text for text in path if isinstance(text, str) and _HEX64.fullmatch(text)]
    if (kind, version, len(texts), len(hashes)) != (KIND, VERSION, HEADS, len(path)):
        raise members.fault(f"is of the kind {KIND}, v {VERSION}, with two heads and a path of hashes")
    return SplitView(heads=(texts[0], texts[1]), path=tuple(bytes.fromhex(text) for text in hashes))


def judge_split_view(data: bytes, pins: Pins) -> Finding:
    """Verify that an operator has signed two histories.

    Args:
        data: The file.
        pins: Whom the verifier believes to hold the log's keys.

    Returns:
        The finding: valid if the two histories are shown.
    """
    issuer, facts, error = "", dict[str, canonical.Json](), None
    try:
        view = parse_split_view(data)
        (one, owner), (other, second) = (seen(text, pins) for text in view.heads)
        issuer = owner.iss
        facts = {
            "log": one.log,
            "sizes": [one.size, other.size],
            "roots": [one.root.hex(), other.root.hex()],
        }
        if owner.iss != second.iss:
            raise Unverified(TlogReason.CHECKPOINT_ORIGIN, "the two heads are of two issuers")
        verify_split(one, other, view.path)
    except Error as wrong:
        error = wrong
    return Finding(kind=Kind.SPLIT_VIEW, error=error, issuer=issuer, facts=facts)


def seen(text: str, pins: Pins) -> tuple[SeenHead, Issuer]:
    """A head whose log has signed it, and whose log that is.

    Args:
        text: A signed checkpoint, or a tree head of Signal's.
        pins: Whom the verifier believes.

    Returns:
        The head, and the issuer who has that log.

    Raises:
        Malformed: What `SignedCheckpoint.parse` or `read_head` raises.
        Unverified: `ISSUER_NOT_PINNED`, or a signature that does not hold.
    """
    return _checkpoint(text, pins) if "\n\n" in text else _tree_head(text, pins)


def _checkpoint(text: str, pins: Pins) -> tuple[SeenHead, Issuer]:
    signed = SignedCheckpoint.parse(text.encode())
    stated = signed.checkpoint
    for issuer in pins.issuers.values():
        keys = [key for key in map(VerifierKey.parse, issuer.log_vkeys) if key.name == stated.origin]
        if keys:
            signed.verify(stated.origin, keys)
            return SeenHead(log=stated.origin, size=stated.size, root=stated.root, text=text), issuer
    raise not_pinned(f"the log {stated.origin}")


def _tree_head(text: str, pins: Pins) -> tuple[SeenHead, Issuer]:
    document = read_head(text)
    kid = document.parts.header.kid or ""
    issuer = pins.owner_of(kid)
    if issuer is None:
        raise not_pinned(f"the key {kid}")
    node_id = verify_head(document, issuer.keys).node_id
    head = document.head
    return SeenHead(log=f"{node_id}/signal-{head.log.value}", size=head.size, root=head.root, text=text), issuer
