"""`registry`, `publish`, `renew`, `revoke` and `report`: what is registered, and what becomes of it."""

import sys

import click

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Refused
from frankmark.foundation.identifiers import is_uuid4
from frankmark.surfaces.cli import files, postfix
from frankmark.surfaces.cli.answers import expect, path, text_of
from frankmark.surfaces.cli.desk import as_json, desk_of
from frankmark.surfaces.cli.exits import Exit
from frankmark.surfaces.cli.holdings import domain_text, publication_of, show_publication, stamp_named
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["publish", "registry", "renew", "report", "revoke"]

REASONS = ("ORG_REQUEST", "PHISHING_DETECTED", "POLICY_VIOLATION", "NODE_COMPROMISE", "EXPIRED")
CATEGORIES = ("PHISHING", "IMPERSONATION", "SPAM", "MALWARE", "OTHER")
LONGEST_NOTE = 8_000  # octets of 2,000 characters
BY_STATUS = {"active": Exit.TRUSTED, "expired": Exit.CAUTION, "revoked": Exit.BLOCKED}


@click.command()
@click.argument("domain")
@as_json
@click.pass_context
def registry(context: click.Context, domain: str) -> int:
    """Show the public entry of DOMAIN: since when it is registered, its stamps and its scores.

    Exit status: 0 for an active stamp, 10 expired, 20 revoked, 30 for none.
    """
    desk = desk_of(context)
    entry = expect(desk.node.call("GET", path("/api/registry/lookup", domain=domain_text(domain))))
    output, name = desk.output, text_of(entry, "domain")
    output.object(entry)
    status = BY_STATUS.get(text_of(entry, "stampStatus"), Exit.UNKNOWN)
    if not entry.get("registered"):
        output.phrase("registry.none", domain=name)
        return status
    verified = "registry.verified" if entry.get("verified") else "registry.unverified"
    output.phrase(verified, "strong", domain=name, since=text_of(entry, "registeredAt"), score=str(entry.get("score")))
    rows = [
        [f"{_number(one.get('serial')):06}", text_of(one, "status"), text_of(one, "issuedAt"),
         text_of(one, "expiresAt"), text_of(one, "revocationReason"), text_of(one, "stampId")]
        for one in _objects(entry.get("stamps"))
    ]  # fmt: skip
    output.table(rows)
    for one in _objects(entry.get("scoreHistory")):
        output.line(f"  {text_of(one, 'at')}  {one.get('old')} → {one.get('new')}  {text_of(one, 'reason')}")
    return status


@click.command()
@click.argument("domain")
@click.option("--zone", is_flag=True, help="Print the line of a zone file, nothing else.")
@click.option("--postfix", "as_postfix", is_flag=True, help="Print how Postfix adds the stamp to outgoing mail.")
@as_json
@click.pass_context
def publish(context: click.Context, domain: str, *, zone: bool, as_postfix: bool) -> int:
    """Show what DOMAIN publishes for its stamp: the DNS record, split as zone editors want it."""
    desk = desk_of(context)
    with desk.acting_node() as node:
        stamp = stamp_named(node, domain)
        publication = publication_of(node, stamp)
        token = expect(node.call("GET", path("/api/stamps", text_of(stamp, "stampId"), "token"))) if as_postfix else {}
    told: dict[str, Json] = {"stampId": stamp["stampId"], "domain": stamp["domain"], **publication}
    rule = postfix.header_rule(text_of(stamp, "domain"), text_of(token, "header"))
    if as_postfix:
        told["postfix"] = {"setting": postfix.SETTING, "table": postfix.TABLE, "rule": rule}
    desk.output.object(told)
    if zone:
        desk.output.line(text_of(publication, "zone"))
    elif as_postfix:
        desk.output.phrase("publish.postfix", file=postfix.TABLE, until=text_of(token, "expiresAt"))
        desk.output.line(rule)
        desk.output.phrase("publish.postfix_setting")
        desk.output.line(postfix.SETTING)
        desk.output.phrase("publish.postfix_limits")
    else:
        show_publication(desk.output, publication)
    return Exit.TRUSTED


@click.command()
@click.argument("domain")
@as_json
@click.pass_context
def renew(context: click.Context, domain: str) -> int:
    """Renew the stamp of DOMAIN, or the stamp of that id, for another year, and show the record to publish."""
    desk = desk_of(context)
    with desk.acting_node() as node:
        stamp = stamp_named(node, domain)
        made = expect(node.call("POST", path("/api/stamps", text_of(stamp, "stampId"), "renew")))
    desk.output.object(made)
    desk.output.phrase("renew.done", "trusted", domain=text_of(made, "domain"), until=text_of(made, "expiresAt"))
    published = made.get("publish")
    if isinstance(published, dict):
        show_publication(desk.output, published)
    return Exit.TRUSTED


@click.command()
@click.argument("stamp")
@click.option("--reason", type=click.Choice(REASONS), required=True, help="Why; it stands in the ledger for ever.")
@click.option("--yes", is_flag=True, help="Do not ask on a terminal.")
@as_json
@click.pass_context
def revoke(context: click.Context, stamp: str, reason: str, *, yes: bool) -> int:
    """Revoke STAMP, an id or the domain of an active one, for ever."""
    desk = desk_of(context)
    with desk.acting_node() as node:
        found = stamp_named(node, stamp)
        question = desk.output.say("revoke.question", domain=text_of(found, "domain"), stamp=text_of(found, "stampId"))
        if not yes and sys.stdin.isatty() and not click.confirm(question, default=False, err=True):
            raise Refused(CliReason.NOT_CONFIRMED, "not confirmed; nothing was revoked")
        made = expect(node.call("POST", path("/api/stamps", text_of(found, "stampId"), "revoke"), {"reason": reason}))
    desk.output.object(made)
    desk.output.phrase("revoke.done", domain=text_of(made, "domain"), stamp=text_of(made, "stampId"), reason=reason)
    return Exit.TRUSTED


@click.command()
@click.argument("subject", metavar="DOMAIN|STAMP")
@click.option(
    "--category", type=click.Choice(CATEGORIES, case_sensitive=False), required=True, help="What it is about."
)
@click.option("--note", default="", help="What happened, for the reviewers; - reads it from standard input.")
@as_json
@click.pass_context
def report(context: click.Context, subject: str, category: str, note: str) -> int:
    """Report a sender for abuse; nothing changes until a reviewer decides."""
    desk = desk_of(context)
    text = files.read(note, LONGEST_NOTE).decode("utf-8", "replace").strip() if note == files.STDIN else note
    about: dict[str, Json] = {"stampId": subject} if is_uuid4(subject) else {"domain": domain_text(subject)}
    made = expect(desk.node.call("POST", "/api/reports", {**about, "category": category.upper(), "note": text}), 202)
    desk.output.object(made)
    desk.output.phrase("report.done", report=text_of(made, "reportId"))
    return Exit.TRUSTED


def _objects(value: Json) -> list[dict[str, Json]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _number(value: Json) -> int:
    return value if isinstance(value, int) else 0
