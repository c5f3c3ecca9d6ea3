"""`verify` of what Signal signs: receipts, tree heads, perimeters, statements, openings; offline, by the trust file."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frankmark.assembly.offline import judge, recognise
from frankmark.assembly.offline_signal import Brought, judge_signal
from frankmark.assembly.pins import load_pins
from frankmark.foundation.checkpoint import Checkpoint, SignedCheckpoint
from frankmark.foundation.errors import Malformed
from frankmark.foundation.jwks import KeyStatus
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.merkle import leaf_hash, node_hash
from frankmark.foundation.note import Note, NoteSigner
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.protocols.signal import perimeter as perimeters
from frankmark.protocols.signal import statement as statements
from frankmark.protocols.signal.abuse import Detail, Opening, abuse_leaf, opening_json, parse_opening
from frankmark.protocols.signal.counterstamp import ReasonCode
from frankmark.protocols.signal.logs import LogName, TreeHead, official_leaf, read_head, receipts_leaf, sign_head
from frankmark.protocols.signal.model import Artifact, ArtifactType, Attribution, Fact, Role, State
from frankmark.protocols.signal.perimeter import Channel, Match, Perimeter
from frankmark.protocols.signal.receipt import BrandRef, Claims, PerimeterRef, issue, request_hash
from frankmark.protocols.signal.statement import Statement

NO_NETWORK = ("unshare", "-rn")
NOW_S = 1_800_000_000
BEGUN_S = int(time.time()) - 1_000  # a perimeter must hold by the true clock
BRAND = "br_01KF0K6ZR0M3Q9V2K5T8R6N0C1"
CASE = "cs_01KF0K6ZR0M3Q9V2K5T8R6N0C1"
KEY = P256PrivateKey.from_scalar(bytes(31) + b"\x2a")
CHANNEL = Artifact(type=ArtifactType.DOMAIN, value="www.acme.example")
SALT = bytes(range(32))


def perimeter(**changes: object) -> str:
    anchor = Artifact(type=ArtifactType.DOMAIN, value="acme.example")
    stated = {
        "brand": BRAND,
        "name": "Acme",
        "domain": "acme.example",
        "seq": 1,
        "prev": None,
        "iat": BEGUN_S,
        "exp": BEGUN_S + 10_000_000,
        "channels": (Channel(artifact=anchor, match=Match.SUBTREE),),
    }
    return perimeters.sign(Perimeter(**{**stated, **changes}), KEY)


class Node:
    """What a node with the mint's key signs."""

    def __init__(self, mint) -> None:
        self.mint = mint
        self.leaves = [leaf_hash(official_leaf(perimeter())), leaf_hash(b"another")]

    def head(self, name: LogName = LogName.OFFICIAL, leaves: list[bytes] | None = None) -> str:
        one, two = leaves or self.leaves
        head = TreeHead(log=name, size=2, root=node_hash(one, two), ts_ms=NOW_S * 1000)
        return sign_head(head, self.mint.key, self.mint.jwk.kid)

    def receipt(self, fact: Fact = Fact.PERTENECE, **changes: object) -> str:
        place = PerimeterRef(seq=1, leaf=self.leaves[0], leaf_index=0, audit_path=(self.leaves[1],))
        claims = Claims(
            iss="https://mark.example",
            jti="SSF-EV-01KF0K6ZR0M3Q9V2K5T8R6N0C1",
            iat=NOW_S,
            artifact=CHANNEL,
            brand=BrandRef(id=BRAND, name="Acme", domain="acme.example"),
            fact=fact,
            attribution=Attribution.DIRECT,
            perimeter=place,
            head=read_head(self.head()),
            req=request_hash(BRAND, CHANNEL, None),
        )
        return issue(replace(claims, **changes), self.mint.key, self.mint.jwk.kid)

    def opening(self) -> bytes:
        detail = Detail(
            cs=CASE,
            came_from=None,
            to=State.OBSERVED,
            version=1,
            actor_role=Role.BRAND,
            brand=BRAND,
            artifact=CHANNEL,
            reason_code=ReasonCode.NOT_OURS,
            at_s=NOW_S,
        )
        leaves = [leaf_hash(b"first"), leaf_hash(abuse_leaf(SALT, detail))]
        opening = Opening(
            detail=detail,
            salt=SALT,
            leaf_index=1,
            audit_path=(leaves[0],),
            head=read_head(self.head(LogName.ABUSE, leaves)),
        )
        return json.dumps(opening_json(opening)).encode()

    def seen(self, leaf: bytes, name: str, *, at_s: int) -> bytes:
        """The offline proof that a log held a leaf, cosigned at a time."""
        origin = f"node-abcdefghij/signal-{name}"
        other = leaf_hash(b"beside")
        stated = Checkpoint(origin=origin, size=2, root=node_hash(leaf_hash(leaf), other))
        log = NoteSigner(origin, self.mint.log._key)
        lines = (log.sign(stated.text()), *(one.sign(stated.text(), at_s) for one in self.mint.witnesses))
        signed = SignedCheckpoint(checkpoint=stated, note=Note(text=stated.text(), signatures=lines))
        return TlogProof(index=0, path=(other,), signed=signed).render()

    def pin(self, shell, **standing: object) -> None:
        self.mint.pin(shell, **standing)
        trust = shell.config / "trust.toml"
        keys = [self.mint.log, *(NoteSigner(f"node-abcdefghij/signal-{name}", self.mint.log._key) for name in LogName)]
        vkeys = json.dumps([str(one.verifier) for one in keys])
        lines = trust.read_text().splitlines()
        trust.write_text("\n".join(f"log_vkeys = {vkeys}" if line.startswith("log_vk") else line for line in lines))

    def things(self) -> dict[str, bytes]:
        core = "ab" * 32
        statement = statements.sign(Statement(core=core, version=2, log="node-abcdefghij/signal-abuse", iat=NOW_S), KEY)
        return {
            "receipt": self.receipt().encode(),
            "signal-head": self.head().encode(),
            "perimeter": perimeter().encode(),
            "counterstamp-statement": statement.encode(),
            "abuse-opening": self.opening(),
        }


@pytest.fixture(scope="session")
def signing(mint) -> Node:
    return Node(mint)


KINDS = ("receipt", "signal-head", "perimeter", "counterstamp-statement", "abuse-opening")
OF_BRANDS = {"perimeter", "counterstamp-statement"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_told_and_verified_without_any_network(shell, signing, tmp_path: Path, kind: str) -> None:
    signing.pin(shell)
    (tmp_path / "thing").write_bytes(signing.things()[kind] + b"\n")
    more = ["--jkt", KEY.public.thumbprint()] if kind in OF_BRANDS else []
    done = shell("verify", "thing", "--json", *more)
    assert (done.status, done.object["kind"], done.object["valid"]) == (0, kind, True), done.out
    assert shell.program("verify", "thing", *more, before=NO_NETWORK).status == 0
    assert shell("verify", "-", *more, stdin=(tmp_path / "thing").read_bytes()).status == 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_vouches_for_is_neither_right_nor_wrong(shell, signing, tmp_path: Path, kind: str) -> None:
    (tmp_path / "thing").write_bytes(signing.things()[kind])
    done = shell("verify", "thing", "--json")
    expected = "KEY_NOT_PINNED" if kind in OF_BRANDS else "ISSUER_NOT_PINNED"
    assert (done.status, done.object["reason"]) == (30, expected)


def test_a_receipt_is_told_in_words_with_name_anchor_level_and_what_it_does_not_say(shell, signing) -> None:
    signing.pin(shell)
    for language, word in (
        ("C.UTF-8", "VALID"),
        ("es_ES.UTF-8", "perímetro"),
        ("fr_FR.UTF-8", "périmètre"),
        ("ja_JP.UTF-8", "SSCT-D1"),
    ):
        done = shell("verify", signing.receipt(), LC_ALL=f"{language}.UTF-8")
        assert done.status == 0
        assert word in done.out
        for text in ("Acme (acme.example)", "PERTENECE L5", "SSF-EV-01KF0K6ZR0M3Q9V2K5T8R6N0C1", "SSCT-D1"):
            assert text in done.out, language


def test_a_receipt_as_a_node_serves_it_is_one_too(shell, signing) -> None:
    signing.pin(shell)
    served = json.dumps({"id": "SSF-EV-01KF0K6ZR0M3Q9V2K5T8R6N0C1", "valid": True, "receipt": signing.receipt()})
    assert shell("verify", served).status == 0
    told = shell("verify", json.dumps({"receipt": signing.receipt()[:-6] + "AAAAAA"}), "--json")
    assert (told.status, told.object["reason"]) == (20, "SIGNATURE_FALSE")
    assert told.object["checks"] == {"signature": False, "key": True, "inclusion": True}


def test_a_receipt_whose_perimeter_is_not_in_its_head_is_not_valid(shell, signing) -> None:
    signing.pin(shell)
    place = PerimeterRef(seq=1, leaf=leaf_hash(b"elsewhere"), leaf_index=0, audit_path=(signing.leaves[1],))
    done = shell("verify", signing.receipt(perimeter=place), "--json")
    assert (done.status, done.object["reason"]) == (20, "INCLUSION_FALSE")


@pytest.mark.parametrize("end", ["retired", "compromised"])
@pytest.mark.parametrize("kind", ["receipt", "abuse-opening"])
def test_under_an_ended_key_only_a_log_proves_the_time(
    shell, signing, mint, tmp_path: Path, end: str, kind: str
) -> None:
    end_s = NOW_S + 1000
    signing.pin(shell, jwk=replace(mint.jwk, status=KeyStatus(end), **{f"{end}_at_ms": end_s * 1000}))
    thing = signing.things()[kind]
    (tmp_path / "thing").write_bytes(thing)
    done = shell("verify", "thing", "--json")
    assert (done.status, done.object["reason"]) == (30, "KEY_TIME_UNPROVEN")
    leaf, log = (receipts_leaf(thing.decode()), "receipts") if kind == "receipt" else (_leaf_of(thing), "abuse")
    (tmp_path / "before").write_bytes(signing.seen(leaf, log, at_s=end_s - 1))
    (tmp_path / "after").write_bytes(signing.seen(leaf, log, at_s=end_s + 1))
    (tmp_path / "other").write_bytes(signing.seen(b"something else", log, at_s=end_s - 1))
    assert shell("verify", "thing", "--proof", "before").status == 0
    assert shell("verify", "thing", "--proof", "after").status == 30
    assert shell("verify", "thing", "--proof", "other").status == 30
    assert shell("verify", "thing", "--proof", "other", "--proof", "before").status == 0


def _leaf_of(opening: bytes) -> bytes:
    found = parse_opening(json.loads(opening))
    return abuse_leaf(found.salt, found.detail)


def test_a_receipt_that_carries_its_proof_needs_no_other(shell, signing, mint) -> None:
    signing.pin(shell, jwk=replace(mint.jwk, status=KeyStatus.RETIRED, retired_at_ms=(NOW_S + 1000) * 1000))
    text = signing.receipt()
    proof = signing.seen(receipts_leaf(text), "receipts", at_s=NOW_S).decode()
    assert shell("verify", json.dumps({"receipt": text})).status == 30
    assert shell("verify", json.dumps({"receipt": text, "proof": proof})).status == 0


def test_a_perimeter_that_has_ended_or_is_of_another_key_is_not_valid(shell, signing) -> None:
    del signing
    own = ["--jkt", KEY.public.thumbprint()]
    ended = perimeter(iat=1_500_000_000, exp=1_500_100_000)
    done = shell("verify", ended, "--json", *own)
    assert (done.status, done.object["reason"]) == (20, "PERIMETER_TIME")
    other = P256PrivateKey.from_scalar(bytes(31) + b"\x2b").public.thumbprint()
    done = shell("verify", perimeter(), "--json", "--jkt", other)
    assert (done.status, done.object["reason"]) == (20, "BRAND_KEY_MISMATCH")


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7), kind=st.sampled_from(KINDS))
def test_a_changed_bit_never_verifies_as_another_thing(shell, signing, place: int, bit: int, kind: str) -> None:
    signing.pin(shell)
    brought = Brought(pins=load_pins(shell.config / "trust.toml"), now_ms=NOW_S * 1000, jkts=(KEY.public.thumbprint(),))
    good = signing.things()[kind]
    data = bytearray(good)
    data[place % len(data)] ^= 1 << bit
    try:
        thing = recognise(bytes(data))
    except Malformed:
        return
    try:
        finding = judge_signal(thing, brought)
    except KeyError:  # taken for a stamp token, which it is not either
        assert judge(thing, brought.pins, brought.now_ms).error is not None
        return
    if finding.error is None:
        assert finding.facts == judge_signal(recognise(good), brought).facts


@pytest.mark.parametrize("evidence", [7, [7], [{}] * 101])
def test_evidence_that_is_no_list_of_objects_is_refused(shell, signing, evidence) -> None:
    signing.pin(shell)
    done = shell("verify", json.dumps({"receipt": signing.receipt(), "evidence": evidence}))
    assert done.status == 2
