"""StampedSafe: any text ends in a report, no payload that we did not sign verifies, and files of many come apart."""

import json

from frankmark.foundation import canonical
from frankmark.foundation.errors import Malformed
from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.protocols.stampedsafe.attestation import attest
from frankmark.protocols.stampedsafe.model import Authority, Content, Trust
from frankmark.protocols.stampedsafe.proof import Draft
from frankmark.protocols.stampedsafe.verify import verify
from frankmark.protocols.stampedsafe.wire import render_proof, report_json, split_proofs

KEY = Ed25519PrivateKey.from_seed(bytes(range(32)))
TIME = Ed25519PrivateKey.from_seed(bytes(range(32, 64)))
TRUST = Trust(authorities={"ta": Authority(pk=TIME.public.to_bytes().hex())}, timezones=frozenset({"UTC"}))
DRAFT = Draft(Content(message="Hello"), tz="UTC", nonce=bytes(16), key=KEY)
ANSWER = attest(DRAFT.commitment, now_ms=1_767_225_600_000, kid="ta", key=TIME)
GOOD = render_proof(DRAFT.attested(ANSWER))
PAYLOAD = json.loads(GOOD)["payload"]


def one_input(data: bytes) -> None:
    report = verify(data, TRUST, file_hash=bytes(32))
    canonical.dump(report_json(report))
    if report.valid and report.claims is not None and report.level == 2 and report.claims.kid != "ta":  # noqa: PLR2004
        raise AssertionError("an authority that nobody pinned lifts the level")
    spliced(data)
    try:
        parts = list(split_proofs(data))
    except Malformed:
        return
    if any(part not in data for part in parts):
        raise AssertionError("a part of a file that is not in it")


def spliced(data: bytes) -> None:
    """The input laid over a good proof: valid means that the payload is the one that was signed."""
    middle = len(GOOD) // 2
    place = data[0] * 4 % middle if data else 0
    text = GOOD[:place] + data[1:65] + GOOD[place + len(data[1:65]) :]
    report = verify(text, TRUST)
    if report.valid and json.loads(text)["payload"] != PAYLOAD:
        raise AssertionError("a payload that nobody signed verifies")
