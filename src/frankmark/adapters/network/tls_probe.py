"""The TLS probe: one handshake with a domain's web server through the outbound guard (RFC 8446, RFC 6962, RFC 9525).

The chain and the host name are checked by OpenSSL against the operator's authorities. The SCTs inside the leaf are
checked by us against a table of log keys, which needs the issuer's certificate: the interpreter's public way to the
verified chain begins with Python 3.13, before that the same function sits one attribute deeper.
"""

import _ssl
import asyncio
import base64
import ssl
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

import msgspec
from typing_extensions import override

from frankmark.adapters.network.dialer import Dialer
from frankmark.adapters.network.flight import SharedFlight, in_turn
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Error, Malformed, Refused, Unavailable
from frankmark.foundation.kept import Kept
from frankmark.foundation.x509 import LogKey, log_id, log_table, verified_logs
from frankmark.ports.clock import Clock
from frankmark.ports.fetch import FetchReason
from frankmark.ports.probe import Handshake, TlsFinding, TlsProbe

__all__ = ["GuardedTlsProbe", "LogNames", "ProbeTiming", "log_names"]

HTTPS = 443
CAPACITY = 16_384
PARALLEL = 64  # handshakes at once; the others wait
DAY_S = 86_400


class _Log(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: str
    operator: str
    key: str


class _Logs(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    version: str
    logs: list[_Log]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNames:
    """Certificate-transparency logs.

    Attributes:
        keys: Their keys by log id.
        names: Their names by log id.
    """

    keys: Mapping[bytes, LogKey]
    names: Mapping[bytes, str]


def log_names(table: bytes) -> LogNames:
    """Read a table of logs, as in `data/ct_logs.json`.

    Args:
        table: JSON: `version`, and `logs` with `name`, `operator` and `key` (SubjectPublicKeyInfo in base64).

    Returns:
        Keys and names by log id.

    Raises:
        Malformed: `LOG_KEY_MALFORMED`, a key is of no kind that logs use.
        ValueError: The table is not of that form.
    """
    logs = msgspec.json.decode(table, type=_Logs).logs
    keys = [base64.b64decode(log.key, validate=True) for log in logs]
    tables = [log_table([key]) for key in keys]
    names = {log_id(key): log.name for one, log in zip(tables, logs, strict=True) for key in one.values()}
    return LogNames(keys={name: key for one in tables for name, key in one.items()}, names=names)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTiming:
    """How long to wait and how long to keep.

    Attributes:
        budget_ms: For one probe, from its beginning.
        patience_ms: How long to wait for a place; a probe that was never made is not remembered.
        keep_ms: How long a finding is kept; never below ten minutes on a node that strangers can ask.
        retry_ms: How long any other finding than a valid certificate is kept.
    """

    budget_ms: int = 2_800
    patience_ms: int = 10_000
    keep_ms: int = 3_600_000
    retry_ms: int = 600_000


class GuardedTlsProbe(TlsProbe):
    """Probes, each connection through the `Dialer`.

    Args:
        dialer: The way out.
        tls: How certificates are checked: authorities, host name, least version.
        logs: The logs whose promises count.
        clock: The true clock.
        instead: `(host, port)` to connect to in place of port 443 of the domain, by domain suffix; the operator's
            exceptions of the dialer must allow it. The certificate must still prove the domain.
        timing: How long to wait and to keep.
    """

    def __init__(
        self,
        *,
        dialer: Dialer,
        tls: ssl.SSLContext,
        logs: LogNames,
        clock: Clock,
        instead: Mapping[str, tuple[str, int]] | None = None,
        timing: ProbeTiming | None = None,
    ) -> None:
        self._dialer = dialer
        self._tls = tls
        self._logs = logs
        self._clock = clock
        self._instead = dict(instead or {})
        self._timing = timing or ProbeTiming()
        self._kept: Kept[str, TlsFinding] = Kept(CAPACITY)
        self._flight: SharedFlight[str, TlsFinding] = SharedFlight()
        self._turn = asyncio.Semaphore(PARALLEL)

    @override
    async def probe(self, domain: str) -> TlsFinding:
        kept = self._kept.get(domain, self._clock.steady_ms())
        return kept or await self._flight.answer(domain, partial(self._ask, domain))

    async def close(self) -> None:
        """Give up on what is under way."""
        await self._flight.close()

    async def _ask(self, domain: str) -> TlsFinding:
        finding = await in_turn(self._turn, self._timing.patience_ms, partial(self._made, domain))
        if finding is None:
            return TlsFinding(handshake=Handshake.UNREACHABLE, observed_ms=self._clock.now_ms())
        sound = finding.handshake is Handshake.VALID
        keep = self._timing.keep_ms if sound else self._timing.retry_ms
        self._kept.put(domain, finding, self._clock.steady_ms() + keep)
        return finding

    async def _made(self, domain: str) -> TlsFinding:
        try:
            async with asyncio.timeout(self._timing.budget_ms / 1000):
                return await self._shake(domain)
        except (Error, OSError) as error:  # a TimeoutError and an SSLError are OSErrors
            return TlsFinding(handshake=_ending(error), observed_ms=self._clock.now_ms())

    async def _shake(self, domain: str) -> TlsFinding:
        host, port = self._place(domain)
        _, writer = await self._dialer.connect(host, port, name=domain, tls=self._tls)
        try:
            shaken: ssl.SSLObject = writer.get_extra_info("ssl_object")
            chain, version = _verified_chain(shaken), shaken.version() or ""
            described = shaken.getpeercert() or {}
        finally:
            writer.close()
            writer.transport.abort()
        now_ms = self._clock.now_ms()
        ends_s = ssl.cert_time_to_seconds(str(described["notAfter"]))
        return TlsFinding(
            handshake=Handshake.VALID,
            days_left=max(0, (ends_s - now_ms // 1000) // DAY_S),
            version=version,
            logs=self._promising(chain, now_ms),
            observed_ms=now_ms,
            fingerprint=sha256(chain[0]).hex(),
        )

    def _place(self, domain: str) -> tuple[str, int]:
        labels = domain.split(".")
        suffixes = (".".join(labels[start:]) for start in range(len(labels)))
        return next((self._instead[suffix] for suffix in suffixes if suffix in self._instead), (domain, HTTPS))

    def _promising(self, chain: Sequence[bytes], now_ms: int) -> tuple[str, ...]:
        """The names of the logs that promised to hold the leaf; none if its list of promises cannot be read."""
        if len(chain) < 2:  # noqa: PLR2004  (a leaf that is itself an authority was issued by nobody else)
            return ()
        try:
            found = verified_logs(chain[0], chain[1], self._logs.keys, now_ms)
        except Malformed:
            return ()
        return tuple(self._logs.names[each] for each in found)


def _ending(error: Error | OSError) -> Handshake:
    """What a failed probe says about the domain's TLS: that it is wrong, that there is none, or nothing."""
    if isinstance(
        error, ssl.SSLError | ConnectionResetError
    ):  # reset once TCP stood, so by a server that does not agree
        return Handshake.INVALID
    absent = isinstance(error, Refused | ConnectionRefusedError)
    if absent or (isinstance(error, Unavailable) and error.code is FetchReason.NAME_WITHOUT_ADDRESS):
        return Handshake.NONE
    return Handshake.UNREACHABLE


class _Chained(Protocol):
    def get_verified_chain(self) -> list[bytes]: ...


class _Deeper(Protocol):
    def public_bytes(self, form: int) -> bytes: ...


def _verified_chain(shaken: ssl.SSLObject) -> list[bytes]:
    """The certificates in DER, leaf first, as OpenSSL verified them."""
    if sys.version_info >= (3, 13):
        return cast("_Chained", shaken).get_verified_chain()
    inner = shaken._sslobj  # type: ignore[attr-defined]  # noqa: SLF001  (public from Python 3.13 on)
    found: list[_Deeper] = inner.get_verified_chain()
    return [each.public_bytes(_ssl.ENCODING_DER) for each in found]
