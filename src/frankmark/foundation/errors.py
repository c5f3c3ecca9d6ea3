"""The one tree of errors.

Every error answers three questions: *what* (a code out of a closed enum), *whose fault* (a `Fault`) and *does it make
sense to try again* (`retryable`)::

    Error                 anything this product raises on purpose
    ├── Malformed         the bytes are not of the form the standard asks      sender's fault   final
    ├── Unverified        the form is right, the proof is not                  sender's fault   final
    ├── Refused           understood and proven, but a rule says no            caller's fault   final
    ├── Misuse            our own code broke a law of ours                     our fault        final
    └── Unavailable       something needed cannot be reached or stored now     the world's      try again

Verification raises; it never returns a boolean. A verdict, by contrast, is a value out of a closed enum. A code that is
used and missing from ``docs/reference/codes.md`` fails the architecture tests.
"""

from enum import StrEnum
from typing import ClassVar

from typing_extensions import override

__all__ = ["Error", "Fault", "Malformed", "Misuse", "Refused", "Unavailable", "Unverified"]


class Fault(StrEnum):
    """Whose fault an error is."""

    SENDER = "sender"  # who made the bytes that we were handed
    CALLER = "caller"  # who asks us
    NODE = "node"  # we
    WORLD = "world"  # a disk, a network, a clock


class Error(Exception):
    """Anything this product raises on purpose.

    Args:
        code: A member of the raising room's closed enum of reasons; its value is the wire word (``UPPER_SNAKE``).
        detail: One sentence for a person: what is wrong, and what would be right. Never holds a secret, an address of
            a person or message text.
    """

    fault: ClassVar[Fault] = Fault.NODE
    retryable: ClassVar[bool] = False

    def __init__(self, code: StrEnum, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    @override
    def __str__(self) -> str:
        return f"{self.code.value}: {self.detail}" if self.detail else self.code.value


class Malformed(Error):
    """The bytes are not of the form that the standard asks for."""

    fault = Fault.SENDER


class Unverified(Error):
    """The form is right, the proof is not: a signature, a hash, a time or a name does not hold."""

    fault = Fault.SENDER


class Refused(Error):
    """Understood and proven, but a rule says no."""

    fault = Fault.CALLER


class Misuse(Error):
    """Our own code broke a law of ours; always a defect to mend, never an answer to give."""


class Unavailable(Error):
    """Something that is needed cannot be reached or stored now; trying again makes sense."""

    fault = Fault.WORLD
    retryable = True
