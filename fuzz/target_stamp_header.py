"""SecureStamp headers: any octets are read or refused; what is read is folded and read back."""

from frankmark.foundation.errors import Malformed, Unverified
from frankmark.protocols.securestamp.header import HEADER_NAME, parse_header, render_header

LINE = 78


def one_input(data: bytes) -> None:
    for value in (data, b"v=1;" + data, b"v=1; token=" + data):
        try:
            header = parse_header(value)
        except (Malformed, Unverified):
            continue
        if header.verify is None:
            continue
        folded = render_header(header.token, header.verify.text)
        if parse_header(folded.encode("ascii")) != header:
            raise AssertionError("what was folded is not what was read")
        if any(len(line) > LINE for line in f"{HEADER_NAME}: {folded}".split("\r\n")):
            raise AssertionError("a line is too long")
