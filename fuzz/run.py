"""Run one fuzz target, or all of them, for a number of seconds each: `python fuzz/run.py [NAME…] --seconds N`.

A target is a file ``fuzz/target_<name>.py`` with a function ``one_input(data: bytes) -> None`` that lets only defects
escape. The engine is coverage-guided (atheris); an input that a target fails on is written to ``fuzz/crashes/``.
"""

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
CRASHES = HERE / "crashes"


def fuzz(name: str, seconds: int) -> None:
    """Run one target in this process; libFuzzer ends the process itself."""
    import atheris  # noqa: PLC0415  (only the child process may load the instrumentation)

    path = HERE / f"target_{name}.py"
    specification = importlib.util.spec_from_file_location(f"target_{name}", path)
    if specification is None or specification.loader is None:
        sys.exit(f"no fuzz target {name}: {path} is missing")
    module = importlib.util.module_from_spec(specification)
    with atheris.instrument_imports(include=["frankmark"]):
        specification.loader.exec_module(module)
    CRASHES.mkdir(exist_ok=True)
    seeds = CORPUS / name
    arguments = [sys.argv[0], f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-verbosity=0"]
    with tempfile.TemporaryDirectory() as found:  # the first folder takes what is found, the second is only read
        arguments += [f"-artifact_prefix={CRASHES}/{name}-", found] + ([str(seeds)] if seeds.is_dir() else [])
        atheris.Setup(arguments, module.one_input)
        atheris.Fuzz()


def main() -> int:
    """Run the targets one after the other; the exit status is 1 if any of them found something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    names = options.names or sorted(p.stem.removeprefix("target_") for p in HERE.glob("target_*.py"))
    if options.inside:
        fuzz(names[0], options.seconds)
    failed = []
    for name in names:
        command = [sys.executable, __file__, name, "--seconds", str(options.seconds), "--inside"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name}", flush=True)
        if done.returncode != 0:
            failed.append(name)
            print(done.stdout[-4000:], done.stderr[-4000:], sep="\n")
    print(f"{len(names) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
