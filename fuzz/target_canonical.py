"""Any octets: a JSON value whose canonical form is a fixed point, or a refusal with a code."""

import rfc8785

from frankmark.foundation.canonical import dump, load
from frankmark.foundation.errors import Malformed
from frankmark.foundation.reasons import FoundationReason


def one_input(data: bytes) -> None:
    try:
        value = load(data)
        written = dump(value)
    except Malformed:
        return
    if written != rfc8785.dumps(value):
        raise AssertionError("both writers write the same")
    again = load(written)
    try:
        if dump(again) != written:
            raise AssertionError("the canonical form is a fixed point")
    except Malformed as fault:
        # A float between 2^53 and 1e21 is written with all its digits, which read as an integer.
        if fault.code is not FoundationReason.JSON_INTEGER_RANGE:
            raise
