"""What a stamp's owner publishes: the DNS record, and the URL that both channels carry."""

from dataclasses import dataclass

from frankmark.protocols.securestamp.record import character_strings, owner_name, render_record, zone_line

__all__ = ["Publication", "publication", "verify_url"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The record to copy.

    Attributes:
        name: The record's owner name.
        text: Its whole text.
        strings: The text in character-strings of at most 255 octets, for whoever must enter them one by one.
        zone: The line for a zone file.
        url: The stamp's verify URL.
        token: The stamp's token, for the header.
    """

    name: str
    text: str
    strings: tuple[str, ...]
    zone: str
    url: str
    token: str


def verify_url(public_url: str, token: str) -> str:
    """The URL where people look a token up: the node's public URL, ``/verify/`` and the token."""
    return f"{public_url}/verify/{token}"


def publication(public_url: str, domain: str, stamp_id: str, token: str) -> Publication:
    """What to publish for a stamp.

    Args:
        public_url: The node's public URL without final slash.
        domain: The stamp's domain.
        stamp_id: The stamp.
        token: Its token.
    """
    url = verify_url(public_url, token)
    text = render_record(stamp_id, url)
    return Publication(
        name=owner_name(domain),
        text=text,
        strings=tuple(string.decode("ascii") for string in character_strings(text)),
        zone=zone_line(domain, text),
        url=url,
        token=token,
    )
