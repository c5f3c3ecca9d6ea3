"""A node over HTTP, with the standard library's client: a command must not pay for more than it uses."""

import http.client
import json
import ssl
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from typing_extensions import override

from frankmark.foundation.canonical import Json, load
from frankmark.foundation.errors import Malformed, Unavailable
from frankmark.ports.node_api import NodeAnswer, NodeApi

__all__ = ["HttpNodeApi", "NodeApiReason", "parsed_answer"]

MAX_ANSWER = 16 * 1_048_576  # octets; a full page of a list stays far below


class NodeApiReason(StrEnum):
    """Why a node gave no answer."""

    NODE_UNREACHABLE = "NODE_UNREACHABLE"
    NODE_BASE_INVALID = "NODE_BASE_INVALID"


def parsed_answer(status: int, data: bytes, headers: Mapping[str, str]) -> NodeAnswer:
    """An answer with its JSON parsed where it is JSON."""
    body: Json = None
    if "json" in headers.get("content-type", ""):
        try:
            body = load(data, max_bytes=MAX_ANSWER)
        except Malformed as fault:
            raise Unavailable(NodeApiReason.NODE_UNREACHABLE, f"the node's answer is not JSON: {fault}") from fault
    return NodeAnswer(status=status, body=body, data=data, headers=headers)


class HttpNodeApi(NodeApi):
    """Asks the node at an origin.

    Args:
        base: ``http://HOST:PORT`` or ``https://HOST``; plain http is for loopback only.
        credential: An API key or the node's own run-time token; empty for none.
        timeout_s: For connecting and for each read.
        ca_file: Certificate authorities to trust instead of the system's; empty for the system's.
    """

    def __init__(self, base: str, *, credential: str = "", timeout_s: float = 10.0, ca_file: str = "") -> None:
        parts = urlsplit(base)
        loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        try:
            port = parts.port
        except ValueError:
            port = -1
        if port == -1 or not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
            detail = f"the node's base must be https://HOST, or http on loopback; it is {base}"
            raise Malformed(NodeApiReason.NODE_BASE_INVALID, detail)
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, port
        self._prefix = parts.path.rstrip("/")
        self._credential = credential
        self._timeout_s = timeout_s
        self._ca_file = ca_file
        self._base = base

    @override
    def call(self, method: str, path: str, body: Json = None) -> NodeAnswer:
        headers = {"Accept": "application/json", "User-Agent": "frankmark"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        if self._credential:
            headers["Authorization"] = f"Bearer {self._credential}"
        connection = self._connection()
        try:
            connection.request(method, self._prefix + path, body=data, headers=headers)
            response = connection.getresponse()
            answer = response.read(MAX_ANSWER + 1)
        except (OSError, http.client.HTTPException) as fault:
            detail = f"{self._base} does not answer ({fault}); is the node running?"
            raise Unavailable(NodeApiReason.NODE_UNREACHABLE, detail) from fault
        finally:
            connection.close()
        if len(answer) > MAX_ANSWER:
            raise Unavailable(NodeApiReason.NODE_UNREACHABLE, f"the answer of {self._base} is too large")
        return parsed_answer(response.status, answer, {name.lower(): text for name, text in response.getheaders()})

    def _connection(self) -> http.client.HTTPConnection:
        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        context = ssl.create_default_context(cafile=self._ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout_s, context=context)
