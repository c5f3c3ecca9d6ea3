"""Perimeters: any text, and any payload under a good signature, is read or refused; what is read says all it says."""

from frankmark.foundation.errors import Malformed, Misuse, Unverified
from frankmark.foundation.jws import sign_with_jwk
from frankmark.foundation.keys import P256PrivateKey
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal import perimeter
from frankmark.protocols.signal.brand_record import parse_brand_record, render_brand_record

LIST = "// ===BEGIN ICANN DOMAINS===\ncom\nexample\nuk\nco.uk\nlink\n// ===END ICANN DOMAINS===\n"
SUFFIXES = PublicSuffixes.parse(LIST)
KEY = P256PrivateKey.from_scalar(bytes(31) + b"\x21")


def one_input(data: bytes) -> None:
    _record(data)
    try:
        texts = [data.decode("utf-8", "replace"), sign_with_jwk(data, KEY, typ="SSCT-perimeter", max_length=1 << 20)]
    except Misuse:
        return
    for text in texts:
        try:
            document = perimeter.read(text, SUFFIXES)
        except (Malformed, Unverified):
            continue
        again = perimeter.read(perimeter.sign(document.perimeter, KEY), SUFFIXES)
        if again.perimeter != document.perimeter:
            raise AssertionError("a perimeter is read again as it was written")
        for channel in document.perimeter.channels:
            if not perimeter.contains(document.perimeter, channel.artifact):
                raise AssertionError("what is declared lies inside")


def _record(data: bytes) -> None:
    try:
        jkt = parse_brand_record(data)
    except Malformed:
        return
    if jkt is not None and parse_brand_record(render_brand_record(jkt).encode()) != jkt:
        raise AssertionError("a record is read again as it was written")
