"""A node as its command sees it: the HTTP interface, wherever it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from frankmark.foundation.canonical import Json

__all__ = ["NodeAnswer", "NodeApi"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAnswer:
    """What a node answered.

    Attributes:
        status: The HTTP status.
        body: The parsed JSON of the answer; None if it is empty or not JSON.
        data: The octets of the answer.
        headers: Its header fields by lower-case name.
    """

    status: int
    body: Json
    data: bytes
    headers: Mapping[str, str]


class NodeApi(Protocol):
    """Asks one node.

    Law: an answer of any status is returned; a node that cannot be reached, or that answers more than the cap or later
    than the time-out, raises `Unavailable`. The credential goes to this one node and nowhere else; redirects are not
    followed.
    """

    def call(self, method: str, path: str, body: Json = None) -> NodeAnswer:
        """Send one request.

        Args:
            method: The HTTP method.
            path: Path and query, beginning with ``/``.
            body: Sent as JSON unless None.
        """
        ...
