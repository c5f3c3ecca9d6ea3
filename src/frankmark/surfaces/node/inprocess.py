"""One request to an ASGI application in this very process."""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Message, Scope

from frankmark.foundation.canonical import Json, load
from frankmark.ports.node_api import NodeAnswer

__all__ = ["ask"]

MAX_ANSWER = 16 * 1_048_576


async def ask(app: ASGIApp, method: str, path: str, body: bytes, token: str) -> NodeAnswer:
    """Send one request and wait for the whole answer.

    Args:
        app: The application.
        method: The HTTP method.
        path: Path and query.
        body: JSON octets; empty for none.
        token: Sent as `Authorization: Bearer`.

    Returns:
        The answer.
    """
    parts = urlsplit(path)
    headers = [
        (b"host", b"127.0.0.1"),
        (b"authorization", b"Bearer " + token.encode()),
        (b"accept", b"application/json"),
    ]
    if body:
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 80),
    }
    started: dict[str, object] = {}
    answer = bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        else:
            answer.extend(message.get("body", b""))

    await app(scope, receive, send)
    named = _named(started)
    parsed: Json = load(bytes(answer), max_bytes=MAX_ANSWER) if "json" in named.get("content-type", "") else None
    status = started["status"]
    return NodeAnswer(status=status if isinstance(status, int) else 500, body=parsed, data=bytes(answer), headers=named)


def _named(started: Mapping[str, object]) -> dict[str, str]:
    pairs = started["headers"]
    if not isinstance(pairs, list):
        return {}
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}
