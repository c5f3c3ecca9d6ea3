"""Counter-stamps: a core is read again as it was written, and its hash depends on all of it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import BRAND, CASE, DAY, NOW, SUFFIXES, artifacts

from frankmark.protocols.signal.counterstamp import Core, ReasonCode, core_hash, core_json, parse_core
from frankmark.protocols.signal.model import Artifact


@given(artifacts, st.sampled_from(ReasonCode), st.integers(0, NOW), st.integers(1, 365 * DAY))
def test_a_core_is_read_again(artifact: Artifact, code: ReasonCode, opened: int, life: int) -> None:
    core = Core(
        id=CASE, brand=BRAND, artifact=artifact, reason_code=code, opened_at_s=opened, expires_at_s=opened + life
    )
    assert parse_core(core_json(core), SUFFIXES) == core
    assert core_hash(core) != core_hash(replace(core, expires_at_s=opened + life % (365 * DAY) + 1))
