"""Signal's bots from outside: what the platforms deliver, what people are answered, and what is written nowhere."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.rows.platforms import ANA, FORWARDER, Chats, PlatformWorld, dumped
from tests.rows.stranger_signal import un64u
from tests.rows.test_privacy import spellings

from frankmark.adapters.standin.json_server import Said

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "src" / "frankmark" / "data" / "locales"
LANGUAGES = ("en", "es", "fr", "ja")
CANARY = "the-violet-heron-walks-at-0419"
BUSY = Said(status=429, body={"ok": False, "error_code": 429, "parameters": {"retry_after": 2}})

# What a badge looks like, written down apart from the product: disc, name in each language, wire word, level.
BADGES = {
    "PERTENECE": ("\U0001f7e2", "L5", "Inside the perimeter|Dentro del perímetro|Dans le périmètre|宣言された境界の内"),
    "NO_PERTENECE": (
        "\U0001f7e0",
        "L2",
        "Outside the perimeter|Fuera del perímetro|Hors du périmètre|宣言された境界の外",
    ),
    "COUNTERSTAMP": (
        "\U0001f534",
        "L1",
        "Counter-stamp confirmed|Contrasello confirmado|Contre-timbre confirmé|カウンタースタンプ確認済み",
    ),
    "DISPUTED": (
        "\U0001f7e0",
        "L3",
        "Counter-stamp disputed|Contrasello en disputa|Contre-timbre contesté|カウンタースタンプに異議あり",
    ),
    "UNKNOWN": ("\u26aa", "L4", "Nothing is registered|No consta nada|Rien n\u2019est inscrit|登録なし"),
}
# A number of each language's country, since WhatsApp does not say which language somebody reads.
NUMBERS = {"en": "14155550123", "es": "34600111222", "fr": "33612345678", "ja": "819012345678"}
INTENT = re.compile(
    # English, Spanish, French, Japanese: words that say what somebody means to do, or that something is not true.
    r"fraud|scam|phish|malici|\bfake|swindl|crimin|crook|thie[fv]|steal|stole\b|deceiv|decept|deceit|impost|impersonat"
    r"|attack|victim|bogus|hoax|forger|forged|spoof|dangerous|suspicious"
    r"|estaf|engañ|malicios|falsific|fals[oa]s?\b|suplant|delinc|delito|\btimo|ladr[oó]n|\brobar|v[ií]ctima|atacan|peligros"
    r"|sospechos|fraude|escroc|arnaqu|hameçon|malveill|usurp|tromp|\bvole[ur]|(?<!ni )faux\b|fausse|dangereu|suspect"
    r"|詐欺|偽|悪意|なりすまし|騙|だます|だまし|フィッシング|犯罪|被害|攻撃|盗|危険|怪し",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def chats(tmp_path_factory) -> Iterator[Chats]:
    world = PlatformWorld(tmp_path_factory.mktemp("platforms"))
    with ExitStack() as stack:
        yield Chats(world, stack)
    world.close()


@pytest.mark.row("G1")
def test_G1_a_whatsapp_forward_is_judged_by_its_content_and_its_forwarder_stands_nowhere(chats):
    channel = chats.case.channel()
    text = f"{CANARY} https://{channel}/{CANARY} or call me: +{FORWARDER}, wa.me/{FORWARDER}"
    for context in ({"forwarded": True}, {"frequently_forwarded": True, "forwarded": True}):
        chats.world.whatsapp.next.append(BUSY)  # the answer has to wait, so that it lies in the store for a while
        before = len(chats.world.whatsapp.sent)
        body = chats.world.whatsapp.webhook(chats.forward(text, context=context))
        answers = [chats.world.run(chats.world.whatsapp.deliver(chats.node.base, body)) for _ in range(3)]
        assert answers == [200, 200, 200]
        waiting = chats.everything()
        sent = chats.one_more(chats.world.whatsapp.sent, before)
        assert sent["to"] == FORWARDER  # the one place where it stands: where the answer goes
        told = sent["text"]["body"]
        assert "La plataforma no dice quién escribió esto primero" in told
        (receipt,) = chats.receipts(told)
        claims = receipt["claims"]
        assert receipt["valid"]
        assert claims["attribution"] == "content_only"
        assert claims["artifact"] == {"type": "domain", "value": channel}
        # The same object over the public interface.
        payload = {"platform": "whatsapp", "payload": json.loads(body)}
        answer = chats.node.anyone.post("/api/signal/verify", {"message": payload})
        assert [one["attribution"] for one in answer.json["results"]] == ["content_only"]
        outputs = dumped(receipt) + answer.data + told.encode()
        for written in (waiting, chats.everything(), outputs, chats.node.anyone.get("/metrics").data):
            assert spelled(written, channel) or written is not outputs
            for canary in (FORWARDER, f"+{FORWARDER}", "600111222", CANARY):
                assert spelled(written, canary) == [], canary
    control = chats.tell_number(f"https://{channel}", context={"from": "15550783881", "id": "wamid.of-ours"})
    assert chats.receipts(control["text"]["body"])[0]["claims"]["attribution"] == "direct"


def spelled(octets: bytes, text: str) -> list[str]:
    """Under which spellings a text is in what was written."""
    return [name for name, form in spellings(text) if name != "reversed" and form in octets]


@pytest.mark.row("G2")
def test_G2_a_telegram_forward_is_judged_by_its_origin_unless_the_platform_hides_it(chats):
    handle = "@" + chats.case.anchor.partition(".")[0]
    chats.case.declared.append({"type": "telegram", "value": handle})
    chats.case.publish()
    own = {"id": -1001234567890, "title": "Acme", "username": handle[1:].upper(), "type": "channel"}
    other = {**own, "id": -1009876543210, "username": "row_elsewhere"}
    person = {"id": 5550123, "is_bot": False, "first_name": "Bo", "username": "row_person"}
    kinds = [
        ({"type": "channel", "chat": own, "message_id": 7}, handle, "PERTENECE"),
        ({"type": "chat", "sender_chat": own}, handle, "PERTENECE"),
        ({"type": "channel", "chat": other, "message_id": 7}, "tgid:-1009876543210", "NO_PERTENECE"),
        ({"type": "chat", "sender_chat": {**other, "username": None}}, "tgid:-1009876543210", "NO_PERTENECE"),
        ({"type": "user", "sender_user": person}, "tgid:5550123", "NO_PERTENECE"),
    ]
    for origin, value, fact in kinds:
        told = chats.tell_bot("Hello", forward_origin={**origin, "date": 1_768_467_600})["text"]
        (claims,) = (each["claims"] for each in chats.receipts(told))
        assert (claims["attribution"], claims["fact"]) == ("platform_origin", fact), origin
        assert claims["artifact"] == {"type": "telegram", "value": value}
        assert f"· {fact} ·" in told.split("\n")[0]
    # Hidden: nothing is said about anybody, only about what the message holds.
    hidden = {"type": "hidden_user", "sender_user_name": handle, "date": 1_768_467_600}
    told = chats.tell_bot(f"see https://{chats.case.anchor}", forward_origin=hidden)["text"]
    (claims,) = (each["claims"] for each in chats.receipts(told))
    assert (claims["attribution"], claims["artifact"]["value"]) == ("content_only", chats.case.anchor)
    assert "does not say who wrote this first" in told
    assert "no channel in this message" in chats.tell_bot("Hello", forward_origin=hidden)["text"]
    # Several channels in one message: the original sender and each link, each with its own fact and receipt.
    elsewhere = chats.case.channel()
    told = chats.tell_bot(
        f"https://{chats.case.anchor} https://{elsewhere}", forward_origin={**kinds[0][0], "date": 1}
    )["text"]
    assert [each["claims"]["fact"] for each in chats.receipts(told)] == ["PERTENECE", "PERTENECE", "NO_PERTENECE"]


@pytest.mark.row("G4")
def test_G4_the_badge_is_drawn_from_the_fact_in_the_language_of_whoever_asks(chats):
    names = {
        "PERTENECE": chats.case.anchor,
        "NO_PERTENECE": chats.case.channel(),
        "COUNTERSTAMP": chats.case.channel(),
        "DISPUTED": chats.case.channel(),
    }
    chats.case.at("confirmed", names["COUNTERSTAMP"])
    chats.case.at("disputed", names["DISPUTED"])
    for place, language in enumerate(LANGUAGES):
        for fact, (disc, level, labels) in BADGES.items():
            badge = f"{disc} {labels.split('|')[place]} · {fact} · {level}"
            if fact == "UNKNOWN":
                sent = chats.tell_number("https://unregistered-elsewhere.test/x", NUMBERS[language])
                told = sent["text"]["body"]
                assert sent["text"]["preview_url"] is False
                assert "`unregistered-elsewhere[.]test`" in told
                assert sent["context"]["message_id"].startswith("wamid.")
            else:
                sent = chats.tell_bot(f"https://{names[fact]}/x?y", language)
                told = sent["text"]
                assert sent["link_preview_options"] == {"is_disabled": True}
                assert sent["reply_parameters"]["message_id"] > 0
                assert (sent["chat_id"], names[fact] in literals(sent)) == (ANA, True)
            assert told.split("\n")[0] == badge
            (receipt,) = chats.receipts(told)
            assert (receipt["claims"]["fact"], receipt["claims"]["signalLevel"]) == (fact, level)
            assert [each for each in BADGES if each != fact and f"· {each} ·" in told] == []


def literals(sent: dict) -> list[str]:
    """What Telegram shows as it stands."""
    units = sent["text"].encode("utf-16-le")
    spans = [(one["offset"], one["offset"] + one["length"]) for one in sent["entities"] if one["type"] == "code"]
    return [units[2 * start : 2 * end].decode("utf-16-le") for start, end in spans]


@pytest.mark.row("G12")
def test_G12_nothing_of_our_own_says_what_anybody_means_to_do(chats):
    case, anyone = chats.case, chats.node.anyone
    loaded = f"fraud-phishing-estafa.{case.anchor.partition('.')[0]}-x.test"  # others may be called what they like
    confirmed, disputed = case.channel(), case.channel()
    moved = case.at("confirmed", confirmed)
    at_issue = case.at("disputed", disputed)
    written = {f"locale {path.parent.name}/{path.name}": path.read_text("utf-8") for path in signal_locales()}
    assert len(written) >= len(LANGUAGES)
    documents = anyone.good("GET", "/openapi.json")["paths"]
    written["openapi"] = json.dumps({path: row for path, row in documents.items() if path.startswith("/api/signal")})
    receipts = []
    for name in (case.anchor, loaded, confirmed, disputed):
        for brand in (case.brand, case.anchor, ""):
            body = {"artifact": {"type": "domain", "value": name}, **({"brand": brand} if brand else {})}
            answer = anyone.good("POST", "/api/signal/verify", body)
            receipts += [one["receiptId"] for one in answer["results"]]
            written[f"verify {name} {brand}"] = bare(answer)
    for each in receipts:
        written[f"receipt {each}"] = bare(anyone.good("GET", f"/api/signal/receipts/{each}"))
    paths = [
        *(f"/api/signal/brands/{case.brand}", f"/api/signal/brands/{case.brand}/history"),
        f"/api/signal/channels?type=domain&value={case.anchor}",
        *(f"/api/signal/logs/{log}/{part}" for log in ("official", "abuse", "receipts") for part in LOG_PARTS),
        "/api/signal/logs/abuse/stats",
    ]
    for path in paths:
        written[path] = bare(anyone.good("GET", path))
    for each in (moved, at_issue):
        written[f"case {each['id']}"] = bare(case.read(each))
    written |= {f"refusal {place}": bare(fault) for place, fault in enumerate(refusals(chats))}
    written |= dict(spoken(chats, (case.anchor, loaded, confirmed, disputed)))
    assert INTENT.findall(f"{loaded} Falso, faux! 詐欺") == ["fraud", "phish", "estaf", "Falso", "faux", "詐欺"]
    said = {place: INTENT.findall(text) for place, text in written.items()}
    assert {place: words for place, words in said.items() if words} == {}
    assert len(written) > 60


def spoken(chats: Chats, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What the bots say in every language, without the channels that they are asked about."""
    many = " ".join(f"a{number}.com" for number in range(21))
    for language in LANGUAGES:
        for name in names:
            told = chats.tell_bot(f"https://{name}", language)["text"]
            assert name in told
            yield f"bot {language} {name}", told.replace(name, "")
        for text in ("good morning", many, f"https://unknown-{names[1]}"):
            told = chats.tell_number(text, NUMBERS[language])["text"]["body"]
            yield f"number {language} {text}", told.replace(f"unknown-{names[1]}".replace(".", "[.]"), "")


LOG_PARTS = ("sth", "entries?start=0&end=0")
REMOVED = {"value", "name", "domain", "evidence", "reason", "receipt", "jws", "sth", "perimeter", "leaf", "text"}


def bare(value: object) -> str:
    """An answer without the members that others have written, its signed texts opened and bare as well."""
    if isinstance(value, dict):
        return " ".join(
            f"{name} {bare(inner) if name not in REMOVED else signed(inner)}" for name, inner in value.items()
        )
    if isinstance(value, list):
        return " ".join(bare(inner) for inner in value)
    return signed(value) if isinstance(value, str) else ""


def signed(value: object) -> str:
    """The header and the payload of a signed text; of any other text that we were told to leave out, nothing."""
    if isinstance(value, str) and value.count(".") == 2 and value.startswith("eyJ"):
        return " ".join(bare(json.loads(un64u(part))) for part in value.split(".")[:2])
    return bare(value) if isinstance(value, dict | list) else ""


def signal_locales() -> list[Path]:
    """The files of what Signal says to people, in every language."""
    rooms = ("signal.json", "signal_pages.json", "brands.json", "connect.json")
    return [path for room in rooms for path in sorted(LOCALES.glob(f"*/{room}"))]


def refusals(chats: Chats) -> Iterator[object]:
    """Problem documents of this part of the interface."""
    anyone = chats.node.anyone
    for kind, value in (
        ("domain", "co.uk"),
        ("telegram", "x"),
        ("whatsapp", "12"),
        ("shortlink", "a?b"),
        ("dance", "x"),
    ):
        yield anyone.post("/api/signal/verify", {"artifact": {"type": kind, "value": value}}).json
    for platform in ("telegram", "whatsapp"):
        yield anyone.post("/api/signal/verify", {"message": {"platform": platform, "payload": {"message": 5}}}).json
        yield anyone.post(f"/api/signal/hooks/{platform}", {}).json
    for path in ("receipts/SSF-EV-0", "brands/nobody.test", "logs/official/proof?index=99999999&treeSize=1"):
        yield anyone.get(f"/api/signal/{path}").json
    yield anyone.post("/api/signal/brands", {"perimeter": "a.b.c"}).json
    yield chats.case.brand_line.post("/api/signal/brands", {"perimeter": "a.b.c"}).json
    yield anyone.post("/api/signal/counter-stamps/challenges", {"id": "cs_0", "method": "domain-txt"}).json
