"""What every room of the interface shares: pages of lists, and whose organisation is meant."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from frankmark.foundation.errors import Malformed
from frankmark.foundation.timestamps import rfc3339
from frankmark.ports.paging import MAX_LIMIT, Page, Slice
from frankmark.services.principals import Principal
from frankmark.services.reasons import ServiceReason

__all__ = [
    "AnyAddress",
    "AnyDomain",
    "Limit",
    "ListQuery",
    "LongName",
    "Name",
    "OrgId",
    "OrgListQuery",
    "Target",
    "moment",
    "organisation_of",
    "page_of",
    "sliced",
]

Row = TypeVar("Row")

# A format says what a text should be; the rooms decide what is accepted, and name what is wrong.
DOMAIN_FORMAT = {"format": "idn-hostname"}
ADDRESS_FORMAT = {"format": "idn-email"}
AnyDomain = Annotated[
    str, Meta(min_length=1, max_length=255, examples=["example.com"], extra_json_schema=DOMAIN_FORMAT)
]
AnyAddress = Annotated[
    str, Meta(min_length=3, max_length=320, examples=["post@example.com"], extra_json_schema=ADDRESS_FORMAT)
]
Target = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=320,
        examples=["example.com", "post@example.com"],
        extra_json_schema={"anyOf": [DOMAIN_FORMAT, ADDRESS_FORMAT]},
    ),
]
OrgId = Annotated[
    str, Meta(min_length=1, max_length=64, description="An organisation; without it, the credential's own.")
]
Cursor = Annotated[
    str,
    Meta(
        max_length=1024,
        description="The `next` of the part before; empty for the first.",
        extra_json_schema={"format": "cursor"},
    ),
]
# What people call things: nothing that a terminal or a page would not print.
Name = Annotated[str, Meta(min_length=1, max_length=100, extra_json_schema={"format": "printable"})]
LongName = Annotated[str, Meta(min_length=1, max_length=200, extra_json_schema={"format": "printable"})]
Limit = Annotated[int, Meta(ge=1, le=MAX_LIMIT)]


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list: `after` is the `next` of the part before."""

    after: Cursor = ""
    limit: Limit = 50


class OrgListQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which part of a list, and of which organisation."""

    after: Cursor = ""
    limit: Limit = 50
    org_id: OrgId = ""


def page_of(query: ListQuery | OrgListQuery) -> Page:
    """The part of a list that a query asks for."""
    return Page(after=query.after, limit=query.limit)


def sliced(part: Slice[Row], render: Callable[[Row], object]) -> dict[str, object]:
    """A part of a list as JSON: ``{items, next}``."""
    return {"items": [render(row) for row in part.items], "next": part.next}


def organisation_of(principal: Principal, named: str) -> str:
    """The organisation that a request is for: the one it names, else the credential's own.

    Raises:
        Malformed: `VALIDATION_FAILED` if neither names one.
    """
    org_id = named or principal.org_id
    if not org_id:
        raise Malformed(ServiceReason.VALIDATION_FAILED, "Name the organisation as orgId.")
    return org_id


def moment(ms: int | None) -> str | None:
    """A time as RFC 3339, or null."""
    return None if ms is None else rfc3339(ms)
