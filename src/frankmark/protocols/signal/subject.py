"""What is asked about: an input in every reading that it has, and what its spelling alone shows.

A link to a number or a handle is that number or handle and nothing else. Any other URL is read as a short link first
and then as the domain of its host; one that cannot be a short link is read as the domain alone.
"""

import re
from collections.abc import Collection
from typing import Final

from frankmark.foundation.errors import Malformed
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal.artifact import (
    canonical,
    host_domain,
    parse_web,
    shortlink_of,
    telegram_link,
    whatsapp_link,
)
from frankmark.protocols.signal.model import Artifact, ArtifactType, ObservedSignal, Subject
from frankmark.protocols.signal.reasons import SignalReason

__all__ = ["URL", "kind_of", "number_subject", "recognised", "subject", "url_subject"]

URL: Final = "url"  # the one kind of input that is no kind of artifact
_KINDS: Final = frozenset(ArtifactType)
_WEB: Final = frozenset({URL, ArtifactType.SHORTLINK.value})
# How people write channels, in this order: the first form that fits.
_FORMS: Final = (
    (re.compile(r"tel:", re.IGNORECASE), ArtifactType.PHONE.value),
    (re.compile(r"whatsapp:|\+[0-9]|(?=[0-9]*[ ()-])[0-9 ()-]{7,}\Z", re.IGNORECASE), ArtifactType.WHATSAPP.value),
    (re.compile(r"@[^@]+\Z|tg:|tgid:", re.IGNORECASE), ArtifactType.TELEGRAM.value),
    (re.compile(r"(?:mailto:)?[^@/\s]+@[^@/\s]+\Z", re.IGNORECASE), ArtifactType.EMAIL.value),
    (re.compile(r"[^/]*/"), URL),
    (re.compile(r"[^.\s]*\Z"), ArtifactType.SMS_SENDER.value),
)
_MAIL_LINK: Final = re.compile(r"mailto:", re.IGNORECASE)
_NUMBER_ALONE: Final = re.compile(r"\+|[0-9(]")
_NAMED: Final = frozenset({ArtifactType.DOMAIN, ArtifactType.EMAIL})


def subject(kind: str, text: str, suffixes: PublicSuffixes, shorteners: Collection[str] = frozenset()) -> Subject:
    """Read what somebody asks about.

    Args:
        kind: A type of artifact, or ``url``.
        text: How it was written.
        suffixes: The Public Suffix List.
        shorteners: Hosts of link shorteners, canonical.

    Returns:
        Its readings.

    Raises:
        Malformed: ARTIFACT_TYPE for another kind, or one of the other ``ARTIFACT_…`` codes.
    """
    if kind in _WEB:
        return url_subject(text, suffixes, shorteners)
    if kind not in _KINDS:
        raise Malformed(SignalReason.ARTIFACT_TYPE, f"url, {', '.join(ArtifactType)}")
    artifact = canonical(ArtifactType(kind), text, suffixes)
    if artifact.type not in _NAMED:
        return Subject(readings=(artifact,))
    readings = (artifact, *_mail_domain(artifact, suffixes))
    return Subject(readings=readings, signals=_spelt(artifact.value.rpartition("@")[2], shorteners))


def kind_of(text: str) -> tuple[str, str]:
    """Tell by the form alone what kind of channel a text is; nothing is said of whether it is one.

    Args:
        text: How a person wrote it: ``example.com``, ``https://…``, ``+1 415…``, ``@handle``, ``post@example.com``.

    Returns:
        A type of artifact, or ``url``; and the text without what only says what it is.
    """
    bare = text.strip()
    kind = next((name for form, name in _FORMS if form.match(bare)), ArtifactType.DOMAIN.value)
    return kind, _MAIL_LINK.sub("", bare, count=1) if kind == ArtifactType.EMAIL else bare


def recognised(text: str, suffixes: PublicSuffixes, shorteners: Collection[str] = frozenset()) -> Subject:
    """Read what somebody asks about without saying what it is; else as `subject`."""
    kind, bare = kind_of(text)
    if kind == ArtifactType.WHATSAPP and _NUMBER_ALONE.match(bare):
        return number_subject(bare, suffixes)
    return subject(kind, bare, suffixes, shorteners)


def url_subject(text: str, suffixes: PublicSuffixes, shorteners: Collection[str] = frozenset()) -> Subject:
    """Read a URL; else as `subject`."""
    typed = text.strip()
    if number := whatsapp_link(typed):
        return Subject(readings=(Artifact(type=ArtifactType.WHATSAPP, value=number),))
    if handle := telegram_link(typed):
        return Subject(readings=(Artifact(type=ArtifactType.TELEGRAM, value=handle),))
    domain = canonical(ArtifactType.DOMAIN, typed, suffixes)
    url = parse_web(typed)
    link = shortlink_of(url, suffixes)
    readings = (domain,) if link is None else (canonical(ArtifactType.SHORTLINK, link, suffixes), domain)
    hidden = set() if url.query is None else {ObservedSignal.SHORT_LINK}
    return Subject(readings=readings, signals=_spelt(domain.value, shorteners) | hidden)


def number_subject(text: str, suffixes: PublicSuffixes) -> Subject:
    """Read a number of which nobody says whether it is one of WhatsApp or of the telephone; else as `subject`."""
    number = canonical(ArtifactType.WHATSAPP, text, suffixes).value
    kinds = (ArtifactType.WHATSAPP, ArtifactType.PHONE)
    return Subject(readings=tuple(Artifact(type=kind, value=number) for kind in kinds))


def _mail_domain(artifact: Artifact, suffixes: PublicSuffixes) -> tuple[Artifact, ...]:
    """The domain of a mail address, as its second reading."""
    if artifact.type is not ArtifactType.EMAIL:
        return ()
    try:
        domain = host_domain(artifact.value.rpartition("@")[2], suffixes)
    except Malformed:
        return ()
    return (Artifact(type=ArtifactType.DOMAIN, value=domain),)


def _spelt(domain: str, shorteners: Collection[str]) -> frozenset[ObservedSignal]:
    shown = {
        ObservedSignal.PUNYCODE: any(label.startswith("xn--") for label in domain.split(".")),
        ObservedSignal.SHORT_LINK: domain.removeprefix("www.") in shorteners,
    }
    return frozenset(signal for signal, seen in shown.items() if seen)
