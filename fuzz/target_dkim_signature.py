"""Fuzz the DKIM-Signature field and its verification: no crash, and nothing passes under a key that signed nothing."""

import contextlib

from frankmark.foundation.dns import Answer, Question, Status, answered_by
from frankmark.foundation.encoding import b64_encode
from frankmark.foundation.errors import Malformed
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.mail import dkim_signature, taglist
from frankmark.mail.dkim import key_questions, verify_signatures
from frankmark.mail.message import Field, Message, parse

NOW_S = 1_700_000_000
RECORD = f"k=ed25519; p={b64_encode(Ed25519PrivateKey.from_seed(bytes(32)).public.to_bytes())}".encode()
ANSWER = Answer(status=Status.OK, texts=((RECORD,),))


def read_list(data: bytes) -> None:
    tags = taglist.parse(data)
    if taglist.parse("; ".join(f"{name}={value}" for name, value in tags.items()).encode()) != tags:
        raise AssertionError("a list is not read back as it was")
    if "b" in tags and taglist.parse(taglist.emptied(data, b"b")) != tags | {"b": ""}:
        raise AssertionError("more than b= was emptied")
    dkim_signature.parse(Field(raw=b"DKIM-Signature:" + data + b"\r\n", name=b"DKIM-Signature", value=data))


def verify(message: Message) -> None:
    asked: list[Question] = []

    def source(question: Question) -> Answer:
        asked.append(question)
        return ANSWER

    outcomes = answered_by(verify_signatures(message, now_s=NOW_S), source)
    if any(outcome.result == "pass" for outcome in outcomes):
        raise AssertionError("a signature passes under a key that made none")
    if key_questions(message, now_s=NOW_S) != tuple(asked):
        raise AssertionError("other keys were asked for than foretold")


def one_input(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        read_list(data)
    folded = data.replace(b"\r\n", b"\r\n ")
    with contextlib.suppress(Malformed):
        verify(parse(b"DKIM-Signature:" + folded + b"\r\nFrom: a@example.com\r\n\r\nHi.\r\n"))
