"""Registration: who owns a domain, who reads a mailbox, what the ledger refuses, and the picture that never changes."""

import json
import re

import pytest
from tests.rows.staging import until


@pytest.mark.row("W6")
def test_W6_ownership_is_shown_by_the_challenge_in_the_zone_and_by_nothing_else(world, node):
    domain = world.mail_domain(world.name())
    wrong = world.prove(node, domain, "securestamp=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert (wrong.status, wrong.json["code"]) == (409, "CHALLENGE_NOT_ANSWERED")
    refused = node.admin.post("/api/stamps", {"domain": domain, "orgId": node.owner()})
    assert (refused.status, refused.json["code"]) == (409, "DOMAIN_NOT_VERIFIED")

    told = node.admin.good("POST", "/api/domains", {"domain": domain, "orgId": node.owner()})["challenge"]
    assert told["recordName"] == f"_securestamp-challenge.{domain}"
    assert re.fullmatch(r"securestamp=[A-Za-z0-9_-]{43}", told["recordText"])
    world.zone.put_text(told["recordName"], told["recordText"].encode())
    path, who = f"/api/domains/{domain}/verify", {"orgId": node.owner()}
    shown = until(lambda: node.admin.post(path, who), lambda answer: answer.status == 200)
    assert (shown.status, shown.json["method"]) == (200, "dns")
    assert shown.json["verifiedAt"]
    again = node.admin.post(path, who)
    assert (again.status, again.json["code"]) == (409, "CHALLENGE_NOT_OPEN")


@pytest.mark.row("W7")
def test_W7_an_address_is_registered_by_its_mailbox_and_counts_for_itself_alone(world, node):
    domain = world.mail_domain(world.name())
    address, neighbour = f"rita@{domain}", f"rito@{domain}"
    before = node.anyone.get(f"/v1/trust/{domain}").json["stamp"]
    made = node.admin.good("POST", "/api/addresses", {"address": address, "orgId": node.owner()})
    recipient, letter = until(lambda: world.letters.texts[-1:], bool)[0]
    assert recipient == address
    code = re.search(r"\b([A-Z2-7]{6})\b", letter.partition("\r\n\r\n")[2])[1]

    path = f"/api/addresses/{made['addressId']}/verify"
    assert node.anyone.post(path, {"code": "AAAAAA" if code != "AAAAAA" else "BBBBBB"}).json["code"] == "CODE_WRONG"
    shown = node.anyone.good("POST", path, {"code": code})
    assert shown["verifiedAt"]
    assert node.anyone.get(f"/v1/ledger/tx/{shown['txHash']}").json["stampId"] == shown["stampId"]

    registry = {
        target: next(
            one["value"] for one in node.anyone.check(target)["assessment"]["signals"] if one["name"] == "registry"
        )
        for target in (address, neighbour, domain)
    }
    assert registry == {address: "verified", neighbour: "none", domain: "none"}
    assert node.anyone.check(address)["stamp"]["stampId"] == shown["stampId"]
    assert node.anyone.check(neighbour)["stamp"] is None
    assert node.anyone.get(f"/v1/trust/{domain}").json["stamp"] == before is None


@pytest.mark.row("W8")
def test_W8_a_registration_names_its_transaction_and_the_ledger_has_it(world, node):
    made = world.stamp(node, world.mail_domain(world.name()))
    answer = node.anyone.get(f"/v1/ledger/tx/{made.tx_hash}")
    assert (answer.status, answer.json["type"]) == (200, "StampIssuance")
    assert answer.json["asset"]["domain"] == made.domain


@pytest.mark.row("L45")
def test_L45_the_ledger_refuses_a_second_active_stamp_a_domain_not_normal_and_a_second_revocation(world, node):
    made = world.stamp(node, world.mail_domain(world.name()))
    owner = node.owner()
    size = node.anyone.good("GET", "/v1/ledger/head")["size"]
    second = node.admin.post("/api/stamps", {"domain": made.domain, "orgId": owner})
    assert (second.status, second.json["code"]) == (409, "STAMP_ALREADY_ACTIVE")
    for wrong in (
        f"https://{made.domain}",
        f"{made.domain}/",
        f"{made.domain}:443",
        f" {made.domain}",
        f"{made.domain}..",
        "",
    ):
        for path in ("/api/domains", "/api/stamps"):
            answer = node.admin.post(path, {"domain": wrong, "orgId": owner})
            assert answer.status in {400, 422}, (path, wrong)
            assert answer.json["code"] in {"INVALID_DOMAIN", "VALIDATION_FAILED"}, (path, wrong)
    assert node.anyone.good("GET", "/v1/ledger/head")["size"] == size

    reference = node.anyone.get(f"/v1/trust/{made.domain}").json["ledgerRef"]
    asset = node.anyone.good("GET", "/" + reference.split("/", 3)[3])["asset"]
    assert asset.keys() == {"stampId", "orgId", "domain", "score", "signals", "timestamp", "issuedBy"}
    path = f"/api/stamps/{made.stamp_id}/revoke"
    node.admin.good("POST", path, {"reason": "ORG_REQUEST"})
    again = node.admin.post(path, {"reason": "PHISHING_DETECTED"})
    assert (again.status, again.json["code"]) == (409, "INVALID_TRANSITION")
    assert node.anyone.good("GET", "/v1/ledger/head")["size"] == size + 1
    # Revoked is for ever, and frees the domain for a new issuance under a new id.
    assert (
        world.issued(node.admin.post("/api/stamps", {"domain": made.domain, "orgId": owner})).stamp_id != made.stamp_id
    )


@pytest.mark.row("L45")
def test_L45_an_asset_whose_domain_is_not_normal_is_none():
    from frankmark.foundation.errors import Malformed  # noqa: PLC0415  (the chaincode's own door, not an outsider's)
    from frankmark.protocols.securestamp.ledger import AssetType, parse_asset  # noqa: PLC0415

    asset = {
        "stampId": "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "orgId": "org_1",
        "domain": "example.com",
        "score": 92,
        "signals": "{}",
        "timestamp": 1_768_471_200_000,
        "issuedBy": "a" * 64,
    }
    assert parse_asset(AssetType.STAMP_ISSUANCE, asset).domain == "example.com"
    for wrong in ("Example.com", "example.com.", "https://example.com", "bücher.de", "example.com/"):
        with pytest.raises(Malformed):
            parse_asset(AssetType.STAMP_ISSUANCE, {**asset, "domain": wrong})


@pytest.mark.row("L25")
def test_L25_the_picture_is_the_same_after_revocation_and_names_no_status(node, stamped):
    path = f"/api/stamps/embed?id={stamped.stamp_id}"
    before = node.anyone.get(path)
    assert (before.status, before.headers["content-type"]) == (200, "image/svg+xml")
    assert stamped.domain.encode() in before.data
    assert node.anyone.get(f"/badge/{stamped.domain}.svg").data == before.data
    node.admin.good("POST", f"/api/stamps/{stamped.stamp_id}/revoke", {"reason": "POLICY_VIOLATION"})
    assert node.anyone.get(f"/v1/trust/{stamped.domain}").json["stamp"]["status"] == "revoked"
    after = node.anyone.get(path)
    assert (after.status, after.data) == (200, before.data)
    assert node.anyone.get(f"/badge/{stamped.domain}.svg").data == before.data
    words = re.sub(rb"<style.*?</style>", b"", after.data, flags=re.DOTALL).lower()
    for word in (b"revoked", b"active", b"expired", b"valid", b"trusted", b"confiable", b"score", b"safe"):
        visible = re.sub(rb"<[^>]*>", b" ", words)
        assert word not in visible, word
    for word in (b"revoked", b"active", b"expired", b"confiable", b"status"):
        assert word not in words, word


def assets(node, kind):
    """What the ledger holds of one kind, the oldest first."""
    start, found = 0, []
    while start is not None:
        part = node.anyone.good("GET", f"/v1/ledger/explore?start={start}&limit=200")
        found += [one["asset"] for one in part["items"] if one["entry"]["type"] == kind]
        start = part["next"]
    return found


@pytest.mark.row("W21")
@pytest.mark.parametrize("name", ["admin", "compliance"])
def test_W21_a_listed_domain_is_blocked_and_comes_back_when_it_is_taken_off(node, stamped, name):
    assert node.anyone.check(stamped.domain)["trustState"] == "CONFIABLE"
    node.admin.good("POST", f"/api/lists/{name}", {"domain": stamped.domain, "note": "why"})
    blocked = node.anyone.check(stamped.domain)
    assert (blocked["trustState"], blocked["score"], blocked["assessment"]["rules"]) == ("BLOQUEADO", 0, ["Z"])
    assert node.anyone.check(f"news@{stamped.domain}")["score"] == 0
    assert node.admin.ask("DELETE", f"/api/lists/{name}/{stamped.domain}").status == 204
    back = node.anyone.check(stamped.domain)
    assert (back["trustState"], back["score"]) == ("CONFIABLE", 92)
    acts = [one["act"] for one in node.admin.good("GET", f"/api/audit?target={stamped.domain}")["items"]]
    assert acts[:4] == ["score.change", f"list.{name}.remove", "score.change", f"list.{name}.add"]
    assert [
        (each["oldScore"], each["newScore"], each["reason"], json.loads(each["evidence"]))
        for each in assets(node, "ScoreChange")
        if each["domain"] == stamped.domain
    ] == [(92, 0, "MANUAL_REVIEW", []), (0, 92, "MANUAL_REVIEW", [])]
    assert node.anyone.post(f"/api/lists/{name}", {"domain": stamped.domain}).status == 401
