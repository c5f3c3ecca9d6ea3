"""`prove` and the StampedSafe part of `verify`: what is made holds, what is told claims no more than is shown."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from tests.surfaces.cli.conftest import StandIn, serving

from frankmark.assembly.proofs import local_timezone
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.protocols.stampedsafe.attestation import attest, attestation_json

NO_NETWORK = ("unshare", "-rn")
PLACE = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}  # where the product is
TIME = Ed25519PrivateKey.from_seed(bytes(range(32, 64)))
TS = 1_767_225_600_000
CASES = {
    case["name"]: case
    for case in json.loads((Path(__file__).parents[3] / "vectors" / "stampedsafe.json").read_text())["cases"]
}
BOUND = CASES["V2: a file at level 2, time bound"]["text"]
BACKDATED = CASES["back-dating: an old answer on a text that was written later"]["text"]
SELF = CASES["V1: the message Hello, World! at level 1"]["text"]
BROKEN = CASES["the message changed, nothing else"]["text"]


class TimeNode(StandIn):
    """A node whose time authority attests what it is asked to, perhaps not quite."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: dict[str, object] = {}

    def answer(self, method: str, path: str) -> tuple[int, object, dict[str, str]]:
        if (method, path) != ("POST", "/api/time"):
            return super().answer(method, path)
        nonce = self.asked[-1][3]["nonce"]
        made = attestation_json(attest(nonce, now_ms=TS, kid="ta-2026-01", key=TIME))
        return 200, made | self.changes, {}


@pytest.fixture
def authority(shell):
    with serving(TimeNode()) as node:
        shell.environ["FRANKMARK_API_BASE"] = node.base
        yield node


def pin(shell, kid: str = "ta-2026-01", **members: str) -> None:
    told = {"pk": TIME.public.to_bytes().hex(), **members}
    shell.config.mkdir(parents=True, exist_ok=True)
    lines = [f'[time_authority."{kid}"]', *(f"{name} = {json.dumps(text)}" for name, text in told.items())]
    (shell.config / "trust.toml").write_text("\n".join(lines))


def test_a_text_is_proven_and_the_proof_is_valid(shell) -> None:
    done = shell("prove", "We agreed.", "--tz", "Europe/Madrid")
    proof = json.loads(done.out)
    assert done.status == 0
    assert (proof["level"], proof["payload"]["v"], proof["payload"]["tz"]) == (1, "1.0", "Europe/Madrid")
    assert "Level 1" in done.err
    told = shell("verify", "-", "--json", stdin=done.out.encode())
    assert (told.status, told.object["valid"], told.object["level"]) == (0, True, 1)
    assert told.object["facts"]["message"] == "We agreed."
    assert set(told.object["facts"]) == {"claimedTime", "timezone", "authority", "message", "file"}


def test_nobody_is_asked_where_there_is_no_network_at_all(shell, tmp_path: Path) -> None:
    (tmp_path / "plan.pdf").write_bytes(b"%PDF")
    done = shell.program("prove", "Plans", "-f", "plan.pdf", "-o", "proof.json", before=NO_NETWORK, **PLACE)
    assert done.status == 0, done.err
    told = shell.program("verify", "proof.json", "--file", "plan.pdf", before=NO_NETWORK, **PLACE)
    assert told.status == 0, told.err
    assert "VALID" in told.out


def test_a_file_is_hashed_in_pieces_and_never_overwritten_by_its_proof(shell, tmp_path: Path) -> None:
    data = bytes(range(256)) * 40_000
    (tmp_path / "film.mp4").write_bytes(data)
    made = shell("prove", "-f", "film.mp4", "-o", "film.json")
    assert made.status == 0
    assert made.out == ""
    file = json.loads((tmp_path / "film.json").read_bytes())["payload"]["f"]
    assert file == {
        "name": "film.mp4",
        "size": len(data),
        "hash": hashlib.sha256(data).hexdigest(),
        "type": "video/mp4",
    }
    assert shell("prove", "x", "-o", "film.mp4", "--json").object["error"]["code"] == "FILE_EXISTS"
    assert (tmp_path / "film.mp4").read_bytes() == data
    assert sorted(each.name for each in tmp_path.iterdir()) == ["film.json", "film.mp4"]


def test_standard_input_is_a_text_without_its_line_end(shell) -> None:
    assert json.loads(shell("prove", "-", stdin="été\r\n".encode()).out)["payload"]["m"] == "été"
    assert (
        shell(
            "prove",
            "-",
            stdin=b"\xff",
        ).status
        == 2
    )
    assert shell("prove", "-", "--json", stdin=b"a" * 2000).object["error"]["code"] == "FILE_TOO_LARGE"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("a" * 281,), "MESSAGE_TOO_LONG"),
        (("\U0001f600" * 141,), "MESSAGE_TOO_LONG"),
        ((), "MISSING_FIELD"),
        (("x", "--tz", "Mars/Phobos"), "TIMEZONE_INVALID"),
        (("-f", "nowhere.pdf"), "FILE_UNREADABLE"),
        (("-f", "\0"), "FILE_UNREADABLE"),
        (("-f", "two\nlines"), "FILE_META_INVALID"),
    ],
)
def test_what_cannot_be_proven_is_refused_with_a_code(shell, tmp_path: Path, arguments, code) -> None:
    (tmp_path / "two\nlines").write_bytes(b"")
    done = shell("prove", *arguments, "--json")
    assert (done.status, done.object["error"]["code"]) == (2, code)


@pytest.mark.parametrize(
    ("environ", "zone"),
    [({"TZ": "Asia/Tokyo"}, "Asia/Tokyo"), ({"TZ": ":/usr/share/zoneinfo/Europe/Paris"}, "Europe/Paris")],
)
def test_the_time_zone_is_the_machines(shell, environ, zone) -> None:
    assert json.loads(shell("prove", "x", **environ).out)["payload"]["tz"] == zone


def test_a_machine_without_a_zone_that_others_know_is_at_utc() -> None:
    assert local_timezone({"TZ": "XST+3"}, frozenset({"UTC"}), Path("/nowhere")) == "UTC"


def test_level_2_sends_a_hash_and_nothing_else(shell, authority) -> None:
    pin(shell)
    done = shell("prove", "Our secret plan", "--level", "2")
    assert done.status == 0, done.err
    ((method, path, _, body),) = authority.asked
    assert (method, path, set(body)) == ("POST", "/api/time", {"nonce"})
    assert len(body["nonce"]) == 64
    proof = json.loads(done.out)
    assert (proof["level"], proof["payload"]["v"], proof["payload"]["t"]) == (2, "1.1", TS)
    told = shell("verify", "-", "--min-level", "2", "--json", stdin=done.out.encode())
    assert (told.status, told.object["timeBinding"]) == (0, "bound")
    assert told.object["facts"]["attestedTime"] == "2026-01-01T00:00:00Z"
    assert told.object["facts"]["authority"] == "ta-2026-01"


def test_a_proof_by_an_authority_that_is_not_pinned_is_made_and_said_to_be_less(shell, authority) -> None:
    done = shell("prove", "x", "--level", "2")
    assert done.status == 10
    assert "not in your trust file" in done.err
    assert authority.asked
    assert shell("verify", "-", stdin=done.out.encode()).status == 10
    assert shell("verify", "-", "--min-level", "2", stdin=done.out.encode()).status == 30


@pytest.mark.parametrize(
    "changes",
    [
        {"sig": "00" * 64},
        {"nonce": "ab" * 32},
        {"exp": TS + 300_001},
        {"exp": TS},
        {"iso": "2025-01-01T00:00:00.000Z"},
        {"ts": "now"},
    ],
)
def test_an_answer_that_does_not_hold_makes_no_proof(shell, authority, tmp_path: Path, changes) -> None:
    authority.changes = changes
    done = shell("prove", "x", "--level", "2", "-o", "p.json", "--json")
    assert (done.status, done.object["error"]["code"]) == (69, "NODE_FAILED")
    assert not (tmp_path / "p.json").exists()


def test_no_authority_no_proof(shell, node) -> None:
    node.problem("POST /api/time", 503, "TIME_UNAVAILABLE")
    assert shell("prove", "x", "--level", "2").status == 69


@pytest.mark.parametrize(
    ("text", "arguments", "status"),
    [
        (SELF, (), 0),
        (SELF, ("--min-level", "2"), 20),
        (BOUND, (), 0),
        (BOUND, ("--min-level", "2"), 0),
        (BACKDATED, (), 10),
        (BACKDATED, ("--min-level", "2"), 20),
        (BACKDATED, ("--min-level", "2", "--allow-unbound"), 10),
        (CASES["claims level 2 without an attestation"]["text"], (), 10),
        (CASES["one bit of the authority's signature turned"]["text"], (), 10),
        (CASES["one bit of the authority's signature turned"]["text"], ("--min-level", "2"), 20),
        (CASES["a key that nobody pinned"]["text"], ("--min-level", "2"), 30),
        (CASES["an unknown member in the payload"]["text"], (), 0),
        (BROKEN, (), 20),
        (BROKEN, ("--allow-unbound",), 20),
    ],
)
def test_the_status_says_what_is_left(shell, text, arguments, status) -> None:
    pin(shell)
    assert shell("verify", "-", *arguments, stdin=text.encode()).status == status
    assert shell("verify", "-", *arguments, "--json", stdin=text.encode()).status == status


def test_a_pinned_key_that_was_compromised_is_no_unknown_key(shell) -> None:
    pin(shell, compromisedAt="2026-01-01T00:00:00Z")
    assert shell("verify", "-", "--min-level", "2", stdin=BOUND.encode()).status == 20
    assert shell("verify", "-", stdin=BOUND.encode()).status == 10


def test_another_file_is_not_what_was_asked_for_and_the_proof_is_whole(shell, tmp_path: Path) -> None:
    pin(shell)
    (tmp_path / "document.pdf").write_bytes(bytes(1024))
    (tmp_path / "other.pdf").write_bytes(bytes(1023))
    good = shell("verify", "-", "--file", "document.pdf", "--json", stdin=BOUND.encode())
    assert (good.status, good.object["fileMatches"]) == (0, True)
    assert "the one that the proof names" in shell("verify", "-", "--file", "document.pdf", stdin=BOUND.encode()).out
    bad = shell("verify", "-", "--file", "other.pdf", "--json", stdin=BOUND.encode())
    assert (bad.status, bad.object["valid"], bad.object["fileMatches"]) == (20, True, False)
    assert bad.object["reason"] == "FILE_HASH_MISMATCH"
    assert shell("verify", "-", "--file", "nowhere", stdin=BOUND.encode()).status == 2


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("en_GB.UTF-8", "made at some time after 2026-01-01T00:00:00Z"),
        ("es_ES.UTF-8", "hecha en algún momento después de 2026-01-01T00:00:00Z"),
        ("fr_FR.UTF-8", "faite à un moment après 2026-01-01T00:00:00Z"),
        ("ja_JP.UTF-8", "2026-01-01T00:00:00Z より後に作成"),
    ],
)
def test_a_time_that_is_not_bound_is_never_shown_as_that_of_the_making(shell, language, phrase) -> None:
    pin(shell)
    done = shell("verify", "-", stdin=BACKDATED.encode(), LC_ALL=language)
    assert phrase in done.out
    assert done.out.count("2026-01-01T00:00:00Z") == 1
    facts = shell("verify", "-", "--json", stdin=BACKDATED.encode()).object["facts"]
    assert facts["notBefore"] == "2026-01-01T00:00:00Z"
    assert not {"claimedTime", "attestedTime", "t"} & set(facts)


def test_the_last_times_are_shown_as_numbers(shell) -> None:
    done = shell("verify", "-", "--json", stdin=CASES["t is 9007199254740991"]["text"].encode())
    assert done.object["facts"]["claimedTime"] == "9007199254740991 ms"


def test_a_proof_that_is_cut_off_says_so(shell) -> None:
    done = shell("verify", "-", stdin=SELF[:200].encode())
    assert done.status == 20
    assert "JSON_INVALID" in done.out
    assert "payload.h" in shell("verify", "-", stdin=BROKEN.encode()).out


def test_a_text_on_the_command_line_is_a_proof_too(shell) -> None:
    assert shell("verify", SELF).status == 0


@pytest.mark.parametrize("form", ["lines", "array"])
def test_a_file_of_many_is_judged_one_by_one_with_progress(shell, tmp_path: Path, form) -> None:
    texts = [SELF] * 2498 + [BROKEN, BACKDATED]
    pin(shell)
    (tmp_path / "many").write_text("\n".join(texts) if form == "lines" else f"[{', '.join(texts)}]")
    done = shell("verify", "many", "--json")
    assert done.status == 20
    assert [one["target"] for one in done.objects] == [f"many#{number}" for number in range(1, 2501)]
    assert [one["valid"] for one in done.objects].count(False) == 1
    assert done.err.splitlines() == ["1000 of 2500 proofs", "2000 of 2500 proofs"]
    told = shell("verify", "many")
    assert "2500 proofs: 2498 valid as claimed, 2 not" in told.out
    assert len(told.out.splitlines()) == 3
    assert "#2499" in told.out
    assert shell("-q", "verify", "many").err == ""


def test_a_file_of_many_with_a_broken_one_spoils_no_other(shell, tmp_path: Path) -> None:
    (tmp_path / "many").write_text(f"{SELF}\n{SELF[:300]}\n\n{SELF}\n")
    done = shell("verify", "many", "--json")
    assert [one["valid"] for one in done.objects] == [True, False, True]
    (tmp_path / "open").write_text(f"[{SELF},{SELF}")
    ended = shell("verify", "open", "--json")
    assert (ended.status, ended.object["error"]["code"]) == (20, "JSON_INVALID")


def test_a_pretty_printed_proof_is_one_proof(shell) -> None:
    assert shell("verify", "-", stdin=CASES["indented"]["text"].encode()).status == 0


@pytest.mark.parametrize(
    "members", [{"pk": "AAAA"}, {"pk": "ab" * 31}, {"pk": "01" + "00" * 31}, {"notBefore": "2026"}, {"until": "2026"}]
)
def test_a_trust_file_that_names_no_key_is_refused(shell, members) -> None:
    pin(shell, **members)
    done = shell("verify", "-", "--json", stdin=SELF.encode())
    assert (done.status, done.object["error"]["code"]) == (2, "TRUST_FILE_INVALID")


def test_what_is_no_proof_keeps_its_own_limits_and_words(shell, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (2 * 1_048_576 + 1))
    assert shell("verify", "large", "--json").object["error"]["code"] == "FILE_TOO_LARGE"
    (tmp_path / "odd").write_bytes(b'{"payload": 1}')
    done = shell("verify", "odd", "--json")
    assert (done.status, done.object["error"]["code"]) == (2, "THING_UNKNOWN")
    assert "no file of that name" not in done.object["error"]["detail"]
    assert "no file of that name" in shell("verify", "nothing", "--json").object["error"]["detail"]
