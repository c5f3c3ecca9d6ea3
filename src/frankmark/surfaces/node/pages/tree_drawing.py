"""An inclusion proof as steps, and as a picture of the tree."""

from collections.abc import Sequence
from dataclasses import dataclass

from frankmark.foundation.merkle import node_hash

__all__ = ["Box", "Drawing", "Step", "steps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One level of a path.

    Attributes:
        left: Whether the node on the path is the left one of its pair.
        own: Hash of the node on the path, lower hex.
        given: Hash of its sibling, lower hex.
    """

    left: bool
    own: str
    given: str


def steps(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> Sequence[Step]:
    """The levels of an inclusion proof (RFC 9162 §2.1.3.2), from the leaf up.

    Args:
        leaf: The leaf's hash.
        index: Its place.
        size: The number of leaves.
        path: The proof.

    Returns:
        A step for each hash of the proof; the last one's parent is the root.
    """
    inner = (index ^ (size - 1)).bit_length()
    found: list[Step] = []
    for level, given in enumerate(path):
        left = level < inner and not index >> level & 1
        found.append(Step(left=left, own=leaf.hex(), given=given.hex()))
        leaf = node_hash(leaf, given) if left else node_hash(given, leaf)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A node of the drawing; x and y of its upper left corner, in pixels.

    Attributes:
        step: Which node of the path it is, from the leaf; empty for a sibling.
        text: The beginning of its hash.
        to_x: Where the line to its parent ends; its y is the parent's lower edge. None for the root.
    """

    x: int
    y: int
    step: str
    text: str
    to_x: int | None


class Drawing:
    """A path as a picture: the leaf below, the root above, each node beside its sibling.

    Args:
        found: The levels.
        root: The root, lower hex.
    """

    WIDTH, BOX, HIGH, ROW = 300, 132, 34, 66

    def __init__(self, found: Sequence[Step], root: str) -> None:
        self.width = self.WIDTH
        self.height = self.ROW * len(found) + self.HIGH + 2
        self.boxes: list[Box] = []
        middle = (self.WIDTH - self.BOX) // 2
        sides = {True: 1, False: self.WIDTH - self.BOX - 1}
        places = [*(sides[step.left] for step in found), middle]
        for level, step in enumerate(found):
            y = self.height - 1 - self.HIGH - level * self.ROW
            to_x = places[level + 1] + self.BOX // 2
            self.boxes.append(Box(x=places[level], y=y, step=str(level), text=short(step.own), to_x=to_x))
            self.boxes.append(Box(x=sides[not step.left], y=y, step="", text=short(step.given), to_x=to_x))
        self.boxes.append(Box(x=middle, y=1, step=str(len(found)), text=short(root), to_x=None))


def short(digest: str) -> str:
    """The beginning of a hash, for a picture."""
    return f"{digest[:10]}…"
