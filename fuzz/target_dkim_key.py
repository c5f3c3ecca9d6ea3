"""Fuzz key records: a key or a reason, the same each time, and no crash when a signature is tried."""

import contextlib

from frankmark.foundation.errors import Unverified
from frankmark.mail.dkim_key import KeyCache, KeyRecord

SIGNATURES = (b"", bytes(64), bytes(128), bytes(256))


def one_input(data: bytes) -> None:
    found = KeyCache().read(data)
    if found != KeyCache().read(data):
        raise AssertionError("a record means two things")
    if isinstance(found, KeyRecord):
        for signature in SIGNATURES:
            with contextlib.suppress(Unverified):
                found.verify(signature, b"data")
