"""Two implementations, one answer: good, changed, foreign and old things of every kind, judged here and in Node."""

import json
import random
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from tests.surfaces.cli.conftest import ISS, NOW_S, Mint
from tests.surfaces.cli.test_monitor import Operator, history, nodes
from tests.verify_js.staging import ROOT, needs, trust_of_vectors

from frankmark.assembly import offline, offline_signal
from frankmark.assembly.offline import OF_SIGNAL, Finding, Kind, Thing, judge, recognise
from frankmark.assembly.pins import Pins, load_pins
from frankmark.assembly.proofs import draft_of
from frankmark.assembly.split_view import SplitView, judge_split_view
from frankmark.assembly.tables import shipped_timezones
from frankmark.foundation.digest import sha256
from frankmark.foundation.errors import Error
from frankmark.foundation.jwks import Jwk, KeyStatus
from frankmark.foundation.merkle import prefix_path
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.protocols.stampedsafe.model import Content, FileMeta, Trust
from frankmark.protocols.stampedsafe.verify import verify
from frankmark.protocols.stampedsafe.wire import render_proof, split_proofs
from frankmark.surfaces.cli import proofs

FLIPS = 100
SERVED = offline.SERVED_RECEIPT
TRUST = Trust(timezones=shipped_timezones())


def vectors(name: str) -> dict:
    return json.loads((ROOT / "vectors" / name).read_text(encoding="ascii"))


def of_securestamp() -> dict[str, tuple[bytes, int]]:
    mint = Mint()
    token = mint.token()
    url = f"{ISS}/verify/{token}"
    stamp = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
    salted = mint.transaction(asset=mint.asset.json(), salt="AAECAwQFBgcICQoLDA0ODw")
    texts = {
        "token": token.encode(),
        "verify URL": url.encode(),
        "record": f"securestamp=v=1; id={stamp}; url={url}".encode(),
        "header": f"X-SecureStamp: v=1; token={token};\r\n verify={url}".encode(),
        "transaction": mint.transaction(),
        "transaction with its asset": salted,
        "offline proof": mint.tlog_proof(),
        "offline proof without its entry": mint.proof().render(),
        "tree head": mint.head().note.render(),
        "one witness": mint.head(witnesses=1).note.render(),
        "expired": mint.token(iat=1, exp=NOW_S - 1).encode(),
        "nobody's": mint.token(iss="https://other.example").encode(),
    }
    return {name: (data, NOW_S * 1000) for name, data in texts.items()}


def trust_files(folder: Path) -> dict[str, str]:
    """Trust files: of the issuer as it is, retired, compromised, asking too much; and nobody's."""
    mint = Mint()

    class Shell:
        config = folder

    files = {}
    ended = {"retired_at_ms": (NOW_S + 5) * 1000, "status": KeyStatus.RETIRED}
    lost = {"compromised_at_ms": (NOW_S - 5) * 1000, "status": KeyStatus.COMPROMISED}
    ways: dict[str, dict] = {
        "pinned": {},
        "retired": {"jwk": Jwk(kid=mint.jwk.kid, key=mint.key.public, **ended)},
        "compromised": {"jwk": Jwk(kid=mint.jwk.kid, key=mint.key.public, **lost)},
        "three witnesses asked for": {"quorum": 3},
        "no logs": {"logs": False},
    }
    for name, way in ways.items():
        mint.pin(Shell(), **way)
        files[name] = (folder / "trust.toml").read_text(encoding="utf-8")
    return {**files, "nobody": ""}


def of_two_heads() -> dict[str, tuple[bytes, int]]:
    """Split views: of one size, of two sizes, of no leaves, in two forms; and some that show nothing."""
    operator = Operator(Mint(), None)
    views = {}
    for old, new, fork in ((3, 3, 1), (4, 4, 9), (1, 6, 0), (4, 9, 2), (5, 7, 4), (4, 7, 4), (6, 8, 9), (0, 2, 0)):
        one, other = history("a", old), history("a", new, other_from=fork)
        path = tuple(prefix_path(old, new, nodes(other))) if 0 < old < new else ()
        heads = (operator.checkpoint(one), operator.checkpoint(other))
        views[f"{old} {new} {fork}"] = SplitView(heads=heads, path=path)
        views[f"{old} {new} {fork} turned"] = SplitView(heads=(heads[1], heads[0]), path=path)
        views[f"{old} {new} {fork} of Signal"] = SplitView(
            heads=(operator.sth("abuse", one), operator.sth("abuse", other)), path=path
        )
    views["two logs"] = SplitView(heads=(operator.sth("abuse", [b"1"]), operator.sth("official", [b"2"])))
    return {f"split view {name}": (view.render(), NOW_S * 1000) for name, view in views.items()}


def of_proofs() -> list[dict]:
    """Receipts with proofs attached, and files of many proofs, good and broken."""
    receipts = vectors("signal-receipt.json")
    jws = next(one["jws"] for one in receipts["cases"] if (one["verb"], one["name"]) == ("verify", "inside"))
    trust = trust_of_vectors(receipts, "active")
    meta = FileMeta(name="receipt", size=len(jws), hash=sha256(jws.encode()).hex(), type="application/jose")
    contents = [Content(message="", file=meta), Content(message="one"), Content(message="two")]
    made = [render_proof(draft_of(one, "UTC").self_attested(NOW_S * 1000)).decode() for one in contents]
    broken = made[1].replace('"one"', '"uno"')
    several = [json.loads(one) for one in (*made, broken)]
    served = [{"receipt": jws, "evidence": several[:count]} for count in (0, 1, 4)]
    served += [{"receipt": jws, "evidence": wrong} for wrong in ([1], {}, several * 30)]
    texts = [json.dumps(one) for one in served]
    texts += ["[" + ", ".join((*made, broken)) + "]", "\n".join((*made, broken)) + "\n", f"[{made[0]}", f"[{made[0]},]"]
    return [{"trust": trust, "data": text, "proofs": [], "jkts": []} for text in texts]


def of_signal() -> list[dict]:
    """The things of Signal's vectors, each with the keys and the proof that its case names."""
    found = []
    for name, verb, member in (("receipt", "verify", "jws"), ("log", "opening", "opening"), ("log", "head", "jws")):
        file = vectors(f"signal-{name}.json")
        for case in file["cases"]:
            if case["verb"] == verb:
                thing = case[member] if isinstance(case[member], str) else json.dumps(case[member])
                proofs = [case["proof"]] if case.get("proof") else []
                found.append(
                    {"trust": trust_of_vectors(file, case["keys"]), "data": thing, "proofs": proofs, "jkts": []}
                )
    file = vectors("signal-perimeter.json")
    for case in file["cases"]:
        if case["verb"] in {"read", "verify"} and len(case["jws"]) < 40_000:
            jkts = [case["jkt"]] if "jkt" in case else []
            found.append({"trust": "", "data": case["jws"], "proofs": [], "jkts": jkts})
    statements = [one for one in vectors("signal-counterstamp.json")["cases"] if one["verb"] == "statement"]
    found += [{"trust": "", "data": one["jws"], "proofs": [], "jkts": [one["jkt"]]} for one in statements]
    return found


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    folder = tmp_path_factory.mktemp("trust")
    files = trust_files(folder)
    chance, made = random.Random(1), []
    for name, (data, now_ms) in (of_securestamp() | of_two_heads()).items():
        for trust, text in files.items():
            made.append({"name": f"{name}, {trust}", "trust": text, "octets": data.hex(), "nowMs": now_ms})
        for number in range(FLIPS if not name.startswith("split") else FLIPS // 10):
            changed = bytearray(data)
            changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            told = {
                "name": f"{name}, flip {number}",
                "trust": files["pinned"],
                "octets": changed.hex(),
                "nowMs": now_ms,
            }
            made.append(told)
    for number, one in enumerate([*of_signal(), *of_proofs()]):
        octets = one["data"].encode("utf-8", "surrogatepass").hex()
        made.append({**one, "name": f"signal {number}", "octets": octets, "nowMs": 1_768_471_200_000})
    return [{"jkts": [], "proofs": [], **one} for one in made]


def here(case: dict, folder: Path) -> dict:
    file = folder / "trust.toml"
    file.write_text(case["trust"], encoding="utf-8")
    pins, data = load_pins(file), bytes.fromhex(case["octets"])
    try:
        if proofs.resembles(data) and not SERVED.search(data):
            found = [told(verify(one, TRUST)) for one in split_proofs(data)]
            return {"many": found}
        thing = recognise(data)
        found = found_of(thing, pins, case)
        text, pieces = offline_signal.evidence_of(thing) if thing.kind is Kind.RECEIPT else (b"", ())
    except Error as wrong:
        return {"reason": wrong.code.value}
    reports = [verify(one, TRUST) for one in pieces]
    files = [one.claims.file if one.claims is not None else None for one in reports]
    return {
        "kind": found.kind.value,
        "reason": None if found.error is None else found.error.code.value,
        "issuer": found.issuer,
        "facts": dict(found.facts),
        "warnings": list(found.warnings),
        "checks": dict(found.checks),
        "attached": [told(one) for one in reports],
        "about": [one is not None and one.hash == sha256(text).hex() for one in files],
    }


def told(report) -> list:
    return [report.valid, sorted(one.code.value for one in report.errors)]


def found_of(thing: Thing, pins: Pins, case: dict) -> Finding:
    if thing.kind is Kind.SPLIT_VIEW:
        return judge_split_view(thing.data, pins)
    if thing.kind not in OF_SIGNAL:
        return judge(thing, pins, case["nowMs"])
    given = tuple(TlogProof.parse(text.encode()) for text in case["proofs"])
    brought = offline_signal.Brought(pins=pins, now_ms=case["nowMs"], jkts=tuple(case["jkts"]), time_proofs=given)
    return offline_signal.judge_signal(thing, brought)


def same(mine: dict, other: dict) -> bool:
    """Whether both say the same; of what cannot be read the other says its kind as well."""
    if mine.keys() == {"reason"}:
        return mine["reason"] == other.get("reason")
    return mine == other


def test_both_say_the_same_of_every_thing(cases: list[dict], tmp_path: Path) -> None:
    suffixes = (ROOT / "src/frankmark/data/public_suffix_list.dat").read_text(encoding="utf-8")
    asked = json.dumps({"suffixes": suffixes, "cases": cases})
    program = [needs("node"), str(ROOT / "tests" / "verify_js" / "judge.mjs")]
    done = subprocess.run(program, input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    theirs = json.loads(done.stdout)
    ours = [here(case, tmp_path) for case in cases]
    differing = [
        (case["name"], mine, other)
        for case, mine, other in zip(cases, ours, theirs, strict=True)
        if not same(mine, other)
    ]
    assert differing == []
    seen = Counter(one.get("reason") for one in ours)
    assert seen[None] > 60, seen
    assert {one.get("kind") for one in ours} >= {kind.value for kind in Kind}
    assert len(seen) > 40, seen
