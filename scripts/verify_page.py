"""Write what is made of other parts of the project: two tables of `verify-js/`, and the page `verify.html`.

The page is one file: the modules of `verify-js/` one after the other in one script, the style, the words of four
languages and the Public Suffix List. Its content policy names the hash of its one script and of its one style and
allows nothing else, so that nothing can leave it. Run after a change below `verify-js/`; a test compares what is kept
with what this writes.
"""

import base64
import hashlib
import json
import re
from pathlib import Path

from frankmark.mail import address

ROOT = Path(__file__).parents[1]
DATA = ROOT / "src" / "frankmark" / "data"
SOURCES = ROOT / "verify-js" / "src"
PAGE = ROOT / "verify-js" / "page"
LANGUAGES = ("en", "es", "fr", "ja")
WIDTH = 110
ZONES_HEAD = """/** The names of the IANA time zone database; written by scripts/verify_page.py, not by hand. */

export const TIME_ZONES = new Set(
"""
UNICODE_HEAD = """/** Characters newer than Unicode 14.0; written by scripts/verify_page.py, not by hand. */

export const TOO_NEW = new RegExp(
"""
IMPORT = re.compile(
    r'^import (?:\* as (?P<whole>\w+)|\{(?P<names>[^}]*)\}) from "(?P<file>\.[\w/.-]+)";\n', re.MULTILINE
)
EXPORT = re.compile(r"^export (?=(?:async )?function|class |const )", re.MULTILINE)
EXPORTED = re.compile(r"^export (?:(?:async )?function\*? ?|class |const )(\w+)", re.MULTILINE)
RULE = re.compile(r"^(?!//(?! ===))\S+.*$", re.MULTILINE)
WORDS_OF_PROOFS = "proof.code."  # the one group that the page shares with the command


def time_zones() -> str:
    """The module of time zone names."""
    listed = (DATA / "timezones.txt").read_text(encoding="ascii").splitlines()
    names = [line for line in listed if line and not line.startswith("#")]
    joined = " +\n".join(f"  {json.dumps(f'{one} ')}" for one in _wrapped(names, WIDTH))
    return f'{ZONES_HEAD}{joined.replace("  ", "  (", 1)}).trim().split(" "),\n);\n'


def too_new() -> str:
    """The module of characters that are too new: a class of JavaScript's regular expressions."""
    ranges = [
        "-".join(f"\\u{{{ord(end):x}}}" for end in one.split("-"))
        for one in _ranges(address._TOO_NEW.pattern)  # noqa: SLF001
    ]
    lines = ["".join(line.split()) for line in _wrapped(ranges, WIDTH - 20)]
    joined = " +\n".join(f"    {json.dumps(one)}" for one in lines)
    return f'{UNICODE_HEAD}  "[" +\n{joined} +\n    "]",\n  "u",\n);\n'


def _ranges(pattern: str) -> list[str]:
    """The ranges inside a class of characters, written with the characters themselves."""
    return re.findall(r"(.(?:-.)?)", re.sub(r"\\U([0-9a-f]{8})", lambda one: chr(int(one[1], 16)), pattern)[1:-1])


def _wrapped(words: list[str], width: int) -> list[str]:
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def data_module() -> str:
    """What the page knows beside its code: the words, and the Public Suffix List without its comments."""
    words = {language: _words(language) for language in LANGUAGES}
    listed = (DATA / "public_suffix_list.dat").read_text(encoding="utf-8")
    rules = "\n".join(line for line in RULE.findall(listed) if not line.startswith("// ===") or "DOMAINS" in line)
    return f"export const WORDS = {_literal(words)};\nexport const SUFFIXES = {_literal(rules)};\n"


def _words(language: str) -> dict[str, str]:
    folder = DATA / "locales" / language
    proofs = json.loads((folder / "proofs.json").read_text(encoding="utf-8"))
    shared = {key: text for key, text in proofs.items() if key.startswith(WORDS_OF_PROOFS)}
    own: dict[str, str] = json.loads((folder / "verify_page.json").read_text(encoding="utf-8"))
    return own | shared


def _literal(value: object) -> str:
    """A value as JavaScript that may stand inside a script element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


class Bundle:
    """Modules in the order in which they need one another, each in a function of its own."""

    def __init__(self) -> None:
        self._done: dict[Path, str] = {}
        self.text = ""

    def add(self, file: Path) -> str:
        """Add a module and what it imports; answers the name that its exports have."""
        if file in self._done:
            return self._done[file]
        source = data_module() if file == PAGE / "data.js" else file.read_text(encoding="utf-8")
        name = f"module_{file.stem}"
        if name in self._done.values():
            raise SystemExit(f"two modules are called {file.stem}")
        self._done[file] = name
        body = IMPORT.sub(lambda found: self._import(file, found), source)
        if re.search(r"^(?:import|export \{|export default)", body, re.MULTILINE):
            raise SystemExit(f"{file}: an import or export that is not understood")
        given = ", ".join(EXPORTED.findall(body))
        self.text += f"const {name} = (() => {{\n{EXPORT.sub('', body).strip()}\nreturn {{ {given} }};\n}})();\n\n"
        return name

    def _import(self, file: Path, found: re.Match[str]) -> str:
        name = self.add((file.parent / found["file"]).resolve())
        if found["whole"]:
            return f"const {found['whole']} = {name};\n"
        names = ", ".join(one.strip().replace(" as ", ": ") for one in found["names"].split(",") if one.strip())
        return f"const {{ {names} }} = {name};\n"


def page() -> str:
    """The page, whole."""
    bundle = Bundle()
    bundle.add(PAGE / "app.js")
    script, style = f"\n{bundle.text}", f"\n{(PAGE / 'page.css').read_text(encoding='utf-8')}"
    if "</script" in script or "<!--" in script or "</style" in style:
        raise SystemExit("the script or the style would end the element that it stands in")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    text = (PAGE / "page.html").read_text(encoding="utf-8")
    for name, value in (("policy", policy), ("style", style), ("script", script)):
        text = text.replace(f"{{{{{name}}}}}", value)
    return text


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def written() -> dict[Path, str]:
    """Everything that this script writes, by file."""
    tables = {SOURCES / "timezones.js": time_zones(), SOURCES / "unicode.js": too_new()}
    return {**tables, DATA / "verify.html": page()}


def main() -> None:
    """Write the files."""
    for file, text in written().items():
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
