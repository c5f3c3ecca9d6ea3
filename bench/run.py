"""Run every bench file, one after the other: `python bench/run.py [NAME…]`."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NOT_A_BENCH = {"load", "measure", "node_process", "run"}


def main() -> int:
    names = sys.argv[1:] or sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_A_BENCH)
    failed = [name for name in names if subprocess.run([sys.executable, HERE / f"{name}.py"], check=False).returncode]
    print(f"{len(names) - len(failed)} passed, {len(failed)} failed {' '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
