"""Sessions as a person sees them: a command after `$`, what it prints, and its status where that is not 0.

Lines that begin with `! ` were printed to standard error. Nothing here has a network.
"""

import json
import re
import shlex
from pathlib import Path

import pytest

from frankmark.foundation.jwks import JwkSet

SESSIONS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
SCORES = json.loads((Path(__file__).parents[3] / "vectors" / "score.json").read_text())["cases"]


def steps(text: str) -> list[tuple[str, str]]:
    """Commands with what follows them."""
    parts = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture
def desk(shell, mint):
    """A shell whose home holds what the sessions speak of."""
    mint.pin(shell)
    files = {
        "evidence.json": json.dumps(SCORES[0]["evidence"]).encode(),
        "stamp.token": mint.token().encode(),
        "expired.token": mint.token(iat=1_500_000_000, exp=1_600_000_000).encode(),
        "acme.tlog-proof": mint.tlog_proof(),
        "forged.tlog-proof": mint.tlog_proof().replace(b"index 1", b"index 2"),
        "entry.json": mint.transaction(),
        "head.txt": mint.head().note.render(),
        "jwks.json": JwkSet((mint.jwk,)).dump(),
        "empty.toml": b"",
        "letter.eml": b"From: Al <al@acme.example>\n\nx\n",
    }
    for name, data in files.items():
        (shell.home / name).write_bytes(data)
    return shell


@pytest.mark.parametrize("session", SESSIONS, ids=lambda file: file.stem)
def test_a_session_runs_as_it_is_written(desk, session: Path) -> None:
    for line, expected in steps(session.read_text(encoding="utf-8")):
        variables, _, command = line.rpartition("frankmark ")
        environ = dict(pair.split("=", 1) for pair in variables.split())
        done = desk.program(*shlex.split(command), before=("unshare", "-rn"), **environ)
        shown = done.out + "".join(f"! {text}\n" for text in done.err.splitlines())
        shown += f"[{done.status}]\n" if done.status else ""
        shown = shown.replace(str(desk.home), "~")
        assert shown.rstrip("\n") == expected.rstrip("\n"), f"$ {line}\n{shown}"


def test_there_are_sessions() -> None:
    assert len(SESSIONS) == 5
