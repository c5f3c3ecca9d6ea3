"""Where the passphrase for keys at rest comes from; never from arguments and never from a plain variable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeAlias

from frankmark.adapters.system.keychange import UNLOCK, settle
from frankmark.adapters.system.private_files import make_private_folder, read_private, write_private
from frankmark.adapters.system.reasons import SystemReason
from frankmark.foundation.encoding import b64url_encode
from frankmark.foundation.errors import Refused
from frankmark.ports.clock import Entropy

__all__ = [
    "Passphrase",
    "PassphraseSource",
    "Prompt",
    "configured_passphrase",
    "find_passphrase",
    "passphrase_of",
    "unlock_passphrase",
]

CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"
CREDENTIAL: Final = "frankmark.passphrase"
PASSPHRASE_FILE: Final = "FRANKMARK_PASSPHRASE_FILE"  # noqa: S105  (the name of a variable that names a file)
_LONGEST: Final = 4096
_ENTROPY: Final = 32

Prompt: TypeAlias = Callable[[bool], str]
"""Asks a person on a terminal; told whether the passphrase is a new one. An empty answer means: none."""


class PassphraseSource(StrEnum):
    """Where a passphrase came from."""

    CREDENTIAL = "credential"  # handed over by the service manager
    FILE = "file"  # a file named by the operator
    PROMPT = "prompt"  # a person at a terminal
    UNLOCK = "unlock"  # made by us, beside the keys: protects backups only


@dataclass(frozen=True, slots=True, kw_only=True)
class Passphrase:
    """A passphrase and where it came from."""

    octets: bytes = field(repr=False)
    source: PassphraseSource

    @property
    def protects_backups_only(self) -> bool:
        """Whether it lies beside the keys; start, doctor and readiness then say so."""
        return self.source is PassphraseSource.UNLOCK


def find_passphrase(
    folder: Path,
    environment: Mapping[str, str],
    entropy: Entropy,
    *,
    prompt: Prompt | None = None,
    may_make_one: bool = True,
) -> Passphrase:
    """The passphrase of a key folder: from the service manager, a file, a person, or the file ``unlock`` made by us.

    Keys that are sealed with ``unlock`` need no person: where that file is, nobody is asked.

    Args:
        folder: The key folder.
        environment: The process's environment.
        entropy: For a new ``unlock``.
        prompt: Asks on a terminal; None if there is none.
        may_make_one: Whether ``unlock`` may be made; a client's store refuses that.

    Returns:
        The passphrase.

    Raises:
        Refused: `PASSPHRASE_UNUSABLE` if a named source is missing, empty or too long; `KEY_FILE_MODE` if the file is
            open to others; `PASSPHRASE_MISSING` if there is no source and none may be made, or keys are there already.
        Unavailable: `STORE_FULL` or `STORE_UNREACHABLE`.
    """
    settle(folder)
    configured = configured_passphrase(environment)
    if configured is not None:
        return configured
    unlock = folder / UNLOCK
    has_keys = any(folder.glob("*.key"))
    if prompt is not None and not unlock.exists():
        answer = prompt(not has_keys)
        if answer:
            return Passphrase(octets=answer.encode(), source=PassphraseSource.PROMPT)
    if not unlock.exists():
        if has_keys or not may_make_one:
            raise Refused(SystemReason.PASSPHRASE_MISSING, f"name a file with mode 0600 in {PASSPHRASE_FILE}")
        make_private_folder(folder)
        write_private(unlock, unlock_passphrase(entropy).octets + b"\n")
    return Passphrase(octets=_content(unlock), source=PassphraseSource.UNLOCK)


def configured_passphrase(environment: Mapping[str, str]) -> Passphrase | None:
    """The passphrase of the service manager or of the file that the environment names; None if neither is there.

    Args:
        environment: The process's environment.

    Raises:
        Refused: `PASSPHRASE_UNUSABLE`, `KEY_FILE_MODE`.
        Unavailable: `STORE_UNREACHABLE`.
    """
    credentials = environment.get(CREDENTIALS, "")
    if credentials and (file := Path(credentials) / CREDENTIAL).exists():
        return Passphrase(octets=_content(file), source=PassphraseSource.CREDENTIAL)
    named = environment.get(PASSPHRASE_FILE, "")
    return passphrase_of(Path(named)) if named else None


def passphrase_of(file: Path) -> Passphrase:
    """The passphrase that a file holds.

    Args:
        file: Readable by its owner alone.

    Raises:
        Refused: `PASSPHRASE_UNUSABLE`, `KEY_FILE_MODE`.
        Unavailable: `STORE_UNREACHABLE`.
    """
    return Passphrase(octets=_content(file), source=PassphraseSource.FILE)


def unlock_passphrase(entropy: Entropy) -> Passphrase:
    """A new one for the file ``unlock``, which the caller writes."""
    made = b64url_encode(entropy.octets(_ENTROPY)).encode("ascii")
    return Passphrase(octets=made, source=PassphraseSource.UNLOCK)


def _content(file: Path) -> bytes:
    try:
        content = read_private(file, _LONGEST)
    except FileNotFoundError:
        raise Refused(SystemReason.PASSPHRASE_UNUSABLE, f"{file.name} is not there") from None
    passphrase = content.removesuffix(b"\n").removesuffix(b"\r")
    if not passphrase:
        raise Refused(SystemReason.PASSPHRASE_UNUSABLE, f"{file.name} is empty")
    return passphrase
