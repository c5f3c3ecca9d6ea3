"""The two trust routes, and what a token's page says: §1.4 of the protocol, from outside."""

import json
import time

import pytest
from tests.rows.staging import ISSUER, dig, until

REGISTRY = {"domain", "stamp", "ledgerRef", "verifiedAt"}
STAMP = {"stampId", "score", "status", "issuedAt", "expiresAt", "issuedBy", "signals"}


@pytest.mark.row("L16")
def test_L16_an_active_stamp_is_shown_with_its_signals_and_its_place_in_the_ledger(node, stamped):
    answer = node.anyone.get(f"/v1/trust/{stamped.domain}")
    body = answer.json
    assert (answer.status, set(body), set(body["stamp"])) == (200, REGISTRY, STAMP)
    assert body["domain"] == stamped.domain
    assert body["stamp"]["stampId"] == stamped.stamp_id
    assert (body["stamp"]["status"], body["stamp"]["score"]) == ("active", 92)
    assert body["stamp"]["issuedBy"] == node.node_id
    assert body["stamp"]["signals"] == {"spf": "pass", "dkim": "pass", "dmarc": "pass"}
    assert body["ledgerRef"].startswith(f"{ISSUER}/v1/ledger/")
    assert node.anyone.get(f"/v1/trust/{stamped.stamp_id}").json["stamp"] == body["stamp"]


@pytest.mark.row("L17")
def test_L17_an_unknown_domain_is_200_with_null(world, node):
    name = world.name()
    answer = node.anyone.get(f"/v1/trust/{name}")
    assert answer.status == 200
    assert answer.json.keys() == {"domain", "stamp", "verifiedAt"}
    assert (answer.json["domain"], answer.json["stamp"]) == (name, None)


@pytest.mark.row("L18")
def test_L18_a_revoked_stamp_is_200_with_score_0_and_the_reason(node, stamped):
    reason = {"reason": "PHISHING_DETECTED"}
    node.admin.good("POST", f"/api/stamps/{stamped.stamp_id}/revoke", reason)
    answer = node.anyone.get(f"/v1/trust/{stamped.domain}")
    seen = answer.json["stamp"]
    assert answer.status == 200
    assert set(seen) == {"stampId", "score", "status", "revokedAt", "revocationReason"}
    assert (seen["stampId"], seen["score"], seen["status"]) == (stamped.stamp_id, 0, "revoked")
    assert seen["revocationReason"] == "PHISHING_DETECTED"
    assert seen["revokedAt"].startswith("20")


@pytest.mark.row("L19")
def test_L19_the_ledger_reference_resolves_to_the_stamps_own_transaction(node, stamped):
    reference = node.anyone.get(f"/v1/trust/{stamped.domain}").json["ledgerRef"]
    answer = node.anyone.get("/" + reference.split("/", 3)[3])
    assert (answer.status, answer.json["stampId"]) == (200, stamped.stamp_id)
    assert answer.json["entry"]["stampId"] == stamped.stamp_id


@pytest.mark.row("L22")
def test_L22_the_signals_follow_the_zone(world, node, stamped):
    def signals():
        return node.anyone.get(f"/v1/trust/{stamped.domain}").json["stamp"]["signals"]

    assert signals() == {"spf": "pass", "dkim": "pass", "dmarc": "pass"}
    world.zone.put_text(stamped.domain, b"v=spf1 +all")
    world.zone.put_text(f"demo._domainkey.{stamped.domain}", b"v=DKIM1; k=rsa; p=")
    world.zone.put_text(f"_dmarc.{stamped.domain}")
    changed = {"spf": "fail", "dkim": "fail", "dmarc": "none"}
    assert until(signals, lambda seen: seen == changed) == changed


@pytest.mark.row("L23")
def test_L23_anybody_can_verify_a_token_as_a_page_and_as_data(node, stamped):
    page = node.anyone.get(f"/verify/{stamped.token}", Accept="text/html")
    assert (page.status, page.headers["content-type"].split(";")[0]) == (200, "text/html")
    assert stamped.domain.encode() in page.data
    data = node.anyone.get(f"/verify/{stamped.token}", Accept="application/json")
    checks = {"signature": True, "exp": True, "stampKnown": True, "revoked": False, "domain": True}
    assert (data.json["valid"], data.json["reason"], data.json["checks"]) == (True, None, checks)
    assert data.json["stamp"]["stampId"] == stamped.stamp_id

    head, payload, signature = stamped.token.split(".")
    for spoilt in (
        f"{head}.{payload}.{'B' if signature[0] != 'B' else 'C'}{signature[1:]}",
        f"{head}.{payload[:30]}{'A' if payload[30] != 'A' else 'B'}{payload[31:]}.{signature}",
    ):
        answer = node.anyone.get(f"/verify/{spoilt}", Accept="application/json")
        assert answer.status == 200
        assert answer.json["valid"] is False
        assert answer.json["reason"]
        shown = node.anyone.get(f"/verify/{spoilt}", Accept="text/html")
        assert shown.status == 200
        assert shown.data != page.data


@pytest.mark.row("L24")
def test_L24_a_token_from_the_record_and_from_the_header_come_to_the_same_verdict(world, node, stamped):
    from_record = dig(world, f"_securestamp.{stamped.domain}").rpartition("/")[2]
    header = node.admin.good("GET", f"/api/stamps/{stamped.stamp_id}/token")["header"]
    from_header = header.partition("token=")[2].partition(";")[0]
    tokens = (from_record, from_header)
    verdicts = [node.anyone.get(f"/verify/{token}", Accept="application/json").json for token in tokens]
    assert verdicts[0] == verdicts[1]
    assert verdicts[0]["valid"] is True
    channels = node.anyone.channels(stamped.domain, token=from_header)
    assert [channels[name]["result"] for name in ("dns", "header")] == ["pass", "pass"]
    assert channels["dns"]["stampId"] == channels["header"]["stampId"] == stamped.stamp_id

    node.admin.good("POST", f"/api/stamps/{stamped.stamp_id}/revoke", {"reason": "ORG_REQUEST"})
    channels = node.anyone.channels(stamped.domain, token=from_header)
    verdicts = [(channels[name]["result"], channels[name]["reason"]) for name in ("dns", "header")]
    assert verdicts == [("fail", "STAMP_REVOKED")] * 2


@pytest.mark.row("W11")
def test_W11_a_stamp_is_looked_up_at_once_with_nothing_in_the_zone(world, node):
    domain = world.mail_domain(world.name())
    assert world.prove(node, domain).status == 200
    world.empty(domain)
    made = world.issued(node.admin.post("/api/stamps", {"domain": domain, "orgId": node.owner()}))
    seen = node.anyone.get(f"/v1/trust/{domain}").json["stamp"]
    assert (seen["stampId"], seen["status"]) == (made.stamp_id, "active")
    assert node.anyone.good("GET", f"/api/registry/lookup?domain={domain}")["stampStatus"] == "active"
    assert node.anyone.channels(domain)["dns"]["result"] == "none"


@pytest.mark.row("W12")
def test_W12_mail_addresses_and_domains_are_checked_and_anything_else_is_400(node, stamped):
    documented = {"target", "domain", "trustState", "score", "signals", "stamp", "checkedAt"}
    signals = {"spf", "dkim", "dmarc", "domainAge", "registrationVerified", "domainVerifiedInRegistry"}
    for target in (stamped.domain, f"newsletter@{stamped.domain}"):
        body = node.anyone.check(target)
        assert documented < set(body)
        assert set(body["signals"]) == signals
        assert (body["target"], body["domain"]) == (target, stamped.domain)
        assert (body["trustState"], body["score"]) == ("CONFIABLE", 92)
        assert body["signals"]["domainAge"] == "2y"
        assert body["signals"]["registrationVerified"] is body["signals"]["domainVerifiedInRegistry"] is True
        assert body["stamp"]["stampId"] == stamped.stamp_id
        assert body["stamp"]["artworkUrl"].endswith(f"/api/stamps/embed?id={stamped.stamp_id}")
    for target in ("no domain", "a@b@c", "@", "https://example.com/", "-x-.test", "1.2.3.4", "com", "a@co.uk"):
        answer = node.anyone.post("/api/trust/check", {"target": target})
        assert (answer.status, answer.json["code"]) == (400, "INVALID_TARGET"), target


@pytest.mark.row("W13")
def test_W13_every_channel_is_listed_and_an_override_shows_as_a_rule_only(node, stamped):
    address, note = f"odd@{stamped.domain}", "seen seven complaints from this one"
    listed = node.anyone.check(address)
    assert [one["channel"] for one in listed["channels"]] == ["dns", "header", "api"]
    assert all(one["result"] for one in listed["channels"])
    assert "O" not in listed["assessment"]["rules"]

    act = {"address": address, "score": 41, "note": note}
    assert node.anyone.post("/api/overrides", act).status == 401
    node.admin.good("POST", "/api/overrides", act)
    answer = node.anyone.post("/api/trust/check", {"target": address})
    assert answer.json["assessment"]["rules"] == ["O"]
    assert (answer.json["score"], answer.json["trustState"]) == (41, "SOSPECHOSO")
    assert note.encode() not in answer.data
    assert node.anyone.check(stamped.domain)["assessment"]["rules"] == []
    assert node.anyone.check(f"even@{stamped.domain}")["score"] == 92

    node.anyone.good("POST", "/api/reports", {"category": "PHISHING", "domain": stamped.domain})
    listing, asked = f"/api/overrides?domain={stamped.domain}", {"address": f"odd@{stamped.domain.upper()}"}
    assert [node.anyone.get(listing).status, node.anyone.post("/api/overrides/find", asked).status] == [401, 401]
    for role in ("compliance", "reviewer", "org", "receiver", "reader"):
        with node.caller(role) as other:
            for refused in (other.get(listing), other.post("/api/overrides/find", asked)):
                assert (refused.status, refused.json["code"], note in refused.data.decode()) == (
                    403,
                    "FORBIDDEN",
                    False,
                )
    (row,) = until(lambda: node.admin.good("GET", listing)["items"], lambda rows: rows[0]["seenCount"] == 1)
    assert row == node.admin.good("POST", "/api/overrides/find", asked)
    assert (row["domain"], row["score"], row["note"]) == (stamped.domain, 41, note)
    assert (row["seenCount"], row["complaintCount"]) == (1, 1)
    assert row["lastSeen"].startswith("20")
    assert address not in json.dumps(row)
    trail = f"/api/audit?target={stamped.domain}"
    assert node.anyone.get(trail).status == 401
    assert node.admin.get(trail).status == 200


@pytest.mark.row("W14")
def test_W14_a_thousand_warm_checks_stay_below_200_ms_at_the_95th_percentile(node, stamped):
    node.anyone.check(stamped.domain)
    took: list[float] = []
    for _ in range(1000):
        begun = time.perf_counter()
        assert node.anyone.post("/api/trust/check", {"target": stamped.domain}).status == 200
        took.append((time.perf_counter() - begun) * 1000)
        assert sum(each >= 200 for each in took[-60:]) <= 50  # no need to wait for the other nine hundred
    p95 = sorted(took)[949]
    print(f"W14: p95 of 1000 warm checks {p95:.1f} ms")  # noqa: T201  (the row asks for it)
    assert p95 < 200


@pytest.mark.row("L39")
def test_L39_every_issued_stamp_is_found_by_its_domain_without_a_credential(node, stamped):
    node.admin.good("POST", f"/api/stamps/{stamped.stamp_id}/revoke", {"reason": "ORG_REQUEST"})
    found, after = 0, ""
    while True:
        part = node.admin.good("GET", f"/api/stamps?limit=20&after={after}")
        for one in part["items"]:
            if node.admin.get(f"/api/stamps/{one['stampId']}/publication").json.get("code") == "STAMP_NOT_RENEWABLE":
                continue  # the stamp of one mail address, which is no domain's business
            entry = node.anyone.good("GET", f"/api/registry/lookup?domain={one['domain']}")
            listed = {each["stampId"]: each["status"] for each in entry["stamps"]}
            assert listed[one["stampId"]] == one["status"]
            found += 1
        after = part["next"]
        if not after:
            break
    assert found >= 13
