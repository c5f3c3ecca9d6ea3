"""Copy the modules of `verify-js/` that the node's pages use to where the node serves them from.

A page's script names the modules that it imports; these and what they import in turn are copied as they are. Run after
a change below `verify-js/`; a test compares what is served with what is kept there.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "verify-js" / "src"
STATIC = ROOT / "src" / "frankmark" / "surfaces" / "node" / "pages" / "static"
SERVED = STATIC / "verify"
OF_PAGE = re.compile(r'^(?:import|\}) [^"\n]*from "\./verify/([\w-]+\.js)";$', re.MULTILINE)
OF_MODULE = re.compile(r'^(?:import|\}) [^"\n]*from "\./([\w-]+\.js)";$', re.MULTILINE)


def modules() -> dict[str, str]:
    """What the pages need, by file name."""
    wanted = [name for page in sorted(STATIC.glob("*.js")) for name in OF_PAGE.findall(page.read_text("utf-8"))]
    found: dict[str, str] = {}
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = (SOURCES / name).read_text("utf-8")
            wanted += OF_MODULE.findall(found[name])
    return dict(sorted(found.items()))


def main() -> None:
    """Write the files, and remove those that no page needs any more."""
    found = modules()
    SERVED.mkdir(exist_ok=True)
    for file in SERVED.glob("*.js"):
        if file.name not in found:
            file.unlink()
    for name, text in found.items():
        (SERVED / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
