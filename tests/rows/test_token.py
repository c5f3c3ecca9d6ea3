"""The token, held against an independent JOSE library and against forgeries of every cheap kind."""

import json
import time

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from tests.rows.staging import BUECHER, ISSUER, segments


def verdict(node, token):
    answer = node.anyone.get(f"/verify/{token}", Accept="application/json")
    assert answer.status == 200
    return answer.json


def published_keys(node):
    return KeySet.import_key_set(node.anyone.get(f"/v1/keys/{node.node_id}").json)


def forgeries(token, public):
    """The same claims under every algorithm that the token must not be believed under."""
    head, claims = segments(token)
    payload = json.dumps(claims).encode()
    none = "eyJhbGciOiJub25lIn0." + token.split(".")[1] + "."
    shared = OctKey.import_key(json.dumps(public).encode())
    other = ECKey.generate_key("P-384")
    yield "none", none
    yield "none, with a signature", none + token.split(".")[2]
    yield "HS256", jws.serialize_compact({**head, "alg": "HS256"}, payload, shared, algorithms=["HS256"])
    yield "ES384", jws.serialize_compact({**head, "alg": "ES384"}, payload, other, algorithms=["ES384"])


@pytest.mark.row("L12")
def test_L12_a_jose_library_verifies_the_token_and_other_algorithms_are_refused(node, stamped):
    keys = published_keys(node)
    decoded = jwt.decode(stamped.token, keys, algorithms=["ES256"])
    assert decoded.header["alg"] == "ES256"
    assert decoded.claims["stampId"] == stamped.stamp_id
    assert verdict(node, stamped.token)["valid"] is True
    for name, forged in forgeries(stamped.token, keys.as_dict()["keys"][0]):
        seen = verdict(node, forged)
        assert (seen["valid"], seen["reason"]) in {(False, "ALGORITHM_REFUSED"), (False, "TOKEN_MALFORMED")}, name
        assert node.anyone.channels(stamped.domain, token=forged)["header"]["result"] == "fail", name


@pytest.mark.row("L13")
def test_L13_the_token_claims_everything_and_an_expired_one_fails(world, node, strict, moved, stamped):
    claims = jwt.decode(stamped.token, published_keys(node), algorithms=["ES256"]).claims
    assert list(claims) == ["stampId", "domain", "orgId", "score", "iat", "exp", "iss"]
    assert (claims["stampId"], claims["domain"]) == (stamped.stamp_id, stamped.domain)
    assert (claims["orgId"], claims["score"], claims["iss"]) == (node.owner(), 92, ISSUER)
    assert claims["exp"] - claims["iat"] == 365 * 86_400
    assert abs(claims["iat"] - time.time()) < 120

    made = world.stamp(strict, world.mail_domain(world.name()))

    def seen_by_admin():
        return strict.admin.get(f"/verify/{made.token}", Accept="application/json").json

    assert seen_by_admin()["valid"] is True
    moved.ahead(365 * 86_400 + 301)
    seen = seen_by_admin()
    header = strict.admin.channels(made.domain, token=made.token)["header"]
    assert (seen["valid"], seen["reason"], seen["status"]) == (False, "TOKEN_EXPIRED", "expired")
    assert (seen["checks"]["exp"], seen["checks"]["signature"]) == (False, True)
    assert (header["result"], header["reason"]) == ("fail", "TOKEN_EXPIRED")


@pytest.mark.row("L14")
def test_L14_the_token_is_for_exactly_the_from_domain(world, node, stamped):
    def header(target):
        seen = node.anyone.channels(target, token=stamped.token)["header"]
        return seen["result"], seen["reason"]

    for same in (stamped.domain, stamped.domain.upper(), f"News@{stamped.domain.title()}", f"{stamped.domain}."):
        assert header(same) == ("pass", None), same
    other = world.name()
    for wrong in (f"mail.{stamped.domain}", f"a@sub.{stamped.domain}", other, f"x{stamped.domain}", "test.test"):
        assert header(wrong) == ("fail", "DOMAIN_MISMATCH"), wrong

    made = world.stamp(node, world.mail_domain(BUECHER))
    assert list(segments(made.token))[1]["domain"] == BUECHER
    for spelling in ("bücherfreundinnen.test", "BÜCHERFREUNDINNEN.test", BUECHER, BUECHER.upper()):
        seen = node.anyone.channels(f"rita@{spelling}", token=made.token)["header"]
        assert (seen["result"], seen["stampId"]) == ("pass", made.stamp_id), spelling


@pytest.mark.row("L15")
def test_L15_the_keys_are_a_set_that_a_jose_library_takes_and_strangers_are_404(node, stamped):
    answer = node.anyone.get(f"/v1/keys/{node.node_id}")
    assert answer.status == 200
    for key in answer.json["keys"]:
        assert {"kty", "crv", "x", "y", "kid", "use", "alg", "ss_status"} <= set(key)
        assert "d" not in key
        assert ECKey.import_key(key).thumbprint() == key["kid"].partition("#")[2]
    assert jwt.decode(stamped.token, KeySet.import_key_set(answer.json), algorithms=["ES256"]).claims
    assert node.anyone.get("/.well-known/jwks.json").json == answer.json
    unknown = node.anyone.get("/v1/keys/node-aaaaaaaaaa")
    assert (unknown.status, unknown.json["code"]) == (404, "NODE_NOT_FOUND")


@pytest.mark.row("W36")
def test_W36_the_stamp_is_signed_and_anchored_and_its_picture_is_worth_nothing(node, stamped):
    claims = jwt.decode(stamped.token, published_keys(node), algorithms=["ES256"]).claims
    anchored = node.anyone.good("GET", f"/v1/ledger/tx/{stamped.tx_hash}")
    assert anchored["entry"]["stampId"] == anchored["asset"]["stampId"] == claims["stampId"]
    assert (anchored["asset"]["domain"], anchored["asset"]["orgId"]) == (claims["domain"], claims["orgId"])
    assert anchored["finality"]["state"] == "cosigned"

    picture = node.anyone.get(f"/api/stamps/embed?id={stamped.stamp_id}").data
    for secret in (stamped.token, stamped.token.split(".")[2], stamped.tx_hash):
        assert secret.encode() not in picture
    for presented in (stamped.stamp_id, picture.decode()[:2000]):
        seen = node.anyone.post("/api/trust/check", {"target": stamped.domain, "token": presented})
        header = next(one for one in seen.json["channels"] if one["channel"] == "header")
        assert header["result"] == "fail"
    # Whoever names the stamp's id, as the picture does, gets a mere absence of contradiction and no proof.
    bare = node.anyone.channels(stamped.domain, stampId=stamped.stamp_id)["header"]
    assert bare["result"] == "unchecked"
