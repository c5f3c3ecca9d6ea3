"""Making proofs: a draft holds what is to be proven and a key of its own, signs once, and forgets the key.

A proof at level 1 names the maker's own time and is of version 1.0. One at level 2 carries the answer of a time
authority to the draft's commitment, names the authority's time, and is of version 1.1.
"""

import re
from typing import Final

from frankmark.foundation.canonical import Json
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Malformed, Misuse, Refused
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.foundation.reasons import FoundationReason
from frankmark.protocols.stampedsafe.attestation import attestation_json
from frankmark.protocols.stampedsafe.form import file_faults
from frankmark.protocols.stampedsafe.model import (
    ALGORITHM,
    MAX_INTEGER,
    MAX_MESSAGE,
    Attestation,
    Content,
    FileMeta,
    Proof,
    Version,
)
from frankmark.protocols.stampedsafe.reasons import StampedSafeReason
from frankmark.protocols.stampedsafe.wire import canonical_form, commitment

__all__ = ["Draft"]

_ID_OCTETS: Final = 6
_NONCE_OCTETS: Final = 16
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class Draft:
    """A proof that is not signed yet.

    Args:
        content: What is to be proven.
        tz: The maker's time zone, an IANA name.
        nonce: 16 fresh unpredictable octets.
        key: A fresh key; nothing else may hold it, so that it is gone when the draft has signed.

    Raises:
        Malformed: `MESSAGE_TOO_LONG`, `NOT_CANONICALIZABLE`, `MISSING_FIELD` or `FILE_META_INVALID`.
        Misuse: `PARAMETER_RANGE` unless there are 16 octets of nonce.
    """

    def __init__(self, content: Content, *, tz: str, nonce: bytes, key: Ed25519PrivateKey) -> None:
        if len(nonce) != _NONCE_OCTETS:
            raise Misuse(FoundationReason.PARAMETER_RANGE, "a nonce of 16 octets")
        _demand_message(content)
        self._key: Ed25519PrivateKey | None = key
        self._payload: dict[str, Json] = {
            "alg": ALGORITHM,
            "tz": tz,
            "h": sha256(content.message.encode()).hex(),
            "m": content.message,
            "n": nonce.hex(),
            "pk": key.public.to_bytes().hex(),
        }
        if content.file is not None:
            self._payload["f"] = _file(content.file)

    @property
    def commitment(self) -> str:
        """What a time authority is to attest: 64 lower hex, which say nothing of the content."""
        return commitment({**self._payload, "v": Version.V1_1.value})

    def self_attested(self, t: int) -> Proof:
        """Sign with the maker's own time: version 1.0, level 1.

        Args:
            t: Milliseconds since the epoch.

        Returns:
            The proof. The key is gone.

        Raises:
            Misuse: `PARAMETER_RANGE`, a second call, or a time out of range.
        """
        if not 0 <= t <= MAX_INTEGER:
            raise Misuse(FoundationReason.PARAMETER_RANGE, "a time from 0 to 2^53-1 milliseconds")
        return self._signed({**self._payload, "v": Version.V1_0.value, "t": t}, level=1)

    def attested(self, attestation: Attestation) -> Proof:
        """Sign with an authority's time: version 1.1, level 2.

        Args:
            attestation: The verified answer to `commitment`.

        Returns:
            The proof. The key is gone.

        Raises:
            Refused: `TA_FORMAT`, the attestation is about something else.
            Misuse: `PARAMETER_RANGE`, a second call.
        """
        if attestation.nonce != self.commitment:
            raise Refused(StampedSafeReason.TA_FORMAT, "the authority answered about something else")
        times: dict[str, Json] = {"t": attestation.ts, "ta": attestation_json(attestation)}
        return self._signed({**self._payload, "v": Version.V1_1.value, **times}, level=2)

    def _signed(self, payload: dict[str, Json], *, level: int) -> Proof:
        key, self._key = self._key, None
        if key is None:
            raise Misuse(FoundationReason.PARAMETER_RANGE, "a draft signs once")
        digest = sha256(canonical_form(payload))
        return Proof(id=digest[:_ID_OCTETS].hex(), payload=payload, sig=key.sign(digest).hex(), level=level)


def _demand_message(content: Content) -> None:
    message = content.message
    if _SURROGATE.search(message):
        raise Malformed(StampedSafeReason.NOT_CANONICALIZABLE, "a message without lone surrogates")
    # The unit of browsers, which is never less than what any other reader counts.
    if len(message.encode("utf-16-le")) > 2 * MAX_MESSAGE:
        raise Malformed(StampedSafeReason.MESSAGE_TOO_LONG, f"a message of at most {MAX_MESSAGE} UTF-16 code units")
    if not message and content.file is None:
        raise Malformed(StampedSafeReason.MISSING_FIELD, "a message, a file, or both")


def _file(file: FileMeta) -> dict[str, Json]:
    members: dict[str, Json] = {"name": file.name, "size": file.size, "hash": file.hash, "type": file.type}
    for fault in file_faults(members):
        raise Malformed(fault.code, fault.message)
    if _SURROGATE.search(file.name):
        raise Malformed(StampedSafeReason.NOT_CANONICALIZABLE, "a file name without lone surrogates")
    return members
