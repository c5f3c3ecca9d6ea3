"""The OpenAPI 3.1 document, made from the endpoints' rows, so that it cannot drift from what is served."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from frankmark.surfaces.node.endpoint import Access, Endpoint
from frankmark.surfaces.node.problems import MEDIA_TYPE, ProblemBody

__all__ = ["ALWAYS", "document"]

ALWAYS = {
    "400": "The request is not of the form asked for.",
    "401": "A credential is missing or not valid.",
    "403": "The credential does not allow this.",
    "404": "There is no such thing here.",
    "409": "The state of things forbids this.",
    "413": "The body is too large.",
    "415": "The body is not application/json.",
    "421": "The Host is none of this node's names.",
    "422": "Understood, and refused for what it says.",
    "429": "Too many requests; `Retry-After` says when to come back.",
    "503": "Something that is needed cannot be reached now.",
}

REF = "#/components/schemas/{name}"
PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


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
    paths: dict[str, Any] = {}
    for row in rows:
        path = PARAMETER.sub(r"{\1}", row.path)
        paths.setdefault(path, {})[row.method.lower()] = _operation(row, by_type, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Frankmark",
            "version": version,
            "summary": "Declare who you are, seal what you send, check what you got.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, ss_live_… or ss_test_…"},
                "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }


def _operation(row: Endpoint, by_type: Mapping[int, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    name = re.sub(r"\W+", "_", f"{row.method.lower()}_{row.path}").strip("_")
    made: dict[str, Any] = {"operationId": name, "summary": row.summary, "tags": [row.tag]}
    parameters = [
        {"name": part, "in": "path", "required": True, "schema": {"type": "string"}}
        for part in PARAMETER.findall(row.path)
    ]
    if row.query is not None:
        parameters += _query(components[row.query.__name__])
    if parameters:
        made["parameters"] = parameters
    if row.body is not None:
        content = {"application/json": {"schema": by_type[id(row.body)]}}
        made["requestBody"] = {"required": True, "content": content}
    if row.access is Access.CREDENTIAL:
        made["security"] = [{"bearer": []}, {"header": []}]
    made["responses"] = _answers(row, by_type)
    return made


def _answers(row: Endpoint, by_type: Mapping[int, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, kind in row.returns.items():
        answers[str(status)] = {"description": "The answer."}
        if kind is not None:
            answers[str(status)]["content"] = {"application/json": {"schema": by_type[id(kind)]}}
        elif status in row.media:
            answers[str(status)]["content"] = {row.media[status]: {"schema": {"type": "string"}}}
    problem = {MEDIA_TYPE: {"schema": by_type[id(ProblemBody)]}}
    for code, text in ALWAYS.items():
        answers.setdefault(code, {"description": text, "content": problem})
    return answers


def _query(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": inner}
        for name, inner in schema["properties"].items()
    ]
