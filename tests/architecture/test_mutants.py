"""Every row test has a kept patch that it must notice, and every patch still fits the product.

That the tests do notice takes minutes and is for ``make mutants``; this says at once when a patch has gone stale.
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATCHES = sorted((ROOT / "tests" / "mutants").glob("*.patch"))
MARKED = re.compile(r'@pytest\.mark\.row\("([A-Z]+[0-9]+)"\)\n(?:@.*\n)*(?:async )?def test_([A-Z]+[0-9]+)_')


def rows():
    for file in sorted((ROOT / "tests" / "rows").glob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        found = MARKED.findall(text)
        assert len(found) == len(re.findall(r"^(?:async )?def test_", text, re.MULTILINE)), (
            f"{file.name}: a test without a row"
        )
        yield from found


def test_every_row_test_is_named_after_the_row_that_it_is_marked_with():
    found = list(rows())
    assert [mark for mark, _ in found] == [name for _, name in found]
    assert len({mark for mark, _ in found}) >= 55


def test_every_row_has_a_patch_and_every_patch_a_row():
    assert {patch.stem for patch in PATCHES} == {mark for mark, _ in rows()}


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_patch_says_what_it_breaks_changes_one_place_and_applies(patch):
    text = patch.read_text(encoding="utf-8")
    assert re.match(rf"{patch.stem}: .+\.\n", text)
    assert text.count("\n@@ ") == 1
    checked = subprocess.run(
        ["git", "apply", "--check", patch], cwd=ROOT, capture_output=True, text=True, check=False, timeout=20
    )
    assert checked.returncode == 0, checked.stderr
