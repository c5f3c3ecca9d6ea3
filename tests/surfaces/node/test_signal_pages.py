"""The pages of Signal, of the logs and of proofs, as they are served: facts, names, history, entries, policies."""

import base64
import hashlib
import html
import importlib.util
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.surfaces.node.conftest import open_node
from tests.surfaces.node.signal_stage import Brand, channel, name_server, receipt_of, staged

from frankmark.assembly.keeping import restore
from frankmark.foundation.merkle import inclusion_path, leaf_hash, node_hash, right_edge, root
from frankmark.protocols.signal.model import Fact
from frankmark.services.principals import NODE
from frankmark.surfaces.node.pages.tree_drawing import Drawing, steps

ROOT = Path(__file__).parents[3]
LOCALES = ROOT / "src" / "frankmark" / "data" / "locales"
LANGUAGES = ("en", "es", "fr", "ja")
READER = {"Accept": "text/html"}
COLOURS = {
    "PERTENECE": "trusted",
    "NO_PERTENECE": "caution",
    "COUNTERSTAMP": "blocked",
    "DISPUTED": "caution",
    "UNKNOWN": "unknown",
}
QUESTIONS = {
    "PERTENECE": "kind=url&value=https://shop.acme.test/a%3Fb",
    "NO_PERTENECE": "kind=domain&value=acme-sale.test&brand=acme.test",
    "COUNTERSTAMP": "kind=domain&value=acme-prizes.test&brand=acme.test",
    "DISPUTED": "kind=domain&value=acme-fans.test&brand=acme.test",
    "UNKNOWN": "kind=telegram&value=@nobody_knows",
}
INTENT = re.compile(
    "fraud|scam|phish|malici|fake|swindl|criminal|estafa|fraude|engañ|arnaque|hameçon|escroc|詐欺|偽", re.IGNORECASE
)


@pytest.fixture(scope="module")
def zone() -> Iterator:
    with name_server() as server:
        yield server


@pytest.fixture(scope="module")
def node(tmp_path_factory, zone) -> Iterator:
    """A node on which two brands have declared channels."""
    resolver = {"FRANKMARK_RESOLVER": f"127.0.0.1:{zone.port}", "FRANKMARK_DNS_DEADLINE_MS": "5000"}
    with open_node(tmp_path_factory.mktemp("signal"), resolver) as made:
        yield made


@pytest.fixture(scope="module")
def receipts(node, zone) -> dict[str, str]:
    return staged(node, zone)


def read(node, address: str, *, status: int = 200, language: str = "en") -> str:
    """A page as text; what stands in it as a character reference is the character."""
    answer = node.ask("GET", address, Accept="text/html", Accept_Language=language)
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


def test_a_long_history_comes_in_parts_however_much_is_asked_for(node, zone):
    made = Brand(node, zone, "Long", "long.test")
    for number in range(22):
        made.declare(channel("domain", f"x{number}.long.test"))
    first = node.ask("GET", f"/api/signal/brands/{made.id}/history?limit=500").json()
    rest = node.ask("GET", f"/api/signal/brands/{made.id}/history?limit=500&after={first['next']}").json()
    assert [each["seq"] for each in first["items"]] == list(range(22, 2, -1))
    assert ([each["seq"] for each in rest["items"]], rest["next"]) == ([2, 1], "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_says_of_which_brand_and_never_that_nobody_declared_it(node, receipts, language):
    del receipts
    words = json.loads((LOCALES / language / "signal_pages.json").read_text(encoding="utf-8"))
    page = read(node, "/signal?kind=domain&value=shop.acme.test&brand=nobody.test", language=language)
    said = words["fact.sentence.UNKNOWN.unnamed"].format(what="shop.acme.test")
    assert said in page
    (receipt,) = set(re.findall(r"SSF-EV-[0-9A-Z]{26}", page))
    assert said in read(node, f"/receipts/{receipt}", language=language)


def stated(page: str) -> tuple[str, str]:
    """The fact that a page shows, and its colour."""
    (found,) = re.findall(r'<div class="card state (\w+)" role="group" aria-label="([^"]+)" data-fact="(\w+)">', page)
    return found[2], found[0]


@pytest.mark.row("G31")
@pytest.mark.row("G13")
@pytest.mark.usefixtures("receipts")
@pytest.mark.parametrize("fact", list(Fact))
def test_each_fact_has_its_colour_word_and_shape(node, fact) -> None:
    pages = {each: read(node, f"/signal?{question}") for each, question in QUESTIONS.items()}
    assert stated(pages[fact]) == (fact, COLOURS[fact])
    shapes = {each: re.search(r"<svg.*?</svg>", page, re.DOTALL)[0] for each, page in pages.items()}
    assert len(set(shapes.values())) == len(Fact), "two facts have one shape"
    words = {re.search('class="word">([^<]+)<', page)[1] for page in pages.values()}
    assert len(words) == len(Fact), "two facts have one word"


@pytest.mark.row("G31")
def test_a_brand_without_perimeter_is_unknown_and_grey_and_never_green(node, receipts) -> None:
    for address in (
        "/signal?kind=domain&value=shop.new.test&brand=new.test",
        "/signal?kind=domain&value=gone.test&brand=gone.test",
        f"/receipts/{receipts['UNKNOWN']}",
    ):
        page = read(node, address)
        assert stated(page) == ("UNKNOWN", "unknown")
        assert "trusted" not in page, "something on the page is green"


@pytest.mark.row("G30")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_disclaimer_stands_wherever_a_fact_does(node, receipts, language) -> None:
    said = json.loads((LOCALES / language / "signal_pages.json").read_text("utf-8"))["inside.disclaimer"]
    for address in (
        "/signal",
        f"/signal?{QUESTIONS['PERTENECE']}",
        f"/receipts/{receipts['DISPUTED']}",
        "/brands/acme.test",
    ):
        page = read(node, address, language=language)
        assert f"{said} <code>SSCT-D1</code>" in page


@pytest.mark.row("G12")
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_these_pages_says_what_anybody_means_to_do(node, receipts, language) -> None:
    phrases = json.loads((LOCALES / language / "signal_pages.json").read_text("utf-8"))
    assert [key for key, said in phrases.items() if INTENT.search(said)] == []
    addresses = [f"/signal?{question}" for question in QUESTIONS.values()]
    addresses += [f"/receipts/{receipt}" for receipt in receipts.values()]
    for address in [*addresses, "/brands/acme.test", "/logs/abuse", "/logs/abuse/0", "/logs/official/0", "/prove"]:
        visible = re.sub(r"<[^>]+>|ey[\w-]+\.[\w-]+\.[\w-]+", " ", read(node, address, language=language))
        assert INTENT.findall(visible) == [], address


@pytest.mark.usefixtures("receipts")
def test_a_brand_s_name_never_stands_without_its_anchor(node, receipts) -> None:
    shown = re.compile(r"Acme Börse(?! \(acme\.test\)| <span class=\"anchor\">\(acme\.test\)</span>)")
    for address in (
        *(f"/signal?{question}" for question in QUESTIONS.values()),
        *(f"/receipts/{receipt}" for receipt in receipts.values()),
        "/brands/acme.test",
        "/logs/official",
        "/logs/official/1",
    ):
        assert shown.findall(read(node, address)) == [], address


@pytest.mark.row("G15")
@pytest.mark.usefixtures("receipts")
def test_a_brand_s_page_shows_its_channels_and_what_it_took_away(node) -> None:
    page = read(node, "/brands/acme.test")
    now, _, past = page.partition("<h2>History</h2>")
    assert "@acme_old" not in now
    assert "+14155550100" in now
    newest, first = re.findall(r"<section.*?</section>", past, re.DOTALL)
    assert '<ul class="removed"><li>Telegram name <code>@acme_old</code>' in newest
    assert '<ul class="added"><li>Telegram name <code>@acme</code>' in newest
    assert "@acme_old" in first
    assert "removed" not in first
    assert read(node, f"/brands/{re.search('br_[0-9A-Z]{26}', page)[0]}") == page
    assert "not in force" in read(node, "/brands/gone.test")
    assert "says nothing against it" in read(node, "/brands/nobody.test", status=404)


def test_a_long_history_comes_in_parts_and_an_erased_brand_is_gone(node, zone) -> None:
    brand = Brand(node, zone, "Busy", "busy.test")
    for number in range(12):
        brand.declare(channel("domain", "busy.test"), channel("whatsapp", f"+1415555{number:04}"))
    page = read(node, "/brands/busy.test")
    assert page.count("<h3 id=") == 10
    older = re.search(r'href="(/brands/br_[^"]+after=[^"]+)"', page)[1]
    assert re.findall(r'<h3 id="perimeter-(\d+)"', read(node, older)) == ["2", "1"]
    place = re.search(r"/logs/official/(\d+)", page)[1]
    assert "busy.test" in read(node, f"/logs/official/{place}")
    node.wait(node.services.signal.erase(NODE, brand.org_id))
    assert 'data-form="hash"' in (erased := read(node, f"/logs/official/{place}"))
    assert "busy.test" not in erased
    read(node, f"/brands/{brand.id}", status=404)


@pytest.mark.usefixtures("receipts")
def test_a_receipt_is_looked_at_again(node, receipts) -> None:
    page = read(node, f"/receipts/{receipts['COUNTERSTAMP']}")
    assert stated(page) == ("COUNTERSTAMP", "blocked")
    assert page.count('<li class="yes">') == 3
    assert "Not verified here" in page, "without script the page must say that it verified nothing"
    assert "What is not" in page
    sent = node.ask("GET", f"/receipts?id={receipts['COUNTERSTAMP']}&lang=fr", Accept="text/html")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/receipts/{receipts['COUNTERSTAMP']}?lang=fr")
    read(node, "/receipts/SSF-EV-01M7WZ364M98MWCQMREHVK0KG4", status=404)
    assert node.ask("GET", "/brands?brand=acme.test").headers["location"] == "/brands/acme.test"
    assert node.ask("GET", "/brands?brand=a/b%3Fc").headers["location"] == "/brands/a%2Fb%3Fc"
    assert node.ask("GET", "/brands?brand=").headers["location"] == "/signal"


def test_a_receipt_of_a_key_that_others_may_have_had_is_neither_right_nor_wrong(zone, tmp_path) -> None:
    with open_node(tmp_path, {"FRANKMARK_RESOLVER": f"127.0.0.1:{zone.port}"}) as node:
        receipt = receipt_of(node, "telegram", "@somebody")
        (key,) = node.ask("GET", "/.well-known/jwks.json").json()["keys"]
        node.admin("POST", "/api/signing-keys/rotate")
        node.admin("POST", "/api/signing-keys/compromise", {"kid": key["kid"], "sinceMs": 1})
        page = read(node, f"/receipts/{receipt}")
    assert "nothing shows that it was signed before" in page
    assert '<li class="no">' not in page
    assert "<li>Nothing.</li>" in page


async def test_the_logs_of_a_restored_node_are_explored_as_one(tmp_path) -> None:
    with open_node(tmp_path / "first") as node:
        node.stamped("first.example")
        node.admin("POST", "/api/backup", {"target": str(tmp_path / "backup.tar")})
        node.stamped("lost.example")
    (tmp_path / "second").mkdir()
    await restore(str(tmp_path / "backup.tar"), tmp_path / "second" / "data")
    keys = Path("data", "keys", "unlock")
    shutil.copy(tmp_path / "first" / keys, tmp_path / "second" / keys)
    with open_node(tmp_path / "second", new_origin=True) as node:
        node.stamped("second.example")
        listed = read(node, "/logs/ledger")
        assert "Closed log before it" in listed
        assert "Log succeeded by another" in listed
        stamps = node.ask("GET", "/v1/ledger/explore").json()["items"]
        for index, item in enumerate(stamps):
            found = node.ask("GET", f"/logs/ledger/{item['txHash']}")
            assert found.headers["location"] == f"/logs/ledger/{index}"
        place = read(node, f"/logs/ledger/{len(stamps) - 1}")
        assert int(re.search(r'id="index">(\d+)<', place)[1]) < len(stamps) - 1, "its place is that in its own log"


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("%2B1 (415) 555-0123", "phone", "+14155550123"),
        ("@Nobody_Knows", "telegram", "@nobody_knows"),
        ("help@nowhere.test", "domain", "nowhere.test"),
        ("nowhere.test", "domain", "nowhere.test"),
        ("https://nowhere.test/a", "domain", "nowhere.test"),
    ],
)
def test_what_somebody_writes_is_recognised_unless_he_says_what_it_is(node, text, kind, shown) -> None:
    """Of what nobody knows anything about, the last reading is answered."""
    page = read(node, f"/signal?value={text}")
    assert '<option value="auto" selected>Recognise it for me</option>' in page
    assert read(node, "/signal").count('<option value="auto" selected>') == 1
    receipt = re.search(r'href="/receipts/(SSF-EV-[0-9A-Z]+)', page)[1]
    payload = node.ask("GET", f"/api/signal/receipts/{receipt}").json()["receipt"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(payload + "=="))["artifact"] == {"type": kind, "value": shown}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_asked_is_refused_in_the_reader_s_words(node, language) -> None:
    refused = json.loads((LOCALES / language / "signal_pages.json").read_text("utf-8"))
    for question, code in (
        ("kind=domain&value=com", "ARTIFACT_PUBLIC_SUFFIX"),
        ("kind=whatsapp&value=12", "ARTIFACT_NUMBER"),
        ("kind=telegram&value=@1", "ARTIFACT_HANDLE"),
        ("kind=url&value=ftp://x.example/", "ARTIFACT_URL"),
        ("kind=fish&value=x", "ARTIFACT_TYPE"),
        ("value=0170 123 4567", "ARTIFACT_NUMBER"),
    ):
        assert refused[f"reason.{code}"] in read(node, f"/signal?{question}", status=400, language=language)


@pytest.mark.row("W43")
def test_entries_come_newest_first_in_parts_and_are_found_by_number_and_hash(node) -> None:
    for number in range(28):
        node.stamped(f"entry{number}.example")
    size = node.ask("GET", "/v1/ledger/head").json()["size"]
    listed = re.compile(r'href="/logs/ledger/(\d+)"')
    newest = read(node, "/logs/ledger")
    assert [int(one) for one in listed.findall(newest)] == list(range(size - 1, size - 26, -1))
    older = re.search(r'href="(/logs/ledger\?before=\d+)"', newest)[1]
    assert [int(one) for one in listed.findall(read(node, older))][-1] == max(0, size - 50)
    item = node.ask("GET", "/v1/ledger/explore?start=5&limit=1").json()["items"][0]
    assert node.ask("GET", f"/logs/ledger?entry={item['txHash']}").headers["location"] == "/logs/ledger/5"
    assert node.ask("GET", f"/logs/ledger/{item['txHash']}").headers["location"] == "/logs/ledger/5"
    entry = read(node, "/logs/ledger/5")
    assert item["stampId"] in entry
    history = read(node, re.search(r'href="(/registry\?domain=[^"]+)"', entry)[1])
    assert f"/logs/ledger/{item['txHash']}" in history
    assert node.ask("GET", "/ledger").headers["location"] == "/logs/ledger"
    for address in ("/logs/ledger/999999", "/logs/ledger?entry=999999", "/logs/nothing", f"/logs/ledger/{'0' * 64}"):
        read(node, address, status=404)
    assert "A hash has 64 hexadecimal digits." in read(node, "/logs/ledger?entry=zzz", status=404)


@pytest.mark.row("G17")
@pytest.mark.usefixtures("receipts")
def test_the_pages_about_counter_stamps_hold_commitments_alone(node) -> None:
    for address in ("/logs/abuse", *(f"/logs/abuse/{index}" for index in range(3))):
        page = read(node, address)
        assert "acme" not in page.lower()
        assert re.search(r"[0-9a-f]{64}", page)


@pytest.mark.usefixtures("receipts")
def test_every_log_is_explored_by_leaf_hash_too(node) -> None:
    for name in ("official", "abuse", "receipts"):
        shown = read(node, f"/logs/{name}/1")
        text = re.search(r'id="leaf" data-form="(\w+)"[^>]*>([^<]*)</pre>', shown)
        octets = bytes.fromhex(text[2]) if text[1] == "hex" else text[2].encode()
        found = node.ask("GET", f"/logs/{name}?entry={leaf_hash(octets).hex()}")
        assert found.headers["location"] == f"/logs/{name}/1"


@pytest.mark.row("G30")
def test_the_verifier_is_served_under_a_policy_that_names_its_one_script(node) -> None:
    answer = node.ask("GET", "/verify.html", **READER)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    (script,) = re.findall(r"<script[^>]*>(.*?)</script>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == f"'sha256-{digest}'"
    assert policy["frame-ancestors"] == "'none'"
    assert "connect-src" not in policy
    assert answer.text == (ROOT / "src" / "frankmark" / "data" / "verify.html").read_text("utf-8")


def test_no_form_of_the_page_that_makes_proofs_can_be_sent(node) -> None:
    answer = node.ask("GET", "/prove", **READER)
    assert "form-action 'none'" in answer.headers["content-security-policy"]
    assert "<form" not in answer.text
    assert re.findall(r"<script[^>]*>", answer.text) == ['<script type="module" src="/static/prove.js">']


def test_the_modules_that_pages_verify_with_are_those_of_the_verifier() -> None:
    spec = importlib.util.spec_from_file_location("page_modules", ROOT / "scripts" / "page_modules.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    served = {file.name: file.read_text("utf-8") for file in made.SERVED.glob("*.js")}
    assert served == made.modules(), "run scripts/page_modules.py"
    assert {"merkle.js", "receipt.js", "make.js"} <= served.keys()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 70), st.data())
def test_the_steps_of_a_path_lead_to_the_root(size, data) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = [leaf_hash(bytes([number])) for number in range(size)]

    def node_at(height: int, at: int) -> bytes:
        return root(leaves[at << height : (at + 1) << height])

    path = inclusion_path(index, size, node_at, right_edge(size, node_at))
    found = steps(leaves[index], index, size, path)
    top = leaves[index]
    for step in found:
        assert step.own == top.hex()
        pair = (top, bytes.fromhex(step.given))
        top = node_hash(*(pair if step.left else pair[::-1]))
    assert top == root(leaves)
    drawing = Drawing(found, top.hex())
    assert [box.step for box in drawing.boxes if box.step] == [str(level) for level in range(len(found) + 1)]
    assert len(drawing.boxes) == 2 * len(found) + 1
    assert all(0 <= box.x <= drawing.width - drawing.BOX and 0 <= box.y < drawing.height for box in drawing.boxes)
