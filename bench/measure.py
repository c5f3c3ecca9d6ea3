"""Measure us and a peer side by side: rounds A B A B …, processor time, medians of per-round ratios.

A result names the peer, the command, the machine and the versions; documents render their figures from it. Processor
time of this process repeats within 10 to 15 per cent on a shared machine; wall time does not.
"""

import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def machine() -> dict[str, str | int]:
    """What was measured on."""
    import os

    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return {
        "cpu": model,
        "cores": os.cpu_count() or 0,
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def rate(job: Callable[[], object], *, seconds: float) -> float:
    """Calls a second of processor time."""
    count, step = 0, 1
    begun = time.process_time()
    while (spent := time.process_time() - begun) < seconds:
        for _ in range(step):
            job()
        count += step
        step = min(step * 2, 1024) if spent < seconds / 8 else step
    return count / (time.process_time() - begun)


def compare(
    ours: Callable[[], object], peer: Callable[[], object], *, rounds: int = 7, seconds: float = 0.4
) -> dict[str, object]:
    """Median rates of both and the median, lowest and highest of the ratios ours/peer, round by round."""
    rate(ours, seconds=seconds / 4), rate(peer, seconds=seconds / 4)
    pairs = [(rate(ours, seconds=seconds), rate(peer, seconds=seconds)) for _ in range(rounds)]
    ratios = sorted(a / b for a, b in pairs)
    return {
        "ours_per_cpu_s": round(statistics.median(a for a, _ in pairs)),
        "peer_per_cpu_s": round(statistics.median(b for _, b in pairs)),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_low": round(ratios[0], 3),
        "ratio_high": round(ratios[-1], 3),
        "rounds": rounds,
    }


def percentiles(samples_ms: list[float]) -> dict[str, float]:
    """p50, p95 and p99 of wall times in milliseconds."""
    ordered = sorted(samples_ms)
    at = lambda share: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3)  # noqa: E731
    return {"p50_ms": at(0.5), "p95_ms": at(0.95), "p99_ms": at(0.99), "count": len(ordered)}


def at_least(row: str, figure: str, must: float) -> dict[str, object]:
    """A target: the figure at this path of names (`warm.per_s`) is to be so much or more."""
    return {"row": row, "figure": figure, "must": must, "most": False}


def at_most(row: str, figure: str, must: float) -> dict[str, object]:
    """A target: the figure at this path of names is to be so much or less."""
    return {"row": row, "figure": figure, "must": must, "most": True}


def judged(target: dict[str, object], figures: dict[str, object]) -> dict[str, object]:
    """A target with what was measured, and whether it is met."""
    found: object = figures
    for part in str(target["figure"]).split("."):
        found = found[part]  # type: ignore[index]
    met = found <= target["must"] if target["most"] else found >= target["must"]
    return {**target, "measured": found, "met": met}


def write(name: str, figures: dict[str, object], peers: list[str], musts: Sequence[dict[str, object]] = ()) -> None:
    """Keep a result and print it; `musts` are what the figures are held against."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout
    result = {
        "name": name,
        "command": f"python bench/{Path(sys.argv[0]).name}",
        "commit": commit.strip(),
        "machine": machine(),
        "versions": {peer: version(peer) for peer in peers},
        "figures": figures,
        "targets": [judged(target, figures) for target in musts],
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")
    print(json.dumps({name: figures}, indent=1))
