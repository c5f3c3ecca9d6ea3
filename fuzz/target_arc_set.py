"""Fuzz ARC chains: no crash, whole sets or none, and nothing passes under a key that sealed nothing."""

import contextlib

from frankmark.foundation.dns import Answer, Status, answered_by
from frankmark.foundation.encoding import b64_encode
from frankmark.foundation.errors import Malformed
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.mail.arc import validate_chain
from frankmark.mail.arc_set import collect
from frankmark.mail.message import parse

RECORD = f"k=ed25519; p={b64_encode(Ed25519PrivateKey.from_seed(bytes(32)).public.to_bytes())}".encode()
ANSWER = Answer(status=Status.OK, texts=((RECORD,),))
NAMES = (b"ARC-Seal", b"ARC-Message-Signature", b"ARC-Authentication-Results")


def one_input(data: bytes) -> None:
    values = data.split(b"\0")[:30]
    header = b"".join(NAMES[at % 3] + b":" + value + b"\r\n" for at, value in enumerate(values))
    try:
        message = parse(header + b"From: a@example.com\r\n\r\nHi.\r\n")
    except Malformed:
        return
    with contextlib.suppress(Malformed):
        sets = collect(message)
        if [each.instance for each in sets] != list(range(1, len(sets) + 1)):
            raise AssertionError("the sets are not numbered from one")
    if answered_by(validate_chain(message, now_s=1_700_000_000), lambda _: ANSWER).result == "pass":
        raise AssertionError("a chain passes under a key that sealed nothing")
