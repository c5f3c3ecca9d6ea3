"""One tool for every log, and proofs beside what they are evidence of: a real node, its command, and nobody's word."""

import base64
import hashlib
import json
import re
from email.message import EmailMessage

import pytest

LOGS = ("securestamp-main", "signal-official", "signal-abuse", "signal-receipts")


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def tree(leaves: list[bytes]) -> str:
    """RFC 9162 §2.1.1, read off the page."""
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    if len(leaves) == 1:
        return leaves[0].hex()
    cut = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + bytes.fromhex(tree(leaves[:cut])) + bytes.fromhex(tree(leaves[cut:]))).hexdigest()


class Person:
    """Somebody with the command, a folder, and an API key of an organisation."""

    def __init__(self, world, node, folder) -> None:
        self.world, self.node, self.folder = world, node, folder
        org_id = node.admin.good("POST", "/api/orgs", {"name": f"Of {folder.name}"})["orgId"]
        key = {"role": "org", "name": "a brand", "orgId": org_id}
        self.environ = {
            "FRANKMARK_CONFIG": str(folder / "config"),
            "FRANKMARK_API_KEY": node.admin.good("POST", "/api/keys", key)["key"],
        }

    def __call__(self, *words, text=b"", **more):
        return self.world.command(self.node, *words, text=text, **{**self.environ, **more})

    def good(self, *words, status=0):
        done = self(*words, "--json")
        assert done.status == status, (done.status, done.out, done.err)
        return done.json

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def believes(self) -> None:
        """Pin the node after comparing its fingerprint."""
        offered = self("trust", "add", self.node.base)
        groups = re.search(r"(?:[0-9a-f]{4} ){7}[0-9a-f]{4}", offered.out)
        self.good("trust", "add", self.node.base, "--fingerprint", groups[0])

    def declares(self, domain: str) -> dict:
        """Make a brand, publish its record, sign the draft and publish the perimeter."""
        made = self.good("perimeter", "init", domain, "--name", "Acme", "-o", self.file("draft.toml"))
        self.world.zone.put_text(made["record"]["name"], made["record"]["text"].encode())
        self.good("perimeter", "sign", self.file("draft.toml"), "-o", self.file("1.jws"))
        return self.good("perimeter", "publish", self.file("1.jws"), "--yes")


@pytest.fixture
def person(world, node, tmp_path):
    return Person(world, node, tmp_path)


def watched(person: Person) -> dict:
    """What the tool says of each log, by the last part of its name."""
    done = person("ledger", "monitor", "--json")
    assert done.status == 0, (done.out, done.err)
    return {one["log"].partition("/")[2]: one for one in map(json.loads, done.out.splitlines())}


def recomputed(node, log: str) -> list[bytes]:
    """The leaf hashes of one of Signal's logs, of what everybody may read."""
    leaves, start = [], 0
    while start is not None:
        part = node.anyone.good("GET", f"/api/signal/logs/{log}/entries?start={start}")
        leaves += [leaf(base64.urlsafe_b64decode(one["leaf"] + "==")) for one in part["items"]]
        start = part["next"]
    return leaves


@pytest.mark.row("J3")
def test_J3_every_log_of_a_node_is_watched_and_verified_by_the_same_tool(world, node, person):
    domain = world.name()
    person.declares(domain)
    assert person("ledger", "monitor").status == 30  # nobody is believed yet
    person.believes()
    assert person.good("signal", f"www.{domain}", "--brand", domain)["results"][0]["fact"] == "PERTENECE"
    case = person.good("counterstamp", "open", f"other-{domain}", "--brand", domain)
    first = watched(person)
    assert set(first) == set(LOGS)
    assert {one["continuation"] for one in first.values()} == {"first"}
    assert all(one["served"]["size"] > 0 for one in first.values())
    assert {one["continuation"] for one in watched(person).values()} == {"same"}

    # Each log grows, and what it was is the beginning of what it is: by the tool, and by RFC 9162 read off the page.
    world.stamp(node, world.mail_domain(world.name()))
    person.good("perimeter", "sign", person.file("draft.toml"), "-o", person.file("2.jws"))
    person.good("perimeter", "publish", person.file("2.jws"), "--yes")
    person.good("signal", domain, "--nonce")
    person.good("counterstamp", "revoke", case["id"], "--reason", "It was ours")
    after = watched(person)
    assert {one["continuation"] for one in after.values()} == {"grown"}
    texts = [node.anyone.good("GET", "/v1/ledger/head")["checkpoint"]]
    for log in ("official", "abuse", "receipts"):
        known, leaves = after[f"signal-{log}"], recomputed(node, log)
        assert known["served"] == {"size": len(leaves), "root": tree(leaves)}
        assert known["known"]["root"] == tree(leaves[: known["known"]["size"]])
        served = node.anyone.good("GET", f"/api/signal/logs/{log}/sth")
        texts += [served["sth"], served["checkpoint"]]
    assert [person("verify", "-", text=text.encode()).status for text in texts] == [0] * 7
    assert person("verify", "-", text=texts[1][:-6].encode() + b"AAAAAA").status == 20


def mail(domain: str, *parts: tuple[bytes, str]) -> bytes:
    """A message with attachments."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"post@{domain}", "you@reader.test", "The plan"
    message.set_content("See what is attached.")
    for data, name in parts:
        kind = "json" if name.endswith(".json") else "octet-stream"
        message.add_attachment(data, maintype="application", subtype=kind, filename=name)
    return message.as_bytes()


@pytest.mark.row("J4")
def test_J4_a_proof_attached_to_a_message_or_a_receipt_is_reported_beside_it(world, person):
    person.believes()
    domain = world.name()
    person.declares(domain)
    plan = person.folder / "plan.txt"
    plan.write_bytes(b"The plan of which the message speaks.\n")
    proof = person("prove", "About the plan", "-f", str(plan), "--level", "2").out.encode()
    altered = proof.replace(b"About the plan", b"About another!")

    whole = mail(domain, (plan.read_bytes(), "plan.txt"), (proof, "proof.json"))
    told = person("verify", "-", "--min-level", "2", "--json", text=whole)
    assert told.status == 0, (told.out, told.err)
    assert (told.json["kind"], told.json["target"]) == ("stampedsafe-proof", "-#proof.json")
    assert told.json["about"] == "plan.txt"
    words = person("verify", "-", text=whole).out
    assert "It is about plan.txt." in words
    assert "attested for this very content" in words
    other = mail(domain, (b"Another plan.\n", "plan.txt"), (proof, "proof.json"))
    assert person("verify", "-", "--json", text=other).json["about"] is None
    assert person("verify", "-", text=mail(domain, (altered, "proof.json"))).status == 20
    assert person("verify", "-", text=mail(domain, (b"No proof at all", "note.txt"))).status == 2

    of_receipt(person, domain, json.loads(proof), json.loads(altered))


def of_receipt(person: Person, domain: str, other: dict, altered: dict) -> None:
    """Proofs beside a receipt: one about it, one about something else, one that does not hold."""
    answer = person.good("signal", domain, "--brand", domain, "-o", person.file("receipt.jws"))
    text = (person.folder / "receipt.jws").read_text().strip()
    assert text == answer["results"][0]["receipt"]
    (person.folder / "bare.jws").write_text(text)
    own = json.loads(person("prove", "-f", person.file("bare.jws"), "--level", "2").out)
    held = {"receipt": text, "evidence": [own, other, altered]}
    told = person("verify", "-", "--json", text=json.dumps(held).encode())
    assert (told.status, told.json["kind"], told.json["valid"]) == (20, "receipt", True)
    found = [(one["valid"], one["about"]) for one in told.json["evidence"]]
    assert found == [(True, "receipt"), (True, None), (False, None)]
    held["evidence"] = [own]
    good = person("verify", "-", text=json.dumps(held).encode())
    assert good.status == 0, good.out
    assert "It is about receipt." in good.out
    assert "SSCT-D1" in good.out
