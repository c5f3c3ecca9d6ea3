"""What we build on: permissive licences, hashed pins, no index named."""

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PERMISSIVE = re.compile(
    r"\b(MIT|MIT-0|BSD|0BSD|Apache|ISC|PSF|PSF-2\.0|Python-2\.0|Python Software Foundation|Unlicense|Zlib|zlib|"
    r"any-OSI|OSI Approved|CC0|HPND|BlueOak)",
)
COPYLEFT = re.compile(r"\b(A?GPL|LGPL|GNU|MPL|Mozilla|EUPL|CDDL|SSPL|CPAL)", re.IGNORECASE)
EXCEPTIONS = {"certifi": "MPL-2.0, data, unmodified"}
STATED_ELSEWHERE = {  # the licence stands in the package's licence file, not in its metadata
    "limits": "MIT",
    "rfc8785": "Apache-2.0",
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: str) -> set[str]:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    return {normal(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)==", text, flags=re.MULTILINE)}


def licence(package: Distribution) -> str:
    meta = package.metadata
    named = [meta.get("License-Expression") or "", (meta.get("License") or "").splitlines()[0:1]]
    classifiers = [c for c in meta.get_all("Classifier") or [] if c.startswith("License ::")]
    return " | ".join([named[0], *named[1], *classifiers]).strip(" |")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda p: p.name)
def test_every_pin_is_hashed_and_names_no_index(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(entries) >= 30
    for entry in entries:
        assert "==" in entry, entry
        assert "--hash=sha256:" in entry, entry


def test_every_package_that_users_install_is_permissive() -> None:
    wanted = locked("base.lock")
    seen = set()
    for package in distributions():
        name = normal(package.metadata["Name"])
        if name not in wanted:
            continue
        seen.add(name)
        said = licence(package) or STATED_ELSEWHERE.get(name, "")
        if name in EXCEPTIONS:
            continue
        assert PERMISSIVE.search(said), f"{name} states no permissive licence: {said!r}"
        assert not COPYLEFT.search(said), f"{name} is copyleft: {said}"
    assert len(seen) >= 30, f"only {len(seen)} locked packages are installed; the gate has looked at too little"
