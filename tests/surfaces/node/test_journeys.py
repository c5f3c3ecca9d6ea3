"""What everybody may see of a stamp while it lives and after, over a socket; every answer of its promised form."""

import re

import msgspec
import pytest

from frankmark.foundation import canonical, jws
from frankmark.foundation.jwks import JwkSet
from frankmark.protocols.securestamp.badge import BadgeState, render_badge
from frankmark.surfaces.node.routes.ledger import HeadView, TransactionView
from frankmark.surfaces.node.routes.trust_views import BatchView, CheckView, LookupView, TrustView, VerifyView

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
HOSTILE = ['"><script>alert(1)</script>.example', "a&b.example", "a'onload=x.example", "]]>.example", "%00.example"]


def exactly(value, form) -> None:
    """The value has the members of the form, all of them and no other, all the way down."""
    read = msgspec.convert(value, form)
    again = msgspec.to_builtins(read)
    assert again == value, f"{form.__name__} is not what is served"


@pytest.fixture(scope="module")
def stamp(node) -> dict:
    return node.stamped("good.example")


def token_of(node, stamp) -> str:
    return node.ask("GET", f"/api/stamps/{stamp['stampId']}/token", key=stamp["key"]).json()["token"]


def test_every_public_answer_is_exactly_of_its_form(node, stamp) -> None:
    exactly(node.ask("GET", "/v1/trust/good.example").json(), TrustView)
    exactly(node.ask("GET", f"/v1/trust/{stamp['stampId']}").json(), TrustView)
    exactly(node.ask("GET", "/v1/trust/other.example").json(), TrustView)
    for target in ("good.example", "other.example", "post@good.example"):
        exactly(node.ask("POST", "/api/trust/check", {"target": target}).json(), CheckView)
    exactly(node.ask("GET", "/api/registry/lookup?domain=good.example").json(), LookupView)
    exactly(node.ask("GET", "/api/registry/lookup?domain=other.example").json(), LookupView)
    exactly(node.ask("GET", f"/verify/{token_of(node, stamp)}").json(), VerifyView)
    exactly(node.ask("GET", f"/v1/ledger/tx/{stamp['txHash']}").json(), TransactionView)
    exactly(node.ask("GET", "/v1/ledger/head").json(), HeadView)


def test_a_batch_answers_in_order_and_names_what_it_cannot(node) -> None:
    asked = [{"target": "good.example"}, {"target": "not a domain"}, {"target": "other.example"}]
    made = node.ask("POST", "/api/trust/check/batch", {"targets": asked}, key=node.running.run_token).json()
    assert set(made) == set(BatchView.__struct_fields__)
    first, second, third = made["results"]
    exactly(first, CheckView)
    exactly(third, CheckView)
    assert (second["target"], second["problem"]["code"]) == ("not a domain", "INVALID_TARGET")
    assert node.ask("POST", "/api/trust/check/batch", {"targets": []}, key=node.running.run_token).status_code == 422
    assert (
        node.ask("POST", "/api/trust/check/batch", {"targets": asked * 34}, key=node.running.run_token).status_code
        == 422
    )


def test_a_body_in_a_content_coding_is_refused_and_not_read_as_if_it_had_none(node) -> None:
    asked = {"target": "good.example"}
    for coding, status in {"gzip": 415, "br": 415, "identity, gzip": 415, "Identity": 200}.items():
        answer = node.ask("POST", "/api/trust/check", asked, Content_Encoding=coding)
        assert answer.status_code == status, coding
    assert (
        node.ask("POST", "/api/trust/check", asked, Content_Encoding="gzip").json()["code"] == "UNSUPPORTED_MEDIA_TYPE"
    )


def test_an_answer_from_memory_differs_in_its_time_alone(node) -> None:
    first, second = (node.ask("POST", "/api/trust/check", {"target": "good.example"}).json() for _ in range(2))
    assert {**first, "checkedAt": ""} == {**second, "checkedAt": ""}


def test_a_domain_without_a_stamp_is_an_answer(node) -> None:
    body = node.ask("GET", "/v1/trust/nobody.example").json()
    assert (body["domain"], body["stamp"]) == ("nobody.example", None)
    unknown = node.ask("GET", "/v1/trust/f47ac10b-58cc-4372-a567-0e02b2c3d479").json()
    assert (unknown["domain"], unknown["stamp"]) == (None, None)


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("application/json", False),
        ("application/json, text/html", False),
        ("*/*", False),
        ("", False),
        ("text/html;q=0.1, application/json;q=0.9", False),
        ("application/json;q=0.2, text/html;q=0.8", True),
        ("text/html;q=0", False),
    ],
)
def test_verify_is_a_page_for_readers_and_json_for_programs(node, stamp, accept, page) -> None:
    answer = node.ask("GET", f"/verify/{token_of(node, stamp)}", Accept=accept)
    assert answer.status_code == 200
    assert "Accept" in answer.headers["vary"]
    assert answer.headers["content-type"].startswith("text/html") is page


def test_a_token_is_looked_at_from_all_sides(node, stamp) -> None:
    token = token_of(node, stamp)
    seen = node.ask("GET", f"/verify/{token}").json()
    assert seen["valid"] is True
    assert seen["checks"] == {"signature": True, "exp": True, "stampKnown": True, "revoked": False, "domain": True}
    head, payload, signature = token.split(".")
    other = node.stamped("else.example")
    swapped = token_of(node, other).split(".")[1]
    forged = node.ask("GET", f"/verify/{head}.{swapped}.{signature}").json()
    assert (forged["valid"], forged["reason"], forged["checks"]["signature"]) == (False, "SIGNATURE_FALSE", False)
    for wrong in (f"{head}.{payload}", "abc", f"{token}.x", token + "A" * 9000, "%00", "..%2f..%2fetc"):
        answer = node.ask("GET", f"/verify/{wrong}")
        assert (answer.status_code, answer.json()["valid"]) == (200, False), wrong


def test_asking_for_a_token_leads_to_its_page(node, stamp) -> None:
    token = token_of(node, stamp)
    answer = node.ask("GET", f"/verify?lang=fr&token=https://node.example/verify/{token}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/verify/{token}?lang=fr")


def test_revocation_counts_at_once_and_changes_no_picture(node) -> None:
    made = node.stamped("leaving.example")
    token = token_of(node, made)
    picture = node.ask("GET", f"/api/stamps/embed?id={made['stampId']}")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "immutable" in picture.headers["cache-control"]
    gone = node.ask("POST", f"/api/stamps/{made['stampId']}/revoke", {"reason": "ORG_REQUEST"}, key=made["key"])
    assert gone.json()["status"] == "revoked"
    again = node.ask("POST", f"/api/stamps/{made['stampId']}/revoke", {"reason": "ORG_REQUEST"}, key=made["key"])
    assert (again.status_code, again.json()["code"]) == (409, "INVALID_TRANSITION")
    body = node.ask("GET", "/v1/trust/leaving.example").json()
    exactly(body, TrustView)
    assert (body["stamp"]["status"], body["stamp"]["revocationReason"]) == ("revoked", "ORG_REQUEST")
    seen = node.ask("GET", f"/verify/{token}").json()
    assert (seen["valid"], seen["status"], seen["checks"]["revoked"]) == (False, "revoked", True)
    assert "Not valid" in node.ask("GET", f"/verify/{token}", Accept=BROWSER).text
    assert node.ask("GET", f"/api/stamps/embed?id={made['stampId']}").content == picture.content
    entry = node.ask("GET", "/api/registry/lookup?domain=leaving.example").json()
    exactly(entry, LookupView)
    assert entry["stampStatus"] == "revoked"
    assert "revoked" in node.ask("GET", "/registry?domain=leaving.example", Accept=BROWSER).text


def test_a_badge_is_drawn_for_every_domain_and_says_nothing_of_safety(node) -> None:
    known, unknown = (node.ask("GET", f"/badge/{name}.example/registration.svg").text for name in ("good", "nobody"))
    assert "registered" in known
    assert "not registered" in unknown
    for drawn in (known, unknown):
        assert not re.search(r"<script|onload|href=.javascript|trusted|safe", drawn, re.IGNORECASE)


def picture(node, path: str) -> bytes:
    answer = node.ask("GET", path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    return answer.content


def test_a_domains_picture_is_the_artwork_of_the_stamp_that_counts(node) -> None:
    first = node.stamped("pictured.example")
    of_first = picture(node, f"/api/stamps/embed?id={first['stampId']}")
    assert picture(node, "/badge/pictured.example.svg") == of_first
    assert picture(node, "/badge/PICTURED.example.svg") == of_first
    end = {"reason": "ORG_REQUEST"}
    assert node.ask("POST", f"/api/stamps/{first['stampId']}/revoke", end, key=first["key"]).status_code == 200
    assert picture(node, "/badge/pictured.example.svg") == of_first, "the newest there is"
    asked = {"domain": "pictured.example", "orgId": first["orgId"]}
    second = node.admin("POST", "/api/stamps", asked)
    of_second = picture(node, f"/api/stamps/embed?id={second['stampId']}")
    assert of_second != of_first
    assert picture(node, "/badge/pictured.example.svg") == of_second, "the newest active one"


def test_without_a_stamp_the_picture_is_grey_and_knows_no_time(node) -> None:
    drawn = picture(node, "/badge/nobody.example.svg")
    assert drawn == render_badge("nobody.example", BadgeState.NO_STAMP, None)
    org_id = node.admin("POST", "/api/orgs", {"name": "No stamp yet"})["orgId"]
    node.own(org_id, "stampless.example")
    assert b"no stamp" in picture(node, "/badge/stampless.example.svg")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(
    "path",
    ["/badge/{}.svg", "/badge/{}/registration.svg", "/check?target={}", "/registry?domain={}", "/verify/{}", "/{}"],
)
def test_a_hostile_name_stays_text(node, name, path) -> None:
    with node.client(headers={"Accept": BROWSER}) as client:
        answer = client.get(path.format(name.replace("%", "%25").replace("&", "%26")))
    assert "<script>alert" not in answer.text
    assert "'onload=x" not in answer.text


def test_the_trust_document_is_signed_by_a_key_that_it_names(node) -> None:
    document = node.ask("GET", "/.well-known/frankmark-trust.json").json()
    token = jws.parse(document.pop("signature"), max_length=100_000)
    assert token.header.typ == "frankmark-trust"
    assert canonical.load(token.payload) == document
    jws.verify(token, JwkSet.parse(canonical.dump(document["jwks"])).get(token.header.kid).key)
    assert node.ask("GET", "/.well-known/jwks.json").json() == document["jwks"]
    assert node.ask("GET", f"/v1/keys/{document['nodeId']}").json() == document["jwks"]


def test_keys_are_made_rotated_listed_and_ended(node, stamp) -> None:
    org = {"orgId": stamp["orgId"]}
    made = node.admin("POST", "/api/keys", {"role": "receiver", "name": "gateway", **org})
    assert "key" not in str(
        [one for one in node.admin("GET", f"/api/keys?orgId={org['orgId']}")["items"] if made["key"] in str(one)]
    )
    newer = node.ask("POST", f"/api/keys/{made['keyId']}/rotate", key=made["key"]).json()
    for key in (made["key"], newer["key"]):
        assert node.ask("GET", "/api/status", key=key).json()["role"] == "receiver"
    assert node.ask("POST", "/api/orgs", {"name": "x"}, key=newer["key"]).status_code == 403
    node.admin("POST", f"/api/keys/{made['keyId']}/revoke")
    assert node.ask("GET", "/api/status", key=made["key"]).status_code == 401
    node.admin("POST", f"/api/keys/{newer['keyId']}/revoke")
    assert node.ask("GET", "/api/status", key=newer["key"]).status_code == 401


def test_what_reviewers_do_and_what_is_kept_of_it(node) -> None:
    node.admin("POST", "/api/lists/compliance", {"domain": "sanctioned.example"})
    assert node.ask("POST", "/api/trust/check", {"target": "sanctioned.example"}).json()["score"] == 0
    assert node.admin("GET", "/api/lists/compliance")["items"][0]["domain"] == "sanctioned.example"
    node.admin("DELETE", "/api/lists/compliance/sanctioned.example")
    assert node.admin("GET", "/api/lists/compliance")["items"] == []
    override = {"address": "ceo@good.example", "score": 5, "note": "seen abroad"}
    assert node.admin("POST", "/api/overrides", override)["score"] == 5
    assert node.ask("POST", "/api/trust/check", {"target": "ceo@good.example"}).json()["score"] == 5
    assert node.admin("POST", "/api/overrides", {**override, "score": None})["score"] is None
    report = node.ask("POST", "/api/reports", {"category": "PHISHING", "domain": "bad.example"}).json()
    assert [one["reportId"] for one in node.admin("GET", "/api/reports")["items"]] == [report["reportId"]]
    decided = node.admin("POST", f"/api/reports/{report['reportId']}/decide", {"upheld": True, "decision": "yes"})
    assert decided["status"] == "UPHELD"
    assert node.admin("GET", "/api/candidates") == {"items": [], "next": ""}
    acts = [one["act"] for one in node.admin("GET", "/api/audit")["items"]]
    assert acts[0] == "report.decide"


def test_signing_keys_change_hands_by_command_and_name_whom_it_concerns(node) -> None:
    made = node.stamped("rotating.example")
    old = node.ask("GET", "/.well-known/jwks.json").json()["keys"][0]["kid"]
    newer = node.admin("POST", "/api/signing-keys/rotate")["kid"]
    retired = node.admin("POST", "/api/signing-keys/retire", {"kid": old})
    assert made["stampId"] in retired["affected"]
    states = {key["kid"]: key["ss_status"] for key in node.ask("GET", "/.well-known/jwks.json").json()["keys"]}
    assert (states[old], states[newer]) == ("retired", "active")
    assert node.admin("POST", "/api/signing-keys/compromise", {"kid": old, "sinceMs": 1})["kid"] == old
    last = node.ask("POST", "/api/signing-keys/retire", {"kid": newer}, key=node.running.run_token)
    assert last.json()["code"] == "SIGNING_KEY_LAST"


def test_the_ledger_is_read_audited_and_explored(node, stamp) -> None:
    size = node.ask("GET", "/v1/ledger/head").json()["size"]
    part = node.ask("GET", "/v1/ledger/explore?start=0&limit=1").json()
    assert (len(part["items"]), part["next"]) == (1, 1)
    assert node.ask("GET", f"/v1/ledger/explore?start={size}").json() == {"items": [], "next": None}
    assert node.ask("GET", f"/v1/ledger/inclusion?index=0&size={size}").json()["path"]
    assert node.ask("GET", f"/v1/ledger/consistency?old=1&new={size}").json()["path"]
    assert node.ask("GET", f"/v1/ledger/proof/{stamp['txHash']}").text.startswith("c2sp.org/tlog-proof")
    assert node.ask("GET", "/v1/ledger/log/checkpoint").text.splitlines()[1] == str(size)
    assert node.ask("GET", f"/v1/ledger/log/tile/0/000.p/{size}").status_code == 200
    head = node.ask("GET", "/v1/ledger/head").json()
    assert node.ask("GET", "/v1/ledger/logs").json() == {"items": [head | {"resources": "/v1/ledger/logs/1/"}]}
    assert node.ask("GET", "/v1/ledger/logs/1/checkpoint").content == head["checkpoint"].encode()
    logs = [{"origin": head["origin"], "size": size, "root": head["root"]}]
    assert node.admin("POST", "/api/ledger/audit") == {"sound": True, "size": size, "logs": logs, "findings": []}


def test_a_backup_is_written_where_it_is_asked_for(node, tmp_path) -> None:
    made = node.admin("POST", "/api/backup", {"target": str(tmp_path / "backup.tar")})
    assert made["nodeId"] == node.services.node_id
    assert (tmp_path / "backup.tar").stat().st_size > made["storeOctets"]


def test_what_an_organisation_told_is_deleted_and_hashes_stay(node) -> None:
    made = node.stamped("erased.example")
    node.ask("POST", f"/api/stamps/{made['stampId']}/revoke", {"reason": "ORG_REQUEST"}, key=made["key"])
    gone = node.ask("DELETE", f"/api/orgs/{made['orgId']}/data", key=made["key"]).json()
    assert made["txHash"] in gone["txHashes"]
    entry = node.ask("GET", f"/v1/ledger/tx/{made['txHash']}").json()
    exactly(entry, TransactionView)
    assert (entry["asset"], entry["salt"]) == (None, None)
    assert node.ask("GET", f"/api/stamps/embed?id={made['stampId']}").status_code == 404


def test_security_contact_and_condition(node) -> None:
    contact = node.ask("GET", "/.well-known/security.txt").text
    assert contact.startswith("Contact: https://")
    assert "\nExpires: " in contact
    ready = node.ask("GET", "/readyz").json()
    assert ready == {
        "ready": True,
        "problems": [],
        "keysProtectBackupsOnly": True,
        "outboundAllowed": [],
        "unnamedProxies": [],
    }
    assert node.ask("GET", "/v1/health").json()["status"] == "ok"
    assert "frankmark_requests_total" in node.ask("GET", "/metrics").text
