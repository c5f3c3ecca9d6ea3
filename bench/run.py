"""Run every bench file, one after the other: `python bench/run.py [NAME…]`; then say what every target came to.

Nothing is asked and nothing is left running. A bench that fails does not keep the others from being measured. The exit
status is 1 if one failed, also for a target that was missed: a figure is worth a look, whichever way it went.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
NOT_A_BENCH = {
    *("load", "measure", "message_peers", "message_world", "node_process", "run", "stamped"),
}


def names() -> list[str]:
    """Every bench, by name."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_A_BENCH)


def targets(since: float) -> list[tuple[str, dict[str, object]]]:
    """The targets of the results that were written since then."""
    fresh = [file for file in sorted((HERE / "results").glob("*.json")) if file.stat().st_mtime >= since]
    results = [json.loads(file.read_text(encoding="utf-8")) for file in fresh]
    return [(result["name"], target) for result in results for target in result.get("targets", [])]


def told(name: str, target: dict[str, object]) -> str:
    word = "met   " if target["met"] else "MISSED"
    bound = "at most" if target["most"] else "at least"
    return (
        f"{word} {target['row']:7} {name}: {target['figure']} is {target['measured']:,}, "
        f"must be {bound} {target['must']:,}"
    )


def main() -> int:
    begun, failed = time.time(), []
    wanted = sys.argv[1:] or names()
    for name in wanted:
        started = time.monotonic()
        if subprocess.run([sys.executable, HERE / f"{name}.py"], check=False, stdin=subprocess.DEVNULL).returncode:
            failed.append(name)
        print(f"# {name}: {time.monotonic() - started:.0f} s", flush=True)
    found = targets(begun)
    print("\n".join(told(*each) for each in found))
    missed = sum(not target["met"] for _, target in found)
    print(
        f"{len(wanted) - len(failed)} measured, {len(failed)} failed {' '.join(failed)}; "
        f"{len(found) - missed} targets met, {missed} missed; {(time.time() - begun) / 60:.1f} minutes"
    )
    return 1 if failed or missed else 0


if __name__ == "__main__":
    sys.exit(main())
