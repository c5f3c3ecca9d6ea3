"""Channels as people write them on a command line: what kind a text is, by its form alone."""

from frankmark.foundation.canonical import Json
from frankmark.protocols.signal.subject import kind_of

__all__ = ["asked_of"]


def asked_of(text: str, kind: str | None = None) -> dict[str, Json]:
    """A channel as the node is asked about it; the node brings it to its canonical form.

    Args:
        text: How a person wrote it: ``example.com``, ``https://…``, ``+1 415…``, ``@handle``, ``post@example.com``.
        kind: What it is, if the person says so: a type of artifact, or ``url``.

    Returns:
        The members type and value.
    """
    found, bare = kind_of(text)
    return {"type": found, "value": bare} if kind in {None, found} else {"type": kind, "value": text.strip()}
