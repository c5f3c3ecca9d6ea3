"""A small HTTP/1.1 service on loopback that takes and gives JSON, for stand-ins of other people's APIs.

It is spoken to by the node's own client, one request a connection, and speaks to the node as a platform would.
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

__all__ = ["Asked", "JsonStandIn", "Said", "deliver", "exchange"]

LONGEST_HEAD = 16_384
LONGEST_BODY = 65_536
IDLE_S = 10.0
LATEST = 4_096
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came.

    Attributes:
        headers: By lower-case name.
        body: The JSON value; None without one.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer.

    Attributes:
        body: A JSON value; octets are sent as they are.
        after_s: How long the service keeps whoever asks waiting.
        cut: Whether the connection breaks instead of an answer.
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0.0
    cut: bool = False


class JsonStandIn(ABC):
    """Answers requests until it is stopped."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: deque[Asked] = deque(maxlen=LATEST)
        self.next: deque[Said] = deque()  # what is answered first, whatever is asked; nothing is done then
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def origin(self) -> str:
        """Scheme, address and port, as `[outbound] allow` names them."""
        return f"http://127.0.0.1:{self.port}"

    @abstractmethod
    def answer(self, asked: Asked) -> Said:
        """What the service does and answers."""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one.

        Raises:
            OSError: The port is taken.
        """
        self._server = await asyncio.start_server(self._serve, host, port, limit=LONGEST_HEAD)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            for writer in self._open.values():
                writer.transport.abort()
            await asyncio.gather(*self._open, return_exceptions=True)
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._open[task] = writer
        try:
            async with asyncio.timeout(IDLE_S):
                asked = await _read(reader)
            self.asked.append(asked)
            said = self.next.popleft() if self.next else self.answer(asked)
            await asyncio.sleep(said.after_s)
            if not said.cut:
                writer.write(_written(said))
                await writer.drain()
        except (TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        finally:
            del self._open[task]
            writer.close()


async def deliver(base: str, target: str, body: bytes, headers: Mapping[str, str], *, method: str = "POST") -> int:
    """Send a webhook as a platform does.

    Args:
        base: The node's origin, plain HTTP on loopback.
        target: Path and query.
        body: The octets.
        headers: Header fields of the platform.
        method: GET for a question before anything is delivered.

    Returns:
        The status of the answer.

    Raises:
        OSError: Nobody listens.
        asyncio.IncompleteReadError: The node hung up.
    """
    status, _ = await exchange(base, target, body, headers, method=method)
    return status


async def exchange(
    base: str, target: str, body: bytes, headers: Mapping[str, str], *, method: str = "POST"
) -> tuple[int, bytes]:
    """Send a webhook; answers status and body. See `deliver`."""
    where = urlsplit(base)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        fields = {"Host": where.netloc, "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        writer.write(f"{method} {target} HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode() + body)
        await writer.drain()
        answer = await reader.read()
    finally:
        writer.close()
    first, _, rest = answer.partition(b"\r\n")
    return int(first.split(b" ")[1]), rest.partition(b"\r\n\r\n")[2]


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    if length > LONGEST_BODY:
        message = "a body of 64 KiB at most"
        raise ValueError(message)
    body = await reader.readexactly(length)
    return Asked(method=method, path=path, headers=headers, body=json.loads(body) if body else None)


def _written(said: Said) -> bytes:
    body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **said.headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return (
        f"HTTP/1.1 {said.status} {REASONS.get(said.status, 'Answer')}\r\n{head}Connection: close\r\n\r\n".encode()
        + body
    )
