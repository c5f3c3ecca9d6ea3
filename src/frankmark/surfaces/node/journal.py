"""Figures for Prometheus and one structured log line a request, on standard error as JSON.

Neither holds an address, a query, a name out of a path or a header field: what a line can say is fixed here.
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from typing_extensions import override

from frankmark.surfaces.node.edge import Journal

__all__ = ["METRICS_MEDIA", "NodeJournal"]

METRICS_MEDIA = "text/plain; version=0.0.4; charset=utf-8"
MOST_FORWARDERS = 8
BUCKETS = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Child:
    """Where the requests of one route with one answer are counted, and their line around what changes in it."""

    count: Counter
    seconds: Histogram
    before: str
    after: str


class NodeJournal(Journal):
    """Counts and logs what the edge saw.

    Args:
        stream: Where log lines go.
        version: The product's version, shown as a metric.
    """

    def __init__(self, *, version: str, stream: TextIO | None = None) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "frankmark_requests", "Requests by route and status", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "frankmark_request_seconds", "Time to answer", ["route"], buckets=BUCKETS, registry=self.registry
        )
        self._failures = Counter("frankmark_failures", "Defects that reached the edge", registry=self.registry)
        self.log_size = Gauge("frankmark_log_entries", "Entries in the ledger", ["log"], registry=self.registry)
        built = Gauge("frankmark_build_info", "Version", ["version"], registry=self.registry)
        built.labels(version).set(1)
        self.forwarders: set[str] = set()  # loopback addresses of proxies that no setting names
        self._children: dict[tuple[str, str, int], _Child] = {}  # finding a child costs a lock
        self._lines: list[str] = []  # of requests that ended in this turn of the event loop
        self._sink = structlog.WriteLogger(stream or sys.stderr)
        self._log: Any = structlog.wrap_logger(
            self._sink,
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(sort_keys=True),
            ],
        )

    @override
    def request(self, *, method: str, template: str, status: int, elapsed_ms: int) -> None:
        verb = method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "OTHER"
        key = (verb, template, status)
        child = self._children.get(key) or self._children.setdefault(key, self._child(*key))
        child.count.inc()
        child.seconds.observe(elapsed_ms / 1000)
        now = datetime.now(tz=UTC).isoformat().replace("+00:00", "Z")
        self._lines.append(f'{child.before}{elapsed_ms}{child.after}{now}"}}')
        if len(self._lines) == 1:  # many requests end in one turn, since they share a commit: one write for all
            try:
                asyncio.get_running_loop().call_soon(self._write)
            except RuntimeError:
                self._write()

    def _write(self) -> None:
        """Write the lines that wait."""
        if self._lines:
            lines, self._lines = self._lines, []
            self._sink.msg("\n".join(lines))

    def _child(self, verb: str, template: str, status: int) -> "_Child":
        """The figures of one route and answer, and its line: written out here, since rendering it takes longer."""
        return _Child(
            count=self._requests.labels(verb, template, str(status)),
            seconds=self._seconds.labels(template),
            before=f'{{"event": "request", "method": "{verb}", "ms": ',
            after=f', "route": {json.dumps(template)}, "status": {status}, "timestamp": "',
        )

    @override
    def failed(self, *, method: str, template: str, fault: BaseException) -> None:
        self._failures.inc()
        self._write()
        frame = fault.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        # The kind and the place, never the message: a message can quote what a stranger sent.
        where = f"{frame.tb_frame.f_code.co_qualname}:{frame.tb_lineno}" if frame is not None else "?"
        self._log.msg("defect", method=method, route=template, kind=type(fault).__name__, where=where)

    @override
    def forwarded(self, address: str) -> None:
        if address not in self.forwarders and len(self.forwarders) < MOST_FORWARDERS:
            self.forwarders.add(address)
            self.note("proxy-not-named")

    def note(self, event: str, **facts: str | int | bool) -> None:
        """Log something the node did by itself."""
        self._write()
        self._log.msg(event, **facts)

    def metrics(self) -> bytes:
        """The exposition of all figures."""
        return generate_latest(self.registry)
