"""The pages in a real browser: readable by everybody, usable by keyboard, in four languages, both themes, any width."""

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

LANGUAGES = ("en", "es", "fr", "ja")
LONG = ".".join(["a-very-long-label-that-somebody-registered-to-break-a-page"] * 4) + ".example"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program is not None, "install chromium: scripts/system-deps"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def stamp(node) -> dict:
    """A stamp, a blocked domain and a report, so that the pages have something to show."""
    made = node.stamped("good.example")
    node.admin("POST", "/api/lists/admin", {"domain": "bad.example", "note": "phishing"})
    node.ask("POST", "/api/reports", {"category": "PHISHING", "domain": "bad.example"})
    return made


@pytest.fixture
def page(browser, request) -> Iterator[Page]:
    """A page that fails the test if the console, the content policy or another origin has something to say."""
    options = getattr(request, "param", {})
    context = browser.new_context(viewport={"width": 1200, "height": 800}, **options)
    opened, said, asked = context.new_page(), [], []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda sent: asked.append(sent.url))
    yield opened
    here = opened.url.split("/")[2]
    context.close()
    assert [line for line in said if "status of 40" not in line] == []
    assert {url.split("/")[2] for url in asked} == {here}


def addresses(node, stamp) -> dict[str, str]:
    token = node.admin("GET", f"/api/stamps/{stamp['stampId']}/token")["token"]
    return {
        "home": "/",
        "check": "/check",
        "a stamped domain": "/check?target=good.example",
        "a blocked domain": "/check?target=bad.example",
        "a long name": f"/check?target={LONG}",
        "a target that is none": "/check?target=%3Cscript%3Ealert(1)%3C/script%3E",
        "verify": "/verify",
        "a token": f"/verify/{token}",
        "no token": "/verify/%3Cb%3Ebold%3C/b%3E",
        "registry": "/registry",
        "an entry": "/registry?domain=good.example",
        "nobody's entry": f"/registry?domain={LONG}",
        "interface": "/api",
        "welcome": "/welcome",
        "admin, not signed in": "/admin",
        "nothing": "/nothing",
    }


def checked(page: Page, name: str) -> None:
    """Accessible by axe's rules up to WCAG 2.2 AA, no wider than the window, one heading of the first level."""
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the window"
    assert page.locator("h1").count() == 1, name


@pytest.mark.row("W24")
@pytest.mark.parametrize(
    "page", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True, ids=["light", "dark"]
)
def test_every_page_is_accessible_in_both_themes(node, stamp, page) -> None:
    for name, address in addresses(node, stamp).items():
        page.goto(node.base + address)
        checked(page, name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_in_every_language_on_a_telephone(node, stamp, browser, language) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}, locale=language) as context:
        page = context.new_page()
        for name, address in addresses(node, stamp).items():
            page.goto(node.base + address)
            assert page.locator("html").get_attribute("lang") == language
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"
        page.goto(f"{node.base}/registry?domain=good.example")
        checked(page, f"registry in {language}")


@pytest.mark.usefixtures("stamp")
def test_a_language_is_chosen_on_the_page_and_the_question_stays(node, page) -> None:
    page.goto(f"{node.base}/registry?domain=good.example")
    page.get_by_role("link", name="Français").click()
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.locator("#domain").input_value() == "good.example"
    page.get_by_role("button").click()
    assert page.locator("html").get_attribute("lang") == "fr", "a form forgets the language"


@pytest.mark.usefixtures("stamp")
def test_a_keyboard_is_enough(node, page) -> None:
    page.goto(node.base)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "target"
    page.keyboard.type("bad.example")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check?target=bad.example*")
    assert page.locator(".state.blocked .word").inner_text() == "Blocked"
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        name = page.evaluate("document.activeElement.outerHTML.slice(0, 60)")
        seen.add(name)
        assert name.startswith("<body") or outline != "none", f"{name} shows no focus"
    assert any("signals" in name or "scroll" in name for name in seen), "the table cannot be reached"


def test_pages_do_their_work_without_script(node, stamp, browser) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(node.base)
        page.locator("#target").fill("bad.example")
        page.get_by_role("button", name="Check").click()
        assert "Blocked" in page.locator(".state").inner_text()
        page.goto(f"{node.base}/verify")
        page.locator("#token").fill(node.admin("GET", f"/api/stamps/{stamp['stampId']}/token")["token"])
        page.get_by_role("button", name="Verify a token").click()
        assert page.locator(".state .word").inner_text() == "Valid"
        assert page.locator("text=good.example").count() > 0


def signed_in(node, page: Page) -> str:
    """Sign in with a one-time link; answers its secret."""
    secret = node.admin("POST", "/api/admin/link")["secret"]
    page.goto(f"{node.base}/welcome#{secret}")
    assert page.url == f"{node.base}/welcome", "the address bar still shows the secret"
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin")
    return secret


@pytest.mark.row("W39")
def test_a_link_signs_in_once(node, page) -> None:
    secret = signed_in(node, page)
    assert page.evaluate("document.cookie") == "", "script can read a cookie"
    cookies = {one["name"]: one for one in page.context.cookies()}
    assert all(one["httpOnly"] and one["sameSite"] == "Strict" for one in cookies.values())
    assert "frankmark" in cookies
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{node.base}/")
    page.goto(f"{node.base}/admin")
    assert "Sign in first" in page.locator("main").inner_text()
    page.goto(f"{node.base}/welcome#{secret}")
    page.get_by_role("button", name="Sign in").click()
    assert "was used or has expired" in page.locator("[role=alert]").inner_text()


def test_an_administrator_s_forms_work(node, page) -> None:
    signed_in(node, page)
    checked(page, "admin")
    page.locator("#name").fill("Muster & Söhne <AG>")
    page.locator("form[action='/admin/organisation'] button").click()
    assert "The organisation is there." in page.locator("[role=status]").inner_text()
    page.locator("#org").select_option(label="Muster & Söhne <AG>")
    page.locator("form[action='/admin/key'] button").click()
    assert page.locator("[role=status] code").inner_text().startswith("ss_test_")
    page.locator("#block").fill("not a domain")
    page.locator("form[action='/admin/block'] button").click()
    assert "This is not a domain name." in page.locator("[role=alert]").inner_text()
    page.locator("#block").fill("worse.example")
    page.locator("form[action='/admin/block'] button").click()
    assert "The domain is blocked." in page.locator("[role=status]").inner_text()
    checked(page, "admin, after a form")
    assert "worse.example" in page.locator("table").last.inner_text()
