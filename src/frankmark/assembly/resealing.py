"""Changing the passphrase of a node's keys, without the node."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from frankmark.adapters.sqlite.holding import Holding
from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.keychange import UNLOCK, settle
from frankmark.adapters.system.keyfile import KeyFolder
from frankmark.adapters.system.passphrase import (
    Passphrase,
    PassphraseSource,
    Prompt,
    configured_passphrase,
    find_passphrase,
    passphrase_of,
    unlock_passphrase,
)
from frankmark.adapters.system.reasons import SystemReason
from frankmark.foundation.errors import Refused

__all__ = ["Resealed", "change_passphrase"]

KEYS = "keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """Keys that open with another passphrase from now on.

    Attributes:
        keys: Their names.
        source: Where the new passphrase came from: credential, file, prompt or unlock.
        unlock_removed: Whether ``keys/unlock`` was there and is gone.
    """

    keys: tuple[str, ...]
    source: str
    unlock_removed: bool


def change_passphrase(
    data: Path, environ: Mapping[str, str], *, prompt: Prompt | None, new_file: str = "", to_unlock: bool = False
) -> Resealed:
    """Seal the keys of a data folder, in which no node runs, under a new passphrase.

    Where ``keys/unlock`` lies, that is the old passphrase, and one that the environment names is the new one.

    Args:
        data: The data folder.
        environ: For the old passphrase, or the new one.
        prompt: Asks a person; None without a terminal.
        new_file: A file, mode 0600, with the new passphrase; empty for none.
        to_unlock: Make a new ``keys/unlock``.

    Returns:
        What was done.

    Raises:
        Refused: `KEY_MISSING`, `PASSPHRASE_MISSING`, `PASSPHRASE_UNUSABLE`, `KEY_FILE_MODE`.
        Unverified: `PASSPHRASE_WRONG`, `KEY_FILE_TAMPERED`; nothing was changed.
        Unavailable: `STORE_LOCKED` while a node runs, `STORE_FULL`, `STORE_UNREACHABLE`.
    """
    folder = data / KEYS
    if not folder.is_dir():
        raise Refused(SystemReason.KEY_MISSING, f"{data} holds no keys")
    holding = Holding(data)
    try:
        settle(folder)
        unlock = (folder / UNLOCK).exists()
        entropy = SystemEntropy()
        old = find_passphrase(folder, {} if unlock else environ, entropy, prompt=prompt, may_make_one=False)
        vault = KeyFolder(folder, old, entropy)
        names = vault.names()
        for name in names:
            vault.read(name)  # a wrong passphrase is said before a new one is asked for
        new = _new_passphrase(
            file=new_file,
            configured=configured_passphrase(environ) if unlock else None,
            made=(lambda: unlock_passphrase(entropy)) if to_unlock else None,
            prompt=prompt,
        )
        if new.octets == old.octets:
            raise Refused(SystemReason.PASSPHRASE_UNUSABLE, "the new passphrase is the old one; nothing was changed")
        vault.reseal(new)
        return Resealed(keys=names, source=new.source.value, unlock_removed=unlock and not new.protects_backups_only)
    finally:
        holding.release()


def _new_passphrase(
    *, file: str, configured: Passphrase | None, made: Callable[[], Passphrase] | None, prompt: Prompt | None
) -> Passphrase:
    """The passphrase from the first of these that is there.

    Raises:
        Refused: `PASSPHRASE_MISSING`, `PASSPHRASE_UNUSABLE`, `KEY_FILE_MODE`.
    """
    if file:
        return passphrase_of(Path(file))
    if made is not None:
        return made()
    if configured is not None:
        return configured
    is_new = True
    answer = prompt(is_new) if prompt is not None else ""
    if not answer:
        raise Refused(
            SystemReason.PASSPHRASE_MISSING,
            "name a new one with --new-file, or type it on a terminal",
        )
    return Passphrase(octets=answer.encode(), source=PassphraseSource.PROMPT)
