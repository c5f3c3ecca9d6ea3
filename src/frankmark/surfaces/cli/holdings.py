"""What an organisation has at a node: which organisation is meant, its registrations and its stamps."""

from collections.abc import Iterator

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Malformed, Refused
from frankmark.foundation.identifiers import is_uuid4
from frankmark.mail.address import canonical_domain
from frankmark.ports.node_api import NodeApi
from frankmark.surfaces.cli.answers import every, expect, path, text_of
from frankmark.surfaces.cli.output import Output
from frankmark.surfaces.cli.reasons import CliReason

__all__ = [
    "domain_text",
    "organisation",
    "organisation_id",
    "publication_of",
    "registration",
    "show_publication",
    "stamp_named",
    "stamps_of",
]

Members = dict[str, Json]


def domain_text(text: str) -> str:
    """A domain in canonical form.

    Raises:
        Malformed: `TARGET_UNKNOWN`.
    """
    try:
        return canonical_domain(text)
    except Malformed as wrong:
        raise Malformed(CliReason.TARGET_UNKNOWN, f"{text} is not a domain name: {wrong.detail}") from wrong


def organisation(node: NodeApi, named: str, *, otherwise: str) -> str:
    """The organisation to act for, made by an administrator if there is none of that name.

    Args:
        node: The node.
        named: Its id or name; empty for the only one there is.
        otherwise: The name of a new one where none is named and none is there; empty to make none at all.

    Returns:
        Its id; empty for a key of an organisation, which says so itself.

    Raises:
        Refused: `ORGANISATION_UNKNOWN` if several fit, or none does and none may be made.
    """
    who = expect(node.call("GET", "/api/status"))
    if text_of(who, "orgId") or text_of(who, "role") != "admin":
        return ""
    known = list(every(node, "/api/orgs"))
    found = [one for one in known if named in {text_of(one, "orgId"), text_of(one, "name")}] if named else known
    if len(found) == 1:
        return text_of(found[0], "orgId")
    if found:
        detail = "several organisations fit; name one by its id: " + ", ".join(text_of(one, "orgId") for one in found)
        raise Refused(CliReason.ORGANISATION_UNKNOWN, detail)
    if not otherwise:
        raise Refused(CliReason.ORGANISATION_UNKNOWN, f"there is no organisation {named}".rstrip())
    return text_of(expect(node.call("POST", "/api/orgs", {"name": named or otherwise}), 201), "orgId")


def registration(node: NodeApi, domain: str, org_id: str) -> Members | None:
    """The registration of a domain; None if it is not registered."""
    return next((one for one in every(node, "/api/domains", orgId=org_id) if text_of(one, "domain") == domain), None)


def stamps_of(node: NodeApi, domain: str) -> Iterator[Members]:
    """The stamps of a domain that this person may see."""
    return (one for one in every(node, "/api/stamps") if text_of(one, "domain") == domain)


def stamp_named(node: NodeApi, text: str) -> Members:
    """A stamp by its id, or the newest active one of a domain.

    Raises:
        Malformed: `TARGET_UNKNOWN`.
        Refused: `NO_STAMP`.
    """
    if is_uuid4(text):
        found = next((one for one in every(node, "/api/stamps") if text_of(one, "stampId") == text), None)
        if found is None:
            raise Refused(CliReason.NO_STAMP, f"there is no stamp {text} of this organisation")
        return found
    domain = domain_text(text)
    active = [one for one in stamps_of(node, domain) if text_of(one, "status") == "active"]
    if not active:
        raise Refused(CliReason.NO_STAMP, f"{domain} has no active stamp of this organisation")
    return max(active, key=lambda one: text_of(one, "issuedAt"))


def publication_of(node: NodeApi, stamp: Members) -> Members:
    """What the owner of a stamp publishes."""
    return expect(node.call("GET", path("/api/stamps", text_of(stamp, "stampId"), "publication")))


def show_publication(output: Output, publication: Members) -> None:
    """Print a record to copy: name, character-strings, and the line of a zone file."""
    output.phrase("publish.record", name=text_of(publication, "name"))
    strings = publication.get("strings")
    for text in strings if isinstance(strings, list) else ():
        output.line(f'  "{text}"')
    output.phrase("publish.zone")
    output.line(f"  {text_of(publication, 'zone')}")


def organisation_id(node: NodeApi, named: str) -> Members:
    """The member ``orgId`` of a request; none for a key of an organisation, which says so itself.

    Raises:
        Refused: `ORGANISATION_UNKNOWN`: none is named and there is not exactly one, or none has that name.
    """
    found = organisation(node, named, otherwise="")
    return {"orgId": found} if found else {}
