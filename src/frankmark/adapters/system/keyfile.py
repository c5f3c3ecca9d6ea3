"""Keys at rest: a folder of sealed files (ChaCha20-Poly1305 under Argon2id), one secret a file.

A file is one line of ASCII parameters and one line of base64url::

    frankmark-key/1 argon2id m=65536 t=3 p=1 salt=<16 octets> check=<16 octets> nonce=<12 octets>
    <ciphertext and tag>

All files of a folder share passphrase, parameters and salt, so that the slow derivation runs once a process. A file's
key is derived from the shared one and the file's name; the first line and the name are authenticated, so that no file
can take another's place. ``check`` tells a wrong passphrase from a damaged file.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from frankmark.adapters.system.keychange import UNLOCK, commit, draft_of, settle
from frankmark.adapters.system.passphrase import Passphrase
from frankmark.adapters.system.private_files import make_private_folder, read_private, write_private
from frankmark.adapters.system.reasons import SystemReason
from frankmark.foundation.aead import argon2id, hkdf, seal, unseal
from frankmark.foundation.encoding import b64url_decode, b64url_encode
from frankmark.foundation.errors import Malformed, Refused, Unverified
from frankmark.ports.clock import Entropy

__all__ = ["Hardness", "KeyFolder"]

_SUFFIX: Final = ".key"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)
_HEADER: Final = re.compile(
    r"frankmark-key/1 argon2id m=([1-9][0-9]{0,6}) t=([1-9][0-9]?) p=([1-9]) "
    r"salt=([A-Za-z0-9_-]{22}) check=([A-Za-z0-9_-]{22}) nonce=([A-Za-z0-9_-]{16})",
    re.ASCII,
)
_SALT: Final = 16
_CHECK: Final = 16
_NONCE: Final = 12
_KEY: Final = 32
MAX_SECRET: Final = 16_384
_MAX_FILE: Final = 24_576
# A header may ask for more work than ours, but not for so much that reading it stops the machine.
_MOST_MEMORY_KIB: Final = 1_048_576
_MOST_PASSES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardness:
    """How much work a guess at the passphrase costs (RFC 9106 §4).

    Attributes:
        memory_kib: Memory in KiB.
        passes: How often it is gone through.
        lanes: Degree of parallelism.
    """

    memory_kib: int = 65_536
    passes: int = 3
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class _Derivation:
    """What is shared by all files of a folder."""

    hardness: Hardness
    salt: bytes


class KeyFolder:
    """A private folder whose files open with one passphrase.

    Args:
        folder: Made with mode 0700 if it is missing.
        passphrase: Opens and seals all files.
        entropy: For salts and nonces.
        hardness: For files that are written first; later ones follow those that are there.

    Raises:
        Refused: `KEY_FILE_MODE` if group or others may enter the folder.
        Unavailable: `STORE_FULL` or `STORE_UNREACHABLE`.
    """

    def __init__(
        self, folder: Path, passphrase: Passphrase, entropy: Entropy, *, hardness: Hardness | None = None
    ) -> None:
        make_private_folder(folder)
        settle(folder)
        self._folder = folder
        self._passphrase = passphrase
        self._entropy = entropy
        self._hardness = hardness or Hardness()
        self._derived: dict[_Derivation, bytes] = {}
        self._proven: _Derivation | None = None

    def names(self) -> tuple[str, ...]:
        """The names of the secrets, sorted."""
        return tuple(sorted(file.name.removesuffix(_SUFFIX) for file in self._folder.glob(f"[!.]*{_SUFFIX}")))

    def read(self, name: str) -> bytes:
        """Unseal a secret.

        Args:
            name: Lower-case letters, digits, dots, hyphens and underscores.

        Returns:
            The secret.

        Raises:
            Refused: `KEY_MISSING`, `KEY_NAME_INVALID`, `KEY_FILE_MODE`, or `KEY_FILE_MALFORMED` if it is too long.
            Malformed: `KEY_FILE_MALFORMED`.
            Unverified: `PASSPHRASE_WRONG` or `KEY_FILE_TAMPERED`.
            Unavailable: `STORE_UNREACHABLE`.
        """
        return self._opened(name, self.read_sealed(name))

    def write(self, name: str, secret: bytes) -> None:
        """Seal a secret and put it in place durably; an older one of that name is gone afterwards.

        Args:
            name: Lower-case letters, digits, dots, hyphens and underscores.
            secret: At most 16 KiB.

        Raises:
            Refused: `KEY_NAME_INVALID`, or `KEY_FILE_MALFORMED` if the secret is too long.
            Unverified: `PASSPHRASE_WRONG` if other files of the folder do not open with our passphrase.
            Unavailable: `STORE_FULL` or `STORE_UNREACHABLE`.
        """
        if len(secret) > MAX_SECRET:
            raise Refused(SystemReason.KEY_FILE_MALFORMED, f"a secret of at most {MAX_SECRET} octets")
        file = self._file(name)
        derivation = self._for_writing()
        shared = self._shared(derivation)
        nonce = self._entropy.octets(_NONCE)
        hardness = derivation.hardness
        line = (
            f"frankmark-key/1 argon2id m={hardness.memory_kib} t={hardness.passes} p={hardness.lanes} "
            f"salt={b64url_encode(derivation.salt)} check={b64url_encode(_check(shared))} nonce={b64url_encode(nonce)}"
        )
        sealed = seal(_file_key(shared, name), nonce, secret, _associated(line, name))
        write_private(file, f"{line}\n{b64url_encode(sealed)}\n".encode("ascii"))

    def read_sealed(self, name: str) -> bytes:
        """A file as it lies on the disk, for a backup.

        Raises:
            Refused: `KEY_MISSING`, `KEY_NAME_INVALID`, `KEY_FILE_MODE` or `KEY_FILE_MALFORMED`.
            Unavailable: `STORE_UNREACHABLE`.
        """
        try:
            return read_private(self._file(name), _MAX_FILE)
        except FileNotFoundError:
            raise Refused(SystemReason.KEY_MISSING, f"there is no key {name}") from None

    def write_sealed(self, name: str, content: bytes) -> None:
        """Put a file from a backup in place, after it has opened.

        Raises:
            Refused: `KEY_NAME_INVALID`.
            Malformed: `KEY_FILE_MALFORMED`.
            Unverified: `PASSPHRASE_WRONG` or `KEY_FILE_TAMPERED`.
            Unavailable: `STORE_FULL` or `STORE_UNREACHABLE`.
        """
        file = self._file(name)
        self._opened(name, content)
        write_private(file, content)

    def reseal(self, passphrase: Passphrase) -> None:
        """Seal every secret anew under another passphrase; after a crash all files open with the old one or the new.

        The file ``unlock`` is there afterwards if the passphrase is of that source, and gone if it is not. Nobody else
        has the folder open, and this object opens nothing any more: make another one.

        Args:
            passphrase: The new one.

        Raises:
            Refused: `KEY_MISSING` if there is nothing to seal.
            Malformed: `KEY_FILE_MALFORMED`.
            Unverified: `PASSPHRASE_WRONG` or `KEY_FILE_TAMPERED`; nothing was changed.
            Unavailable: `STORE_FULL` or `STORE_UNREACHABLE`; the old passphrase or the new one opens all files.
        """
        secrets = {name: self.read(name) for name in self.names()}
        if not secrets:
            raise Refused(SystemReason.KEY_MISSING, "a folder with keys")
        draft = draft_of(self._folder)
        after = KeyFolder(draft, passphrase, self._entropy, hardness=self._hardness)
        for name, secret in secrets.items():
            after.write(name, secret)
        again = KeyFolder(draft, passphrase, self._entropy)
        if {name: again.read(name) for name in again.names()} != secrets:
            raise Unverified(
                SystemReason.KEY_FILE_TAMPERED, "what was written is not what is read; nothing was changed"
            )
        if passphrase.protects_backups_only:
            write_private(draft / UNLOCK, passphrase.octets + b"\n")
        commit(self._folder)

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise Refused(SystemReason.KEY_NAME_INVALID, "a name over a-z, 0-9, dot, hyphen, underscore")
        return self._folder / f"{name}{_SUFFIX}"

    def _opened(self, name: str, content: bytes) -> bytes:
        sealed = _parsed(content)
        shared = self._shared(sealed.derivation)
        if _check(shared) != sealed.check:
            raise Unverified(SystemReason.PASSPHRASE_WRONG, "the passphrase that the keys were sealed with")
        try:
            secret = unseal(_file_key(shared, name), sealed.nonce, sealed.octets, _associated(sealed.line, name))
        except (Malformed, Unverified):
            raise Unverified(SystemReason.KEY_FILE_TAMPERED, f"{name} was changed since it was sealed") from None
        self._proven = self._proven or sealed.derivation
        return secret

    def _for_writing(self) -> _Derivation:
        """What the other files are sealed under, proven by opening one; a new salt only for the first file."""
        if self._proven is None and (names := self.names()):
            self.read(names[0])
        if self._proven is None:
            self._proven = _Derivation(self._hardness, self._entropy.octets(_SALT))
        return self._proven

    def _shared(self, derivation: _Derivation) -> bytes:
        derived = self._derived.get(derivation)
        if derived is None:
            hardness = derivation.hardness
            derived = argon2id(
                self._passphrase.octets,
                derivation.salt,
                memory_kib=hardness.memory_kib,
                passes=hardness.passes,
                lanes=hardness.lanes,
            )
            self._derived[derivation] = derived
        return derived


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealed:
    """A key file taken apart."""

    line: str
    derivation: _Derivation
    check: bytes
    nonce: bytes
    octets: bytes


def _parsed(content: bytes) -> _Sealed:
    try:
        line, body, rest = content.decode("ascii").split("\n")
        header = _HEADER.fullmatch(line)
        if header is None or rest:
            raise _malformed()
        memory, passes, lanes = (int(number) for number in header.group(1, 2, 3))
        salt, check, nonce = (b64url_decode(text) for text in header.group(4, 5, 6))
        octets = b64url_decode(body)
    except (ValueError, Malformed):
        raise _malformed() from None
    if memory > _MOST_MEMORY_KIB or passes > _MOST_PASSES or memory < 8 * lanes:
        raise _malformed()
    hardness = Hardness(memory_kib=memory, passes=passes, lanes=lanes)
    return _Sealed(line=line, derivation=_Derivation(hardness, salt), check=check, nonce=nonce, octets=octets)


def _malformed() -> Malformed:
    return Malformed(SystemReason.KEY_FILE_MALFORMED, "a key file as frankmark writes it")


def _check(shared: bytes) -> bytes:
    return hkdf("sha256", shared, salt=b"", info=b"frankmark-key/1 check", length=_CHECK)


def _file_key(shared: bytes, name: str) -> bytes:
    return hkdf("sha256", shared, salt=b"", info=b"frankmark-key/1 file " + name.encode("ascii"), length=_KEY)


def _associated(line: str, name: str) -> bytes:
    return f"{line}\n{name}".encode("ascii")
