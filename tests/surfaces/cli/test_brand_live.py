"""A brand's whole life by the command alone, with a real node and a real zone: key, perimeter, facts, case, proofs."""

import json
import tomllib
from pathlib import Path

import pytest
from tests.rows.staging import EASY, Node, World

ANCHOR = "acme.test"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("world"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(world) -> Node:
    return world.node("brand", **EASY)


@pytest.fixture
def acting(shell, world, served):
    """The shell of somebody with an API key of a role, at the node, with its zone."""
    shell.environ |= {"FRANKMARK_API_BASE": served.base, "FRANKMARK_RESOLVER": f"127.0.0.1:{world.dns.port}"}
    del shell.environ["FRANKMARK_DNS_DEADLINE_MS"]
    org_id = served.admin.good("POST", "/api/orgs", {"name": "Acme"})["orgId"]
    keys = {
        role: served.admin.good("POST", "/api/keys", {"role": role, "name": role, **more})["key"]
        for role, more in (("org", {"orgId": org_id}), ("reviewer", {}))
    }
    document = served.base + "/.well-known/frankmark-trust.json"
    offered = shell("trust", "add", document)
    groups = next(line for line in offered.out.splitlines() if line).rpartition(":")[2].strip()
    shell.environ["FRANKMARK_API_KEY"] = keys["org"]
    assert shell("trust", "add", document, "--fingerprint", groups, "--json").status == 0
    shell.keys = keys
    return shell


def publish(world, acting, anchor: str, *channels: str, first: bool = True) -> dict:
    """Make a brand at an anchor, or its next perimeter, with further channels as TOML."""
    if first:
        made = acting("perimeter", "init", anchor, "--name", "Acme", "-o", "draft.toml", "--json").object
        world.zone.put_text(made["record"]["name"], made["record"]["text"].encode())
    text = Path(acting.home / "draft.toml").read_text()
    head = text.partition("channels = [")[0]
    own = f'{{ type = "domain", value = "{anchor}", match = "subtree" }}'
    (acting.home / "draft.toml").write_text(f"{head}channels = [{', '.join([own, *channels])}]\n")
    signed = acting("perimeter", "sign", "draft.toml", "--our-numbers", "--json")
    assert signed.status == 0, signed.out + signed.err
    done = acting("perimeter", "publish", signed.object["file"], "--yes", "--json")
    assert done.status == 0, done.out + done.err
    return done.object


def test_a_brand_is_made_signed_and_published_and_its_key_never_lies_open(world, acting) -> None:
    anchor = world.name()
    made = acting("perimeter", "init", anchor, "--name", "Acme", "-o", "draft.toml")
    assert made.status == 0, made.err
    assert f"_securestamp-brand.{anchor}" in made.out
    assert "ssbrand=v=1; jkt=" in made.out
    folder = acting.config / "brands"
    assert folder.stat().st_mode & 0o077 == 0
    sealed = folder / f"{anchor}.key"
    assert sealed.read_bytes().startswith(b"frankmark-key/1 argon2id ")
    assert sealed.stat().st_mode & 0o077 == 0
    assert acting("perimeter", "init", anchor, "--name", "Acme", "-o", "other.toml").status == 1  # never overwritten
    draft = tomllib.loads((acting.home / "draft.toml").read_text())
    assert draft["channels"] == [{"type": "domain", "value": anchor, "match": "subtree"}]

    signed = acting("perimeter", "sign", "draft.toml")
    assert "first perimeter" in signed.err
    refused = acting("perimeter", "publish", f"{anchor}.perimeter-1.jws", "--yes", "--json")
    assert (refused.status, refused.object["error"]["code"]) == (20, "BRAND_KEY_MISMATCH") or refused.status == 1
    told = acting("perimeter", "publish", f"{anchor}.perimeter-1.jws", "--yes")
    assert "ssbrand=v=1; jkt=" in told.out  # what is missing, to copy
    assert acting("perimeter", "publish", f"{anchor}.perimeter-1.jws").status == 1  # nobody agreed


def test_what_changes_is_shown_before_it_is_signed(world, acting) -> None:
    anchor = world.name()
    first = publish(world, acting, anchor, '{ type = "whatsapp", value = "+34 600 000 000" }')
    assert [each["value"] for each in first["channels"]] == [anchor, "+34600000000"]
    (acting.home / "draft.toml").write_text(
        (acting.home / "draft.toml").read_text().replace("+34 600 000 000", "+34 600 000 001")
    )
    refused = acting("perimeter", "sign", "draft.toml", "--json")
    assert (refused.status, refused.object["error"]["code"]) == (1, "NOT_CONFIRMED")
    signed = acting("perimeter", "sign", "draft.toml", "--our-numbers")
    assert "+ whatsapp +34600000001" in signed.err
    assert "- whatsapp +34600000000" in signed.err
    published = acting("perimeter", "publish", f"{anchor}.perimeter-2.jws", "--yes", "--json").object
    assert (published["seq"], published["removed"][0]["value"]) == (2, "+34600000000")
    (acting.home / "old.jws").write_text(
        acting("perimeter", "show", anchor, "--history", "--json").objects[1]["perimeter"]
    )
    again = acting("perimeter", "publish", "old.jws", "--yes", "--json")
    assert (again.status, again.object["error"]["code"]) == (1, "PERIMETER_SUCCESSION")
    shown = acting("perimeter", "show", anchor, "--json").object
    assert shown["perimeter"] == (acting.home / f"{anchor}.perimeter-2.jws").read_text().strip()
    assert [one["seq"] for one in acting("perimeter", "show", anchor, "--history", "--json").objects] == [2, 1]
    online = acting("verify", f"{anchor}.perimeter-2.jws", "--online", "--json")
    assert (online.status, online.object["facts"]["seq"]) == (0, 2)
    world.zone.put_text(f"_securestamp-brand.{anchor}", b"ssbrand=v=1; jkt=" + b"A" * 43)


def test_every_fact_has_its_status_and_its_receipt(world, served, acting) -> None:
    anchor = world.name()
    brand = publish(world, acting, anchor)
    inside = acting("signal", f"https://www.{anchor}/page", "--brand", anchor, "--json")
    assert (inside.status, inside.object["overall"]) == (0, "L5")
    assert inside.object["receipts"] == [{"valid": True, "reason": None, "issuer": served.running.services.public_url}]
    outside = acting("signal", "elsewhere.test", "--brand", brand["id"], "--json")
    assert (outside.status, outside.object["results"][0]["fact"]) == (10, "NO_PERTENECE")
    unknown = acting("signal", "@nobody_at_all", "--json")
    assert (unknown.status, unknown.object["results"][0]["artifact"]["type"]) == (30, "telegram")
    several = acting("signal", f"www.{anchor}", "elsewhere.test", "--brand", anchor)
    assert several.status == 10
    assert f"Acme ({anchor})" in several.out
    assert "SSF-EV-" in several.out
    assert "SSCT-D1" in several.out


def confirmed(acting, anchor: str, channel: str) -> str:
    """A counter-stamp, brought to confirmation by a brand and a reviewer."""
    opened = acting("counterstamp", "open", channel, "--brand", anchor, "--json").object
    (acting.home / "seen.png").write_bytes(b"what was seen")
    reviewed = acting("counterstamp", "review", opened["id"], "--evidence", "seen.png", "--json")
    assert (reviewed.status, reviewed.object["state"]) == (0, "under_review"), reviewed.out
    assert acting("counterstamp", "statement", opened["id"], "-o", "stated.jws").status == 0
    own = acting("counterstamp", "confirm", opened["id"], "--statement", "stated.jws", "--json")
    assert (own.status, own.object["error"]["code"]) == (1, "ACTOR_NOT_ALLOWED")
    reviewer = {"FRANKMARK_API_KEY": acting.keys["reviewer"]}
    done = acting("counterstamp", "confirm", opened["id"], "--statement", "stated.jws", "--json", **reviewer)
    assert (done.status, done.object["state"]) == (0, "confirmed"), done.out
    return str(opened["id"])


def test_a_counterstamp_goes_its_way_and_each_move_can_be_shown(world, acting) -> None:
    anchor = world.name()
    publish(world, acting, anchor)
    channel = f"not-{anchor}"
    case = confirmed(acting, anchor, channel)
    stamped = acting("signal", channel, "--brand", anchor, "--nonce", "-o", "receipt.jws", "--json")
    assert (stamped.status, stamped.object["results"][0]["fact"]) == (20, "COUNTERSTAMP")
    receipt = acting("verify", "receipt.jws", "--json")
    assert (receipt.status, receipt.object["facts"]["counterStamp"]["id"]) == (0, case)
    kept = acting("ledger", "proof", receipt.object["facts"]["id"], "--json").object
    assert acting("verify", "receipt.jws", "--proof", kept["file"]).status == 0

    asked = acting("counterstamp", "challenge", case, "--json").object
    world.zone.put_text(f"{asked['place']}.{channel}", asked["text"].encode())
    nobody = {"FRANKMARK_API_KEY": ""}
    line = ("counterstamp", "dispute", case, "--nonce", asked["nonce"], "--json")
    disputed = acting(*line, **nobody)
    assert (disputed.status, disputed.object["state"]) == (0, "disputed"), disputed.out
    assert acting("signal", channel, "--brand", anchor).status == 10
    ended = acting("counterstamp", "revoke", case, "--reason", "It was ours after all", "--json")
    assert ended.object["state"] == "revoked"
    listed = acting("counterstamp", "list", "--json").objects
    assert case in {one["id"] for one in listed}
    assert acting("counterstamp", "show", case, "--json").object["version"] == 5

    taken = acting("counterstamp", "openings", case, "-o", "opening.json", "--json")
    assert [one["detail"]["to"] for one in taken.objects] == [
        "observed", "under_review", "confirmed", "disputed", "revoked",
    ]  # fmt: skip
    files = sorted(acting.home.glob("opening*.json"))
    assert len(files) == 5
    assert acting("verify", *(file.name for file in files)).status == 0
    spoilt = json.loads(files[0].read_text())
    spoilt["detail"]["reasonCode"] = "NO_LONGER_OURS"
    assert acting("verify", json.dumps(spoilt)).status == 20


@pytest.mark.parametrize("receipt", ["garbage", "a.b.c"])
def test_an_answer_whose_receipt_does_not_hold_is_none(shell, node, receipt) -> None:
    result = {"artifact": None, "brand": None, "fact": "PERTENECE", "signalLevel": "L5", "signals": [],
              "attribution": "direct", "receiptId": None, "receipt": receipt}  # fmt: skip
    node.tell("POST /api/signal/verify", {"overall": "L5", "results": [result], "tlp": "TLP:CLEAR"})
    done = shell("signal", "acme.example", "--json")
    assert (done.status, done.object["receipts"][0]["valid"]) == (20, False)


def test_an_answer_without_a_fact_is_none(shell, node) -> None:
    answer = {"overall": "L5", "results": [], "tlp": "TLP:CLEAR"}
    node.tell("POST /api/signal/verify", answer)
    assert shell("signal", "acme.example", "--json").status == 69
    node.problem("POST /api/signal/verify", 422, "ARTIFACT_PUBLIC_SUFFIX")
    done = shell("signal", "co.uk", "--json")
    assert (done.status, done.object["error"]["code"]) == (1, "ARTIFACT_PUBLIC_SUFFIX")


@pytest.mark.parametrize("words", [("a", "b", "-o", "x"), ("a", "--type", "nothing"), ()])
def test_arguments_that_cannot_be_are_refused(shell, words) -> None:
    assert shell("signal", *words).status == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1",
        'brand = "b"',
        "channels = 7",
        "\xff",
        'brand="b"\nname="n"\ndomain="d.example"\ndays=900\nchannels=[]',
    ],
)
def test_a_draft_that_cannot_be_read_says_so(shell, text) -> None:
    (shell.home / "draft.toml").write_text(text)
    done = shell("perimeter", "sign", "draft.toml", "--json")
    assert (done.status, done.object["error"]["code"]) == (2, "PERIMETER_DRAFT")
