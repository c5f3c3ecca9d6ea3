"""Messages with parts, as anybody sends them."""

from frankmark.assembly.attached import attachments_of, is_message
from frankmark.foundation.errors import Error


def one_input(data: bytes) -> None:
    is_message(data)
    try:
        parts = attachments_of(data)
    except Error:
        return
    if not all(part.name for part in parts):
        raise AssertionError("a part without a name")
