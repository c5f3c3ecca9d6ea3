"""Errors as problem documents (RFC 9457): one table from code to HTTP status.

A code that is not named here takes the status of its branch of the error tree; the pages of `docs/reference/codes.md`
show the outcome for every code.
"""

from dataclasses import dataclass
from http import HTTPStatus

import msgspec

from frankmark.foundation.errors import Error, Malformed, Misuse, Refused, Unavailable, Unverified

__all__ = ["MEDIA_TYPE", "STATUS", "Problem", "ProblemBody", "is_defect", "problem", "status_of", "title_of"]

MEDIA_TYPE = "application/problem+json"

BRANCH: tuple[tuple[type[Error], int], ...] = (
    (Malformed, 400),
    (Unverified, 422),
    (Refused, 409),
    (Unavailable, 503),
    (Misuse, 500),
)

STATUS: dict[str, int] = {
    "AUTH_REQUIRED": 401,
    "INVALID_API_KEY": 401,
    "SESSION_ENDED": 401,
    "LINK_INVALID": 401,
    "FORBIDDEN": 403,
    "CSRF_INVALID": 403,
    "WEBHOOK_UNVERIFIED": 403,
    "SIGN_IN_NEEDS_TLS": 403,
    "NOT_FOUND": 404,
    "TX_NOT_FOUND": 404,
    "NODE_NOT_FOUND": 404,
    "TILE_NOT_FOUND": 404,
    "LEAF_NOT_FOUND": 404,
    "RECEIPT_NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "REQUEST_TIMEOUT": 408,
    "PAYLOAD_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "MISDIRECTED": 421,
    "FIELD_REPEATED": 400,
    "CURSOR_INVALID": 400,
    "LIMIT_INVALID": 400,
    "LOG_RANGE": 400,
    "INVALID_JSON": 400,
    "INVALID_DOMAIN": 400,
    "INVALID_TARGET": 400,
    "INVALID_HASH": 400,
    "UNKNOWN_MEMBER": 422,
    "VALIDATION_FAILED": 422,
    "METHOD_UNAVAILABLE": 422,
    "CONNECTOR_ACCOUNT_INVALID": 422,
    "ENTRY_SIGNATURE": 422,
    "TYPE_MISMATCH": 422,
    "UNTRUSTED_ISSUER": 422,
    "ACTOR_NOT_ALLOWED": 403,
    "ARTIFACT_TYPE": 422,
    "ARTIFACT_LENGTH": 422,
    "ARTIFACT_URL": 422,
    "ARTIFACT_DOMAIN": 422,
    "ARTIFACT_PUBLIC_SUFFIX": 422,
    "ARTIFACT_SHORTLINK": 422,
    "ARTIFACT_NUMBER": 422,
    "ARTIFACT_HANDLE": 422,
    "ARTIFACT_SENDER": 422,
    "ARTIFACT_EMAIL": 422,
    "ARTIFACTS_TOO_MANY": 422,
    "MESSAGE_MALFORMED": 422,
    "SIGNED_OBJECT_MALFORMED": 422,
    "PERIMETER_MALFORMED": 422,
    "PERIMETER_CHANNEL": 422,
    "PERIMETER_TIME": 422,
    "COUNTERSTAMP_MALFORMED": 422,
    "EVIDENCE_REQUIRED": 422,
    "REASON_REQUIRED": 422,
    "RATE_LIMITED": 429,
    "REPORTS_FULL": 429,
    "INTERNAL": 500,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error on its way out: the status, the document, and what the header says beside it."""

    status: int
    body: "ProblemBody"

    @property
    def headers(self) -> dict[str, str]:
        """The challenge that belongs to 401 (RFC 6750 §3)."""
        if self.status != HTTPStatus.UNAUTHORIZED:
            return {}
        wrong = ', error="invalid_token"' if self.body.code == "INVALID_API_KEY" else ""
        return {"WWW-Authenticate": f'Bearer realm="frankmark"{wrong}'}


class ProblemBody(msgspec.Struct, frozen=True, kw_only=True):
    """The document.

    Attributes:
        type: ``urn:frankmark:problem:`` and the code.
        title: The code in words; the same for every occurrence.
        status: The HTTP status.
        detail: What is wrong this time, and what would be right.
        code: Out of the closed list of `docs/reference/codes.md`.
        retryable: Whether the same request may succeed later.
        error: The title again, for readers of the original interface.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    error: str


def status_of(error: Error) -> int:
    """The HTTP status of an error."""
    known = STATUS.get(error.code.value)
    if known is not None:
        return known
    return next((status for branch, status in BRANCH if isinstance(error, branch)), 500)


def is_defect(error: Error) -> bool:
    """Whether an error is our own, which the log must show."""
    return status_of(error) == HTTPStatus.INTERNAL_SERVER_ERROR


def title_of(code: str) -> str:
    """A code in words: ``RECEIPT_NOT_FOUND`` is “Receipt not found”."""
    return code.replace("_", " ").capitalize()


def problem(error: Error) -> Problem:
    """The problem document of an error.

    What went wrong inside stays inside: the detail of our own defects is not shown.
    """
    status = status_of(error)
    code = error.code.value
    title = title_of(code)
    detail = "The node failed; its log says why." if status == HTTPStatus.INTERNAL_SERVER_ERROR else error.detail
    body = ProblemBody(
        type=f"urn:frankmark:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        retryable=error.retryable,
        error=title,
    )
    return Problem(status=status, body=body)
