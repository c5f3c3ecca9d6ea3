"""The walk shows what it must from real sockets, and says so when something is otherwise."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.demo.conftest import show

from frankmark.assembly.demo import Source
from frankmark.assembly.demo_cast import ACME
from frankmark.protocols.securestamp.display import Display
from frankmark.surfaces.node.demo_walk import EXPECTED, GOOD, NOT_TRUSTED, TTL_S

COMMAND = str(Path(sys.executable).parent / "frankmark")


def run(*arguments: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **more}
    return subprocess.run(
        [COMMAND, "up", "--demo", *arguments], env=environ, capture_output=True, text=True, timeout=90, check=False
    )


@pytest.mark.parametrize("source", list(Source))
async def test_the_good_message_is_trusted_and_is_not_when_a_source_is_stopped(source, tmp_path):
    async with show(tmp_path) as begun:
        await begun.walk.set_up()
        good = (tmp_path / "mail" / "good.eml").read_bytes()
        before = await begun.walk.look(good)
        await begun.world.stop(source)
        await asyncio.sleep(TTL_S)
        stopped = await begun.walk.look(good)
        await begun.world.start(source)
        await asyncio.sleep(TTL_S)
        after = await begun.walk.look(good)
    assert GOOD.missed(before) == GOOD.missed(after) == NOT_TRUSTED.missed(stopped) == []
    assert (before.assessment.score, after.assessment.score) == (82, 82)
    assert GOOD.missed(stopped) != []


async def test_every_message_is_judged_as_it_must_be(tmp_path):
    async with show(tmp_path) as begun:
        acme = await begun.walk.set_up()
        await begun.walk.check_mails()
        kept = begun.telling.kept
        await begun.walk.ask_channels()
        assert begun.telling.kept == kept + 6
        await begun.walk.verify_outside(acme)
        shown = {name: await begun.walk.look((tmp_path / "mail" / f"{name}.eml").read_bytes()) for name in EXPECTED}
    assert begun.telling.broken == []
    assert {name: (verdict.display, verdict.assessment.score) for name, verdict in shown.items()} == {
        "good": (Display.TRUSTED, 82),
        "ordinary": (Display.UNKNOWN, 61),
        "lookalike-caution": (Display.CAUTION, 68),
        "lookalike-blocked": (Display.BLOCKED, 29),
        "forged": (Display.BLOCKED, 29),
    }
    likeness = shown["lookalike-blocked"].assessment.evidence.lists.lookalike
    assert likeness is not None
    assert likeness.confidence == 907


async def test_a_verdict_that_is_otherwise_breaks_the_walk(tmp_path):
    async with show(tmp_path) as begun:
        begun.world.rdap.remove(ACME.domain)
        await begun.walk.set_up()
        await begun.walk.check_mails()
    assert len(begun.telling.broken) == 1
    assert "display=trusted" in begun.telling.broken[0]
    assert "not as it must be" in begun.said.getvalue()


def test_once_ends_with_success_and_leaves_nothing(tmp_path):
    folder = tmp_path / "demo"
    done = run("--walk", "--once", "--listen", "127.0.0.1:0", "--data", str(folder), home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^All 23 expectations were met\.$", done.stdout, re.MULTILINE)
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("language", "word"), [("es", "De confianza"), ("fr", "De confiance"), ("ja", "信頼")])
async def test_the_walk_speaks_the_readers_language(language, word, tmp_path):
    async with show(tmp_path, language) as begun:
        await begun.walk.set_up()
        await begun.walk.check_mails()
    assert (begun.telling.broken, word in begun.said.getvalue()) == ([], True), begun.said.getvalue()


def test_a_busy_port_is_named_before_anything_is_made(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("--listen", f"127.0.0.1:{port}", "--data", str(tmp_path / "demo"), home=tmp_path)
    assert done.returncode == 69
    assert f"port {port} on 127.0.0.1 is taken; choose another: make run PORT={port + 1}" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "dear.txt").write_text("mine", encoding="utf-8")
    done = run("--listen", "127.0.0.1:0", "--data", str(folder), home=tmp_path)
    assert (done.returncode, "DEMO_FOLDER_TAKEN" in done.stderr) == (1, True)
    assert (folder / "dear.txt").read_text(encoding="utf-8") == "mine"


def test_a_signal_ends_it_and_takes_everything_along(tmp_path):
    folder = tmp_path / "demo"
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    command = [COMMAND, "up", "--demo", "--listen", "127.0.0.1:0", "--data", str(folder)]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        lines = []
        for line in running.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        assert (folder / "mail" / "good.eml").is_file()
        assert (folder / "config" / "login.json").stat().st_mode & 0o777 == 0o600
        second = run("--listen", "127.0.0.1:0", "--data", str(folder), home=tmp_path)
        with contextlib.suppress(ProcessLookupError):
            running.send_signal(signal.SIGTERM)
        assert running.wait(15) == 0, lines
    assert "is in use by the demonstration of process" in second.stderr
    assert list(tmp_path.iterdir()) == []
