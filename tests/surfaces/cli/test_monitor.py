"""`ledger monitor`: a log must continue what it showed before, and both heads of two histories are kept with proof."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frankmark.assembly.pins import load_pins
from frankmark.assembly.split_view import SplitView, judge_split_view, parse_split_view
from frankmark.foundation.checkpoint import Checkpoint
from frankmark.foundation.encoding import b64url_encode
from frankmark.foundation.errors import Error
from frankmark.foundation.jwks import KeyStatus
from frankmark.foundation.merkle import consistency_path, leaf_hash, node_hash, prefix_path, root
from frankmark.foundation.note import Note, NoteSigner
from frankmark.foundation.tiles import TilePath, tile_width
from frankmark.protocols.signal.logs import LogName, TreeHead, sign_head

LEDGER = "node-abcdefghij/securestamp-main"
RESOURCES = "/v1/ledger/logs/1/"
NO_NETWORK = ("unshare", "-rn")


def history(name: str, size: int, *, other_from: int | None = None) -> list[bytes]:
    """The leaves of one history; from `other_from` on, those of another."""
    return [
        f"{name} {number}{' otherwise' if other_from is not None and number >= other_from else ''}".encode()
        for number in range(size)
    ]


def nodes(leaves: list[bytes]):
    """The perfect subtrees over some leaves."""

    def node(height: int, index: int) -> bytes:
        if not height:
            return leaf_hash(leaves[index])
        return node_hash(node(height - 1, 2 * index), node(height - 1, 2 * index + 1))

    return node


class Operator:
    """Signs whatever it is told to, and serves it."""

    def __init__(self, mint, stand_in) -> None:
        self.mint, self.node = mint, stand_in

    def checkpoint(self, leaves: list[bytes]) -> str:
        stated = Checkpoint(origin=LEDGER, size=len(leaves), root=root([leaf_hash(one) for one in leaves]))
        return Note(text=stated.text(), signatures=(self.mint.log.sign(stated.text()),)).render().decode()

    def note(self, name: str, leaves: list[bytes]) -> str:
        """The checkpoint of a log of Signal's, by a key of its own."""
        origin = f"node-abcdefghij/signal-{name}"
        stated = Checkpoint(origin=origin, size=len(leaves), root=root([leaf_hash(one) for one in leaves]))
        signed = NoteSigner(origin, self.mint.log._key).sign(stated.text())
        return Note(text=stated.text(), signatures=(signed,)).render().decode()

    def sth(self, name: str, leaves: list[bytes]) -> str:
        hashes = root([leaf_hash(one) for one in leaves])
        head = TreeHead(log=LogName(name), size=len(leaves), root=hashes, ts_ms=1_800_000_000_000)
        return sign_head(head, self.mint.key, self.mint.jwk.kid)

    def serve(self, leaves: list[bytes], *, tiles: bool = True) -> None:
        """Show one history of the ledger."""
        items = [{"checkpoint": self.checkpoint(leaves), "resources": RESOURCES}]
        self.node.answers.clear()
        self.node.tell("GET /v1/ledger/logs", {"items": items})
        size, level = len(leaves), 0
        while tiles and size >> (8 * level):
            for index in range(-(-(size >> (8 * level)) // 256)):
                width = tile_width(level, index, size)
                known = nodes(leaves)
                octets = b"".join(known(8 * level, index * 256 + at) for at in range(width))
                self.node.tell(f"GET {RESOURCES}{TilePath(level=level, index=index, width=width)}", octets)
            level += 1

    def serve_signal(self, name: str, leaves: list[bytes], *, joins: bool = True, entries: bool = True) -> None:
        """Show one history of one of Signal's logs, whose server proves every step within it."""
        where = f"GET /api/signal/logs/{name}"
        self.node.tell(f"{where}/sth", {"sth": self.sth(name, leaves), "checkpoint": self.note(name, leaves)})
        for old in range(1, len(leaves)) if joins else ():
            path = [one.hex() for one in consistency_path(old, len(leaves), nodes(leaves))]
            self.node.tell(f"{where}/consistency?first={old}&second={len(leaves)}", {"path": path})
        items = [{"leafHash": leaf_hash(one).hex(), "leaf": b64url_encode(one)} for one in leaves]
        if entries:
            self.node.tell(f"{where}/entries", {"items": items})


@pytest.fixture
def operator(shell, mint, node) -> Operator:
    mint.pin(shell)
    return Operator(mint, node)


def looked(shell, *more: str):
    return shell("ledger", "monitor", "--json", *more)


def test_a_log_that_grows_continues_and_its_newest_head_is_kept(shell, operator) -> None:
    seen = []
    for size in (3, 3, 7, 256, 300):
        operator.serve(history("a", size))
        done = looked(shell)
        assert done.status == 0, done.out
        seen.append((done.object["continuation"], done.object["served"]["size"]))
    assert seen == [("first", 3), ("same", 3), ("grown", 7), ("grown", 256), ("grown", 300)]
    kept = shell.data / "monitor" / "node-abcdefghij%2Fsecurestamp-main" / "head"
    assert kept.read_text() == operator.checkpoint(history("a", 300))
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("before", "after", "other_from"),
    [(5, 5, 2), (3, 9, 0), (4, 9, 3), (8, 16, 7), (6, 7, 5), (1, 2, 0), (255, 513, 100)],
)
def test_two_histories_leave_both_heads_and_a_proof_that_needs_nobody(
    shell, operator, before, after, other_from
) -> None:
    operator.serve(history("a", before))
    assert looked(shell).status == 0
    operator.serve(history("a", after, other_from=other_from))
    done = looked(shell)
    assert (done.status, done.object["continuation"]) == (20, "split")
    evidence = Path(done.object["evidence"])
    view = parse_split_view(evidence.read_bytes())
    heads = {operator.checkpoint(history("a", before)), operator.checkpoint(history("a", after, other_from=other_from))}
    assert set(view.heads) == heads
    # The operator mends his server, and the proof stays: offline, by the log's key alone.
    told = shell.program("verify", str(evidence), "--json", before=NO_NETWORK)
    assert told.status == 0, told.out
    assert (told.object["kind"], told.object["issuer"]) == ("split-view", "https://mark.example")
    assert "two histories" in shell("verify", str(evidence)).out
    # It says so again each time, writes it down once, and keeps believing what it saw first.
    assert looked(shell).object["evidence"] == str(evidence)
    assert len(list(evidence.parent.glob("split-view-*"))) == 1
    assert (evidence.parent / "head").read_text() == operator.checkpoint(history("a", before))


@pytest.mark.parametrize("entries", [True, False])
@pytest.mark.parametrize("joins", [True, False])
def test_a_log_of_signal_that_splits_is_caught_whatever_its_server_hides(shell, operator, joins, entries) -> None:
    operator.serve(history("l", 2))
    operator.serve_signal("abuse", history("b", 6))
    done = looked(shell)
    assert [one["continuation"] for one in done.objects] == ["first", "first"]
    operator.serve_signal("abuse", history("b", 11, other_from=4), joins=joins, entries=entries)
    done = looked(shell)
    ledger, abuse = done.objects
    assert (done.status, ledger["continuation"], abuse["log"]) == (20, "same", "node-abcdefghij/signal-abuse")
    proven = joins or entries
    assert abuse["continuation"] == ("split" if proven else "unproven")
    told = shell("verify", abuse["evidence"], "--json")
    assert told.status == (0 if proven else 20)
    assert len(json.loads(Path(abuse["evidence"]).read_text())["heads"]) == 2


def test_two_forms_of_one_head_that_differ_are_two_histories(shell, operator, mint) -> None:
    operator.serve(history("l", 2))
    operator.serve_signal("receipts", history("r", 4))
    note = operator.note("receipts", history("r", 4, other_from=1))
    sth = operator.sth("receipts", history("r", 4))
    operator.node.tell("GET /api/signal/logs/receipts/sth", {"sth": sth, "checkpoint": note})
    key = NoteSigner("node-abcdefghij/signal-receipts", mint.log._key)
    trust = (shell.config / "trust.toml").read_text()
    vkeys = json.dumps([str(mint.log.verifier), str(key.verifier)])
    lines = [f"log_vkeys = {vkeys}" if line.startswith("log_vkeys") else line for line in trust.splitlines()]
    (shell.config / "trust.toml").write_text("\n".join(lines))
    done = looked(shell)
    assert (done.status, done.objects[1]["continuation"]) == (20, "split")
    assert shell("verify", done.objects[1]["evidence"]).status == 0


def test_a_head_that_somebody_else_was_shown_is_compared_too(shell, operator, tmp_path) -> None:
    operator.serve(history("a", 9))
    (tmp_path / "theirs").write_text(operator.checkpoint(history("a", 6, other_from=5)))
    done = looked(shell, "--head", "theirs")
    assert (done.status, done.objects[0]["continuation"]) == (20, "split")
    assert done.objects[1]["continuation"] == "first"
    (tmp_path / "mine").write_text(operator.checkpoint(history("a", 6)))
    done = looked(shell, "--head", "mine")
    assert (done.status, [one["continuation"] for one in done.objects]) == (0, ["grown", "same"])


def test_a_log_that_is_gone_is_said(shell, operator) -> None:
    operator.serve(history("a", 9))
    operator.serve_signal("official", history("o", 3))
    assert looked(shell).status == 0
    operator.serve(history("a", 9))
    done = looked(shell)
    assert (done.status, [one["continuation"] for one in done.objects]) == (10, ["same", "gone"])
    assert "names it no more" in shell("ledger", "monitor").out


def test_a_smaller_head_that_its_server_does_not_join_to_the_known_one_is_kept_beside_it(shell, operator) -> None:
    operator.serve(history("a", 7))
    assert looked(shell).status == 0
    operator.serve(history("a", 4, other_from=2))
    done = looked(shell)
    assert (done.status, done.object["continuation"]) == (20, "unproven")
    heads = {operator.checkpoint(history("a", 7)), operator.checkpoint(history("a", 4, other_from=2))}
    assert set(json.loads(Path(done.object["evidence"]).read_text())["heads"]) == heads
    assert shell("verify", done.object["evidence"]).status == 20


def test_an_old_head_of_a_log_that_goes_on_is_an_old_head(shell, operator) -> None:
    operator.serve(history("l", 2))
    operator.serve_signal("official", history("o", 7))
    assert looked(shell).status == 0
    whole = {name: answer for name, answer in operator.node.answers.items() if "consistency" in name}
    older = history("o", 4)
    operator.serve_signal("official", older)
    path = [one.hex() for one in consistency_path(4, 7, nodes(history("o", 7)))]
    operator.node.answers |= whole
    operator.node.tell("GET /api/signal/logs/official/consistency?first=4&second=7", {"path": path})
    done = looked(shell)
    assert (done.status, done.objects[1]["continuation"]) == (10, "older")


def test_a_log_that_nobody_has_pinned_is_neither_right_nor_wrong(shell, operator) -> None:
    operator.serve(history("a", 3))
    (shell.config / "trust.toml").unlink()
    done = looked(shell)
    assert (done.status, done.object["error"]["code"]) == (30, "ISSUER_NOT_PINNED")
    assert not (shell.data / "monitor").exists()


def test_a_head_whose_signature_does_not_hold_is_never_kept(shell, operator) -> None:
    operator.serve(history("a", 3))
    forged = operator.checkpoint(history("a", 3)).replace("\n3\n", "\n4\n")
    operator.node.tell("GET /v1/ledger/logs", {"items": [{"checkpoint": forged, "resources": RESOURCES}]})
    done = looked(shell)
    assert (done.status, done.object["error"]["code"]) == (20, "NOTE_SIGNATURE_INVALID")
    assert not (shell.data / "monitor").exists()


@pytest.mark.parametrize(
    "body",
    [{}, {"items": [{}]}, {"items": [{"checkpoint": "x", "resources": "http://elsewhere.example/"}]}, b"no JSON", [1]],
)
def test_a_node_that_answers_something_else_is_no_node(shell, operator, body) -> None:
    operator.node.tell("GET /v1/ledger/logs", body)
    done = looked(shell)
    assert done.status in {0, 69}
    assert done.status == 69 or not done.objects


def test_a_head_under_a_key_that_has_ended_is_still_a_head_that_was_signed(shell, operator, mint) -> None:
    operator.serve(history("l", 2))
    operator.serve_signal("abuse", history("b", 4))
    assert looked(shell).status == 0
    ended = replace(mint.jwk, status=KeyStatus.RETIRED, retired_at_ms=1_790_000_000_000)
    mint.pin(shell, jwk=ended)
    operator.serve_signal("abuse", history("b", 5, other_from=1))
    assert looked(shell).objects[1]["continuation"] == "split"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    fork=st.none() | st.integers(0, 40),
    place=st.integers(0, 10_000),
)
def test_a_proof_shows_two_histories_exactly_where_there_are_two(shell, operator, sizes, fork, place) -> None:
    old, new = sorted(sizes)
    one, other = history("a", old), history("a", new, other_from=fork)
    path = tuple(prefix_path(old, new, nodes(other))) if old < new else ()
    view = SplitView(heads=(operator.checkpoint(one), operator.checkpoint(other)), path=path)
    data = view.render()
    assert parse_split_view(data) == view
    pins = load_pins(shell.config / "trust.toml")
    finding = judge_split_view(data, pins)
    assert (finding.error is None) == (fork is not None and fork < old)
    changed = bytearray(data)
    changed[place % len(changed)] ^= 1
    again = judge_split_view(bytes(changed), pins)
    if again.error is None:
        assert again.facts == finding.facts


@given(data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_anything_is_read_or_refused(data: bytes) -> None:
    try:
        view = parse_split_view(data)
    except Error:
        return
    assert parse_split_view(view.render()) == view
