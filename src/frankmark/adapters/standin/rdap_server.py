"""A registry's RDAP service on loopback (RFC 7480, RFC 9082 §3.1.3, RFC 9083 §5.3)."""

import asyncio
import json
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

__all__ = ["RdapStandIn"]

LONGEST_HEAD = 8_192
IDLE_S = 5.0
LATEST = 4_096


class RdapStandIn:
    """Answers `GET /domain/NAME` from records in memory that can be changed while it runs."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: deque[str] = deque(maxlen=LATEST)  # the latest paths
        self._objects: dict[str, dict[str, object]] = {}
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def url(self) -> str:
        """The base URL to put under `[evidence] rdap`."""
        return f"http://127.0.0.1:{self.port}/"

    def register(
        self, domain: str, *, registered_ms: int, expires_ms: int, statuses: Sequence[str] = ("active",)
    ) -> None:
        """Put a domain into the registry, or change it.

        Args:
            domain: A-labels.
            registered_ms: When it was registered, milliseconds since the epoch.
            expires_ms: When the registration ends, milliseconds since the epoch.
            statuses: RDAP status values.
        """
        self._objects[domain] = {
            "objectClassName": "domain",
            "rdapConformance": ["rdap_level_0"],
            "ldhName": domain.upper(),
            "status": list(statuses),
            "events": [
                {"eventAction": "registration", "eventDate": _rfc3339(registered_ms)},
                {"eventAction": "expiration", "eventDate": _rfc3339(expires_ms)},
            ],
        }

    def remove(self, domain: str) -> None:
        """Take a domain out of the registry."""
        self._objects.pop(domain, None)

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
                head = await reader.readuntil(b"\r\n\r\n")
            method, target, *_ = head.decode("latin-1").split(" ", 2)
            status, body = self._answer(method, target)
            fields = f"HTTP/1.1 {status}\r\nContent-Type: application/rdap+json\r\nContent-Length: {len(body)}\r\n"
            writer.write(fields.encode() + b"Connection: close\r\n\r\n" + body)
            await writer.drain()
        except (TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        finally:
            del self._open[task]
            writer.close()

    def _answer(self, method: str, target: str) -> tuple[str, bytes]:
        self.asked.append(target)
        if method != "GET":
            return "405 Method Not Allowed", b"{}"
        found = self._objects.get(target.removeprefix("/domain/").lower())
        if found is None:
            return "404 Not Found", json.dumps({"errorCode": 404, "title": "Not Found"}).encode()
        return "200 OK", json.dumps(found).encode()


def _rfc3339(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
