"""DMARC Policy Records (RFC 9989 §4.5 to §4.8).

Where the RFC leaves a choice: names of tags and their keywords are read in any case, only ``DMARC1`` is case-sensitive
(§4.7 `v`, §4.8); of a tag that occurs twice the second is the syntax error and is dropped; a record without `p` is
``p=none`` (§4.7), a record whose `p`, `sp` or `np` holds something else falls under §4.10.1.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["AlignmentMode", "DmarcRecord", "Policy", "Psd", "is_policy_record", "parse"]

MAX_RECORD_OCTETS: Final = 16_384  # a record of the largest senders has under 1 KiB
MAX_REPORT_URIS: Final = 32

_VERSION = re.compile(rb"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")
# dmarc-tag = 1*ALPHA equals 1*dmarc-value, with the white space of dmarc-sep around it.
_TAG = re.compile(r"[ \t]*([A-Za-z]+)[ \t]*=[ \t]*([!-:<-~](?:[ -:<-~]*[!-:<-~])?)[ \t]*")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@$&'()*+;=-]|%[0-9A-Fa-f]{2})+")
_OBSOLETE_SIZE = re.compile(r"![0-9]+[kmgtKMGT]?\Z")


class Policy(StrEnum):
    """Domain Owner Assessment Policy (§3.2.8), weakest first."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"

    @property
    def one_level_below(self) -> "Policy":
        """What a domain in test mode expects to be applied (§4.7 `t`)."""
        return Policy.QUARANTINE if self is Policy.REJECT else Policy.NONE


class AlignmentMode(StrEnum):
    """How close an Authenticated Identifier has to be to the Author Domain (§3.2.10)."""

    RELAXED = "r"
    STRICT = "s"


class Psd(StrEnum):
    """What a record says about its domain being a Public Suffix Domain (§4.7 `psd`)."""

    YES = "y"
    NO = "n"
    UNSAID = "u"


_REQUEST_TAGS: Final = ("p", "sp", "np")
_POLICIES: Final = {policy.value: policy for policy in Policy}
_PSDS: Final = {psd.value: psd for psd in Psd}


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcRecord:
    """One record, defaults filled in.

    Attributes:
        policy: `p`; ``none`` where it is absent, and where §4.10.1 says to act as if it were.
        subdomain_policy: `sp`, or None.
        nonexistent_policy: `np`, or None.
        adkim: Alignment mode for DKIM.
        aspf: Alignment mode for SPF.
        psd: `psd`.
        testing: Whether ``t=y`` asks for one level below the policy.
        rua: Syntactically valid addresses for aggregate reports, without an obsolete size.
        ruf: The same for failure reports.
        failure_options: `fo`, read only where `ruf` is present.
        applicable: False where `p`, `sp` or `np` is not valid and no valid `rua` saves the record: no DMARC processing
            is applied then (§4.10.1). For the DNS Tree Walk the record still counts.
    """

    policy: Policy = Policy.NONE
    subdomain_policy: Policy | None = None
    nonexistent_policy: Policy | None = None
    adkim: AlignmentMode = AlignmentMode.RELAXED
    aspf: AlignmentMode = AlignmentMode.RELAXED
    psd: Psd = Psd.UNSAID
    testing: bool = False
    rua: tuple[str, ...] = ()
    ruf: tuple[str, ...] = ()
    failure_options: tuple[str, ...] = ("0",)
    applicable: bool = True


def is_policy_record(octets: bytes) -> bool:
    """Say whether a TXT record counts as a DMARC Policy Record: its first tag is ``v=DMARC1`` (§4.7, §4.10 step 2).

    Args:
        octets: The record, its character-strings joined.

    Returns:
        Whether it is one; a record of more than 16 KiB is not.
    """
    return len(octets) <= MAX_RECORD_OCTETS and _VERSION.match(octets) is not None


def parse(octets: bytes) -> DmarcRecord:
    """Read a record. Nothing in it but the version can make it unreadable: errors fall back to defaults (§4.8).

    Args:
        octets: A record for which `is_policy_record` holds.

    Returns:
        The record.
    """
    tags: dict[str, str] = {}
    for piece in octets.decode("ascii", "replace").split(";")[1:]:
        if tag := _TAG.fullmatch(piece):
            tags.setdefault(tag[1].lower(), tag[2])
    requests = [tags[name].lower() for name in _REQUEST_TAGS if name in tags]
    sound = all(word in _POLICIES for word in requests)
    p, sp, np = (_POLICIES.get(tags.get(name, "").lower()) if sound else None for name in _REQUEST_TAGS)
    rua, ruf = _report_uris(tags.get("rua", "")), _report_uris(tags.get("ruf", ""))
    return DmarcRecord(
        policy=p or Policy.NONE,
        subdomain_policy=sp,
        nonexistent_policy=np,
        adkim=_mode(tags.get("adkim", "")),
        aspf=_mode(tags.get("aspf", "")),
        psd=_PSDS.get(tags.get("psd", "").lower(), Psd.UNSAID),
        testing=tags.get("t", "").lower() == "y",
        rua=rua,
        ruf=ruf,
        failure_options=_failure_options(tags.get("fo", "")) if ruf else ("0",),
        applicable=sound or bool(rua),
    )


def _mode(value: str) -> AlignmentMode:
    return AlignmentMode.STRICT if value.lower() == "s" else AlignmentMode.RELAXED


def _report_uris(value: str) -> tuple[str, ...]:
    bare = [_OBSOLETE_SIZE.sub("", written.strip(" \t")) for written in value.split(",")]
    return tuple(uri for uri in bare if _URI.fullmatch(uri))[:MAX_REPORT_URIS]


def _failure_options(value: str) -> tuple[str, ...]:
    options = tuple(option.strip(" \t").lower() for option in value.split(":"))
    known = set(options) <= {"0", "1", "d", "s"} and len(set(options)) == len(options)
    return options if known and not {"0", "1"} <= set(options) else ("0",)
