"""The score from outside: through a running node, and through the command without one."""

import json

import pytest
from tests.rows.staging import BRAND, CLIENT_IP, EASY, IMITATION, ROOT

CASES = {one["name"]: one for one in json.loads((ROOT / "vectors" / "score.json").read_bytes())["cases"]}
CHECKS = [name for name in CASES if name.startswith("check ")]
EXIT = {"CONFIABLE": 0, "SOSPECHOSO": 10, "BLOQUEADO": 20}


@pytest.fixture(scope="module")
def scored(world):
    """Score an evidence file with the command, in an environment where no node answers."""

    def score(evidence):
        data = evidence if isinstance(evidence, bytes) else json.dumps(evidence).encode()
        done = world.command(None, "score", "-", text=data)
        assert done.status in {0, 10, 20, 30}, done.err
        return done.json

    return score


def outcome(scored, name):
    case = CASES[name]
    seen = scored(case["evidence"])
    wanted = case["outcome"]
    assert (seen["score"], seen["state"], seen["rules"]) == (wanted["score"], wanted["state"], wanted["rules"]), name
    assert seen["evidenceHash"] == wanted["evidenceHash"], name
    return seen


def signals_of(assessment):
    return {one["name"]: one["value"] for one in assessment["signals"]}


@pytest.mark.row("W15")
def test_W15_two_nodes_and_the_offline_scorer_say_the_same(world, node, scored):
    other = world.node("other", **EASY)
    domain = world.mail_domain(world.name(), spf="v=spf1 ~all", dmarc="v=DMARC1; p=quarantine", days=100)
    here, there = node.anyone.check(domain), other.anyone.check(domain)
    assert node.node_id != other.node_id
    keep = ("score", "trustState", "level", "reasons", "display", "channels")
    assert {name: here[name] for name in keep} == {name: there[name] for name in keep}
    for answer in (here, there):
        assert scored(answer["assessment"]) == answer["assessment"]
        assert scored(answer) == answer["assessment"]
    # The very same input is the same output, whichever node it is from.
    mixed = {
        **here["assessment"],
        "signals": there["assessment"]["signals"],
        "evidenceHash": there["assessment"]["evidenceHash"],
    }
    assert scored(mixed)["score"] == here["score"]
    world.stop(other)


@pytest.mark.row("W16")
def test_W16_twelve_signals_in_five_dimensions_weigh_a_hundred(node, stamped):
    seen = node.anyone.check(stamped.domain)["assessment"]
    weights = {one["name"]: one["weight"] for one in seen["signals"]}
    assert list(weights.items()) == [
        ("spf", 8), ("dkim", 11), ("dmarc", 11), ("domain_age", 9), ("registration", 5), ("ssl", 6), ("ct", 5),
        ("registry", 8), ("stamp", 12), ("complaint", 7), ("bounce", 4), ("engagement", 4),
    ]  # fmt: skip
    dimensions = {one["name"]: one["weight"] for one in seen["dimensions"]}
    assert list(dimensions.values()) == [30, 25, 20, 15, 10]
    assert sum(dimensions.values()) == 100
    assert sum(weights.values()) + dimensions["ml_classification"] == 100


@pytest.mark.row("W17")
def test_W17_the_algorithm_is_named_and_history_under_0_1_0_comes_out_as_it_did(node, stamped, scored):
    assert node.anyone.check(stamped.domain)["assessment"]["algorithm"] == "sstp-score/0.2.0"
    old = [name for name in CASES if name.startswith("0.1.0: ")]
    assert len(old) >= 10
    for name in old:
        assert outcome(scored, name)["algorithm"] == "sstp-score/0.1.0"


@pytest.mark.row("W18")
def test_W18_the_ten_check_vectors_and_the_attack(scored):
    assert len(CHECKS) == 10
    assert [outcome(scored, name)["score"] for name in CHECKS] == [92, 87, 69, 69, 59, 36, 26, 83, 93, 100]
    assert outcome(scored, "attack: forged From, p=reject")["score"] == 29
    assert outcome(scored, "attack: forged From, p=none")["score"] == 58


@pytest.mark.row("W19")
def test_W19_the_states_begin_at_70_and_at_30(scored):
    for name, state in {
        "boundary: 70": "CONFIABLE",
        "boundary: 69, and no rule": "SOSPECHOSO",
        "boundary: 30": "SOSPECHOSO",
        "boundary: 29": "BLOQUEADO",
    }.items():
        seen = outcome(scored, name)
        assert seen["state"] == state
        assert seen["score"] == int(name.split()[1].rstrip(","))


@pytest.mark.row("W20")
def test_W20_each_hard_rule_alone_changes_the_state(scored):
    first = CASES["check 1: all pass"]["evidence"]
    assert outcome(scored, "check 1: all pass")["state"] == "CONFIABLE"
    for name, rule, state in (
        ("alone: neither SPF nor DKIM passes", "C69", "SOSPECHOSO"),
        ("alone: not registered", "C69", "SOSPECHOSO"),
        ("alone: registered, no stamp", "C69", "SOSPECHOSO"),
        ("alone: the domain does not exist", "C29", "BLOQUEADO"),
        ("alone: the token is forged", "C29", "BLOQUEADO"),
        ("alone: DMARC fails under p=reject", "C29", "BLOQUEADO"),
        ("alone: admin list", "Z", "BLOQUEADO"),
        ("alone: compliance list", "Z", "BLOQUEADO"),
    ):
        seen = outcome(scored, name)
        assert (seen["rules"], seen["state"]) == ([rule], state), name
        assert CASES[name]["outcome"]["raw"] >= (70 if state == "SOSPECHOSO" else 30), name
    # What differs from the trusted sender is the list alone.
    for name in ("admin", "compliance"):
        listed = {**first, "lists": {**first["lists"], "blocked": [name]}}
        assert (scored(listed)["score"], scored(listed)["state"]) == (0, "BLOQUEADO")


def read(world, node, file, sender):
    options = ("--client-ip", CLIENT_IP, "--helo", "mx.test", "--mail-from", sender)
    return world.command(node, "check", str(file), *options, "--json")


def passes_everything(seen, domain):
    told = seen["authentication"]
    assert (told["spf"]["result"], told["spf"]["domain"]) == ("pass", domain)
    assert [(one["result"], one["domain"]) for one in told["dkim"]] == [("pass", domain)]
    assert told["dmarc"]["result"] == "pass"
    return True


@pytest.mark.row("W50")
def test_W50_a_lookalike_and_a_new_domain_are_caught_although_all_authentication_passes(world, node, tmp_path):
    world.mail_domain(IMITATION)
    new = world.mail_domain(world.name(), days=2)
    fair = world.published().domain
    seen = {}
    for name, domain in {"look-alike": IMITATION, "new": new, "fair": fair}.items():
        file = tmp_path / f"{name}.eml"
        file.write_bytes(world.letter(f"billing@{domain}"))
        done = read(world, node, file, f"billing@{domain}")
        assert passes_everything(done.json, domain), name
        seen[name] = (done.status, done.json)
    assert (seen["fair"][0], seen["fair"][1]["trustState"]) == (0, "CONFIABLE")

    status, imitation = seen["look-alike"]
    assert status in {10, 20}
    assert imitation["trustState"] in {"SOSPECHOSO", "BLOQUEADO"}
    assert imitation["display"] in {"caution", "blocked"}
    assert {"LOOKALIKE", "LOOKALIKE_STRONG"} & set(imitation["reasons"])
    assert imitation["assessment"]["lists"]["lookalike"]["target"] == BRAND

    status, fresh = seen["new"]
    assert (status, fresh["trustState"], fresh["display"]) == (10, "SOSPECHOSO", "caution")
    assert "NOT_REGISTERED" in fresh["reasons"]
    age = next(one for one in fresh["assessment"]["signals"] if one["name"] == "domain_age")
    assert (age["value"], age["contribution"]) == (2, 0)
