"""Files of two heads, as strangers hand them around."""

from frankmark.assembly.pins import Pins
from frankmark.assembly.split_view import judge_split_view, parse_split_view
from frankmark.foundation.errors import Error

NOBODY = Pins(issuers={})


def one_input(data: bytes) -> None:
    if judge_split_view(data, NOBODY).error is None:
        raise AssertionError("nobody is believed, and something was proven")
    try:
        view = parse_split_view(data)
    except Error:
        return
    if parse_split_view(view.render()) != view:
        raise AssertionError("what was read is written as something else")
