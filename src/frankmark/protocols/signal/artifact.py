"""Artifacts: channels in one canonical form, so that two spellings of one channel are equal.

========== ======================================================= ==================================================
type       accepted                                                canonical
========== ======================================================= ==================================================
domain     host, URL of http or https, mail address                lower-case A-labels; never a public suffix
shortlink  URL of http or https                                    ``https://host/path``
whatsapp   ``+1 415…``, ``whatsapp:+…``, wa.me and api links       E.164
telegram   ``@u``, ``t.me/u``, ``tg://resolve?domain=u``, chat id  ``@u`` in small letters, ``tgid:<id>``
phone      ``+1 415…``, ``tel:+…``                                 E.164
sms_sender 1 to 11 characters with a letter                        capitals
email      mail address                                            the domain as of a domain
========== ======================================================= ==================================================

The page for implementers is ``specs/signal.md``.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from frankmark.foundation.errors import Error, Malformed
from frankmark.mail.address import Address, canonical_domain
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal.model import Artifact, ArtifactType
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.protocols.signal.weburl import WebUrl, parse_url, query_values

__all__ = [
    "LONGEST",
    "canonical",
    "host_domain",
    "parse_web",
    "shortlink_of",
    "telegram_link",
    "whatsapp_link",
]

LONGEST: Final = 2_048
_ADDRESS_ONLY: Final = re.compile(r"[^/\\?#:\s]*@[^/\\?#:\s]*")
_HAS_SCHEME: Final = re.compile(r"https?:|[a-z][a-z0-9+.-]*:[/\\]", re.IGNORECASE | re.ASCII)
_NUMERIC: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)  # WHATWG: a host that ends so is an address
_SEPARATORS: Final = str.maketrans("", "", " .-()")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_HANDLE: Final = re.compile(r"[a-z][a-z0-9_]{3,31}", re.ASCII)
_CHAT_ID: Final = re.compile(r"(?:tgid:)?(-?[1-9][0-9]{0,15})", re.ASCII)
_NUMBERS: Final = re.compile(r"[0-9]+", re.ASCII)  # a post, or a topic and a post
_LARGEST_ID: Final = (1 << 53) - 1
_SENDER: Final = re.compile(r"(?=.*[A-Z])[A-Z0-9](?:[A-Z0-9 .&_+-]{0,9}[A-Z0-9.+])?", re.ASCII)
_TELEGRAM_HOSTS: Final = frozenset({"t.me", "telegram.me", "telegram.dog"})
_WHATSAPP_SEND: Final = frozenset({"api.whatsapp.com", "web.whatsapp.com"})
# First segments at t.me that are pages of Telegram's own and no handle.
_TELEGRAM_PAGES: Final = frozenset(
    {
        *("addemoji", "addlist", "addstickers", "addtheme", "boost", "confirmphone", "contact", "giftcode", "invoice"),
        *("joinchat", "login", "proxy", "setlanguage", "share", "socks"),
    }
)
_TG_RESOLVE: Final = frozenset({"tg://resolve", "tg:resolve", "tg://resolve/"})
_WHATSAPP_URI: Final = re.compile(r"whatsapp:(?://send/?\?(.*)|(\+.*))", re.IGNORECASE | re.ASCII)


def canonical(kind: ArtifactType, text: str, suffixes: PublicSuffixes) -> Artifact:
    """Bring a channel to its one form.

    Args:
        kind: What it is.
        text: How somebody wrote it, at most 2,048 characters.
        suffixes: The Public Suffix List.

    Returns:
        The artifact; its value is accepted again and stays as it is.

    Raises:
        Malformed: One of the ``ARTIFACT_…`` codes.
    """
    typed = text.strip()
    if not 0 < len(typed) <= LONGEST:
        raise Malformed(SignalReason.ARTIFACT_LENGTH, f"1 to {LONGEST} characters")
    value = _FORMS[kind](typed, suffixes)
    if len(value) > LONGEST:
        raise Malformed(SignalReason.ARTIFACT_LENGTH, f"at most {LONGEST} characters in its canonical form")
    return Artifact(type=kind, value=value)


def parse_web(text: str) -> WebUrl:
    """Take a URL apart that may have been typed without its scheme.

    Args:
        text: A host, or a URL of http or https.

    Returns:
        Its parts.

    Raises:
        Malformed: ARTIFACT_URL.
    """
    return parse_url(text if _HAS_SCHEME.match(text) else f"https://{text}")


def host_domain(host: str, suffixes: PublicSuffixes) -> str:
    """Give a host its canonical domain.

    Args:
        host: A host as a browser would take it.
        suffixes: The Public Suffix List.

    Returns:
        Lower-case A-labels without final dot.

    Raises:
        Malformed: ARTIFACT_DOMAIN when it is no domain name, ARTIFACT_PUBLIC_SUFFIX.
    """
    try:
        domain = canonical_domain(host, underscores=True)
    except Error as wrong:
        raise Malformed(SignalReason.ARTIFACT_DOMAIN, wrong.detail) from wrong
    if _NUMERIC.fullmatch(domain.rpartition(".")[2]):
        raise Malformed(SignalReason.ARTIFACT_DOMAIN, "a host that ends in a number is an address")
    if suffixes.is_public_suffix(domain):
        raise Malformed(SignalReason.ARTIFACT_PUBLIC_SUFFIX, "anyone may register under this name")
    return domain


def shortlink_of(url: WebUrl, suffixes: PublicSuffixes) -> str | None:
    """Give a URL its form as a short link.

    Args:
        url: A URL.
        suffixes: The Public Suffix List.

    Returns:
        ``https://host/path``, or None when it has parts that a short link cannot have.

    Raises:
        Malformed: As `host_domain`.
    """
    return f"https://{host_domain(url.host, suffixes)}{url.path}" if url.plain and url.query is None else None


def whatsapp_link(text: str) -> str | None:
    """Read a link to a WhatsApp number.

    Args:
        text: A URL, or ``whatsapp:…``.

    Returns:
        The number in E.164, or None when the text is no such link.
    """
    numbers = _whatsapp_uri(text) if _lower_scheme(text) == "whatsapp" else _whatsapp_web(text)
    if len(numbers) != 1:
        return None
    number = "+" + numbers[0].translate(_SEPARATORS).removeprefix("+")
    return number if _E164.fullmatch(number) else None


def telegram_link(text: str) -> str | None:
    """Read a link to a Telegram channel, group, bot or person.

    Args:
        text: A URL, or ``tg:…``.

    Returns:
        The handle in small letters with its ``@``, or None when the text is no such link.
    """
    if _lower_scheme(text) == "tg":
        action, _, query = text.partition("?")
        names = query_values(query.partition("#")[0], "domain") if action.lower() in _TG_RESOLVE else []
    else:
        names = _telegram_web(text)
    handle = names[0].lower() if len(names) == 1 and names[0].isascii() else ""
    return f"@{handle}" if _HANDLE.fullmatch(handle) and handle not in _TELEGRAM_PAGES else None


def _lower_scheme(text: str) -> str:
    return text.partition(":")[0].lower()


def _whatsapp_uri(text: str) -> list[str]:
    written = _WHATSAPP_URI.fullmatch(text)
    if written is None:
        return []
    return [written[2]] if written[2] else query_values(written[1], "phone")


def _web(text: str) -> tuple[str, WebUrl] | None:
    """Canonical host and parts of a URL that is what it looks like."""
    try:
        url = parse_web(text)
        host = canonical_domain(url.host)
    except Malformed:
        return None
    return (host, url) if url.plain else None


def _whatsapp_web(text: str) -> list[str]:
    host, url = _web(text) or ("", None)
    if url is None:
        return []
    path = url.path.removesuffix("/")
    if host == "wa.me":
        return [path[1:]]
    return query_values(url.query, "phone") if host in _WHATSAPP_SEND and path == "/send" else []


def _telegram_web(text: str) -> list[str]:
    host, url = _web(text) or ("", None)
    if url is None or host not in _TELEGRAM_HOSTS:
        return []
    name, *rest = url.path.removesuffix("/")[1:].split("/")
    if name == "s" and rest:
        name, *rest = rest
    return [name] if all(_NUMBERS.fullmatch(segment) for segment in rest) else []


def _domain(text: str, suffixes: PublicSuffixes) -> str:
    if _ADDRESS_ONLY.fullmatch(text):
        return host_domain(_address(text, SignalReason.ARTIFACT_DOMAIN).domain, suffixes)
    return host_domain(parse_web(text).host, suffixes)


def _shortlink(text: str, suffixes: PublicSuffixes) -> str:
    link = shortlink_of(parse_web(text), suffixes)
    if link is None:
        detail = "a short link has no userinfo, no port of its own, no query, no backslash and no encoded dot or slash"
        raise Malformed(SignalReason.ARTIFACT_SHORTLINK, detail)
    return link


def _number(text: str) -> str:
    number = text.translate(_SEPARATORS)
    if not text.startswith("+") or not _E164.fullmatch(number):
        raise Malformed(SignalReason.ARTIFACT_NUMBER, "a number in international form, such as +14155550123")
    return number


def _whatsapp(text: str, _suffixes: PublicSuffixes) -> str:
    # No link begins with a plus, and most numbers do.
    return (None if text.startswith("+") else whatsapp_link(text)) or _number(text)


def _phone(text: str, _suffixes: PublicSuffixes) -> str:
    return _number(text[4:] if _lower_scheme(text) == "tel" else text)


def _telegram(text: str, _suffixes: PublicSuffixes) -> str:
    number = _CHAT_ID.fullmatch(text)
    if number and abs(int(number[1])) <= _LARGEST_ID:
        return f"tgid:{number[1]}"
    handle = text[1:].lower() if text.isascii() and text.startswith("@") else ""
    found = f"@{handle}" if _HANDLE.fullmatch(handle) else telegram_link(text)
    if found is None:
        raise Malformed(SignalReason.ARTIFACT_HANDLE, "@name of 4 to 32 letters, digits and underscores, or a chat id")
    return found


def _sender(text: str, _suffixes: PublicSuffixes) -> str:
    sender = text.upper() if text.isascii() else ""
    if not _SENDER.fullmatch(sender):
        raise Malformed(SignalReason.ARTIFACT_SENDER, "1 to 11 letters, digits, spaces and . & _ + -, with a letter")
    return sender


def _email(text: str, _suffixes: PublicSuffixes) -> str:
    return str(_address(text, SignalReason.ARTIFACT_EMAIL))


def _address(text: str, code: SignalReason) -> Address:
    try:
        return Address.parse(text)
    except Error as wrong:
        raise Malformed(code, wrong.detail) from wrong


_FORMS: Final[Mapping[ArtifactType, Callable[[str, PublicSuffixes], str]]] = MappingProxyType(
    {
        ArtifactType.DOMAIN: _domain,
        ArtifactType.SHORTLINK: _shortlink,
        ArtifactType.WHATSAPP: _whatsapp,
        ArtifactType.TELEGRAM: _telegram,
        ArtifactType.PHONE: _phone,
        ArtifactType.SMS_SENDER: _sender,
        ArtifactType.EMAIL: _email,
    }
)
