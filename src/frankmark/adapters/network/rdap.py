"""Registration data: the registry found by the bootstrap file, its answer read strictly (RFC 9224, RFC 9082, RFC 9083).

Age and expiry move slowly and registries count their askers, so an answer is kept for hours, and a failure for ten
minutes: whoever asks, however often, one domain leads to one question in that time.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial

from typing_extensions import override

from frankmark.adapters.network.flight import SharedFlight, in_turn
from frankmark.foundation.canonical import Json, load
from frankmark.foundation.errors import Error, Malformed
from frankmark.foundation.kept import Kept
from frankmark.ports.clock import Clock
from frankmark.ports.fetch import Fetched, Fetcher
from frankmark.ports.registration import Registration, RegistrationData, RegistryAnswer

__all__ = ["Bootstrap", "RdapClient", "RdapReason", "RdapTiming", "Registered", "parse_registration"]

LARGEST = 65_536
EVENTS = 100
STATUSES = 50
CAPACITY = 16_384
PARALLEL = 64  # questions at once; the others wait
OK, NOT_FOUND = 200, 404
DATE = re.compile(
    r"(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)  # RFC 3339 §5.6; fractions of a second say nothing about an age


class RdapReason(StrEnum):
    """Why an answer is not RDAP."""

    RDAP_MALFORMED = "RDAP_MALFORMED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What the object of a domain says.

    Attributes:
        registered_ms: Milliseconds since the epoch of the first event "registration"; None without one.
        expires_ms: Milliseconds since the epoch of the event "expiration"; None without one.
        statuses: Status values, lower-case.
    """

    registered_ms: int | None
    expires_ms: int | None
    statuses: tuple[str, ...]


def parse_registration(body: bytes, domain: str) -> Registered:
    """Read a domain object (RFC 9083 §5.3).

    Args:
        body: The response's octets.
        domain: The domain that was asked for, as A-labels.

    Returns:
        Its dates and status values.

    Raises:
        Malformed: Not JSON, not a domain object, another domain's, or a member that we read is not of its form.
    """
    found = load(body, max_bytes=LARGEST)
    if not isinstance(found, dict) or found.get("objectClassName") != "domain":
        raise Malformed(RdapReason.RDAP_MALFORMED, "The answer is not a domain object.")
    name = found.get("ldhName")
    if not isinstance(name, str) or name.lower().rstrip(".") != domain:
        raise Malformed(RdapReason.RDAP_MALFORMED, "The answer is about another domain.")
    events = _listed(found, "events", EVENTS)
    statuses = _listed(found, "status", STATUSES)
    if not all(isinstance(status, str) for status in statuses):
        raise Malformed(RdapReason.RDAP_MALFORMED, "A status value is not a string.")
    return Registered(
        registered_ms=_date(events, "registration"),
        expires_ms=_date(events, "expiration"),
        statuses=tuple(str(status).lower() for status in statuses),
    )


def _listed(found: dict[str, Json], member: str, most: int) -> list[Json]:
    value = found.get(member, [])
    if not isinstance(value, list) or len(value) > most:
        raise Malformed(RdapReason.RDAP_MALFORMED, f"The member {member} is not a list of at most {most}.")
    return value


def _date(events: list[Json], action: str) -> int | None:
    for event in events:
        if not isinstance(event, dict):
            raise Malformed(RdapReason.RDAP_MALFORMED, "An event is not an object.")
        if event.get("eventAction") == action:
            return _instant(event.get("eventDate"))
    return None


def _instant(text: Json) -> int:
    matched = DATE.fullmatch(text) if isinstance(text, str) else None
    try:
        if matched is None:
            raise Malformed(RdapReason.RDAP_MALFORMED, "The date of an event is not of RFC 3339.")
        moment = datetime.fromisoformat((matched[1] + matched[2]).upper())
        return int((moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1000
    except (ValueError, OverflowError) as error:
        raise Malformed(RdapReason.RDAP_MALFORMED, "The date of an event does not exist.") from error


class Bootstrap:
    """Which service answers for which top-level domain (RFC 9224 §4).

    Args:
        table: The bytes of the IANA's `dns.json`.
        instead: Services of the operator's choice by domain suffix; they win.

    Raises:
        Malformed: The table is not of the form of RFC 9224.
    """

    def __init__(self, table: bytes, instead: Mapping[str, str] | None = None) -> None:
        read = load(table, max_bytes=1 << 21)
        services = read.get("services") if isinstance(read, dict) else None
        self._services: dict[str, str] = {}
        for service in services if isinstance(services, list) else [None]:
            suffixes, urls = _service(service)
            secure = [url for url in urls if url.startswith("https://")]
            self._services.update(dict.fromkeys(suffixes, secure[0]) if secure else {})
        self._services.update({suffix.lower(): url for suffix, url in (instead or {}).items()})

    def base(self, domain: str) -> str | None:
        """The base URL for `domain`, by its longest known suffix; None if no service is known."""
        labels = domain.split(".")
        for start in range(len(labels)):
            url = self._services.get(".".join(labels[start:]))
            if url is not None:
                return url if url.endswith("/") else url + "/"
        return None


def _service(service: Json) -> tuple[list[str], list[str]]:
    lists = service[:2] if isinstance(service, list) else []
    texts = [[text.lower() for text in part if isinstance(text, str)] for part in lists if isinstance(part, list)]
    if len(texts) != 2:  # noqa: PLR2004  (RFC 9224 §4: an array of two arrays)
        raise Malformed(RdapReason.RDAP_MALFORMED, "The bootstrap file is not of the form of RFC 9224.")
    return texts[0], texts[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class RdapTiming:
    """How long to wait and how long to keep.

    Attributes:
        budget_ms: For one question, from its beginning, redirects included.
        patience_ms: How long to wait for a place; a question that was never asked is not remembered.
        keep_ms: How long an answer is kept.
        retry_ms: How long a failure is kept.
    """

    budget_ms: int = 2_800
    patience_ms: int = 10_000
    keep_ms: int = 6 * 3_600_000
    retry_ms: int = 600_000


class RdapClient(RegistrationData):
    """Asks registries.

    Args:
        fetcher: The way out.
        bootstrap: Which service to ask.
        clock: For observation times (wall) and keeping (steady).
        timing: How long to wait and to keep.
    """

    def __init__(
        self, *, fetcher: Fetcher, bootstrap: Bootstrap, clock: Clock, timing: RdapTiming | None = None
    ) -> None:
        self._fetcher = fetcher
        self._bootstrap = bootstrap
        self._clock = clock
        self._timing = timing or RdapTiming()
        self._kept: Kept[str, Registration] = Kept(CAPACITY)
        self._flight: SharedFlight[str, Registration] = SharedFlight()
        self._turn = asyncio.Semaphore(PARALLEL)

    @override
    async def look_up(self, domain: str) -> Registration:
        kept = self._kept.get(domain, self._clock.steady_ms())
        return kept or await self._flight.answer(domain, partial(self._ask, domain))

    async def close(self) -> None:
        """Give up on what is under way."""
        await self._flight.close()

    async def _ask(self, domain: str) -> Registration:
        base = self._bootstrap.base(domain)
        if base is None:
            return Registration(answer=RegistryAnswer.UNSUPPORTED, observed_ms=self._clock.now_ms())
        asking = partial(self._asked, f"{base}domain/{domain}", domain)
        registration = await in_turn(self._turn, self._timing.patience_ms, asking)
        if registration is None:
            return Registration(answer=RegistryAnswer.UNREACHABLE, observed_ms=self._clock.now_ms())
        failed = registration.answer is RegistryAnswer.UNREACHABLE
        keep = self._timing.retry_ms if failed else self._timing.keep_ms
        self._kept.put(domain, registration, self._clock.steady_ms() + keep)
        return registration

    async def _asked(self, url: str, domain: str) -> Registration:
        budget_ms = self._timing.budget_ms
        try:
            async with asyncio.timeout(budget_ms / 1000):
                fetched = await self._fetcher.get(url, limit=LARGEST, timeout_ms=budget_ms)
            return self._read(fetched, domain)
        except (Error, TimeoutError):
            return Registration(answer=RegistryAnswer.UNREACHABLE, observed_ms=self._clock.now_ms())

    def _read(self, fetched: Fetched, domain: str) -> Registration:
        now = self._clock.now_ms()
        if fetched.status == NOT_FOUND:
            return Registration(answer=RegistryAnswer.NOT_FOUND, observed_ms=now)
        if fetched.status != OK:
            return Registration(answer=RegistryAnswer.UNREACHABLE, observed_ms=now)
        read = parse_registration(fetched.body, domain)
        return Registration(
            answer=RegistryAnswer.FOUND,
            registered_ms=read.registered_ms,
            expires_ms=read.expires_ms,
            statuses=read.statuses,
            observed_ms=now,
        )
