"""What proofs need of this machine: whom the trust file believes, a file's hash, and the name of the local time zone.

::

    [time_authority."ta-2026-01"]
    pk = "29acbae1…"
    notBefore = "2026-01-01T00:00:00Z"
    notAfter = "2026-12-31T23:59:59Z"
    compromisedAt = "2026-06-01T00:00:00Z"

All but ``pk`` may be left out. Files are read in pieces, so that one of any size can be proven.
"""

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.assembly.pins import PinReason
from frankmark.foundation.errors import Error, Malformed
from frankmark.foundation.keys import Ed25519PrivateKey, Ed25519PublicKey
from frankmark.foundation.timestamps import parse_rfc3339
from frankmark.protocols.stampedsafe.model import Authority, Content, FileMeta, Trust
from frankmark.protocols.stampedsafe.proof import Draft

__all__ = ["draft_of", "file_meta", "local_timezone", "trust_of"]

_MEMBERS: Final = frozenset({"pk", "notBefore", "notAfter", "compromisedAt"})
_NONCE_OCTETS: Final = 16
_KEY: Final = re.compile(r"[0-9a-f]{64}")
_UNKNOWN_TYPE: Final = "application/octet-stream"
_ZONES: Final = "zoneinfo/"
_TYPES: Final = mimetypes.MimeTypes()  # the table of the language; the machine's own files are not read


def trust_of(time_authorities: Mapping[str, Mapping[str, str]], timezones: frozenset[str]) -> Trust:
    """What a verifier of proofs brings along.

    Args:
        time_authorities: By key id, as they stand in the trust file.
        timezones: The names of the IANA time zone database.

    Returns:
        The same, read.

    Raises:
        Malformed: `TRUST_FILE_INVALID`.
    """
    return Trust(
        authorities={kid: _authority(kid, members) for kid, members in time_authorities.items()}, timezones=timezones
    )


def _authority(kid: str, members: Mapping[str, str]) -> Authority:
    wrong = f"time_authority {kid} has pk, 64 lower hex, and may have notBefore, notAfter, compromisedAt, RFC 3339"
    pk = members.get("pk", "")
    if not members.keys() <= _MEMBERS or not _KEY.fullmatch(pk):
        raise Malformed(PinReason.TRUST_FILE_INVALID, wrong)
    times = {name: members.get(name) for name in ("notBefore", "notAfter", "compromisedAt")}
    try:
        Ed25519PublicKey.from_bytes(bytes.fromhex(pk))
        read = {name: None if text is None else parse_rfc3339(text) for name, text in times.items()}
    except Error as fault:
        raise Malformed(PinReason.TRUST_FILE_INVALID, f"{wrong}: {fault.detail}") from fault
    return Authority(
        pk=pk,
        not_before_ms=read["notBefore"],
        not_after_ms=read["notAfter"],
        compromised_at_ms=read["compromisedAt"],
    )


def draft_of(content: Content, tz: str) -> Draft:
    """A proof to be signed, with a fresh nonce and a fresh key that never leaves the draft.

    Args:
        content: What is to be proven.
        tz: The maker's time zone.

    Raises:
        Malformed: As `Draft`.
    """
    return Draft(content, tz=tz, nonce=SystemEntropy().octets(_NONCE_OCTETS), key=Ed25519PrivateKey.generate())


def file_meta(path: Path) -> FileMeta:
    """What a proof says of a file: its name, size, type by name, and SHA-256.

    Args:
        path: The file, read once from its beginning to its end.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        size = source.tell()
    kind, encoding = _TYPES.guess_type(path.name)
    known = kind if kind and not encoding else None
    return FileMeta(name=path.name, size=size, hash=digest, type=known or _UNKNOWN_TYPE)


def local_timezone(
    environ: Mapping[str, str], timezones: frozenset[str], localtime: Path = Path("/etc/localtime")
) -> str:
    """The name of this machine's time zone; ``UTC`` where it has none that others know.

    Args:
        environ: For `TZ`.
        timezones: The names that count.
        localtime: The link that names the zone on POSIX systems.
    """
    named = environ.get("TZ", "").removeprefix(":")
    try:
        linked = str(localtime.readlink())
    except OSError:
        linked = ""
    candidates = (name.rpartition(_ZONES)[2] for name in (named, linked))
    return next((name for name in candidates if name in timezones), "UTC")
