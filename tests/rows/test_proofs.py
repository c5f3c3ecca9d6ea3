"""StampedSafe from outside: proofs put together by a stranger, judged and made by the command."""

import base64
import hashlib
import json
import re
import subprocess
from itertools import product
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from tests.rows import stranger
from tests.rows.staging import needs
from tests.rows.stranger import EMPTY, MAKER, TS, T, attestation, attested, commitment, digest_of, payload, proof
from tests.rows.test_privacy import CANARY, found, traced

from frankmark.assembly.proofs import draft_of
from frankmark.protocols.stampedsafe.model import Content
from frankmark.protocols.stampedsafe.reasons import StampedSafeReason

ROOT = Path(__file__).parents[2]
VECTORS = {case["name"]: case for case in json.loads((ROOT / "vectors/stampedsafe.json").read_bytes())["cases"]}
CORPUS = ROOT / "vectors" / "corpus" / "stampedsafe-1.0"
V1 = json.loads(VECTORS["V1: the message Hello, World! at level 1"]["text"])
V2 = json.loads(VECTORS["V2: a file at level 2, time bound"]["text"])
PDF = {"name": "document.pdf", "size": 1024, "hash": hashlib.sha256(bytes(1024)).hexdigest(), "type": "application/pdf"}
NO_NETWORK = ("unshare", "-rn")
FACE = "\U0001f600"
SMALL_ORDER = "01" + "00" * 31
ORDER = 2**252 + 27742317777372353535851937790883648493
WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND")


@pytest.fixture
def desk(tmp_path):
    return stranger.Desk(tmp_path)


@pytest.fixture
def authority(desk):
    server = stranger.TimeServer()
    desk.environ["FRANKMARK_API_BASE"] = server.base
    yield server
    server.close()


@pytest.mark.row("F1")
def test_F1_a_proof_is_made_and_verified_with_no_network_at_all(desk):
    made = desk("prove", "We agreed.", "-o", "proof.json", before=NO_NETWORK)
    assert made.status == 0, made.err
    done = desk("verify", "proof.json", "--json", before=NO_NETWORK)
    assert (done.status, json.loads(done.out)["valid"]) == (0, True)
    # Self-contained: a stranger's libraries say the same of the very same file.
    whole = json.loads((desk.home / "proof.json").read_bytes())
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(whole["payload"]["pk"]))
    key.verify(bytes.fromhex(whole["sig"]), digest_of(whole["payload"]))


@pytest.mark.row("F2")
def test_F2_each_member_that_is_missing_or_of_a_wrong_type_has_its_code(desk):
    names = ("v", "alg", "t", "tz", "h", "m", "n", "pk")
    missing = [proof(payload(**{name: ...})) for name in names] + [proof(**{name: ...}) for name in ("id", "sig")]
    assert desk.codes(*missing, proof(level=...)) == [["MISSING_FIELD"]] * 11
    wrong = [proof(payload(**{name: 7})) for name in names if name != "t"]
    wrong += [proof(id=7), proof(sig=7), proof(level="1"), {**proof(), "payload": []}]
    assert desk.codes(*wrong) == [["TYPE_INVALID"]] * 11
    made = json.loads(desk("prove", "x").out)
    assert {name: type(value) for name, value in made.items()} == {"id": str, "payload": dict, "sig": str, "level": int}
    assert {name: type(value) for name, value in made["payload"].items()} == dict.fromkeys(names, str) | {"t": int}


@pytest.mark.row("F3")
def test_F3_the_id_is_the_first_octets_of_the_digest(desk):
    digest = digest_of(payload()).hex()
    short, long, wrong, cut = desk.judged(
        proof(), proof(id=digest[:24]), proof(id="000000000000"), proof(id=digest[:16])
    )
    assert (short["id"], short["valid"]) == ("39004f7d3dba", True)
    assert (long["id"], long["valid"]) == ("39004f7d3dbabd3913ab1aa6", True)
    assert [error["code"] for error in wrong["errors"]] == ["ID_MISMATCH"]
    assert [error["code"] for error in cut["errors"]] == ["ID_FORMAT"]


@pytest.mark.row("F4")
def test_F4_versions_1_0_and_1_1_are_known_and_no_other(desk):
    told = desk.codes(*(proof(payload(v=v)) for v in ("1.0", "1.1", "2.0", "1", "0.9")))
    assert told == [[], [], *[["VERSION_UNSUPPORTED"]] * 3]


@pytest.mark.row("F5")
def test_F5_the_alias_is_warned_of_and_another_algorithm_refused(desk):
    good, alias, other = desk.judged(*(proof(payload(alg=a)) for a in ("Ed25519+SHA256", "Ed25519-SHA256", "none")))
    assert (good["valid"], good["warnings"]) == (True, [])
    assert (alias["valid"], alias["warnings"]) == (True, ["ALG_ALIAS"])
    assert [error["code"] for error in other["errors"]] == ["ALG_UNSUPPORTED"]


@pytest.mark.row("F6")
def test_F6_t_is_an_integer_judged_by_value(desk):
    wrong = [proof(payload(t=t)) for t in (1.5, -1, "1")]
    wrong.append(json.dumps(proof()).replace(str(T), str(2**53)))
    assert all("TIMESTAMP_INVALID" in codes for codes in desk.codes(*wrong))
    whole = json.dumps(proof())
    same = [whole.replace(str(T), token) for token in ("1735689600000.0", "1.7356896e12", "17356896E5")]
    assert [(one["valid"], one["id"]) for one in desk.judged(*same)] == [(True, "39004f7d3dba")] * 3


@pytest.mark.row("F7")
def test_F7_the_time_zone_is_stored_and_a_bad_name_warned_of(desk):
    made = json.loads(desk("prove", "x", "--tz", "Asia/Kolkata").out)
    assert made["payload"]["tz"] == "Asia/Kolkata"
    good, bad = desk.judged(made, proof(payload(tz="Mars/Phobos")))
    assert (good["warnings"], good["facts"]["timezone"]) == ([], "Asia/Kolkata")
    assert (bad["valid"], bad["warnings"]) == (True, ["TIMEZONE_INVALID"])
    assert desk("prove", "x", "--tz", "Mars/Phobos").status == 2


@pytest.mark.row("F8")
def test_F8_h_is_the_hash_of_m(desk):
    hello = "dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f"
    assert json.loads(desk("prove", "Hello, World!").out)["payload"]["h"] == hello
    assert desk.codes(proof(), proof(payload(h=EMPTY))) == [[], ["MESSAGE_HASH_MISMATCH"]]
    changed = proof()
    changed["payload"] = {**changed["payload"], "m": "Hello, World?"}
    assert "MESSAGE_HASH_MISMATCH" in desk.codes(changed)[0]


@pytest.mark.row("F9")
def test_F9_a_message_has_at_most_280_characters(desk):
    told = desk.codes(*(proof(payload(m)) for m in ("a" * 280, "a" * 281, FACE * 280, FACE * 281)))
    assert told == [[], ["MESSAGE_TOO_LONG"], [], ["MESSAGE_TOO_LONG"]]
    assert desk.codes(proof(payload("", f=PDF)), proof(payload(""))) == [[], ["MISSING_FIELD"]]
    # Who makes one counts UTF-16 code units.
    assert [desk("prove", FACE * many).status for many in (140, 141)] == [0, 2]
    assert [desk("prove", "a" * many).status for many in (280, 281)] == [0, 2]


@pytest.mark.row("F10")
def test_F10_a_thousand_proofs_of_one_text_have_ids_and_nonces_of_their_own(desk):
    made = [draft_of(Content(message="One text"), "UTC").self_attested(T) for _ in range(1000)]
    assert len({one.id for one in made}) == len({one.payload["n"] for one in made}) == 1000
    assert all(re.fullmatch("[0-9a-f]{32}", str(one.payload["n"])) for one in made)
    first, second = (json.loads(desk("prove", "One text").out) for _ in range(2))
    assert first["payload"]["n"] != second["payload"]["n"]


@pytest.mark.row("F11")
def test_F11_each_proof_has_a_key_of_its_own_and_nothing_of_it_is_left(desk, tmp_path_factory):
    needs("strace")
    log = tmp_path_factory.mktemp("trace") / "calls"
    calls = "openat,open,creat,rename,renameat,renameat2,mkdir,mkdirat,link,linkat,symlinkat,socket,connect,truncate"
    line = ["strace", "-f", "-qq", "-e", f"trace={calls}", "-o", str(log), *desk.line("prove", "Nothing is left")]
    before = sorted(desk.home.rglob("*"))
    keys = set()
    for _ in range(2):
        done = subprocess.run(line, env=desk.environ, cwd=desk.home, capture_output=True, check=True, timeout=120)
        keys.add(json.loads(done.stdout)["payload"]["pk"])
    assert len(keys) == 2
    assert sorted(desk.home.rglob("*")) == before
    rows = log.read_text().splitlines()
    assert any("openat(" in row for row in rows), "nothing was traced"
    assert [row for row in rows if not re.search(r"\bopen(at)?\(|\+\+\+|---", row)] == []
    assert [row for row in rows if WRITING.search(row) and '"/dev/null"' not in row] == []


@pytest.mark.row("F12")
def test_F12_a_file_is_told_by_its_hash_and_never_sent(desk, authority, tmp_path_factory):
    needs("strace")
    assert desk.judged(proof(payload("", f=PDF)))[0]["valid"] is True
    assert payload("")["h"] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    canary = CANARY.encode()
    (desk.home / "plan.txt").write_bytes(b"Our plan: " + canary + b"\n")
    line = desk.line("prove", f"About {CANARY}", "-f", f"{desk.home}/plan.txt", "--level", "2", "-o", "made.json")
    capture = traced(["env", "-C", str(desk.home), *line], desk.environ, tmp_path_factory.mktemp("trace"))
    assert capture.status == 0, capture.out
    assert capture.peers == {authority.base.removeprefix("http://")}
    assert b"POST /api/time" in capture.sent
    assert found(capture.sent, CANARY) == set()
    assert found(capture.sent + base64.b64encode(b"see: " + canary + b" "), CANARY)  # the search can find it
    assert [set(json.loads(body)) for body in authority.bodies] == [{"nonce"}]

    assert desk("verify", "made.json", "--file", "plan.txt", "--min-level", "2").status == 0
    (desk.home / "plan.txt").write_bytes(b"Our plan: " + canary)
    altered = desk("verify", "made.json", "--file", "plan.txt", "--json")
    told = json.loads(altered.out)
    assert (altered.status, told["valid"], told["fileMatches"]) == (20, True, False)
    assert [error["code"] for error in told["errors"]] == ["FILE_HASH_MISMATCH"]


@pytest.mark.row("F13")
def test_F13_the_authority_signed_the_attestation_or_it_does_not_count(desk):
    assert (V2["sig"][:16], V2["payload"]["ta"]["sig"][:16]) == ("ad85d3d1077679c1", "42952cf15cea7951")
    whole = attested()
    ta = whole["payload"]["ta"]
    flipped = proof(
        {**whole["payload"], "ta": {**ta, "sig": f"{int(ta['sig'][:2], 16) ^ 1:02x}{ta['sig'][2:]}"}}, level=2
    )
    incomplete = proof({**whole["payload"], "ta": {name: ta[name] for name in ta if name != "exp"}}, level=2)
    good, broken, lacking = desk.judged(V2, flipped, incomplete)
    assert (good["valid"], good["level"], good["errors"]) == (True, 2, [])
    assert (broken["valid"], broken["level"]) == (True, 1)
    assert [error["code"] for error in broken["errors"]] == ["TA_SIGNATURE_INVALID"]
    assert [error["code"] for error in lacking["errors"]] == ["TA_FORMAT"]


@pytest.mark.row("F14")
def test_F14_the_level_is_computed_and_never_believed(desk):
    told = desk.judged(proof(), proof(level=2), attested(level=2), attested(level=1), proof(level=9))
    assert [(one["level"], "LEVEL_UNPROVEN" in one["warnings"]) for one in told] == [
        (1, False), (1, True), (2, False), (2, False), (1, True),
    ]  # fmt: skip
    assert all(one["valid"] for one in told)
    assert [desk.status(one, "--min-level", "2") for one in (proof(), proof(level=2), attested())] == [20, 20, 0]
    assert [desk.status(one) for one in (proof(), proof(level=2), attested())] == [0, 10, 0]


@pytest.mark.row("F15")
def test_F15_ed25519_is_that_of_the_rfc_and_weak_keys_are_refused(desk):
    raw = bytes.fromhex(proof()["sig"])
    raised = raw[:32] + (int.from_bytes(raw[32:], "little") + ORDER).to_bytes(32, "little")
    weak = payload(pk=SMALL_ORDER)
    fits_all = proof(weak, sig=SMALL_ORDER + "00" * 32)  # R = A and S = 0: a lax verifier takes it for every text
    twice = proof(payload(pk="ee" + "ff" * 30 + "7f"), sig=SMALL_ORDER + "00" * 32)
    told = desk.codes(proof(), proof(sig=raised.hex()), fits_all, twice, proof(payload(pk="02" + "00" * 31)))
    assert told == [[], ["SIGNATURE_INVALID"], *[["PUBLIC_KEY_INVALID"]] * 3]
    # RFC 8032 §7.1, TEST 3: the same key and signature, through a stranger and through us.
    seed = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
    key = Ed25519PrivateKey.from_private_bytes(seed)
    members = payload(pk=key.public_key().public_bytes_raw().hex())
    assert members["pk"] == "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
    assert desk.codes(proof(members, sig=key.sign(digest_of(members)).hex())) == [[]]


@pytest.mark.row("F16")
def test_F16_hashes_keys_and_signatures_are_lower_hex(desk):
    hello = payload()["h"]
    capitals = [
        proof(payload(h=hello.upper())),
        proof(payload(n="0123456789ABCDEF0123456789ABCDEF")),
        proof(payload(pk=payload()["pk"].upper())),
        proof(sig=proof()["sig"].upper()),
        proof(id=proof()["id"].upper()),
        proof(payload(f={**PDF, "hash": PDF["hash"].upper()})),
    ]
    assert desk.codes(*capitals) == [["HEX_FORMAT"]] * 6
    made = json.loads(desk("prove", "x").out)
    parts = [made["id"], made["sig"], *(made["payload"][name] for name in ("h", "n", "pk"))]
    assert all(re.fullmatch("[0-9a-f]+", part) for part in parts)


@pytest.mark.row("F17")
def test_F17_what_is_hashed_is_rfc_8785_and_layout_does_not_matter(desk):
    # RFC 8785 §3.2.2 and §3.2.3 as members that nobody knows: numbers, literals, order of names.
    literals = {"numbers": [333333333.33333329, 1e30, 4.5, 0.002, 1e-27], "literals": [None, True, False]}
    names = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, FACE: 5, "\u0080": 6, "\u00f6": 7}
    whole = proof(payload(x=literals, y=names))
    assert rfc8785.dumps(names).index(FACE.encode()) < rfc8785.dumps(names).index("\ufb33".encode())
    turned = {name: whole[name] for name in ("sig", "payload", "level", "id")}
    turned["payload"] = dict(sorted(whole["payload"].items(), reverse=True))
    spelt = [json.dumps(whole), json.dumps(turned, indent=3), json.dumps(whole, ensure_ascii=False)]
    told = desk.judged(*spelt)
    assert [(one["valid"], one["digest"]) for one in told] == [(True, digest_of(whole["payload"]).hex())] * 3


@pytest.mark.row("F18")
def test_F18_a_proof_is_valid_exactly_if_all_five_checks_hold(desk):
    wrong = {"v": {"v": "9"}, "alg": {"alg": "RSA"}, "h": {"h": EMPTY}}
    proofs, expected = [], []
    for broken in product((False, True), repeat=5):
        names = [name for name, is_broken in zip(("v", "alg", "h", "id", "sig"), broken, strict=True) if is_broken]
        changes = {key: value for name in names if name in wrong for key, value in wrong[name].items()}
        outside = {"id": {"id": "ffffffffffff"}, "sig": {"sig": MAKER.sign(b"other").hex()}}
        more = {key: value for name in names if name in outside for key, value in outside[name].items()}
        proofs.append(proof(payload(**changes), **more))
        expected.append(len(names))
    told = desk.judged(*proofs)
    assert [len(one["errors"]) for one in told] == expected
    assert [one["valid"] for one in told] == [count == 0 for count in expected]
    assert len(told) == 32


@pytest.mark.row("F19")
def test_F19_a_signature_over_less_than_the_digest_is_refused_by_name(desk):
    digest = digest_of(payload())
    assert V1["sig"] == MAKER.sign(digest).hex() == proof()["sig"]
    short = [digest[:6], digest[:6].hex().encode(), digest[:12], digest[:12].hex().encode()]
    told = desk.codes(*(proof(sig=MAKER.sign(text).hex()) for text in short))
    assert told == [["SIG_OVER_TRUNCATED_ID"]] * 4
    (hexed,) = desk.judged(proof(sig=MAKER.sign(digest.hex().encode()).hex()))
    assert (hexed["valid"], hexed["sigInput"], hexed["warnings"]) == (True, "digest-hex", ["SIG_INPUT_HEX"])


@pytest.mark.row("F20")
def test_F20_proofs_of_the_first_release_verify(desk):
    sums = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=CORPUS, capture_output=True, check=False)
    assert (sums.returncode, sums.stdout) == (0, b"")
    expected = json.loads((CORPUS / "expected.json").read_bytes())
    lines = [
        f"[time_authority.{json.dumps(kid)}]\n"
        + "".join(f"{name} = {json.dumps(text)}\n" for name, text in one.items())
        for kid, one in expected["authorities"].items()
    ]
    (desk.home / "config" / "trust.toml").write_text("\n".join(lines))
    files = sorted((CORPUS / "proofs").glob("*.json"))
    told = desk.judged(*(file.read_text(encoding="utf-8") for file in files))
    assert len(told) == 24
    for file, one in zip(files, told, strict=True):
        kept = ("valid", "level", "timeBinding", "sigInput", "id", "digest")
        assert {name: one[name] for name in kept} == {name: expected["proofs"][file.stem][name] for name in kept}, file


@pytest.mark.row("F21")
def test_F21_a_member_of_the_future_is_signed_and_warned_of(desk):
    whole = proof(payload(geo={"lat": 48.1, "near": ["x"]}))
    (told,) = desk.judged(whole)
    assert (told["valid"], told["warnings"]) == (True, ["UNKNOWN_FIELD"])
    whole["payload"] = {**whole["payload"], "geo": None}
    assert desk.codes(whole) == [["ID_MISMATCH", "SIGNATURE_INVALID"]]
    beside, in_file = desk.judged(proof(x=1), proof(payload(f={**PDF, "x": 1})))
    assert beside["warnings"] == in_file["warnings"] == ["UNKNOWN_FIELD"]


@pytest.mark.row("F22")
def test_F22_the_published_vectors_hold_and_stand_on_the_page(desk):
    page = (ROOT / "specs" / "stampedsafe.md").read_text(encoding="utf-8")
    assert desk.judged(V1)[0]["digest"] == "39004f7d3dbabd3913ab1aa6fc5b2aa854a63bdbf6b5812faea8896ab22ae877"
    (told,) = desk.judged(V2)
    assert told["digest"] == "3edb8631d817d38b2f016315554df6cb1d46faa1c737ddb1e2d459b130ab2405"
    assert (told["level"], told["timeBinding"]) == (2, "bound")
    for value in (V1["sig"], V2["sig"], V2["payload"]["ta"]["sig"], V2["payload"]["ta"]["nonce"], told["digest"]):
        assert value in page
    assert commitment(V2["payload"]) == "48d07ad6277b1f974d61b1d473d3f784502a582d08ad66d12df8fc2de72a037f"
    # The three vectors of the original page: hash of a message, a file alone, a signature over the full digest.
    assert desk.judged(json.loads(VECTORS["the page's vector 2: an empty message and a file"]["text"]))[0]["valid"]
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(V1["payload"]["pk"]))
    key.verify(bytes.fromhex(V1["sig"]), bytes.fromhex(desk.judged(V1)[0]["digest"]))


@pytest.mark.row("F23")
def test_F23_every_code_has_a_case_and_reaches_the_reader_as_json(desk):
    wanted = set(StampedSafeReason) - {"ALG_ALIAS", "UNKNOWN_FIELD", "LEVEL_UNPROVEN", "TA_IN_V10", "SIG_INPUT_HEX"}
    assert len(wanted) == 25
    first_of = {}
    for case in VECTORS.values():
        text = case.get("text", "")
        if case["verb"] == "verify" and text.startswith("{") and '"payload"' in text and "padded" not in case:
            for error in case["outcome"]["errors"]:
                first_of.setdefault(error["code"], text)
    first_of.pop("FILE_HASH_MISMATCH", None)  # row F12
    for code, text in first_of.items():
        (desk.home / "one").write_text(text, encoding="utf-8")
        told = json.loads(desk("verify", "one", "--json").out)
        assert code in {error["code"] for error in told["errors"]}, text
        assert all(set(error) == {"code", "path", "message"} and error["message"] for error in told["errors"])
    assert set(first_of) | {"TIMEZONE_INVALID", "FILE_HASH_MISMATCH"} == wanted


@pytest.mark.row("F25")
def test_F25_library_and_command_are_one_and_agree_on_every_vector(desk):
    cases = [
        case for case in VECTORS.values() if case["verb"] == "verify" and "text" in case and "fileHash" not in case
    ]
    cases = [case for case in cases if "padded" not in case and parses(case["text"])]
    assert len(cases) > 330
    authorities = json.loads((ROOT / "vectors/stampedsafe.json").read_bytes())["authorities"]
    lines = [
        f"[time_authority.{json.dumps(kid)}]\n"
        + "".join(f"{name} = {json.dumps(text)}\n" for name, text in one.items())
        for kid, one in authorities.items()
    ]
    (desk.home / "config" / "trust.toml").write_text("\n".join(lines))
    told = desk.judged(*(case["text"] for case in cases))
    for case, one in zip(cases, told, strict=True):
        errors = sorted((error["code"], error["path"]) for error in one["errors"])
        assert errors == [(error["code"], error["path"]) for error in case["outcome"]["errors"]], case["name"]
        assert sorted(one["warnings"]) == case["outcome"]["warnings"], case["name"]
        for name in ("valid", "level", "timeBinding", "sigInput", "id", "digest"):
            assert one[name] == case["outcome"][name], case["name"]


def parses(text: str) -> bool:
    """Whether a text can stand in an array of others."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.row("F26")
def test_F26_an_attestation_of_something_else_never_binds(desk):
    innocent = payload("An innocent text", v="1.1", t=TS)
    old = attestation(commitment(innocent))
    own, reused, random = desk.judged(
        proof({**innocent, "ta": old}, level=2), attested(old), attested(attestation("ab" * 16))
    )
    assert (own["level"], own["timeBinding"]) == (2, "bound")
    for one in (reused, random):
        assert (one["valid"], one["level"], one["timeBinding"]) == (True, 2, "not-before")
        assert "notBefore" in one["facts"]
        assert not {"attestedTime", "claimedTime"} & set(one["facts"])
    assert [desk.status(attested(old), *more) for more in ((), ("--min-level", "2"))] == [10, 20]
    assert desk.status(attested(old), "--min-level", "2", "--allow-unbound") == 10
    done = desk("verify", "one.json")
    assert "made at some time after 2026-01-01T00:00:00Z" in done.out
