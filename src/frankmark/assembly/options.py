"""How a node is opened, and why it is not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from frankmark.adapters.system.passphrase import Prompt

__all__ = ["EmbeddedReason", "NodeOptions"]


class EmbeddedReason(StrEnum):
    """Why a node does not start."""

    PUBLIC_URL_CHANGED = "PUBLIC_URL_CHANGED"  # stamps carry another name, and nobody agreed to sign them anew
    TEST_CLOCK_REFUSED = "TEST_CLOCK_REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOptions:
    """How a node is opened.

    Attributes:
        demo: Everything is made up; stamps are issued under any name.
        new_origin: Begin a successor log after a restore.
        loopback: Every listener is loopback.
        prompt: Asks a person for the passphrase; None without a terminal.
        note: Told what the node's own work could not do: the part and the code.
        renaming: Told the domains whose stamps carry another `public_url`, says whether to sign them anew. Without it
            the node keeps the name that it ran under last, whatever the settings say.
    """

    demo: bool = False
    new_origin: bool = False
    loopback: bool = True
    prompt: Prompt | None = None
    note: Callable[[str, str], None] = lambda _part, _code: None
    renaming: Callable[[Sequence[str]], bool] | None = None
