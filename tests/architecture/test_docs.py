"""Documents say what is so: rendered pages are fresh, links lead somewhere, settings and verbs are all told."""

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from frankmark.foundation.vocabulary import keys_of
from frankmark.launch import VERBS
from frankmark.settings import VARIABLES_OF_THEIR_OWN, Settings

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
FOLDERS = ("docs", "specs", "vectors", "src/frankmark/data", "deploy", "tests")
PAGES = sorted({*ROOT.glob("*.md"), *(page for name in FOLDERS for page in (ROOT / name).rglob("*.md"))})
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text(encoding="utf-8")), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_what_is_rendered_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "render_docs.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nrun: make docs"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        assert place.exists(), f"{named(page)} links to {target}, which is not there"
        assert place.is_relative_to(ROOT), f"{named(page)} links out of the project: {target}"
        if anchor and place.suffix == ".md":
            assert anchor in anchors(place), f"{named(page)} links to {target}, and there is no such heading"


def test_there_are_pages_to_look_at() -> None:
    assert len(PAGES) > 50
    assert ROOT / "docs" / "README.md" in PAGES


def test_every_page_is_reached_from_an_index() -> None:
    for index, folder in (("docs/README.md", "docs/how-to"), ("docs/README.md", "docs/explanation")):
        text = (ROOT / index).read_text(encoding="utf-8")
        for page in (ROOT / folder).glob("*.md"):
            assert f"({folder.removeprefix('docs/')}/{page.name})" in text, f"{index} does not name {named(page)}"
    for index in ("specs/README.md", "docs/adr/README.md"):
        text = (ROOT / index).read_text(encoding="utf-8")
        for page in (ROOT / index).parent.glob("*.md"):
            assert page.name == "README.md" or f"({page.name})" in text, f"{index} does not name {named(page)}"


def test_every_folder_of_third_party_vectors_is_listed_with_a_licence() -> None:
    folder = ROOT / "vectors" / "third-party"
    text = (folder / "README.md").read_text(encoding="utf-8")
    for each in folder.iterdir():
        if each.is_dir():
            assert f"({each.name}/README.md)" in text, f"{named(each)} is not listed"
            assert "licence" in (each / "README.md").read_text(encoding="utf-8"), f"{named(each)} names no licence"


def test_every_file_of_shipped_data_is_listed() -> None:
    folder = ROOT / "src" / "frankmark" / "data"
    text = (folder / "README.md").read_text(encoding="utf-8")
    for each in folder.iterdir():
        if each.is_file() and each.name != "README.md":
            assert f"`{each.name}`" in text, f"{named(each)} is not listed"


def defaults(settings: msgspec.Struct, prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for field in msgspec.structs.fields(settings):
        value = getattr(settings, field.name)
        if isinstance(value, msgspec.Struct):
            found |= defaults(value, f"{prefix}{field.encode_name}.")
        else:
            found[prefix + field.encode_name] = value
    return found


def test_every_setting_is_told_with_its_default() -> None:
    text = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([a-z0-9_.]+)` \| `([^`]*)` \|", text, flags=re.MULTILINE))
    real = {name: msgspec.json.encode(value).decode() for name, value in defaults(Settings()).items()}
    assert set(real) == set(keys_of(Settings))
    assert told == real
    variables = set(re.findall(r"^\| `(FRANKMARK_[A-Z_]+)` \|", text, flags=re.MULTILINE))
    assert variables == VARIABLES_OF_THEIR_OWN


def test_every_verb_is_told() -> None:
    text = (REFERENCE / "command.md").read_text(encoding="utf-8")
    table = text.partition("## Exit status")[0]
    told = {
        verb
        for row in re.findall(r"^\| (`[^|]+) \|", table, flags=re.MULTILINE)
        for verb in re.findall(r"`(\w+)`", row)
    }
    assert told == set(VERBS)
