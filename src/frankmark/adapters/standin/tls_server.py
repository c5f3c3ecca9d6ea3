"""A web server over TLS with a certificate of a throw-away authority that carries real SCTs (RFC 8446, RFC 6962)."""

import asyncio
import base64
import json
import os
import ssl
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.x509 import CertificateAuthority, SctLog, Validity, to_pem

__all__ = ["DemoAuthority", "TlsStandIn"]

LONGEST_HEAD = 8_192
IDLE_S = 5.0
BACK_S = 86_400  # certificates begin a day ago, so that no clock is too slow for them


class DemoAuthority:
    """An authority and transparency logs whose keys live as long as the process.

    Args:
        now_s: Seconds since the epoch.
        logs: The names of the logs; each gets a key.
    """

    def __init__(self, now_s: int, logs: Sequence[str] = ("Demo Log A", "Demo Log B")) -> None:
        self._now_s = now_s
        validity = Validity.of_days(now_s - BACK_S, 30)
        self._root = CertificateAuthority.root(P256PrivateKey.generate(), "Demo Authority", validity, os.urandom(16))
        self.logs: dict[str, P256PrivateKey] = {name: P256PrivateKey.generate() for name in logs}

    @property
    def certificate_pem(self) -> str:
        """The authority's certificate, for `[evidence] ca_file`."""
        return to_pem(self._root.certificate)

    @property
    def ct_logs(self) -> bytes:
        """The table of the logs, for `[evidence] ct_logs`, in the form of the bundled one."""
        rows = [
            {"name": name, "operator": "Demo", "key": base64.b64encode(key.public.to_spki()).decode()}
            for name, key in self.logs.items()
        ]
        return json.dumps({"version": "demo", "logs": rows}).encode()

    def server_context(
        self, names: Sequence[str], *, days: int = 29, logs: Sequence[str] | None = None
    ) -> ssl.SSLContext:
        """Make a key and a certificate for host names, and a server's TLS settings with them.

        Args:
            names: A-labels, or addresses.
            days: Days of validity from now.
            logs: The logs that promise to hold the certificate; all if None.

        Returns:
            The settings.
        """
        key = P256PrivateKey.generate()
        promising = self.logs if logs is None else {name: self.logs[name] for name in logs}
        promises = [SctLog(key=each, timestamp_ms=(self._now_s - BACK_S) * 1000) for each in promising.values()]
        validity = Validity(not_before_s=self._now_s - BACK_S, not_after_s=self._now_s + days * 86_400 + 3_600)
        leaf = self._root.issue(names, key.public, validity, os.urandom(16), promises)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        with tempfile.TemporaryDirectory() as folder:  # the interpreter reads keys from files only
            path = Path(folder, "server.pem")
            path.touch(mode=0o600)
            path.write_text(key.to_pem().decode() + to_pem(leaf), encoding="ascii")
            context.load_cert_chain(path)
        return context


class TlsStandIn:
    """Answers GET over TLS from documents in memory; everything else is 404.

    Args:
        context: The server's TLS settings.
        documents: Bodies by path, such as a challenge file; may be changed while it runs.
    """

    def __init__(self, context: ssl.SSLContext, documents: Mapping[str, bytes] | None = None) -> None:
        self.port = 0
        self.handshakes = 0
        self.documents: dict[str, bytes] = dict(documents or {})
        self._context = context
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one.

        Raises:
            OSError: The port is taken.
        """
        self._server = await asyncio.start_server(self._serve, host, port, ssl=self._context, limit=LONGEST_HEAD)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and break what is open."""
        if self._server is not None:
            self._server.close()
            for writer in self._open.values():
                writer.transport.abort()
            await asyncio.gather(*self._open, return_exceptions=True)
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.handshakes += 1
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._open[task] = writer
        try:
            async with asyncio.timeout(IDLE_S):
                head = await reader.readuntil(b"\r\n\r\n")
            method, target, *_ = head.decode("latin-1").split(" ", 2)
            body = self.documents.get(target) if method == "GET" else None
            status = "404 Not Found" if body is None else "200 OK"
            fields = f"HTTP/1.1 {status}\r\nContent-Length: {len(body or b'')}\r\nConnection: close\r\n\r\n"
            writer.write(fields.encode() + (body or b""))
            await writer.drain()
        except (TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass
        finally:
            del self._open[task]
            writer.close()
