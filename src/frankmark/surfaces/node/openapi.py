"""The OpenAPI 3.1 document, made from the endpoints' rows, so that it cannot drift from what is served."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from frankmark.foundation.vocabulary import structs_within
from frankmark.surfaces.node.endpoint import Access, Endpoint
from frankmark.surfaces.node.problems import MEDIA_TYPE, ProblemBody

__all__ = ["PROBLEMS", "document"]

PROBLEMS = {
    "400": "The request is not of the form asked for.",
    "401": "A credential is missing or not valid.",
    "403": "The credential does not allow this.",
    "404": "There is no such thing here.",
    "408": "The body did not arrive in time.",
    "409": "The state of things forbids this.",
    "413": "The body is too large.",
    "415": "The body is not application/json.",
    "421": "The Host is none of this node's names.",
    "422": "Understood, and refused for what it says.",
    "429": "Too many requests; `Retry-After` says when to come back.",
    "500": "A defect of the node; its log says which.",
    "503": "Something that is needed cannot be reached or stored now; try again.",
}
EVERYWHERE = ("400", "401", "421", "429", "500", "503")
OF_A_BODY = ("408", "413", "415", "422")

REF = "#/components/schemas/{name}"
PARAMETER = re.compile(r"\{(\w+)\}")
IDENTIFIER: dict[str, Any] = {"type": "string", "pattern": "^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$"}
DOMAIN: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255, "format": "idn-hostname"}
STAMP: dict[str, Any] = {"type": "string", "format": "uuid"}

PARAMETERS: dict[str, dict[str, Any]] = {
    "address_id": {"description": "The id of an address.", "schema": IDENTIFIER},
    "asked": {"description": "A domain in any spelling, or a stamp id.", "schema": {"anyOf": [DOMAIN, STAMP]}},
    "brand": {
        "description": "The id of a brand, or its anchor domain in any spelling.",
        "schema": {"anyOf": [{"type": "string", "pattern": "^br_[0-9A-HJKMNP-TV-Z]{26}$"}, DOMAIN]},
    },
    "case_id": {
        "description": "The id of a counter-stamp.",
        "schema": {"type": "string", "pattern": "^cs_[0-9A-HJKMNP-TV-Z]{26}$"},
    },
    "domain": {"description": "A domain in any spelling.", "schema": DOMAIN},
    "key_id": {"description": "The id of an API key.", "schema": IDENTIFIER},
    "log": {"description": "Which of Signal's logs.", "schema": {"enum": ["official", "abuse", "receipts"]}},
    "name": {"description": "Which of the two lists.", "schema": {"enum": ["admin", "compliance"]}},
    "node_id": {
        "description": "The id of a node.",
        "schema": {"type": "string", "pattern": "^[a-z0-9-]{3,64}$"},
    },
    "number": {
        "description": "Which log of the ledger, counted from 1, the oldest.",
        "schema": {"type": "string", "pattern": "^[1-9][0-9]{0,5}$"},
    },
    "org_id": {"description": "The id of an organisation.", "schema": IDENTIFIER},
    "receipt": {
        "description": "The id of a Trust Receipt.",
        "schema": {"type": "string", "pattern": "^SSF-EV-[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
    },
    "report_id": {"description": "The id of a complaint.", "schema": IDENTIFIER},
    "resource": {
        "description": "`checkpoint`, `tile/<L>/<N>` or `tile/entries/<N>`, as c2sp.org/tlog-tiles names them.",
        "schema": {"type": "string", "pattern": "^(checkpoint|tile/(entries|[0-9]{1,2})/[0-9x/.p]+)$"},
    },
    "stamp_id": {"description": "The id of a stamp.", "schema": STAMP},
    "token": {"description": "A stamp token.", "schema": {"type": "string", "minLength": 1}},
    "tx_hash": {
        "description": "64 hexadecimal digits, in any case, with or without 0x.",
        "schema": {"type": "string", "pattern": "^(0[xX])?[0-9A-Fa-f]{64}$"},
    },
}


# Bodies that need one of several members, which no struct can say.
EITHER = {"ReportBody": ("domain", "stampId"), "VerifyBody": ("artifact", "message")}


def document(endpoints: Iterable[Endpoint], *, version: str, server: str) -> dict[str, Any]:
    """The document.

    Args:
        endpoints: Every operation of the JSON interface.
        version: The product's version.
        server: The origin that serves it.

    Returns:
        An OpenAPI 3.1 document as a JSON value.
    """
    rows = sorted(endpoints, key=lambda row: (row.path, row.method))
    structs: list[Any] = [ProblemBody]
    for row in rows:
        structs += [kind for kind in (row.body, row.query, *row.returns.values()) if kind is not None]
    schemas, components = msgspec.json.schema_components(structs, ref_template=REF)
    by_type = dict(zip(map(id, structs), schemas, strict=True))
    for row in rows:
        for inner in _asked(row.body):  # what a struct does not know is refused (422 `UNKNOWN_MEMBER`)
            components[inner.__name__]["additionalProperties"] = False
            if inner.__name__ in EITHER:
                components[inner.__name__]["anyOf"] = [{"required": [one]} for one in EITHER[inner.__name__]]
    paths: dict[str, Any] = {}
    for row in rows:
        paths.setdefault(row.template, {})[row.method.lower()] = _operation(row, by_type, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Frankmark",
            "version": version,
            "summary": "Declare who you are, seal what you send, check what you got.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "tags": [{"name": name} for name in sorted({row.tag for row in rows})],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, ss_live_… or ss_test_…"},
                "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }


def _asked(body: type[msgspec.Struct] | None) -> Iterator[type[msgspec.Struct]]:
    """A body's struct and those within it."""
    if body is not None:
        yield body
        for inner in structs_within(body):
            yield from _asked(inner)


def _operation(row: Endpoint, by_type: Mapping[int, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    name = re.sub(r"\W+", "_", f"{row.method.lower()}_{row.template}").strip("_")
    made: dict[str, Any] = {"operationId": name, "summary": row.summary, "tags": [row.tag]}
    if row.problems:
        made["description"] = f"Codes of its own: {', '.join(row.problems)}."
    parameters = [
        {"name": one, "in": "path", "required": True, **PARAMETERS[one]} for one in PARAMETER.findall(row.template)
    ]
    if row.query is not None:
        parameters += _query(components[row.query.__name__])
    if parameters:
        made["parameters"] = parameters
    if row.body is not None or row.octets:
        content = {"application/json": {"schema": {"type": "object"} if row.body is None else by_type[id(row.body)]}}
        made["requestBody"] = {"required": True, "content": content}
    if row.access is Access.CREDENTIAL:
        made["security"] = [{"bearer": []}, {"header": []}]
    made["responses"] = _answers(row, by_type)
    return made


def _answers(row: Endpoint, by_type: Mapping[int, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, kind in row.returns.items():
        media = row.media.get(status, "application/json" if kind is not None else ())
        schema = by_type[id(kind)] if kind is not None else {"type": "string"}
        content = {one: {"schema": schema} for one in ((media,) if isinstance(media, str) else media)}
        answers[str(status)] = {"description": "The answer.", **({"content": content} if content else {})}
    problem = {MEDIA_TYPE: {"schema": by_type[id(ProblemBody)]}}
    for refusal in sorted(_refusals(row)):
        answers.setdefault(refusal, {"description": PROBLEMS[refusal], "content": problem})
    return answers


def _refusals(row: Endpoint) -> Iterator[str]:
    """The statuses of the problems that an operation can answer."""
    yield from EVERYWHERE
    if row.body is not None or row.octets:
        yield from OF_A_BODY
    if row.query is not None:
        yield "422"
    if "{" in row.path or row.query is not None:
        yield "404"
    if row.access is Access.CREDENTIAL or row.mutates:
        yield from ("403", "404", "409", "422")


def _query(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": inner}
        for name, inner in schema["properties"].items()
    ]
