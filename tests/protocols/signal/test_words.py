"""The golden rule: no word of this room's own says what anybody meant to do."""

import re
from pathlib import Path

import pytest

import frankmark

ROOM = Path(frankmark.__file__).parent / "protocols" / "signal"
INTENT = re.compile(
    "fraud|scam|phish|malici|fake|swindl|criminal|estafa|fraude|enga\u00f1|arnaque|hame\u00e7on|escroc|\u8a50\u6b3a|"
    "\u507d",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.name)
def test_no_word_of_intent(path: Path) -> None:
    assert INTENT.findall(path.read_text(encoding="utf-8")) == []
