"""The very suites that Node runs, in Chromium and in Firefox: every vector, in every cryptography that people have."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import sync_playwright
from tests.verify_js.staging import Firefox, needs, serving

SUITES = 28
RESULTS = "globalThis.results"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as base:
        yield f"{base}/tests/verify_js/browser/suites.html"


def judged(results: list[list[str | None]]) -> None:
    assert [result for result in results if result[1] is not None] == []
    assert len(results) == SUITES


def test_in_chromium(address: str) -> None:
    program = needs("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page, said = browser.new_page(), []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(address)
        page.wait_for_function(f"{RESULTS} !== undefined", timeout=120_000)
        results = page.evaluate(RESULTS)
        browser.close()
    assert said == []
    judged(results)


def test_in_firefox(address: str) -> None:
    with Firefox.opened() as firefox:
        firefox.open(address)
        judged(firefox.until(RESULTS))
