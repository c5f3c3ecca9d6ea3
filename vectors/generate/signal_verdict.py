"""Write ``vectors/signal-verdict.json``: facts, levels, and what can be seen beside them."""

from signal_parts import BRAND, CASE, CHANNELS, DAY, NOW, OTHER_BRAND, OTHER_CASE, STANDARD, SUFFIXES, channel
from stamp_parts import write

LEVELS = {
    "COUNTERSTAMP": ("L1", "red"),
    "NO_PERTENECE": ("L2", "amber"),
    "DISPUTED": ("L3", "amber"),
    "UNKNOWN": ("L4", "grey"),
    "PERTENECE": ("L5", "green"),
}
Reading = tuple[str, str]
INSIDE: list[Reading] = [("domain", "login.acme.example")]
OUT: list[Reading] = [("domain", "acme-login.example")]
LINK: list[Reading] = [("shortlink", "https://acme.link/promo"), ("domain", "acme.link")]
ORIGIN: list[Reading] = [("telegram", "@acme_news"), ("telegram", "tgid:-1001234567890")]
NUMBER: list[Reading] = [("whatsapp", "+14155550123"), ("phone", "+14155550123")]


def artifact(reading: Reading) -> dict[str, str]:
    """One reading."""
    return {"type": reading[0], "value": reading[1]}


def subject(readings: list[Reading], *signals: str) -> dict[str, object]:
    """What is asked about."""
    return {"readings": [artifact(each) for each in readings], "signals": list(signals)}


def holder(brand: str = BRAND, **changes: object) -> dict[str, object]:
    """A brand with its perimeter."""
    return {
        "brand": brand,
        "perimeter": {"iat": NOW - DAY, "exp": NOW + DAY, "domain": "acme.example", "channels": CHANNELS} | changes,
        "proven": [],
    }


def stamp(
    reading: Reading, state: str, brand: str = BRAND, case: str = CASE, expires: int = NOW + DAY
) -> dict[str, object]:
    """A counter-stamp."""
    return {
        "id": case,
        "brand": brand,
        "artifact": artifact(reading),
        "state": state,
        "openedAt": NOW - 10 * DAY,
        "expiresAt": expires,
        "movedAt": NOW - DAY,
    }


def fact(word: str, reading: Reading | None, brand: str | None = BRAND, **more: object) -> dict[str, object]:
    """What is found."""
    level, colour = LEVELS[word]
    return {
        "fact": word,
        "signalLevel": level,
        "colour": colour,
        "artifact": None if reading is None else artifact(reading),
        "brand": brand,
        "signals": [],
        "counterStamp": None,
    } | more


NOTHING = {"brand": BRAND, "perimeter": None, "proven": []}
# subject, holder, counter-stamps, what is seen, outcome
ASKED = {
    "no perimeter": (subject(INSIDE), NOTHING, [], [], fact("UNKNOWN", INSIDE[0])),
    "a perimeter that has ended": (subject(INSIDE), holder(exp=NOW), [], [], fact("UNKNOWN", INSIDE[0])),
    "a perimeter dated in the future": (
        subject(INSIDE),
        holder(iat=NOW + 301, exp=NOW + DAY),
        [],
        [],
        fact("UNKNOWN", INSIDE[0]),
    ),
    "a perimeter without channels": (subject(INSIDE), holder(channels=[]), [], [], fact("UNKNOWN", INSIDE[0])),
    "no perimeter, and a confirmed counter-stamp": (
        subject(OUT),
        NOTHING,
        [stamp(OUT[0], "confirmed")],
        [],
        fact("UNKNOWN", OUT[0]),
    ),
    "no artifact": (None, holder(), [], [], fact("UNKNOWN", None)),
    "inside": (subject(INSIDE), holder(), [], [], fact("PERTENECE", INSIDE[0])),
    "inside, though counter-stamped": (
        subject(INSIDE),
        holder(),
        [stamp(INSIDE[0], "confirmed")],
        [],
        fact("PERTENECE", INSIDE[0]),
    ),
    "inside: what can be seen is left out": (
        subject(INSIDE, "PUNYCODE"),
        holder(),
        [],
        ["NEW_DOMAIN", "LOOKALIKE_DOMAIN"],
        fact("PERTENECE", INSIDE[0]),
    ),
    "inside: a hidden end of a link is said": (
        subject(INSIDE, "SHORT_LINK"),
        holder(),
        [],
        [],
        fact("PERTENECE", INSIDE[0], signals=["SHORT_LINK"]),
    ),
    "a URL is a declared short link": (subject(LINK), holder(), [], [], fact("PERTENECE", LINK[0])),
    "a URL lies on a declared domain": (
        subject([("shortlink", "https://acme.example/x"), ("domain", "acme.example")]),
        holder(),
        [],
        [],
        fact("PERTENECE", ("domain", "acme.example")),
    ),
    "another short link of the same host": (
        subject([("shortlink", "https://acme.link/other"), ("domain", "acme.link")]),
        holder(),
        [],
        [],
        fact("NO_PERTENECE", ("domain", "acme.link")),
    ),
    "a handle that is not declared, with an id that is": (
        subject(ORIGIN),
        holder(),
        [],
        [],
        fact("PERTENECE", ORIGIN[1]),
    ),
    "outside": (subject(OUT), holder(), [], [], fact("NO_PERTENECE", OUT[0])),
    "outside, with what can be seen, in the order of the list": (
        subject(OUT, "PUNYCODE"),
        holder(),
        [],
        ["NEW_DOMAIN", "LOOKALIKE_DOMAIN"],
        fact("NO_PERTENECE", OUT[0], signals=["LOOKALIKE_DOMAIN", "PUNYCODE", "NEW_DOMAIN"]),
    ),
    "outside, all that can be seen": (
        subject(OUT),
        holder(),
        [],
        ["CALLING_CODE_DIFFERS", "NEW_DOMAIN", "SHORT_LINK", "PUNYCODE", "LOOKALIKE_HANDLE", "LOOKALIKE_DOMAIN"],
        fact(
            "NO_PERTENECE",
            OUT[0],
            signals=[
                "LOOKALIKE_DOMAIN",
                "LOOKALIKE_HANDLE",
                "PUNYCODE",
                "SHORT_LINK",
                "NEW_DOMAIN",
                "CALLING_CODE_DIFFERS",
            ],
        ),
    ),
    "confirmed": (
        subject(OUT),
        holder(),
        [stamp(OUT[0], "confirmed")],
        ["NEW_DOMAIN"],
        fact("COUNTERSTAMP", OUT[0], counterStamp=CASE, signals=["NEW_DOMAIN"]),
    ),
    "disputed": (
        subject(OUT),
        holder(),
        [stamp(OUT[0], "disputed")],
        [],
        fact("DISPUTED", OUT[0], counterStamp=CASE),
    ),
    "disputed speaks before confirmed": (
        subject(OUT),
        holder(),
        [stamp(OUT[0], "confirmed", case=OTHER_CASE), stamp(OUT[0], "disputed")],
        [],
        fact("DISPUTED", OUT[0], counterStamp=CASE),
    ),
    **{
        f"only {state}": (subject(OUT), holder(), [stamp(OUT[0], state)], [], fact("NO_PERTENECE", OUT[0]))
        for state in ("observed", "under_review", "revoked", "expired")
    },
    "confirmed, and ended": (
        subject(OUT),
        holder(),
        [stamp(OUT[0], "confirmed", expires=NOW)],
        [],
        fact("NO_PERTENECE", OUT[0]),
    ),
    "confirmed, a second before its end": (
        subject(OUT),
        holder(),
        [stamp(OUT[0], "confirmed", expires=NOW + 1)],
        [],
        fact("COUNTERSTAMP", OUT[0], counterStamp=CASE),
    ),
    "disputed, and ended": (
        subject(OUT),
        holder(),
        [stamp(OUT[0], "disputed", expires=NOW)],
        [],
        fact("NO_PERTENECE", OUT[0]),
    ),
    "confirmed for another brand": (
        subject(OUT),
        holder(),
        [stamp(OUT[0], "confirmed", OTHER_BRAND)],
        [],
        fact("NO_PERTENECE", OUT[0]),
    ),
    "confirmed for another channel": (
        subject(OUT),
        holder(),
        [stamp(("domain", "acme-loqin.example"), "confirmed")],
        [],
        fact("NO_PERTENECE", OUT[0]),
    ),
    "the second reading is counter-stamped": (
        subject([("shortlink", "https://acme-login.example/x"), *OUT]),
        holder(),
        [stamp(OUT[0], "confirmed")],
        [],
        fact("COUNTERSTAMP", OUT[0], counterStamp=CASE),
    ),
    "the number as one of the telephone": (
        subject([("whatsapp", "+14155550199"), ("phone", "+14155550199")]),
        holder(),
        [],
        [],
        fact("PERTENECE", ("phone", "+14155550199")),
    ),
}
PROVEN = holder() | {"proven": [artifact(NUMBER[0])]}
UNASKED = {
    "a domain": (subject(INSIDE), [holder()], [], [], fact("PERTENECE", INSIDE[0])),
    "a claimed number": (subject(NUMBER), [holder()], [], [], fact("UNKNOWN", NUMBER[1], None)),
    "a proven number": (subject(NUMBER), [PROVEN], [], [], fact("PERTENECE", NUMBER[0])),
    "a claimed number of one, proven by another": (
        subject(NUMBER),
        [holder(OTHER_BRAND), PROVEN],
        [],
        [],
        fact("PERTENECE", NUMBER[0]),
    ),
    "a claimed short link": (subject(LINK), [holder()], [], [], fact("UNKNOWN", LINK[1], None)),
    "a claimed short link on a declared domain": (
        subject(LINK),
        [holder(channels=[*CHANNELS, channel("domain", "acme.link")])],
        [],
        [],
        fact("PERTENECE", LINK[1]),
    ),
    "a perimeter that has ended": (subject(INSIDE), [holder(exp=NOW)], [], [], fact("UNKNOWN", INSIDE[0], None)),
    "no perimeter": (subject(INSIDE), [NOTHING], [], [], fact("UNKNOWN", INSIDE[0], None)),
    "nobody": (subject(OUT, "PUNYCODE"), [], [], [], fact("UNKNOWN", OUT[0], None, signals=["PUNYCODE"])),
    "no artifact": (None, [holder()], [], [], fact("UNKNOWN", None, None)),
    "outside says nothing about anybody": (subject(OUT), [holder()], [], [], fact("UNKNOWN", OUT[0], None)),
    "confirmed": (
        subject(OUT),
        [],
        [stamp(OUT[0], "confirmed")],
        [],
        fact("COUNTERSTAMP", OUT[0], counterStamp=CASE),
    ),
    "confirmed for one brand, inside another's perimeter": (
        subject(INSIDE),
        [holder()],
        [stamp(INSIDE[0], "confirmed", OTHER_BRAND)],
        [],
        fact("PERTENECE", INSIDE[0]),
    ),
    "disputed by one, confirmed for another": (
        subject(OUT),
        [],
        [stamp(OUT[0], "confirmed"), stamp(OUT[0], "disputed", OTHER_BRAND, OTHER_CASE)],
        [],
        fact("DISPUTED", OUT[0], OTHER_BRAND, counterStamp=OTHER_CASE),
    ),
    "only observed": (subject(OUT), [], [stamp(OUT[0], "observed")], [], fact("UNKNOWN", OUT[0], None)),
}
OVERALL = {
    "nothing": ([], "L4"),
    "one": (["PERTENECE"], "L5"),
    "the lowest": (["PERTENECE", "UNKNOWN", "NO_PERTENECE"], "L2"),
    "one against": (["PERTENECE", "COUNTERSTAMP", "DISPUTED"], "L1"),
}


def seen(
    readings: list[Reading], signals: list[str], *own: str, age: int | None = None, channels: object = None
) -> tuple:
    """What is compared with what, and what is seen."""
    return subject(readings, *own), CHANNELS if channels is None else channels, age, signals


DOMAIN_SEEN = {
    "another name": seen([("domain", "weather.example")], []),
    "a letter more": seen([("domain", "acmee.com")], []),
    "the same name elsewhere": seen([("domain", "acme.com")], ["LOOKALIKE_DOMAIN"]),
    "a name below the declared one is no resemblance": seen([("domain", "x.acme-shop.example")], []),
    "a Cyrillic letter": seen([("domain", "xn--cme-5cd.com")], ["LOOKALIKE_DOMAIN", "PUNYCODE"], "PUNYCODE"),
    "a part between hyphens": seen([("domain", "acme-login.com")], ["LOOKALIKE_DOMAIN"]),
    "a part below another name": seen([("domain", "acme.login.weather.example")], ["LOOKALIKE_DOMAIN"]),
    "a part below another name, with a hyphen": seen([("domain", "secure-acme.weather.com")], ["LOOKALIKE_DOMAIN"]),
    "the name inside a longer word": seen([("domain", "acmeology.com")], []),
    "digits for letters": seen(
        [("domain", "acmec0rp.com")],
        ["LOOKALIKE_DOMAIN"],
        channels=[channel("domain", "acmecorp.example")],
    ),
    "one edit of eight characters": seen(
        [("domain", "acmecrop.com")],
        [],
        channels=[channel("domain", "acmecorp.example")],
    ),
    "one letter left out of eight": seen(
        [("domain", "acmecrp.com")],
        ["LOOKALIKE_DOMAIN"],
        channels=[channel("domain", "acmecorp.example")],
    ),
    "two edits of ten characters": seen(
        [("domain", "acmehodlings.com")],
        ["LOOKALIKE_DOMAIN"],
        channels=[channel("domain", "acmeholdings.example")],
    ),
    "three edits of twelve characters": seen(
        [("domain", "acmxhodlings.com")],
        [],
        channels=[channel("domain", "acmeholdings.example")],
    ),
    "the host of a short link": seen(
        [("shortlink", "https://acme-promo.link/x"), ("domain", "acme-promo.link")],
        ["LOOKALIKE_DOMAIN"],
    ),
    "the domain of a mail address": seen([("email", "help@acme.co.uk")], ["LOOKALIKE_DOMAIN"]),
    "underscores in a name": seen([("domain", "acme_login.weather.com")], ["LOOKALIKE_DOMAIN"]),
    "inside: nothing resembles": seen([("domain", "acme.example")], []),
    "new: 29 days": seen([("domain", "weather.example")], ["NEW_DOMAIN"], age=29),
    "not new: 30 days": seen([("domain", "weather.example")], [], age=30),
    "new, inside": seen([("domain", "acme.example")], ["NEW_DOMAIN"], age=0),
    "an age without a domain": seen([("telegram", "@weather")], [], age=1),
}
HANDLE_SEEN = {
    "another handle": seen([("telegram", "@weather_news")], []),
    "an underscore moved": seen([("telegram", "@acmesupport")], ["LOOKALIKE_HANDLE"]),
    "a letter for another": seen([("telegram", "@acme_supp0rt")], ["LOOKALIKE_HANDLE"]),
    "capital i for l": seen(
        [("telegram", "@acme_ioan")],
        ["LOOKALIKE_HANDLE"],
        channels=[channel("telegram", "@acme_loan")],
    ),
    "two edits of eleven characters": seen([("telegram", "@acmesuport1")], ["LOOKALIKE_HANDLE"]),
    "the handle with a word more": seen(
        [("telegram", "@acmebank_help")],
        ["LOOKALIKE_HANDLE"],
        channels=[channel("telegram", "@acmebank")],
    ),
    "an id resembles nothing that is near": seen([("telegram", "tgid:555")], []),
    "a sender": seen(
        [("sms_sender", "ACM3BANK")],
        [],
        channels=[channel("sms_sender", "ACME")],
    ),
    "a sender with a word more": seen([("sms_sender", "ACME INFO")], ["LOOKALIKE_HANDLE"]),
    "a sender is not compared with handles": seen(
        [("sms_sender", "ACMEBANK")],
        [],
        channels=[channel("telegram", "@acmebank")],
    ),
}
NUMBER_SEEN = {
    "another number of the same country": seen([("whatsapp", "+14155550124")], []),
    "another country": seen([("whatsapp", "+447700900123")], ["CALLING_CODE_DIFFERS"]),
    "another country, as a telephone": seen([("phone", "+447700900123")], ["CALLING_CODE_DIFFERS"]),
    "codes of which one begins the other": seen(
        [("whatsapp", "+3545551234")],
        ["CALLING_CODE_DIFFERS"],
        channels=[channel("whatsapp", "+351912345678")],
    ),
    "no number declared": seen(
        [("whatsapp", "+447700900123")],
        [],
        channels=[channel("domain", "acme.example")],
    ),
}
CODES = {
    "+14155550123": "1",
    "+79161234567": "7",
    "+201001234567": "20",
    "+27821234567": "27",
    "+211912345678": "211",
    "+34612345678": "34",
    "+351912345678": "351",
    "+3545551234": "354",
    "+420601123456": "420",
    "+41791234567": "41",
    "+447700900123": "44",
    "+5511912345678": "55",
    "+593991234567": "593",
    "+61412345678": "61",
    "+6707123456": "670",
    "+81901234567": "81",
    "+852912345678": "852",
    "+8613912345678": "86",
    "+919812345678": "91",
    "+971501234567": "971",
    "+998901234567": "998",
}

if __name__ == "__main__":
    cases: list[dict[str, object]] = [
        {
            "verb": "decide",
            "name": name,
            "subject": what,
            "holder": who,
            "counterStamps": stamps,
            "observed": extra,
            "now": NOW,
            "outcome": outcome,
        }
        for name, (what, who, stamps, extra, outcome) in ASKED.items()
    ]
    cases += [
        {
            "verb": "decideWithoutBrand",
            "name": name,
            "subject": what,
            "holders": whose,
            "counterStamps": stamps,
            "observed": extra,
            "now": NOW,
            "outcome": outcome,
        }
        for name, (what, whose, stamps, extra, outcome) in UNASKED.items()
    ]
    cases += [
        {"verb": "overall", "name": name, "facts": facts, "outcome": {"signalLevel": level}}
        for name, (facts, level) in OVERALL.items()
    ]
    cases += [
        {
            "verb": "observe",
            "name": f"{group}: {name}",
            "subject": what,
            "domain": "acme.example",
            "channels": channels,
            "ageDays": age,
            "outcome": {"signals": signals},
        }
        for group, suite in (("domain", DOMAIN_SEEN), ("handle", HANDLE_SEEN), ("number", NUMBER_SEEN))
        for name, (what, channels, age, signals) in suite.items()
    ]
    cases += [
        {"verb": "callingCode", "name": number, "number": number, "outcome": {"code": code}}
        for number, code in CODES.items()
    ]
    write(
        "signal-verdict.json",
        {
            "suite": "signal-verdict",
            "standard": STANDARD,
            "suffixes": SUFFIXES,
            "levels": {word: {"signalLevel": level, "colour": colour} for word, (level, colour) in LEVELS.items()},
            "cases": cases,
        },
    )
