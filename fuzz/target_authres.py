"""Fuzz Authentication-Results: what was read is rendered and reads the same again."""

from frankmark.foundation.errors import Malformed
from frankmark.mail.authres import parse, render


def one_input(data: bytes) -> None:
    try:
        found = parse(data)
    except Malformed:
        return
    if parse(render(found).replace(b"\r\n", b"")) != found:
        raise AssertionError("a field is not read back as it was")
