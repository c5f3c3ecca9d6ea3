"""The DNS TXT record that says which key speaks for a brand: at ``_securestamp-brand.<domain>``.

::

    record = "ssbrand=v=1; jkt=" thumbprint        ; RFC 7638, 43 characters; spaces may vary

While a brand changes its key, two records may stand side by side.
"""

import re
from dataclasses import dataclass
from typing import Final

from frankmark.foundation.dns import Answer, Lookup, Question, RRType
from frankmark.foundation.encoding import b64url_decode
from frankmark.foundation.errors import Error, Malformed, Misuse
from frankmark.mail.address import canonical_domain
from frankmark.protocols.signal.reasons import SignalReason

__all__ = [
    "OWNER_LABEL",
    "BrandKeys",
    "look_up_brand_keys",
    "owner_name",
    "parse_brand_record",
    "read_brand_records",
    "render_brand_record",
]

OWNER_LABEL: Final = "_securestamp-brand"
MOST_RECORDS: Final = 4
_PREFIX: Final = b"ssbrand="
_RECORD: Final = re.compile(rb"ssbrand= *v *= *1 *; *jkt *= *([A-Za-z0-9_-]{43}) *;? *")
_THUMBPRINT_OCTETS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandKeys:
    """What a domain publishes about the key of its brand.

    Attributes:
        jkts: Thumbprints, in the order of the records; none when nothing is published.
        failed: Whether the question was not answered, or not credibly: nothing can be concluded.
        malformed: Whether a record of ours was there that nobody can read, or too many of them.
    """

    jkts: tuple[str, ...] = ()
    failed: bool = False
    malformed: bool = False


def owner_name(domain: str) -> str:
    """Name the owner of a domain's record.

    Args:
        domain: The domain, U-labels allowed.

    Returns:
        ``_securestamp-brand.`` and the domain as lower-case A-labels, without final dot.

    Raises:
        Malformed: When it is no domain.
    """
    return f"{OWNER_LABEL}.{canonical_domain(domain)}"


def parse_brand_record(data: bytes) -> str | None:
    """Read one TXT record.

    Args:
        data: Its character-strings joined with nothing between.

    Returns:
        The thumbprint, or None when the record does not start with ``ssbrand=`` and is therefore none of ours.

    Raises:
        Malformed: BRAND_RECORD_MALFORMED.
    """
    if not data.startswith(_PREFIX):
        return None
    record = _RECORD.fullmatch(data)
    jkt = record[1].decode("ascii") if record else ""
    if not _is_thumbprint(jkt):
        raise Malformed(SignalReason.BRAND_RECORD_MALFORMED, "ssbrand=v=1; jkt=<43 characters of base64url>")
    return jkt


def read_brand_records(answer: Answer) -> BrandKeys:
    """Read the answer to the question for a domain's TXT records.

    Args:
        answer: The answer.

    Returns:
        What is published; records that nobody can read do not take a readable one away.
    """
    if answer.failed:
        return BrandKeys(failed=True)
    ours = [text for text in answer.joined if text.startswith(_PREFIX)]
    if len(ours) > MOST_RECORDS:
        return BrandKeys(malformed=True)
    jkts: list[str] = []
    for text in ours:
        try:
            jkts.append(parse_brand_record(text) or "")
        except Malformed:
            continue
    return BrandKeys(jkts=tuple(dict.fromkeys(jkts)), malformed=len(jkts) < len(ours))


def look_up_brand_keys(domain: str) -> Lookup[BrandKeys]:
    """Ask which key a domain publishes for its brand.

    Args:
        domain: The domain as lower-case A-labels.

    Yields:
        One question.

    Returns:
        What is published.
    """
    answer = yield Question(name=f"{OWNER_LABEL}.{domain}", rrtype=RRType.TXT)
    return read_brand_records(answer)


def render_brand_record(jkt: str) -> str:
    """Write a record.

    Args:
        jkt: The thumbprint of the brand's key.

    Returns:
        The text, shorter than one character-string.

    Raises:
        Misuse: BRAND_RECORD_MALFORMED when it is no thumbprint.
    """
    if not _is_thumbprint(jkt):
        raise Misuse(SignalReason.BRAND_RECORD_MALFORMED, "a thumbprint is 43 characters of base64url")
    return f"ssbrand=v=1; jkt={jkt}"


def _is_thumbprint(text: str) -> bool:
    try:
        return len(b64url_decode(text)) == _THUMBPRINT_OCTETS
    except Error:
        return False
