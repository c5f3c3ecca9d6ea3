"""Channels as people write them on a command line: what kind a text is, by its form alone."""

import re

from frankmark.foundation.canonical import Json
from frankmark.protocols.signal.model import ArtifactType

__all__ = ["asked_of"]

URL = "url"
# In this order: the first form that fits.
FORMS = (
    (re.compile(r"tel:", re.IGNORECASE), ArtifactType.PHONE.value),
    (re.compile(r"whatsapp:|\+[0-9]", re.IGNORECASE), ArtifactType.WHATSAPP.value),
    (re.compile(r"@[^@]+\Z|tg:|tgid:", re.IGNORECASE), ArtifactType.TELEGRAM.value),
    (re.compile(r"(?:mailto:)?[^@/\s]+@[^@/\s]+\Z", re.IGNORECASE), ArtifactType.EMAIL.value),
    (re.compile(r"[^/]*/"), URL),
    (re.compile(r"[^.\s]*\Z"), ArtifactType.SMS_SENDER.value),
)


def asked_of(text: str, kind: str | None = None) -> dict[str, Json]:
    """A channel as the node is asked about it; the node brings it to its canonical form.

    Args:
        text: How a person wrote it: ``example.com``, ``https://…``, ``+1 415…``, ``@handle``, ``post@example.com``.
        kind: What it is, if the person says so: a type of artifact, or ``url``.

    Returns:
        The members type and value.
    """
    bare = text.strip()
    found = kind or next((name for form, name in FORMS if form.match(bare)), ArtifactType.DOMAIN.value)
    given = bare[len("mailto:") :] if found == ArtifactType.EMAIL and bare.lower().startswith("mailto:") else bare
    return {"type": found, "value": given}
