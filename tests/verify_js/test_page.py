"""`verify.html`, opened from disk in Chromium and Firefox: every kind of thing in words, by keyboard, for everybody."""

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from tests.surfaces.cli.conftest import Mint
from tests.surfaces.cli.test_monitor import Operator, history, nodes
from tests.verify_js.staging import LANGUAGES, PAGE, ROOT, Firefox, needs, trust_of_vectors

from frankmark.assembly.split_view import SplitView
from frankmark.foundation.merkle import consistency_path, prefix_path

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOCALES = ROOT / "src" / "frankmark" / "data" / "locales"
# What a text of ours never says of anybody, in any language.
BANNED = re.compile(
    r"scam|fraud|phish|malicious|spoof|impost|impersonat|criminal|deceiv|fake|attacker"
    r"|estafa|fraude|malicios|impostor|suplanta|criminal|engaña|falso"
    r"|escroqu|malveillan|usurp|trompe|hameçonn|arnaque"
    r"|詐欺|なりすまし|悪意|犯罪|偽物|だま",
    re.IGNORECASE,
)


def vectors(name: str) -> dict:
    return json.loads((ROOT / "vectors" / name).read_text(encoding="ascii"))


def words(language: str) -> dict[str, str]:
    return json.loads((LOCALES / language / "verify_page.json").read_text(encoding="utf-8"))


def case_of(file: dict, verb: str, name: str) -> dict:
    return next(one for one in file["cases"] if (one["verb"], one["name"]) == (verb, name))


class Bag:
    """A thing of every kind with what shows it, as files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        mint = Mint()

        class Shell:
            config = folder

        mint.pin(Shell())
        receipts, logs = vectors("signal-receipt.json"), vectors("signal-log.json")
        proofs, perimeters = vectors("stampedsafe.json"), vectors("signal-perimeter.json")
        kept = case_of(perimeters, "verify", "the anchor's key")
        statement = next(one for one in vectors("signal-counterstamp.json")["cases"] if one["verb"] == "statement")
        time_key = proofs["authorities"]["ta-2026-01"]
        lines = [f"{name} = {json.dumps(text)}" for name, text in time_key.items()]
        self.files = {
            "receipts.toml": trust_of_vectors(receipts, "active"),
            "logs.toml": trust_of_vectors(logs, "active"),
            "time.toml": "\n".join(['[time_authority."ta-2026-01"]', *lines, ""]),
            "brand.txt": f"ssbrand=v=1; jkt={kept['jkt']}",
            "document.pdf": "\0" * 1024,
        }
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        operator, one, other = Operator(mint, None), history("a", 3), history("a", 6, other_from=1)
        path = tuple(prefix_path(3, 6, nodes(other)))
        self.split = SplitView(heads=(operator.checkpoint(one), operator.checkpoint(other)), path=path)
        whole = history("a", 6)
        joined = [node.hex() for node in consistency_path(3, 6, nodes(whole))]
        self.joined = {
            "consistency.json": json.dumps({"path": joined}),
            "older": operator.checkpoint(one),
            "newer": operator.checkpoint(whole),
        }
        self.things = {
            "stamp-token": (mint.token(), "trust.toml"),
            "ledger-entry": (mint.transaction().decode(), "trust.toml"),
            "inclusion-proof": (mint.tlog_proof().decode(), "trust.toml"),
            "tree-head": (mint.head().note.render().decode(), "trust.toml"),
            "receipt": (case_of(receipts, "verify", "inside")["jws"], "receipts.toml"),
            "signal-head": (case_of(logs, "head", "as it must be")["jws"], "logs.toml"),
            "perimeter": (kept["jws"], "brand.txt"),
            "counterstamp-statement": (statement["jws"], "brand.txt"),
            "abuse-opening": (json.dumps(case_of(logs, "opening", "as it must be")["opening"]), "logs.toml"),
            "split-view": (self.split.render().decode(), "trust.toml"),
            "stampedsafe-proof": (
                next(one["text"] for one in proofs["cases"] if one["name"].startswith("V2")),
                "time.toml",
            ),
        }


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Bag:
    return Bag(tmp_path_factory.mktemp("bag"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=needs("chromium"), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page from disk, without a network; it may say nothing to the console and ask for nothing."""
    options = {"viewport": {"width": 1200, "height": 900}, "locale": "en", **getattr(request, "param", {})}
    context = browser.new_context(offline=True, **options)
    opened, said, asked = context.new_page(), [], []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda sent: asked.append(sent.url))
    opened.set_default_timeout(8_000)
    opened.goto(PAGE.as_uri())
    yield opened
    context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:///", "blob:"))] == []


def made() -> dict[Path, str]:
    spec = importlib.util.spec_from_file_location("verify_page", ROOT / "scripts" / "verify_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.written()


def test_what_is_kept_is_what_the_script_writes() -> None:
    for file, text in made().items():
        assert file.read_bytes() == text.encode(), f"{file.name}: run scripts/verify_page.py"


def test_the_policy_allows_the_one_script_and_the_one_style() -> None:
    text = PAGE.read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)[1]
    form = r"default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+'; base-uri 'none'; form-action 'none'"
    assert re.fullmatch(form, policy)
    assert (text.count("<script"), text.count("<style"), text.count(" style=")) == (1, 1, 0)
    assert not re.search(r'(?:src|href)="(?!#)', text.split("<script")[0])


def test_the_words_are_whole_in_four_languages_and_speak_of_nobody_s_mind() -> None:
    english = words("en")
    for language in LANGUAGES:
        own = words(language)
        assert list(own) == list(english), language
        for key, text in own.items():
            assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", english[key])), (language, key)
            assert text.strip() == text != "", (language, key)
            assert not BANNED.search(text), (language, key, text)


def test_every_key_that_the_page_asks_for_is_there() -> None:
    english = words("en")
    texts = [
        (ROOT / "verify-js" / "page" / name).read_text(encoding="utf-8") for name in ("page.html", "app.js", "words.js")
    ]
    asked = set(re.findall(r'data-(?:say|label)="([^"]+)"', texts[0]))
    asked |= set(re.findall(r'say\("([\w.]+)"', "".join(texts[1:])))
    asked |= set(re.findall(r'"((?:shown|open)\.[\w]+\.[\w]+)"', texts[2]))
    assert len(asked) > 70
    assert asked - set(english) == set()


def seen_of(page: Page) -> dict[str, str]:
    card = page.locator(".finding").first
    card.wait_for()
    return {
        "word": card.locator(".word").inner_text(),
        "shown": card.locator(".shown").inner_text() if card.locator(".shown").count() else "",
        "open": card.locator(".open").inner_text() if card.locator(".open").count() else "",
        "code": card.locator(".hint code").first.inner_text() if card.locator(".hint code").count() else "",
    }


def look(page: Page, thing: str) -> dict[str, str]:
    page.fill("#thing", thing)
    page.click("#thing-form button[type=submit]")
    return seen_of(page)


def test_everything_in_chromium(page: Page, bag: Bag) -> None:
    for kind, (thing, trust) in bag.things.items():
        page.reload()
        before = look(page, thing)
        if kind == "stampedsafe-proof":
            assert before["word"].startswith(words("en")["state.limited"]), kind
            assert "TA_UNTRUSTED_KEY" in page.locator("#findings").inner_text()
        else:
            assert before["word"].startswith(words("en")["state.undecided"]), kind
            assert before["shown"] == "", kind
            assert before["code"] in {"ISSUER_NOT_PINNED", "KEY_NOT_PINNED"}
        page.set_input_files("#trust-files", str(bag.folder / trust))
        page.locator("#brought button").first.wait_for()
        ended = look(page, thing)
        said = f"{words('en')['state.valid']}: {words('en')[f'kind.{kind}']}"
        if kind == "perimeter":  # those of the vectors have ended by the clock of this machine, or will
            assert ended["word"] == said or ended["code"] == "PERIMETER_TIME"
            continue
        assert ended["word"] == said, kind
        assert ended["shown"] != "", kind
        assert ended["open"] != "", kind


def test_words_that_must_be_said(page: Page, bag: Bag) -> None:
    page.set_input_files(
        "#trust-files", [str(bag.folder / name) for name in ("trust.toml", "receipts.toml", "time.toml")]
    )
    page.locator("#brought button").nth(2).wait_for()
    assert "registration, not authorship" in look(page, bag.things["stamp-token"][0])["open"]
    receipt = look(page, bag.things["receipt"][0])
    assert "what anybody means to do" in receipt["open"]
    assert "inside the perimeter that Acme (acme.example) declared" in receipt["shown"]
    proof = json.loads(bag.things["stampedsafe-proof"][0])
    unbound = next(
        one["text"] for one in vectors("stampedsafe.json")["cases"]
        if one["verb"] == "verify" and one["outcome"]["timeBinding"] == "not-before" and not one["outcome"]["errors"]
    )  # fmt: skip
    told = look(page, unbound)
    assert "made at some time after January 1, 2026" in told["shown"]
    assert told["word"].startswith(words("en")["state.limited"])
    bound = look(page, json.dumps(proof))
    assert "attested that for this very content" in bound["shown"]
    assert "Drop that file here" in bound["open"]
    page.set_input_files("#thing-files", [str(bag.folder / "document.pdf")])
    page.fill("#thing", json.dumps(proof))
    page.click("#thing-form button[type=submit]")
    page.locator(".shown", has_text="The file at hand is the one").wait_for()
    changed = look(page, json.dumps(proof).replace("document.pdf", "other.pdf"))
    assert changed["word"].startswith(words("en")["state.invalid"])
    assert changed["shown"] == ""


def test_the_fingerprint_is_the_command_s(page: Page, bag: Bag) -> None:
    from frankmark.assembly.pins import load_pins  # noqa: PLC0415  (this test only)
    from frankmark.surfaces.cli.trust import fingerprint  # noqa: PLC0415

    page.set_input_files("#trust-files", str(bag.folder / "trust.toml"))
    (issuer,) = load_pins(bag.folder / "trust.toml").issuers.values()
    page.locator("#brought code").wait_for()
    assert page.locator("#brought code").inner_text() == fingerprint(issuer.keys)
    page.get_by_role("button", name="Remove: ").click()
    page.locator("#brought button").wait_for(state="detached")


def drop(page: Page, given: list[list[str]]) -> None:
    page.evaluate(
        """(given) => {
          const transfer = new DataTransfer();
          for (const [name, text] of given) transfer.items.add(new File([text], name));
          const how = { dataTransfer: transfer, bubbles: true, cancelable: true };
          document.body.dispatchEvent(new DragEvent("drop", how));
        }""",
        given,
    )


def test_a_consistency_proof_is_dropped_with_the_heads_that_it_joins(page: Page, bag: Bag) -> None:
    english = words("en")
    drop(
        page,
        [
            ["trust.toml", (bag.folder / "trust.toml").read_text(encoding="utf-8")],
            ["c.json", bag.joined["consistency.json"]],
        ],
    )
    page.locator(".finding.undecided", has_text=english["undecided.HEADS_MISSING"]).wait_for()
    drop(page, [[name, bag.joined[name]] for name in ("older", "newer")])
    card = page.locator(".finding.valid", has_text=english["kind.consistency-proof"])
    card.wait_for()
    assert "of 3 and 6 leaves" in card.locator(".shown").inner_text()


def test_many_proofs_and_those_attached_to_a_receipt(page: Page, bag: Bag) -> None:
    proof = json.loads(bag.things["stampedsafe-proof"][0])
    changed = {**proof, "payload": {**proof["payload"], "m": "<b>other</b>"}}
    drop(page, [["many.json", json.dumps([proof] * 30 + [changed] + [proof] * 30)]])
    page.locator(".finding").nth(50).wait_for()
    assert page.locator(".finding").count() == 51
    assert page.locator(".finding .word").first.inner_text() == "Not valid: 61 proofs"
    assert "many.json #31" in page.locator(".finding").nth(1).inner_text()
    page.reload()
    page.set_input_files("#trust-files", [str(bag.folder / name) for name in ("receipts.toml", "time.toml")])
    page.locator("#brought button").nth(1).wait_for()
    served = {"receipt": bag.things["receipt"][0], "evidence": [proof, changed]}
    assert look(page, json.dumps(served))["word"] == f"Valid: {words('en')['kind.receipt']}"
    states = page.locator(".finding").evaluate_all("(cards) => cards.map((card) => card.classList[2])")
    assert states == ["valid", "valid", "invalid"]
    assert page.get_by_text(words("en")["attached.other"]).count() == 2
    assert page.locator("#findings b").count() == 0


def test_anything_may_be_dropped_anywhere(page: Page, bag: Bag) -> None:
    given = [[name, (bag.folder / name).read_text(encoding="utf-8")] for name in ("trust.toml", "receipts.toml")]
    given += [["token.txt", bag.things["stamp-token"][0]], ["receipt.txt", bag.things["receipt"][0]]]
    drop(page, given)
    page.locator(".finding.valid").nth(1).wait_for()


def test_bad_things_are_said_to_be_bad_and_never_shown_as_markup(page: Page) -> None:
    assert look(page, "<img src=x onerror=alert(1)>")["code"] == "THING_UNKNOWN"
    assert look(page, '{"payload":{"m":"<b>bold</b>"},"sig":"","level":1,"id":""}')["word"].startswith("Not valid")
    assert page.locator("#findings b, #findings img").count() == 0


def test_a_proof_is_made_saved_and_verified(page: Page, bag: Bag, tmp_path: Path) -> None:
    page.fill("#message", "It rains in Brighton.")
    page.set_input_files("#make-file", str(bag.folder / "document.pdf"))
    page.click("#make-form button[type=submit]")
    page.locator("#made").wait_for()
    with page.expect_download() as download:
        page.click("#save")
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    proof = json.loads(saved.read_bytes())
    assert saved.name == f"proof-{proof['id']}.json"
    assert proof["payload"]["f"]["hash"] == "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
    from frankmark.protocols.stampedsafe.model import Trust  # noqa: PLC0415  (this test only)
    from frankmark.protocols.stampedsafe.verify import verify  # noqa: PLC0415

    report = verify(saved.read_bytes(), Trust(), file_hash=bytes.fromhex(proof["payload"]["f"]["hash"]))
    assert (report.valid, report.file_matches, report.level) == (True, True, 1)
    page.click("#check-made")
    assert seen_of(page)["word"] == "Valid: StampedSafe proof"
    page.fill("#message", "x" * 281)
    page.click("#make-form button[type=submit]")
    page.locator("#count", has_text="more than 280").wait_for()


def test_a_keyboard_is_enough(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "thing"
    page.keyboard.insert_text("no such thing")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".finding").wait_for()
    assert page.evaluate("document.activeElement.id") == "result-title", "the result is not announced by the focus"
    assert "Not taken" in page.locator("#status").inner_text()
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.id || document.activeElement.tagName")
        seen.append(name)
        sees = "(e) => [e, e.nextElementSibling].some((one) => one && getComputedStyle(one).outlineStyle !== 'none')"
        assert name == "BODY" or page.evaluate(f"({sees})(document.activeElement)"), f"{name} shows no focus"
        if name == "message":
            page.keyboard.insert_text("Hello, World!")
            page.keyboard.press("Tab")
            page.keyboard.press("Space")
            page.locator("#made").wait_for()
            break
    assert {"trust-files", "message"} <= set(seen)
    assert page.evaluate("document.activeElement.id") == "made-title"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "page", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True, ids=["light", "dark"]
)
def test_it_is_accessible_in_every_language_and_both_themes(page: Page, bag: Bag, language: str) -> None:
    page.click(f"[data-language={language}]")
    assert page.evaluate("document.documentElement.lang") == language
    page.set_input_files("#trust-files", str(bag.folder / "trust.toml"))
    page.fill("#message", "Hello")
    page.click("#make-form button[type=submit]")
    for thing in (bag.things["ledger-entry"][0], bag.things["receipt"][0], "nothing"):
        look(page, thing)
        found = Axe().run(page, options={"runOnly": RULES})
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than a telephone"
    assert words(language)["open.nothing"] not in {"", words("en")["open.nothing"]} or language == "en"


def test_everything_in_firefox(bag: Bag) -> None:
    with Firefox.opened(**{"network.dns.disabled": True}) as firefox:
        for kind, (thing, trust) in bag.things.items():
            firefox.open(PAGE.as_uri())
            firefox.type("#trust-files", str(bag.folder / trust))
            firefox.until("document.querySelector('#brought button') !== null")
            firefox.run("document.querySelector('#thing').value = arguments[0]", thing)
            firefox.run("document.querySelector('#thing-form button').click()")
            word = firefox.until("document.querySelector('.finding .word')?.textContent")
            if kind != "perimeter":
                assert word == f"Valid: {words('en')[f'kind.{kind}']}"
        firefox.open(PAGE.as_uri())
        firefox.press("\ue004", "\ue007", "\ue004", *"none", "\ue004", "\ue007")  # Tab, Enter, Tab, text, Tab, Enter
        assert firefox.until("document.querySelector('.finding .word')?.textContent").startswith("Not taken")
        firefox.run(
            "document.querySelector('#message').value = 'Hello'; document.querySelector('#make-form button').click()"
        )
        proof = json.loads(firefox.until("document.querySelector('#proof').value"))
        assert proof["payload"]["m"] == "Hello"
        firefox.run("document.querySelector('#check-made').click()")
        firefox.until("document.querySelector('.finding.valid') !== null")
