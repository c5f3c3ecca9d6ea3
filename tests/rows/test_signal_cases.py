"""Counter-stamps: who may move them, what confirms and what disputes them, what time does, and what nobody sees."""

import base64
import contextlib
import hashlib
import json
import re
import threading
import time

import pytest
from tests.rows.casework import EVIDENCE, PATH, casework
from tests.rows.staging import Client, until
from tests.rows.stranger_signal import BrandKey, opens, signed_head, tree_root, un64u

STATES = ("observed", "under_review", "confirmed", "revoked", "expired", "disputed")
NEUTRAL, RED, AMBER = ("NO_PERTENECE", "L2"), ("COUNTERSTAMP", "L1"), ("DISPUTED", "L3")

# contract: from, to, and who may; whatever is not here is 409. `owner` needs control, `system` is the node itself.
MOVES = {
    ("observed", "under_review"): {"brand", "reviewer"},
    ("under_review", "confirmed"): {"reviewer"},
    ("observed", "revoked"): {"brand", "reviewer", "system"},
    ("under_review", "revoked"): {"brand", "reviewer", "system"},
    ("confirmed", "revoked"): {"brand", "reviewer", "system"},
    ("under_review", "disputed"): {"owner", "reviewer"},
    ("confirmed", "disputed"): {"owner", "reviewer"},
    ("disputed", "confirmed"): {"reviewer"},
    ("disputed", "revoked"): {"brand", "reviewer", "system"},
    ("observed", "expired"): {"system"},
    ("under_review", "expired"): {"system"},
    ("confirmed", "expired"): {"system"},
    ("disputed", "expired"): {"system"},
}


@pytest.fixture(scope="module")
def work(world):
    yield from casework(world)


@pytest.mark.row("G14")
def test_G14_only_a_confirmed_counter_stamp_that_the_brand_signed_makes_the_highest_level(work):
    name = work.channel()
    assert work.level(name) == NEUTRAL
    case = work.opened(name)
    assert work.level(name) == NEUTRAL
    case = work.moved(work.brand_line, case, "under_review", evidence=EVIDENCE)
    assert work.level(name) == NEUTRAL
    for jws, code in (
        ("", "STATEMENT_REQUIRED"),
        (work.stated(case, key=BrandKey()), "BRAND_KEY_MISMATCH"),
        (work.stated(case, version=case["version"] + 1), "STATEMENT_MISMATCH"),
        (work.stated(case, log="another-node/signal-abuse"), "STATEMENT_MISMATCH"),
        (work.stated(case, iat=0), "STATEMENT_TIME"),
    ):
        refused = work.move(work.reviewer, case, "confirmed", jws=jws)
        assert (refused.status, refused.json["code"]) == (422, code)
        assert work.level(name) == NEUTRAL
    work.moved(work.reviewer, case, "confirmed", jws=work.stated(case))
    assert work.level(name) == work.level(name, brand=False) == RED
    imitation = work.anchor.replace(work.anchor[0], "q" if work.anchor[0] != "q" else "g", 1)
    seen = work.verify(imitation)
    assert "LOOKALIKE_DOMAIN" in seen["signals"]
    assert (seen["fact"], seen["signalLevel"]) == NEUTRAL


@pytest.mark.row("G16")
def test_G16_what_a_counter_stamp_is_about_is_amber_and_for_those_concerned_alone(work):
    case = work.confirmed(work.channel())
    with work.node.caller("reader") as reader:
        for path in (f"{PATH}/{case['id']}", f"{PATH}/{case['id']}/openings"):
            assert work.anyone.get(path).status == 401
            for line in (work.else_line, reader):
                refused = line.get(path)
                assert (refused.status, refused.json["code"]) == (403, "FORBIDDEN")
                assert case["artifact"]["value"].encode() not in refused.data
            for line in (work.brand_line, work.reviewer, work.node.admin):
                answer = line.get(path)
                assert (answer.status, answer.json["tlp"]) == (200, "TLP:AMBER")
                assert answer.headers["cache-control"] == "no-store"
        assert reader.get(PATH).status == 403
    assert work.else_line.good("GET", PATH)["items"] == []
    # The owner of the channel has no key, and a nonce that only the zone makes into one.
    control = work.answered(case)
    opened = until(
        lambda: work.openings(work.anyone, case, Frankmark_Control=control["nonce"]), lambda got: got.status == 200
    )
    assert (opened.status, opened.json["tlp"], opened.headers["cache-control"]) == (200, "TLP:AMBER", "no-store")
    assert work.openings(work.anyone, case, Frankmark_Control=control["nonce"][:-4] + "AAAA").status == 403
    unanswered = work.challenge(case).json["nonce"]
    assert work.openings(work.anyone, case, Frankmark_Control=unanswered).status == 422
    for path in ("sth", "entries?start=0&end=0", "stats"):
        assert work.anyone.good("GET", f"/api/signal/logs/abuse/{path}")["tlp"] == "TLP:CLEAR"


def spellings(value):
    """A text in the forms in which it might slip through."""
    octets = value.encode()
    packed = base64.b64encode(octets).rstrip(b"=")
    return {octets, octets.upper(), octets.hex().encode(), packed, packed[:-2], octets[::-1]} | {
        hash_of(octets).hexdigest().encode() for hash_of in (hashlib.sha256, hashlib.sha1, hashlib.md5)
    }


def leaves(work, log):
    """Every leaf of a log, as anybody reads them."""
    found, start = [], 0
    while start is not None:
        part = work.anyone.good("GET", f"/api/signal/logs/{log}/entries?start={start}")
        found += [un64u(one["leaf"]) for one in part["items"]]
        start = part["next"]
    return found


@pytest.mark.row("G17")
def test_G17_everybody_sees_commitments_and_masked_counts_and_no_channel(work):
    secrets = [work.channel(), "+14155550142", "@row_wins", "https://go.row-wins.test/now"]
    kinds = ["domain", "whatsapp", "telegram", "shortlink"]
    cases = [work.opened(name, kind) for name, kind in zip(secrets, kinds, strict=True)]
    for case in cases:
        work.moved(work.brand_line, case, "revoked", reason="A reason that stays in the file.")
    under = work.reviewed(work.channel())
    size = work.anyone.good("GET", "/api/signal/logs/abuse/sth")["size"]
    assert size >= 2 * len(cases)
    paths = [
        *(f"/api/signal/logs/{log}/{what}" for log in ("official", "abuse", "receipts") for what in ("sth", "entries")),
        "/api/signal/logs/abuse/stats",
        f"/api/signal/brands/{work.brand}",
        f"/api/signal/brands/{work.brand}/history",
        "/v1/ledger/explore",
        "/openapi.json",
        "/metrics",
    ]
    seen = b""
    for path in paths:
        answer = work.anyone.get(path)
        assert answer.status == 200, (path, answer.data)
        seen += answer.data
    for log in ("official", "abuse", "receipts"):
        seen += b"".join(leaves(work, log))
    asked = work.challenge(under)
    seen += asked.data + repr(work.node.anyone.get(f"{PATH}/{under['id']}").data).encode()
    told = (work.world.folder / "casework.log").read_bytes()
    assert b'"route": "/api/signal/counter-stamps/{case_id}"' in told, "the node's own log was looked at"
    seen += told
    assert work.anchor.encode() in seen, "the control: what is public is found"
    for value in (*secrets, under["artifact"]["value"], "A reason that stays in the file."):
        for form in spellings(value):
            assert form not in seen, (value, form)
    for octets in leaves(work, "abuse"):
        leaf = json.loads(octets)
        assert leaf.keys() == {"v", "c", "day"}
        assert re.fullmatch(r"[0-9a-f]{64}", leaf["c"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", leaf["day"])
    for _ in range(5):
        work.opened(work.channel())
    months = work.anyone.good("GET", "/api/signal/logs/abuse/stats")["months"]
    counts = [count for kinds in months.values() for states in kinds.values() for count in states.values()]
    assert any(isinstance(count, int) for count in counts)
    assert all(count == "<5" or count >= 5 for count in counts)


@pytest.mark.row("G18")
def test_G18_independent_code_goes_from_an_opening_to_the_signed_root(work):
    case = work.disputed(work.confirmed(work.channel()))
    jwks = work.anyone.good("GET", "/.well-known/jwks.json")
    items = work.openings(work.brand_line, case).json["items"]
    assert [one["detail"]["to"] for one in items] == ["observed", "under_review", "confirmed", "disputed"]
    assert [one["detail"]["actorRole"] for one in items] == ["brand", "brand", "reviewer", "owner"]
    for one in items:
        assert opens(one, jwks)
        assert not opens({**one, "salt": "00" * 32}, jwks)
        for name, value in (("to", "revoked"), ("brand", work.brand[:-1] + "0"), ("at", one["detail"]["at"] + 1)):
            assert not opens({**one, "detail": {**one["detail"], name: value}}, jwks)
    # The same root from all leaves, as anybody reads them, under the head that the log publishes now.
    published = work.anyone.good("GET", "/api/signal/logs/abuse/sth")
    head = signed_head(published["sth"], jwks)
    assert tree_root(leaves(work, "abuse")).hex() == head["root"] == published["root"]
    broken = published["sth"].split(".")
    broken[1] = base64.urlsafe_b64encode(un64u(broken[1]).replace(b'"abuse"', b'"abusf"')).rstrip(b"=").decode()
    with pytest.raises(Exception, match=r"^$"):  # InvalidSignature says nothing
        signed_head(".".join(broken), jwks)


@pytest.mark.row("G20")
def test_G20_a_brand_opens_a_counter_stamp_but_not_on_its_own_channel(work):
    name = work.channel()
    answer = work.opening(f"https://{name.upper()}/win?now=1", evidence=EVIDENCE)
    case = answer.json
    assert (answer.status, case["state"], case["version"]) == (201, "observed", 1)
    assert case["artifact"] == {"type": "domain", "value": name}
    assert case["expires_at"] - case["opened_at"] == 90 * 86_400
    assert case["evidence"] == EVIDENCE
    own = work.opening(work.anchor)
    assert (own.status, own.json["code"]) == (409, "CHANNEL_IN_PERIMETER")
    again = work.opening(name)
    assert (again.status, again.json["code"]) == (409, "COUNTERSTAMP_OPEN")
    body = {"brand": work.brand, "artifact": {"type": "domain", "value": work.channel()}, "reasonCode": "NOT_OURS"}
    for line, status in ((work.anyone, 401), (work.else_line, 403), (work.reviewer, 403), (work.node.admin, 403)):
        assert line.post(PATH, body).status == status
    for wrong in ({"reasonCode": "SCAM"}, {"expires_at": case["opened_at"] + 366 * 86_400}, {"more": 1}):
        assert work.brand_line.post(PATH, {**body, **wrong}).status == 422
    assert work.brand_line.post(PATH, {**body, "artifact": {"type": "domain", "value": "co.uk"}}).status == 422
    assert work.opening(work.channel(), expires_at=case["opened_at"] + 300 * 86_400).status == 201
    # Declaring the channel ends the case.
    mine = work.opened(work.channel())
    work.publish({"type": "domain", "value": mine["artifact"]["value"]})
    assert work.read(mine)["state"] == "revoked"


def tried(work, line, actor, case, to):
    """One wish, with everything that it could need."""
    more = {"reason": "For the file.", "evidence": EVIDENCE}
    if actor == "owner":
        name = case["artifact"]["value"]
        if (case["state"], to) in MOVES and to == "disputed" and "owner" in MOVES[case["state"], to]:
            control = work.answered(case)
            return until(lambda: work.disputing(case, control), lambda got: got.status == 200)
        control = {"method": "domain-txt", "nonce": "AAAA", "answer": name}
        return work.anyone.ask("PATCH", PATH, {"id": case["id"], "to": to, "control": control})
    if to == "confirmed":
        more["jws"] = work.stated(case)
    return work.move(line, case, to, **more)


def matrix(work, state, make):
    """Every wish of every actor about a case in a state; answers how many moves were made."""
    lines = {"brand": work.brand_line, "reviewer": work.reviewer, "owner": work.anyone, "else": work.else_line}
    case, made = make(), 0
    for to in STATES:
        for actor, line in lines.items():
            answer = tried(work, line, actor, case, to)
            where = (state, to, actor, answer.data)
            if actor == "else":
                assert (answer.status, answer.json["code"]) == (403, "FORBIDDEN"), where
            elif actor == "owner" and to != "disputed":
                assert answer.status == 422, where
            elif (state, to) not in MOVES:
                assert (answer.status, answer.json["code"]) == (409, "INVALID_TRANSITION"), where
            elif actor not in MOVES[state, to]:
                assert (answer.status, answer.json["code"]) == (403, "ACTOR_NOT_ALLOWED"), where
            else:
                assert (answer.status, answer.json["state"]) == (200, to), where
                assert answer.json["version"] == case["version"] + 1, where
                case, made = make(), made + 1
                continue
            assert work.read(case)["version"] == case["version"], where
    return made


@pytest.mark.row("G21")
@pytest.mark.parametrize("state", ["observed", "under_review", "confirmed", "revoked", "disputed"])
def test_G21_the_table_of_moves_is_all_there_is(work, state):
    made = matrix(work, state, lambda: work.at(state, work.channel()))
    assert made == sum(len(who - {"system"}) for (came_from, _), who in MOVES.items() if came_from == state)


@pytest.mark.row("G21")
def test_G21_of_those_who_move_at_once_one_does_and_a_stale_version_does_nothing(work):
    case = work.reviewed(work.channel())
    jws, answers = work.stated(case), []
    before = work.anyone.good("GET", "/api/signal/logs/abuse/sth")["size"]

    def race(to, **more):
        with contextlib.closing(Client(work.node.base, work.reviewer._key)) as line:
            answers.append(work.move(line, case, to, **more))

    racers = [threading.Thread(target=race, args=("confirmed",), kwargs={"jws": jws}) for _ in range(6)]
    racers += [threading.Thread(target=race, args=("revoked",), kwargs={"reason": "r"}) for _ in range(6)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(answer.status for answer in answers) == [200] + [409] * 11
    assert {answer.json["code"] for answer in answers if answer.status == 409} == {"VERSION_CONFLICT"}
    assert work.read(case)["version"] == case["version"] + 1
    assert work.anyone.good("GET", "/api/signal/logs/abuse/sth")["size"] == before + 1
    assert work.move(work.brand_line, case, "revoked", reason="r").json["code"] == "VERSION_CONFLICT"
    for body in ({"id": case["id"], "to": "revoked", "reason": "r"}, {"id": case["id"], "to": "gone", "ifVersion": 3}):
        assert work.brand_line.ask("PATCH", PATH, body).status == 422
    assert work.anyone.ask("PATCH", PATH, {"id": case["id"], "to": "revoked", "ifVersion": 3}).status == 401


@pytest.mark.row("G22")
def test_G22_the_level_follows_the_state_move_by_move(work):
    name = work.channel()
    case = work.opened(name)
    seen = [work.level(name)]
    case = work.moved(work.brand_line, case, "under_review", evidence=EVIDENCE)
    seen.append(work.level(name))
    case = work.moved(work.reviewer, case, "confirmed", jws=work.stated(case))
    seen.append(work.level(name))
    case = work.disputed(case)
    seen.append(work.level(name))
    case = work.moved(work.reviewer, case, "confirmed", jws=work.stated(case), reason="Answered.")
    seen.append(work.level(name))
    work.moved(work.brand_line, case, "revoked", reason="Settled.")
    seen.append(work.level(name))
    assert seen == [NEUTRAL, NEUTRAL, RED, AMBER, RED, NEUTRAL]
    claims = json.loads(un64u(work.verify(name)["receipt"].split(".")[1]))
    assert (claims["fact"], claims["signalLevel"], claims["counterStamp"]) == ("NO_PERTENECE", "L2", None)


@pytest.mark.row("G23")
def test_G23_whoever_holds_the_channel_disputes_and_the_fact_says_so(work):
    name = work.channel()
    case = work.confirmed(name)
    asked = work.challenge(case)
    assert asked.status == 201
    assert name.encode() not in asked.data
    control = {"method": "domain-txt", "nonce": asked.json["nonce"]}
    bare = work.disputing(case, control)
    assert (bare.status, bare.json["code"]) == (422, "CONTROL_UNPROVEN")
    # An answer in somebody else's zone, and the nonce itself instead of what was asked for.
    work.world.zone.put_text(f"{asked.json['place']}.x.{name}", asked.json["text"].encode())
    work.world.zone.put_text(f"{asked.json['place']}.{name}", asked.json["nonce"].encode())
    time.sleep(1.5)  # until that is seen
    assert work.level(name) == RED
    assert work.disputing(case, control).status == 422
    other = work.confirmed(work.channel())
    assert work.disputing(other, control).json["code"] == "CHALLENGE_NOT_OPEN"
    work.world.zone.put_text(f"{asked.json['place']}.{name}", asked.json["text"].encode())
    answer = until(lambda: work.disputing(case, control), lambda got: got.status == 200)
    assert (answer.status, answer.json["state"]) == (200, "disputed")
    assert work.level(name) == work.level(name, brand=False) == AMBER
    # The challenge was used; another method is not set up here.
    again = answer.json
    for method in ("telegram", "whatsapp"):
        refused = work.challenge(again, method)
        assert (refused.status, refused.json["code"]) == (422, "METHOD_UNAVAILABLE")
    settled = until(
        lambda: work.move(work.reviewer, again, "confirmed", jws=work.stated(again), reason="Answered."),
        lambda got: got.status == 200,
    )
    assert settled.status == 200
    replayed = work.disputing(case, control)
    assert (replayed.status, replayed.json["code"]) == (409, "CHALLENGE_NOT_OPEN")
    assert work.level(name) == RED


@pytest.mark.row("G24")
def test_G24_time_ends_a_counter_stamp_and_the_fact_goes_back(work):
    watched, idle, ended = work.channel(), work.channel(), work.channel()
    confirmed, opened, disputed = work.confirmed(watched), work.opened(idle), work.disputed(work.confirmed(ended))
    assert (work.level(watched), work.level(ended)) == (RED, AMBER)
    work.pass_days(30)
    assert (work.read(opened)["state"], work.level(watched)) == ("expired", RED)
    late = work.move(work.brand_line, opened, "under_review", evidence=EVIDENCE)
    assert (late.status, late.json["code"]) == (409, "INVALID_TRANSITION")
    work.pass_days(60)
    assert work.level(watched) == work.level(ended) == NEUTRAL
    size = work.anyone.good("GET", "/api/signal/logs/abuse/sth")["size"]
    work.round()
    assert work.anyone.good("GET", "/api/signal/logs/abuse/sth")["size"] > size
    jwks = work.anyone.good("GET", "/.well-known/jwks.json")
    for case in (confirmed, opened, disputed):
        assert (work.read(case)["state"], work.read(case)["version"]) == ("expired", case["version"] + 1)
        last = work.openings(work.reviewer, case).json["items"][-1]
        assert (last["detail"]["to"], last["detail"]["actorRole"]) == ("expired", "system")
        assert opens(last, jwks)
    expired = work.read(opened)
    assert matrix(work, "expired", lambda: expired) == 0
    assert work.opened(watched)["state"] == "observed"
