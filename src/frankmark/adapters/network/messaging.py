"""Lines to the APIs of messaging platforms: what they share, and which one an account has.

An answer of 429 or 5xx says that nothing was done, and so does a connection that nobody took. Whatever breaks later
leaves open what happened; it is told apart, so that nobody is answered twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast

import msgspec

from frankmark.foundation.canonical import Json, JsonLike
from frankmark.foundation.errors import Error, Refused, Unavailable
from frankmark.ports.fetch import Fetched, Fetcher, FetchReason
from frankmark.ports.messaging import MessagingReason, NotTaken

__all__ = ["LONGEST_WAIT_S", "Call", "called", "members", "retry_after_ms", "told"]

TIMEOUT_MS: Final = 10_000
ANSWER: Final = 65_536
TOO_MANY: Final = 429
FAULTS: Final = range(500, 600)
GOOD: Final = range(200, 300)
LONGEST_WAIT_S: Final = 86_400
# What ends before a request is sent.
UNSENT: Final = frozenset(
    {
        FetchReason.URL_REFUSED,
        FetchReason.ADDRESS_REFUSED,
        FetchReason.NAME_UNRESOLVED,
        FetchReason.NAME_WITHOUT_ADDRESS,
        FetchReason.CONNECTION_FAILED,
        FetchReason.TLS_FAILED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to an API.

    Attributes:
        url: Where; it may hold a secret.
        body: Its members.
        headers: Header fields beside Content-Type.
    """

    url: str
    body: Mapping[str, JsonLike]
    headers: Mapping[str, str]


async def called(fetcher: Fetcher, call: Call) -> Fetched:
    """Send a request.

    Returns:
        The platform's answer, whatever its status.

    Raises:
        NotTaken: `MESSAGING_UNREACHABLE`.
        Unavailable: `MESSAGING_UNCERTAIN`.
    """
    headers = {"Content-Type": "application/json", "Accept": "application/json", **call.headers}
    body = msgspec.json.encode(call.body)
    try:
        return await fetcher.post(call.url, body, headers=headers, limit=ANSWER, timeout_ms=TIMEOUT_MS)
    except Error as fault:
        if fault.code in UNSENT:
            detail = f"The platform's API cannot be reached ({fault.code.value})."
            raise NotTaken(MessagingReason.MESSAGING_UNREACHABLE, detail) from None  # the chain would carry the URL
        detail = f"The platform's API gave no answer that can be read ({fault.code.value})."
        raise Unavailable(MessagingReason.MESSAGING_UNCERTAIN, detail) from None


def told(answer: Fetched, busy: Callable[[Mapping[str, Json]], bool], wait_ms: int = 0) -> dict[str, Json]:
    """Take an answer for what it says.

    Args:
        answer: The platform's answer.
        busy: Whether a body says, with another status, that the same may be sent again.
        wait_ms: How long the body asks to wait.

    Returns:
        The members of the body of a good answer.

    Raises:
        NotTaken: `MESSAGING_BUSY`.
        Refused: `MESSAGING_REFUSED`.
    """
    body = members(answer)
    if answer.status in GOOD:
        return body
    if answer.status == TOO_MANY or answer.status in FAULTS or busy(body):
        wait = max(wait_ms, retry_after_ms(answer))
        raise NotTaken(MessagingReason.MESSAGING_BUSY, f"The platform answered {answer.status}.", wait_ms=wait)
    raise Refused(MessagingReason.MESSAGING_REFUSED, f"The platform answered {answer.status}.")


def members(answer: Fetched) -> dict[str, Json]:
    """The members of an answer's body; none if it is no JSON object."""
    try:
        body = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return {}
    return cast("dict[str, Json]", body) if isinstance(body, dict) else {}


def retry_after_ms(answer: Fetched) -> int:
    """The seconds of `Retry-After` in milliseconds; 0 without, and for a date."""
    text = answer.headers.get("retry-after", "")
    return min(int(text), LONGEST_WAIT_S) * 1_000 if text.isascii() and text.isdecimal() else 0
