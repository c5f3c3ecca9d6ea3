"""Things to verify offline: whatever the octets, a finding or an error of ours."""

from frankmark.assembly.offline import judge, recognise
from frankmark.assembly.pins import Pins
from frankmark.foundation.errors import Malformed

NOBODY = Pins(issuers={})


def one_input(data: bytes) -> None:
    try:
        thing = recognise(data)
    except Malformed:
        return
    if judge(thing, NOBODY, 1_800_000_000_000).error is None:
        raise AssertionError("nobody is believed, and yet something is valid")
