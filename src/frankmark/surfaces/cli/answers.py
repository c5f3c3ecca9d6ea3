"""Answers of a node: the object that was asked for, or its problem document as an error of ours (RFC 9457)."""

from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import quote, urlencode

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error, Refused, Unavailable
from frankmark.ports.node_api import NodeAnswer, NodeApi
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["NodeDown", "NodeRefused", "code_of", "every", "expect", "octets", "path", "text_of"]

PART = 200  # rows of a list that are asked for at once
MOST_PARTS = 10_000  # a node that never ends a list does not hold us for ever
AWAY = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})


class NodeRefused(Refused):
    """A node said no.

    Args:
        said: The node's own code.
        detail: Its sentence.
    """

    def __init__(self, said: str, detail: str) -> None:
        super().__init__(CliReason.NODE_REFUSED, detail)
        self.said = said


class NodeDown(Unavailable):
    """A node answered that it cannot serve now.

    Args:
        said: The node's own code.
        detail: Its sentence.
    """

    def __init__(self, said: str, detail: str) -> None:
        super().__init__(CliReason.NODE_FAILED, detail)
        self.said = said


def code_of(error: Error) -> str:
    """The code of an error; a node's own code where a node said no."""
    said = error.said if isinstance(error, NodeRefused | NodeDown) else ""
    return said or error.code.value


def expect(answer: NodeAnswer, *statuses: int) -> dict[str, Json]:
    """The object of an answer.

    Args:
        answer: The answer.
        statuses: The statuses that are good; 200 if none is named.

    Returns:
        Its object; empty for an answer without a body.

    Raises:
        NodeRefused: The node said no.
        NodeDown: It cannot serve now.
        Unavailable: `NODE_FAILED`, it answered something else.
    """
    body = answer.body
    if answer.status in (statuses or (HTTPStatus.OK,)):
        if isinstance(body, dict):
            return body
        if not answer.data:
            return {}
        raise Unavailable(CliReason.NODE_FAILED, f"the node answered {answer.status} without an object; is it a node?")
    told = body if isinstance(body, dict) else {}
    said, detail = text_of(told, "code"), text_of(told, "detail") or f"the node answered {answer.status}"
    if answer.status in AWAY or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise NodeDown(said, detail)
    raise NodeRefused(said, detail)


def octets(answer: NodeAnswer) -> bytes:
    """The octets of an answer that is no JSON.

    Raises:
        Error: As `expect`.
    """
    if answer.status != HTTPStatus.OK:
        expect(answer)
    return answer.data


def every(node: NodeApi, where: str, **query: str) -> Iterator[dict[str, Json]]:
    """The rows of a list, part after part.

    Args:
        node: The node.
        where: The list's path.
        query: Further parameters; empty ones are left out.

    Raises:
        Error: As `expect`.
    """
    after = ""
    for _ in range(MOST_PARTS):
        part = expect(node.call("GET", path(where, **query, after=after, limit=str(PART))))
        rows = part.get("items")
        yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
        after = text_of(part, "next")
        if not after:
            return


def path(where: str, *parts: str, **query: str) -> str:
    """A path with its parts and query escaped; empty parameters are left out."""
    whole = "/".join([where, *(quote(part, safe="") for part in parts)])
    given = {name: value for name, value in query.items() if value}
    return f"{whole}?{urlencode(given)}" if given else whole


def text_of(members: dict[str, Json], name: str) -> str:
    """A member that is text; empty if it is anything else."""
    value = members.get(name)
    return value if isinstance(value, str) else ""
