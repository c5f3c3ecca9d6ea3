"""The DNS TXT record at ``_securestamp.<domain>``.

::

    record = "securestamp" "=" ws tag-list        ; the character-strings joined with nothing between, v first
    _securestamp.example.com. 3600 IN TXT "securestamp=v=1; id=<stamp id>; url=https://…/verify/<token>"

Both published spellings are read, wrapped or not; the one-line spelling is written. A record's URL is never fetched:
its last path segment is the stamp token. The page for implementers is ``specs/stamp-record.md``.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from frankmark.foundation.dns import Answer, Lookup, Question, RRType
from frankmark.foundation.errors import Malformed, Misuse
from frankmark.foundation.identifiers import is_uuid4
from frankmark.mail.address import canonical_domain
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.taglist import (
    VerifyUrl,
    parse_tag_list,
    parse_verify_url,
    require_tag,
    require_version,
)

__all__ = [
    "OWNER_LABEL",
    "Publication",
    "Published",
    "StampRecord",
    "character_strings",
    "look_up_records",
    "owner_name",
    "parse_record",
    "read_records",
    "render_record",
    "zone_line",
]

OWNER_LABEL: Final = "_securestamp"
MOST_RECORDS: Final = 4
LONGEST_STRING: Final = 255
TTL_S: Final = 3600
_PREFIX: Final = re.compile(rb"securestamp=", re.IGNORECASE)
_UNWRAPPED: Final = frozenset({"url", "token"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StampRecord:
    """One record.

    Attributes:
        stamp_id: The stamp that it names, lower case.
        url: Its verify URL; the token inside must be of the same stamp, which only its verification shows.
    """

    stamp_id: str
    url: VerifyUrl


class Published(StrEnum):
    """What a domain has published. The last two say nothing about the domain's intent."""

    FOUND = "found"  # one to four records, at least one of the right form
    NONE = "none"  # no such name, no TXT record, or none that starts with securestamp=
    PERMERROR = "permerror"  # too many records, or none of them of the right form
    TEMPERROR = "temperror"  # the question was not answered, or not credibly


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The records at one owner name.

    Attributes:
        result: What is there.
        records: Those of the right form; each stands alone. Filled only if `result` is `FOUND`.
        reason: Why not, for `PERMERROR` and `TEMPERROR`.
    """

    result: Published
    records: tuple[StampRecord, ...] = ()
    reason: Reason | None = None


def owner_name(domain: str) -> str:
    """Name the owner of a domain's record.

    Args:
        domain: The domain, U-labels allowed.

    Returns:
        ``_securestamp.`` and the domain as lower-case A-labels, without final dot.

    Raises:
        Malformed: When it is no domain.
    """
    return f"{OWNER_LABEL}.{canonical_domain(domain)}"


@lru_cache(maxsize=512)  # the same record comes with every message of a sender
def parse_record(data: bytes) -> StampRecord | None:
    """Read one TXT record.

    Args:
        data: Its character-strings joined with nothing between.

    Returns:
        The record, or None when it does not start with ``securestamp=`` and is therefore none of ours.

    Raises:
        Malformed: A form that a verifier reports as ``permerror``.
    """
    prefix = _PREFIX.match(data)
    if prefix is None:
        return None
    tags = parse_tag_list(data[prefix.end() :], unwrapped=_UNWRAPPED)
    require_version(tags, first=True)
    stamp_id = require_tag(tags, "id").lower()
    if not is_uuid4(stamp_id):
        raise Malformed(Reason.STAMP_ID_MALFORMED, "id is a UUID of version 4")
    return StampRecord(stamp_id=stamp_id, url=parse_verify_url(require_tag(tags, "url")))


def read_records(answer: Answer) -> Publication:
    """Read the answer to the question for a domain's TXT records.

    Args:
        answer: The answer.

    Returns:
        What is published.
    """
    if answer.failed:
        return Publication(result=Published.TEMPERROR, reason=Reason.DNS_UNAVAILABLE)
    ours = [text for text in answer.joined if _PREFIX.match(text)]
    if len(ours) > MOST_RECORDS:
        return Publication(result=Published.PERMERROR, reason=Reason.RECORDS_TOO_MANY)
    records: list[StampRecord] = []
    faults: list[Reason] = []
    for text in ours:
        try:
            record = parse_record(text)
        except Malformed as wrong:
            faults.append(Reason(wrong.code))
        else:
            records += [record] if record else []
    if records:
        return Publication(result=Published.FOUND, records=tuple(records))
    if faults:
        return Publication(result=Published.PERMERROR, reason=faults[0])
    return Publication(result=Published.NONE)


def look_up_records(domain: str) -> Lookup[Publication]:
    """Ask what a domain publishes.

    Args:
        domain: The domain as lower-case A-labels.

    Yields:
        One question.

    Returns:
        What is published.
    """
    answer = yield Question(name=f"{OWNER_LABEL}.{domain}", rrtype=RRType.TXT)
    return read_records(answer)


def render_record(stamp_id: str, url: str) -> str:
    """Write a record in its one-line spelling.

    Args:
        stamp_id: The stamp.
        url: Its verify URL, ending in the token.

    Returns:
        The text, usually longer than one character-string.

    Raises:
        Misuse: URL_MALFORMED, STAMP_ID_MALFORMED: what nobody could read back.
    """
    try:
        parse_verify_url(url)
    except Malformed as wrong:
        raise Misuse(Reason.URL_MALFORMED, wrong.detail) from wrong
    if not is_uuid4(stamp_id):
        raise Misuse(Reason.STAMP_ID_MALFORMED, "id is a UUID of version 4 in lower case")
    return f"securestamp=v=1; id={stamp_id}; url={url}"


def character_strings(text: str) -> tuple[bytes, ...]:
    """Split a record's text into the character-strings of a TXT record (RFC 1035 §3.3.14).

    Args:
        text: What `render_record` returned.

    Returns:
        Strings of at most 255 octets; joined with nothing between they are the text again.
    """
    octets = text.encode("ascii")
    return tuple(octets[start : start + LONGEST_STRING] for start in range(0, len(octets), LONGEST_STRING))


def zone_line(domain: str, text: str, ttl_s: int = TTL_S) -> str:
    """Write the line for a zone file (RFC 1035 §5).

    Args:
        domain: The domain, U-labels allowed.
        text: What `render_record` returned.
        ttl_s: Time to live, seconds.

    Returns:
        One line without its end, the owner name absolute.

    Raises:
        Malformed: When `domain` is none.
    """
    quoted = (string.decode("ascii").replace("\\", "\\\\").replace('"', '\\"') for string in character_strings(text))
    strings = " ".join(f'"{string}"' for string in quoted)
    return f"{owner_name(domain)}. {ttl_s} IN TXT {strings}"
