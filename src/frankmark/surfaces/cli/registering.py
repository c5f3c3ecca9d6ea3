"""`register`: a domain gets its stamp, from the challenge to the record to publish."""

import time
from collections.abc import Iterator

import click

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Refused
from frankmark.ports.node_api import NodeApi
from frankmark.surfaces.cli import files
from frankmark.surfaces.cli.answers import NodeDown, NodeRefused, code_of, expect, octets, path, text_of
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import Exit, exit_of
from frankmark.surfaces.cli.holdings import domain_text, organisation, registration, show_publication, stamps_of
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["register"]

Members = dict[str, Json]

DEFAULT_WAIT_S = 600
PAUSES_S = (1, 2, 3, 5)  # then as the last one
NOT_YET = frozenset({"CHALLENGE_NOT_ANSWERED", "CHALLENGE_UNAVAILABLE"})
NOT_THERE = frozenset({"CHALLENGE_NOT_OPEN", "NOT_FOUND"})


@click.command()
@click.argument("domain")
@click.option("--org", default="", metavar="NAME|ID", help="The organisation; made if there is none of that name.")
@click.option("--selector", "selectors", multiple=True, help="A DKIM selector that the domain signs with.")
@click.option("--wait", default=DEFAULT_WAIT_S, show_default=True, help="Seconds to wait for the DNS; 0 looks once.")
@click.option("--art", type=click.Path(dir_okay=False), help="Write the stamp's artwork, an SVG, to this new file.")
@as_json
@click.pass_context
def register(
    context: click.Context, *, domain: str, org: str, selectors: tuple[str, ...], wait: int, art: str | None
) -> int:
    """Register DOMAIN: publish the answer to a challenge, wait until the DNS shows it, and get the stamp.

    Run it again to go on where it stopped: a challenge stays open for 24 hours, and one that is answered is used.
    """
    desk, name = desk_of(context), domain_text(domain)
    with desk.acting_node(make=True) as node:
        act = _Registering(desk, node, name)
        act.for_organisation(organisation(node, org, otherwise=name))
        act.show_ownership(selectors, wait)
        act.stamp(art)
    return Exit.TRUSTED


class _Registering:
    """The steps, each of which finds out first whether it is done already."""

    def __init__(self, desk: Desk, node: NodeApi, domain: str) -> None:
        self._desk = desk
        self._node = node
        self._domain = domain
        self._org: Members = {}

    def for_organisation(self, org_id: str) -> None:
        self._org = {"orgId": org_id} if org_id else {}

    def show_ownership(self, selectors: tuple[str, ...], wait: int) -> None:
        known = registration(self._node, self._domain, text_of(self._org, "orgId"))
        if known is not None and known.get("verifiedAt") is not None and not selectors:
            self._desk.output.progress(self._desk.output.say("register.verified", domain=self._domain))
            return
        if known is not None and self._looked() == "":
            return
        challenge = self._challenge(selectors)
        output = self._desk.output
        output.progress(output.say("register.publish", name=text_of(challenge, "recordName")))
        output.progress(f'  {text_of(challenge, "recordName")}. 300 IN TXT "{text_of(challenge, "recordText")}"')
        output.progress(output.say("register.or_file", url=text_of(challenge, "fileUrl")))
        output.progress(f"  {text_of(challenge, 'fileBody')}")
        self._wait(wait, challenge)

    def _challenge(self, selectors: tuple[str, ...]) -> Members:
        body: Members = {**self._org, "domain": self._domain, "selectors": list(selectors)}
        made = expect(self._node.call("POST", "/api/domains", body), 201)
        challenge = made.get("challenge")
        return challenge if isinstance(challenge, dict) else {}

    def _looked(self) -> str:
        """Look once for the answer; the node's code for why it is not there yet, empty when ownership is shown."""
        try:
            expect(self._node.call("POST", path("/api/domains", self._domain, "verify"), self._org))
        except (NodeRefused, NodeDown) as fault:
            if code_of(fault) not in NOT_YET | NOT_THERE:
                raise
            return code_of(fault)
        return ""

    def _wait(self, wait: int, challenge: Members) -> None:
        output, waited = self._desk.output, 0
        for pause in _pauses():
            if not self._looked():
                output.progress(output.say("register.seen", seconds=waited))
                return
            if waited + pause > wait:
                break
            output.progress(output.say("register.waiting", seconds=waited))
            time.sleep(pause)
            waited += pause
        detail = f"publish {text_of(challenge, 'recordText')} as TXT at {text_of(challenge, 'recordName')}"
        missed = Refused(CliReason.NOT_IN_DNS, f"not seen after {waited} s: {detail}, then run this again")
        output.problem(missed, target=self._domain, more={"challenge": challenge})
        raise click.exceptions.Exit(exit_of(missed))

    def stamp(self, art: str | None) -> None:
        """Issue the stamp, or show the one that is active already."""
        own = text_of(self._org, "orgId")
        mine = [one for one in stamps_of(self._node, self._domain) if own in {"", text_of(one, "orgId")}]
        active = next((one for one in mine if text_of(one, "status") == "active"), None)
        if active is None:
            issued = expect(self._node.call("POST", "/api/stamps", {**self._org, "domain": self._domain}), 201)
        else:
            published = expect(self._node.call("GET", path("/api/stamps", text_of(active, "stampId"), "publication")))
            issued = {**active, "publish": published}
        if art is not None:
            where = path("/api/stamps/embed", id=text_of(issued, "stampId"))
            files.write_new(art, octets(self._node.call("GET", where)))
        self._show(issued, art)

    def _show(self, issued: Members, art: str | None) -> None:
        output = self._desk.output
        output.object(issued)
        serial = issued.get("serial")
        output.phrase(
            "register.issued",
            "trusted",
            domain=self._domain,
            serial=f"{serial:06}" if isinstance(serial, int) else "?",
            score=str(issued.get("score")),
        )
        output.phrase("register.stamp", stamp=text_of(issued, "stampId"), until=text_of(issued, "expiresAt"))
        output.phrase("register.ledger", tx=text_of(issued, "txHash"))
        if art is not None:
            output.phrase("register.art", file=art)
        publication = issued.get("publish")
        if isinstance(publication, dict):
            show_publication(output, publication)


def _pauses() -> Iterator[int]:
    yield from PAUSES_S
    while True:
        yield PAUSES_S[-1]
