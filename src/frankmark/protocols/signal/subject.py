"""What is asked about: an input in every reading that it has, and what its spelling alone shows.

A link to a number or a handle is that number or handle and nothing else. Any other URL is read as a short link first
and then as the domain of its host; one that cannot be a short link is read as the domain alone.
"""

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

__all__ = ["URL", "number_subject", "subject", "url_subject"]

URL: Final = "url"  # the one kind of input that is no kind of artifact
_KINDS: Final = frozenset(ArtifactType)
_WEB: Final = frozenset({URL, ArtifactType.SHORTLINK.value})
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
