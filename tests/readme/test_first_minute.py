"""The README's first minute is what it says: every console block, word for word, in the running demonstration."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.readme.session import Shell, matches, steps

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
UP_WITHIN_S = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def environ(tmp_path_factory) -> dict[str, str]:
    """A person's environment without anything of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FRANKMARK_", "SS_", "LC_"))}
    return {**kept, "HOME": str(tmp_path_factory.mktemp("home")), "LANG": "C.UTF-8", "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def demonstration(port, environ, tmp_path_factory) -> Iterator[str]:
    """What `make run` prints on a free port; the environment that it would set up is the one of the test."""
    make = ["make", "-o", ".venv/.base", "run", f"PORT={port}", f"BIN={Path(sys.executable).parent}"]
    said = tmp_path_factory.mktemp("demo") / "said.txt"
    with said.open("wb") as sink:
        process = subprocess.Popen(make, cwd=ROOT, env=environ, stdout=sink, stderr=sink, start_new_session=True)
        try:
            until = time.monotonic() + UP_WITHIN_S
            while "Serving http" not in said.read_text(encoding="utf-8"):
                alive = process.poll() is None
                assert alive, said.read_text(encoding="utf-8")
                assert time.monotonic() < until, said.read_text(encoding="utf-8")
                time.sleep(0.2)
            yield said.read_text(encoding="utf-8")
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(20)
    assert not (ROOT / f"demo-data-{port}").exists()


def test_the_readme_begins_with_one_sentence_and_two_commands():
    text = README.read_text(encoding="utf-8")
    first = re.search(r"^# Frankmark\n\n(.+?)\n\n```sh\n(.+?)\n```", text, re.DOTALL)
    assert first is not None
    assert first[1].count(". ") == 0
    assert [line.split("#")[0].strip() for line in first[2].splitlines()] == ["make run", "make test"]


def test_the_walk_showed_what_it_must(demonstration):
    assert re.search(r"^All \d+ expectations were met\.$", demonstration, re.MULTILINE)


@pytest.mark.usefixtures("demonstration")
def test_every_block_prints_what_the_page_says(port, environ):
    page = README.read_text(encoding="utf-8").replace("demo-data", f"demo-data-{port}").replace("8480", str(port))
    todo = steps(page)
    assert len(todo) == 16
    shell = Shell(ROOT, environ)
    try:
        for step in todo:
            printed = shell.run(step.command)
            assert matches(step.expected, printed), f"$ {step.command}\n{printed}"
    finally:
        shell.close()


def test_links_of_the_readme_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        (("a … c",), "a b c\n", True),
        (("a … c",), "a b\n", False),
        (("a", "…"), "a\n", True),
        (("a", "…"), "a\nb\nc\n", True),
        (("a",), "a\nb\n", False),
        ((), "", True),
        ((), "b\n", False),
    ],
)
def test_comparison_of_lines(expected, printed, same):
    assert matches(expected, printed) is same
