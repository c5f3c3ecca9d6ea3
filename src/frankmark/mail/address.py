"""Domain names and mail addresses in one canonical form (RFC 5321 §4.1.2, RFC 5322 §3.4.1, RFC 6531 §3.3, RFC 5890).

**Domains.** UTS #46 maps what a person typed (non-transitional: ``ß`` stays ``ß``), IDNA 2008 decides which labels
exist, and the result is written as lower-case A-labels without the final dot. Two spellings of one name compare equal,
and an ``xn--`` label that is not the one spelling of its U-label is refused.

**Which Unicode.** The mapping and the permitted characters come from the tables of the `idna` library. Its form C and
its direction rule ask the interpreter, whose Unicode differs from one Python to the next. So a label may hold only
characters that Unicode 14.0, the oldest that a supported interpreter has, knows: for these the Unicode stability
policy makes form C the same in every later version, and every node reads a name alike.

**Local parts** belong to the domain that hands them out (RFC 5321 §2.3.11): case and code points are kept as they came,
form C included; only quoting that nothing needs is removed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import idna
from typing_extensions import override

from frankmark.foundation.errors import Malformed

__all__ = ["Address", "AddressReason", "canonical_domain", "unicode_domain"]

MAX_DOMAIN = 253  # RFC 1035 §2.3.4: 255 octets on the wire
MAX_LABEL = 63
MAX_LOCAL_OCTETS = 64  # RFC 5321 §4.5.3.1.1
MAX_ADDRESS_OCTETS = 254  # RFC 5321 §4.5.3.1.3 allows 256 with the angle brackets
_MAX_TYPED = 1024  # characters that are looked at before anything is mapped

_LDH = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_LDH_UNDERSCORE = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
# UTF8-non-ascii of RFC 6532 §3.1, less what no reader can see: C1 controls, spaces, joiners, marks of direction.
_INVISIBLE = (
    "\x80-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufeff\uffa0"
)
_BEYOND_ASCII = rf"[^\x00-\x7f{_INVISIBLE}\ud800-\udfff\ufff0-\uffff]"
_DOT_STRING = re.compile(rf"(?:{_ATEXT}|{_BEYOND_ASCII})+(?:\.(?:{_ATEXT}|{_BEYOND_ASCII})+)*")
_QUOTED_STRING = re.compile(rf'"((?:[ !#-\[\]-~]|{_BEYOND_ASCII}|\\[ -~])*)"')
_QUOTED_PAIR = re.compile(r"\\(.)")
_NEEDS_BACKSLASH = re.compile(r'(["\\])')

# Characters that IDNA 2008 permits in Unicode 18.0 and that Unicode 14.0 does not know: first[-last], hexadecimal.
_AFTER_UNICODE_14 = """
5c8-5c9 88f 897 b53-b54 c5c cdc cf3 ece 1acf-1af0 1c8a 208f a7cd a7cf a7db 105c0-105f3 10940-10959 10d40-10d4f
10d69-10d6d 10d6f-10d85 10ec2-10ec7 10ecb-10ecf 10ed9-10eee 10ef0-10eff 1123f-11241 11380-11389 1138b 1138e
11390-113b5 113b7-113c0 113c2 113c5 113c7-113ca 113cc-113d3 113e1-113e2 116d0-116e3 11b0a 11b60-11b67 11bc0-11be0
11bf0-11bf9 11db0-11ddb 11de0-11de9 11df0-11df1 11f00-11f10 11f12-11f3a 11f3e-11f42 11f50-11f5a 1342f 13440-13455
13460-143fa 16100-16139 16d40-16d6c 16d70-16d79 16ebb-16ed3 16ff2-16ff3 187f8-187ff 18cd6-18cda 18cff 18d09-18d20
18d80-18df2 18e00-19191 191a0-191d2 1b127-1b128 1b132 1b155 1b168 1d250-1d252 1d25b-1d25c 1d25f 1d280-1d281
1df1f-1df3f 1df41-1df47 1df49 1df4b-1df4c 1df4e-1df50 1df52-1df67 1df69 1df6b 1df6d 1df6f-1df71 1df73 1df75 1df77
1df79 1df7b 1df7d 1df7f-1df81 1df90-1df94 1df96 1e08f 1e4d0-1e4f9 1e5d0-1e5fa 1e6c0-1e6de 1e6e0-1e6f5 1e6fe-1e6ff
2b739-2b73f 2b81e 2cea2-2cead 2ebf0-2ee5d 31350-33479 3d000-3fc3f
"""
_TOO_NEW = re.compile(
    "[" + re.sub(r"\s+|[0-9a-f]+", lambda m: f"\\U{m[0]:>08}" if m[0].strip() else "", _AFTER_UNICODE_14) + "]"
)


class AddressReason(StrEnum):
    """Why a text is no domain or no address."""

    DOMAIN_LENGTH = "DOMAIN_LENGTH"
    DOMAIN_SYNTAX = "DOMAIN_SYNTAX"
    DOMAIN_NOT_IDNA = "DOMAIN_NOT_IDNA"
    DOMAIN_IP_ADDRESS = "DOMAIN_IP_ADDRESS"
    ADDRESS_LENGTH = "ADDRESS_LENGTH"
    ADDRESS_SYNTAX = "ADDRESS_SYNTAX"


def canonical_domain(text: str, *, underscores: bool = False) -> str:
    """Give a domain name its one spelling: A-labels, lower-case, no final dot.

    Args:
        text: The name as A-labels or U-labels in any case; one final dot is allowed.
        underscores: Whether labels may hold ``_``, as names of records do (RFC 8552) and names of hosts do not.

    Returns:
        The canonical name, at most 253 characters.

    Raises:
        Malformed: The text is no domain name, is too long, is not IDNA 2008 or is an IP address.
    """
    if not 0 < len(text) <= _MAX_TYPED:
        raise Malformed(AddressReason.DOMAIN_LENGTH, "a domain name has 1 to 253 characters")
    return _canonical(text, underscores=underscores)


@lru_cache(maxsize=4096)  # the same few names are read several times in every message of a sender
def _canonical(text: str, *, underscores: bool) -> str:
    if text.startswith("[") or ":" in text:
        raise Malformed(AddressReason.DOMAIN_IP_ADDRESS, "an IP address or a port is no domain name")
    labels = _mapped(text).removesuffix(".").split(".")
    pattern = _LDH_UNDERSCORE if underscores else _LDH
    name = ".".join([_a_label(label, pattern) for label in labels])
    if len(name) > MAX_DOMAIN:
        raise Malformed(AddressReason.DOMAIN_LENGTH, "a domain name has 1 to 253 characters")
    if labels[-1].isdigit():
        raise Malformed(AddressReason.DOMAIN_IP_ADDRESS, "a top-level domain is never a number")
    return name


def unicode_domain(domain: str) -> str:
    """Give a domain name its spelling for people: U-labels in form C, lower-case, no final dot.

    Args:
        domain: A domain name in any spelling that `canonical_domain` takes.

    Returns:
        The name with every A-label as its U-label.

    Raises:
        Malformed: As `canonical_domain`.
    """
    labels = canonical_domain(domain).split(".")
    return ".".join([_u_label(label) if label.startswith("xn--") else label for label in labels])


def _mapped(text: str) -> str:
    if text.isascii():
        return text.lower()
    try:
        return idna.uts46_remap(text, std3_rules=True)
    except idna.IDNAError:
        raise Malformed(
            AddressReason.DOMAIN_NOT_IDNA, "the name holds a character that no domain name may hold"
        ) from None


def _a_label(label: str, pattern: re.Pattern[str]) -> str:
    ascii_label = label if label.isascii() else _encoded(label)
    if not 0 < len(ascii_label) <= MAX_LABEL:
        raise Malformed(AddressReason.DOMAIN_LENGTH, "a label of a domain name has 1 to 63 characters")
    if not pattern.fullmatch(ascii_label):
        raise Malformed(AddressReason.DOMAIN_SYNTAX, "a label holds letters, digits and inner hyphens only")
    if ascii_label.startswith("xn--"):
        _u_label(ascii_label)
    return ascii_label


@lru_cache(maxsize=4096)
def _encoded(label: str) -> str:
    try:
        return idna.alabel(_known(label)).decode("ascii")
    except idna.IDNAError:
        raise Malformed(AddressReason.DOMAIN_NOT_IDNA, "a label is not a name under IDNA 2008 (RFC 5891)") from None


@lru_cache(maxsize=4096)
def _u_label(label: str) -> str:
    try:
        return _known(idna.ulabel(label))
    except idna.IDNAError:
        raise Malformed(AddressReason.DOMAIN_NOT_IDNA, "a label that begins xn-- is no A-label (RFC 5890)") from None


def _known(label: str) -> str:
    if _TOO_NEW.search(label):
        raise Malformed(AddressReason.DOMAIN_NOT_IDNA, "a label holds a character that is newer than Unicode 14.0")
    return label


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A mailbox: two that are equal name the same one.

    Attributes:
        local: The local part without its quoting, as the domain that owns it reads it.
        domain: The canonical domain (`canonical_domain`).
    """

    local: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read an addr-spec: no display name, no angle brackets, no comments, no folding.

        Args:
            text: ``local@domain``; the local part may be quoted and may hold characters beyond ASCII (RFC 6531).

        Returns:
            The address in canonical form.

        Raises:
            Malformed: The text is not of this form, is longer than 254 octets, has a local part longer than 64 octets,
                or its domain is refused by `canonical_domain`; an address literal such as ``[192.0.2.1]`` is.
        """
        if len(text) > _MAX_TYPED:
            raise Malformed(AddressReason.ADDRESS_LENGTH, "an address has at most 254 octets")
        written, at, domain = text.rpartition("@")
        if not at:
            raise Malformed(AddressReason.ADDRESS_SYNTAX, "an address is written local@domain")
        address = cls(local=_local(written), domain=canonical_domain(domain))
        octets = len(str(address).encode())
        if octets - len(address.domain) - 1 > MAX_LOCAL_OCTETS or octets > MAX_ADDRESS_OCTETS:
            raise Malformed(AddressReason.ADDRESS_LENGTH, "a local part has at most 64 octets, an address 254")
        return address

    @property
    def for_people(self) -> str:
        """The address with its domain as U-labels."""
        return f"{_written(self.local)}@{unicode_domain(self.domain)}"

    @override
    def __str__(self) -> str:
        """The canonical addr-spec: quoted only where the grammar needs it, the domain as A-labels."""
        return f"{_written(self.local)}@{self.domain}"


def _local(written: str) -> str:
    if _DOT_STRING.fullmatch(written):
        return written
    quoted = _QUOTED_STRING.fullmatch(written)
    if quoted is None:
        raise Malformed(AddressReason.ADDRESS_SYNTAX, "the local part is neither a dot-string nor a quoted string")
    return _QUOTED_PAIR.sub(r"\1", quoted[1])


def _written(local: str) -> str:
    return local if _DOT_STRING.fullmatch(local) else '"' + _NEEDS_BACKSLASH.sub(r"\\\1", local) + '"'
