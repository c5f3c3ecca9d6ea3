"""Reads the console blocks of a page, runs them word for word in one shell, and compares what came out.

In a block, a line that begins with ``$ `` is a command; the lines below are what it prints. ``…`` in a line stands for
any text, and a line that is nothing else for any number of lines.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST_S = 60


@dataclass(frozen=True)
class Step:
    """A command, and the lines that it must print."""

    command: str
    expected: tuple[str, ...]


def steps(page: str) -> list[Step]:
    """The commands of a page, in order."""
    found: list[Step] = []
    for block in BLOCK.findall(page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *printed = part.rstrip("\n").split("\n")
            found.append(Step(command, tuple(printed)))
    return found


def matches(expected: tuple[str, ...], printed: str) -> bool:
    """Whether what was printed has exactly the lines that are expected."""
    pattern = ""
    for line in expected:
        pattern += r"(?:.*\n)*" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n"
    return re.fullmatch(pattern, printed) is not None


class Shell:
    """One shell, so that what a command sets is there for the next."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def run(self, command: str) -> str:
        """What one command prints, on both streams."""
        end = "== end of the command =="
        self._process.stdin.write(f"{command}\necho '{end}'\n")
        self._process.stdin.flush()
        printed = []
        for line in self._process.stdout:
            if line.rstrip("\n") == end:
                return "".join(printed)
            printed.append(line)
        message = f"the shell ended at: {command}\n{''.join(printed)}"
        raise AssertionError(message)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(LONGEST_S)
        self._process.stdout.close()
