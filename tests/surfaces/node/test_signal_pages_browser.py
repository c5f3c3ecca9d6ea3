"""The pages of Signal, of the logs and of proofs in two browsers: verified where they are read, usable by everybody."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, Route, sync_playwright
from tests.surfaces.node.conftest import open_node
from tests.surfaces.node.signal_stage import name_server, receipt_of, staged
from tests.verify_js.staging import Firefox, needs
from tests.verify_js.test_privacy import CALLS, found, sent_of

from frankmark.assembly.proofs import trust_of
from frankmark.protocols.stampedsafe.verify import verify
from frankmark.surfaces.node.pages.signal import KINDS

LANGUAGES = ("en", "es", "fr", "ja")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TEXT = "canary-51c0ffee-the-text-that-stays-here"
FILE = "canary-0ddba11-the-file-that-stays-here"
VERIFIED = "#outcome:has(.held) .word"
LOGS = ("ledger", "official", "abuse", "receipts")


@pytest.fixture(scope="module")
def zone() -> Iterator:
    with name_server() as server:
        yield server


@pytest.fixture(scope="module")
def node(tmp_path_factory, zone) -> Iterator:
    resolver = {"FRANKMARK_RESOLVER": f"127.0.0.1:{zone.port}", "FRANKMARK_DNS_DEADLINE_MS": "5000"}
    with open_node(tmp_path_factory.mktemp("signal"), resolver) as made:
        yield made


@pytest.fixture(scope="module")
def receipts(node, zone) -> dict[str, str]:
    """Something of everything that the pages show."""
    for number in range(6):
        node.stamped(f"good{number}.example")
    return staged(node, zone)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright) -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program is not None, "install chromium: scripts/system-deps"
    opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
    yield opened
    opened.close()


@pytest.fixture
def page(browser, request) -> Iterator[Page]:
    """A page that fails the test if the console, the content policy or another origin has something to say."""
    context = browser.new_context(viewport={"width": 1200, "height": 800}, **getattr(request, "param", {}))
    opened, said, asked = context.new_page(), [], []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda sent: asked.append(sent.url))
    yield opened
    here = opened.url.split("/")[2]
    context.close()
    assert [line for line in said if "status of 40" not in line] == []
    assert {url.split("/")[2] for url in asked if not url.startswith("blob:")} == {here}


def addresses(receipts: dict[str, str]) -> dict[str, str]:
    return {
        "home": "/",
        "ask": "/signal",
        "inside": "/signal?kind=url&value=https://www.acme.test/a",
        "outside": "/signal?kind=domain&value=acm%C3%A9.test&brand=acme.test",
        "counter-stamped": "/signal?kind=domain&value=acme-prizes.test&brand=acme.test",
        "disputed": "/signal?kind=domain&value=acme-fans.test",
        "unknown": "/signal?kind=whatsapp&value=%2B34600000000&brand=new.test",
        "a long question": f"/signal?kind=domain&value={'a-very-long-name.' * 12}test",
        "no question": "/signal?kind=domain&value=%3Cscript%3Ealert(1)%3C/script%3E",
        "a receipt": f"/receipts/{receipts['NO_PERTENECE']}",
        "no receipt": "/receipts/%3Cb%3E",
        "a brand": "/brands/acme.test",
        "a brand that withdrew": "/brands/gone.test",
        "no brand": "/brands/nobody.test",
        "logs": "/logs",
        **{f"the log {name}": f"/logs/{name}" for name in LOGS},
        **{f"an entry of {name}": f"/logs/{name}/1" for name in LOGS},
        "no entry": "/logs/ledger?entry=zzz",
        "proofs": "/prove",
    }


def checked(page: Page, name: str) -> None:
    """Accessible by axe's rules up to WCAG 2.2 AA, no wider than the window, one heading of the first level."""
    result = Axe().run(page, options={"runOnly": RULES})
    assert result.violations_count == 0, f"{name}: {result.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the window"
    assert page.locator("h1").count() == 1, name


def settled(page: Page) -> None:
    """Wait until the page has verified, if it does."""
    if page.locator("#outcome").count():
        page.locator("#outcome .detail").wait_for()


@pytest.mark.parametrize(
    "page", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True, ids=["light", "dark"]
)
def test_every_page_is_accessible_in_both_themes(node, receipts, page) -> None:
    for name, address in addresses(receipts).items():
        page.goto(node.base + address)
        settled(page)
        checked(page, name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_in_every_language_on_a_telephone(node, receipts, browser, language) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}, locale=language) as context:
        page = context.new_page()
        for name, address in addresses(receipts).items():
            page.goto(node.base + address)
            settled(page)
            assert page.locator("html").get_attribute("lang") == language
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"


@pytest.mark.row("W43")
@pytest.mark.row("G18")
@pytest.mark.row("J3")
@pytest.mark.parametrize("name", LOGS)
@pytest.mark.usefixtures("receipts")
def test_the_page_itself_verifies_every_entry_of_every_log(node, page, name) -> None:
    page.goto(f"{node.base}/logs/{name}")
    assert page.locator(VERIFIED).inner_text() == "Head signed"
    size = int(page.locator("[data-says=size]").inner_text())
    assert size >= 4
    for index in range(size):
        page.goto(f"{node.base}/logs/{name}/{index}")
        assert page.locator(VERIFIED).inner_text() == "Included"
        root = page.locator("[data-says=root]").inner_text()
        assert page.locator("#drawing .root text").text_content() == f"{root[:10]}…"


def changed(text: str, at: int) -> str:
    """One character replaced by another of its kind."""
    old = text[at]
    kinds = ("0123456789", "abcdef", "ghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    kind = next((one for one in kinds if old in one), "")
    new = kind[(kind.index(old) + 1) % len(kind)] if kind else "x"
    return text[:at] + new + text[at + 1 :]


def tampered(page: Page, address: str, change: Callable[[str], str]) -> str:
    """The word that the page says when something between the node and the browser changes it."""

    def served(route: Route) -> None:
        answer = route.fetch()
        body = change(answer.text())
        assert body != answer.text()
        route.fulfill(response=answer, body=body)

    page.route(address, served)
    page.goto(address)
    page.locator("#outcome .detail").wait_for()
    page.unroute(address)
    return page.locator("#outcome .word").inner_text()


PLACES = {
    "the entry": r'id="leaf"[^>]*>([^<]+)<',
    "a hash of the path": r"<li data-side=[^>]*>[^<]*<code>([0-9a-f]{64})<",
    "the side of a hash": r'<li data-side="(left|right)"',
    "the place": r'id="index">(\d+)<',
    "the size that is shown": r'data-says="size">(\d+)<',
    "the root that is shown": r'data-says="root">([0-9a-f]{64})<',
    "what is said of the entry": r'<dd data-says="(?:stamp_id|brand|commitment|receipt_hash)">(?:<code>)?([^<]+)<',
    "the signed head": r'id="head"[^>]*>([^<]+)<',
}


@pytest.mark.row("W43")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", LOGS)
@pytest.mark.usefixtures("receipts")
def test_one_octet_changed_on_the_way_shows_as_not_included(node, page, name, place) -> None:
    def change(text: str) -> str:
        found = re.search(PLACES[place], text)
        return changed(text, (found.start(1) + found.end(1)) // 2)

    assert tampered(page, f"{node.base}/logs/{name}/1", change) == "Not included"
    assert page.locator("#outcome:has(.blocked)").count() == 1


@pytest.mark.row("G28")
def test_a_receipt_is_verified_in_the_page_and_a_changed_one_is_not_valid(node, receipts, page) -> None:
    address = f"{node.base}/receipts/{receipts['PERTENECE']}"
    page.goto(address)
    assert page.locator(VERIFIED).inner_text() == "Receipt valid"
    for place in (r'id="receipt"[^>]*>([^<]+)<', r'data-says="brand">([^<]+)<', r'data-says="fact">([^<]+)<'):

        def change(text: str, place: str = place) -> str:
            found = re.search(place, text)
            return changed(text, (found.start(1) + found.end(1)) // 2)

        assert tampered(page, address, change) == "Receipt not valid"
    other = node.ask("GET", f"/api/signal/receipts/{receipts['UNKNOWN']}").json()["receipt"]
    assert tampered(page, address, lambda text: re.sub(r'(id="receipt"[^>]*>)[^<]+', rf"\g<1>{other}", text)) == (
        "Receipt not valid"
    )


@pytest.mark.usefixtures("receipts")
def test_without_the_node_s_keys_nothing_is_said_to_be_right_or_wrong(node, page) -> None:
    page.route("**/.well-known/*", lambda route: route.fulfill(status=404))
    page.goto(f"{node.base}/logs/ledger/1")
    page.locator("#outcome .detail").wait_for()
    assert page.locator("#outcome .word").inner_text() == "Could not be verified here"


def test_without_script_pages_do_their_work_and_say_that_they_verified_nothing(node, receipts, browser) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{node.base}/signal")
        page.locator("#value").fill("https://www.acme.test/")
        page.get_by_role("button", name="Ask").click()
        assert page.locator("[data-fact=PERTENECE] .word").inner_text() == "Inside"
        page.get_by_role("link", name="SSF-EV-").click()
        assert page.locator("#outcome .word").inner_text() == "Not verified here"
        assert "Signed by this node: yes" in page.locator("main").inner_text()
        for address in ("/logs/ledger", "/logs/ledger/1", f"/receipts/{receipts['PERTENECE']}"):
            page.goto(node.base + address)
            assert page.locator("#outcome .word").inner_text() == "Not verified here"
        page.goto(f"{node.base}/logs/ledger")
        page.locator("#entry").fill("2")
        page.get_by_role("button", name="Show").click()
        assert page.locator("h1").inner_text() == "Entry 2"
        page.goto(f"{node.base}/prove")
        assert page.get_by_role("button").count() == 0, "something could send the text"
        assert "frankmark prove" in page.locator("#without").inner_text()


@pytest.mark.usefixtures("receipts")
def test_a_keyboard_is_enough_to_ask_and_to_reach_the_receipt(node, page) -> None:
    page.goto(f"{node.base}/signal")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "value"
    page.keyboard.type("acme-sale.test")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("acme.test")
    page.keyboard.press("Enter")
    page.wait_for_url("**/signal?value=acme-sale.test&kind=auto&brand=acme.test")
    assert page.locator("[data-fact=NO_PERTENECE] .word").inner_text() == "Outside"
    focused = "document.activeElement.textContent"
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if page.evaluate(focused).startswith("SSF-EV-"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipts/SSF-EV-*")
    assert page.locator(VERIFIED).inner_text() == "Receipt valid"


def test_kinds_are_named_for_a_screen_reader_and_the_language_stays(node, page) -> None:
    page.goto(f"{node.base}/signal?lang=ja&kind=email&value=a@acme.test")
    assert page.locator("#kind option").count() == len(KINDS)
    assert page.locator("#kind").input_value() == "email"
    assert page.get_by_label("チャネルの種類").count() == 1
    page.get_by_role("button", name="尋ねる").click()
    assert page.locator("html").get_attribute("lang") == "ja"
    page.get_by_role("link", name="SSF-EV-").click()
    assert page.locator("html").get_attribute("lang") == "ja"


def made(page: Page, node, *, message: str = "", file: Path | None = None, level: int = 1) -> dict:
    """A proof that the page makes."""
    page.goto(f"{node.base}/prove")
    page.fill("#message", message)
    if file is not None:
        page.set_input_files("#file", str(file))
    page.check(f"#level-{level}")
    page.click("#make")
    page.locator("#made").wait_for()
    return json.loads(page.locator("#proof").inner_text())


def keys_of(node) -> object:
    keys = node.ask("GET", "/api/time/keys").json()["keys"]
    return trust_of({key["kid"]: {"pk": key["pk"], "notBefore": key["notBefore"]} for key in keys}, frozenset({"UTC"}))


@pytest.mark.row("F25")
def test_the_page_makes_proofs_that_verify(node, page, tmp_path) -> None:
    file = tmp_path / "report.txt"
    file.write_text("what the file says")
    proof = made(page, node, message="Hello, 世界")
    report = verify(json.dumps(proof).encode(), keys_of(node))
    assert (report.valid, report.level, proof["payload"]["m"]) == (True, 1, "Hello, 世界")
    assert "Nothing was sent." in page.locator("#made").inner_text()
    proof = made(page, node, file=file, level=2)
    report = verify(json.dumps(proof).encode(), keys_of(node))
    assert (report.valid, report.level, report.time_binding) == (True, 2, "bound")
    assert proof["payload"]["f"]["name"] == "report.txt"
    assert page.locator("#sent").inner_text() == proof["payload"]["ta"]["nonce"]
    assert page.evaluate("document.activeElement.id") == "made-title"
    with page.expect_download() as saved:
        page.click("#save")
    assert json.loads(Path(saved.value.path()).read_text()) == proof
    checked(page, "a proof")


def test_what_cannot_be_proven_is_said(node, page) -> None:
    page.goto(f"{node.base}/prove")
    page.click("#make")
    page.locator("#told .word").wait_for()
    assert "MISSING_FIELD" in page.locator("#told .detail").inner_text()
    page.fill("#message", "x" * 281)
    assert page.locator("#count").inner_text() == "281 of 280 characters"
    page.click("#make")
    page.locator("#told:has-text('MESSAGE_TOO_LONG')").wait_for()
    checked(page, "a refusal")


def test_text_and_file_never_leave_the_page_that_makes_proofs(node, playwright, tmp_path) -> None:
    """Every octet that the whole browser puts on a socket, searched; the hash that is sent must be found."""
    strace, chromium = needs("strace"), needs("chromium")
    log, file, program = tmp_path / "calls", tmp_path / "secret.txt", tmp_path / "traced"
    file.write_text(FILE * 3, encoding="ascii")
    options = f"-f -qq -e signal=none -e {CALLS} -s 1000000 -xx -yy -o {log}"
    program.write_text(f'#!/bin/sh\nexec {strace} {options} {chromium} "$@"\n', encoding="ascii")
    program.chmod(0o755)
    environ = {**os.environ, "HOME": str(tmp_path)}
    traced = playwright.chromium.launch(executable_path=str(program), args=["--no-sandbox"], env=environ)
    page = traced.new_page()
    made(page, node, message=TEXT, file=file)
    asked = made(page, node, message=TEXT, file=file, level=2)["payload"]["ta"]["nonce"]
    page.click("#save")
    traced.close()
    sent = sent_of(log)
    assert "raw" in found(sent, asked), "the control was not seen"
    for secret in (TEXT, FILE, FILE * 3):
        assert found(sent, secret) == []


AXE = f"return axe.run({{runOnly: {json.dumps(RULES)}}}).then((found) => found.violations.map((one) => one.id))"


def test_everything_in_firefox(node, receipts) -> None:
    axe = Axe().axe_script
    with Firefox.opened(**{"network.dns.disabled": True}) as firefox:
        for name, address in addresses(receipts).items():
            firefox.open(node.base + address)
            if firefox.run("return document.getElementById('outcome') !== null"):
                word = firefox.until("document.querySelector('#outcome:has(.held) .word')?.textContent")
                assert word in {"Head signed", "Included", "Receipt valid"}
            firefox.run(axe)
            assert firefox.run(AXE) == [], name
        firefox.open(f"{node.base}/prove")
        firefox.until("document.querySelector('#prove:not([hidden])') !== null")
        firefox.type("#message", "Hello")
        firefox.run("document.getElementById('level-2').checked = true; document.getElementById('make').click()")
        proof = json.loads(firefox.until("document.querySelector('#made:not([hidden]) #proof')?.textContent"))
        assert verify(json.dumps(proof).encode(), keys_of(node)).level == 2
        firefox.open(f"{node.base}/signal")
        firefox.press("\ue004", "\ue007", "\ue004", *"https://acme.test/", "\ue007")  # Tab, Enter, Tab, text, Enter
        assert firefox.until("document.querySelector('[data-fact] .word')?.textContent") == "Inside"


def test_a_receipt_without_perimeter_is_verified_as_well(node, page) -> None:
    page.goto(f"{node.base}/receipts/{receipt_of(node, 'phone', '+34600000001')}")
    assert page.locator(VERIFIED).inner_text() == "Receipt valid"
    assert page.locator(".state.trusted").count() == 0, "something beside an unknown fact is green"
