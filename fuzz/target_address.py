"""Domains and addresses: what is accepted is written one way and read back alike."""

from frankmark.foundation.errors import Malformed
from frankmark.mail.address import MAX_DOMAIN, Address, canonical_domain, unicode_domain


def a_domain(text: str) -> None:
    try:
        canonical = canonical_domain(text)
    except Malformed:
        return
    if not canonical.isascii() or len(canonical) > MAX_DOMAIN:
        raise AssertionError("a canonical domain is too long or not ASCII")
    if not canonical == canonical_domain(canonical) == canonical_domain(unicode_domain(canonical)):
        raise AssertionError("a domain has two canonical spellings")


def an_address(text: str) -> None:
    try:
        address = Address.parse(text)
    except Malformed:
        return
    if not address == Address.parse(str(address)) == Address.parse(address.for_people):
        raise AssertionError("an address is not read back as it was")


def one_input(data: bytes) -> None:
    for text in (data.decode("latin-1"), data.decode("utf-8", "surrogateescape")):
        a_domain(text)
        an_address(text)
