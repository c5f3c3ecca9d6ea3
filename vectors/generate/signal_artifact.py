"""Write ``vectors/signal-artifact.json``: channels in many spellings, their one form, and what is no channel."""

from signal_parts import SHORTENERS, STANDARD, SUFFIXES
from stamp_parts import write

NUMBER = "+14155550123"
A = "\u0430"  # Cyrillic, looks like the Latin letter

# type: input → canonical form, or the code of its refusal.
CANONICAL = {
    "domain": {
        "a host": ("acme.example", "acme.example"),
        "capitals and a final dot": ("Acme.EXAMPLE.", "acme.example"),
        "white space around": ("  acme.example\n", "acme.example"),
        "a host with its port": ("acme.example:8443", "acme.example"),
        "a URL": ("https://www.acme.example/login?x#y", "www.acme.example"),
        "a URL of http": ("HTTP://Acme.Example", "acme.example"),
        "a mail address": ("Bob.Smith@Acme.Example", "acme.example"),
        "userinfo before the host": ("https://acme.example@other.example/", "other.example"),
        "userinfo with a colon": ("https://acme.example:443@other.example/", "other.example"),
        "a backslash ends the host, as in browsers": ("https://other.example\\@acme.example/", "other.example"),
        "backslashes for slashes": ("https:\\\\acme.example\\login", "acme.example"),
        "no slashes": ("https:acme.example", "acme.example"),
        "many slashes": ("https://////acme.example", "acme.example"),
        "a tab inside": ("https://ac\tme.exa\nmple/", "acme.example"),
        "a percent-encoded host": ("https://acme%2Eexample/", "acme.example"),
        "an international name": ("b\u00fccher.example", "xn--bcher-kva.example"),
        "an international name in capitals": ("B\u00dcCHER.example", "xn--bcher-kva.example"),
        "an international name as A-label": ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        "sharp s stays (non-transitional)": ("fa\u00df.example", "xn--fa-hia.example"),
        "an ideographic full stop": ("acme\u3002example", "acme.example"),
        "full-width letters": ("\uff41\uff43\uff4d\uff45.example", "acme.example"),
        "mixed scripts: a Cyrillic letter": (f"{A}cme.example", "xn--cme-5cd.example"),
        "underscores below the registered name": ("_x.foo_bar.acme.example", "_x.foo_bar.acme.example"),
        "under a private suffix": ("acme.pages.example", "acme.pages.example"),
        "a public suffix": ("co.uk", "ARTIFACT_PUBLIC_SUFFIX"),
        "a public suffix in a URL": ("https://Example/", "ARTIFACT_PUBLIC_SUFFIX"),
        "a private suffix": ("pages.example", "ARTIFACT_PUBLIC_SUFFIX"),
        "one label": ("localhost", "ARTIFACT_PUBLIC_SUFFIX"),
        "an address of the old protocol": ("192.0.2.1", "ARTIFACT_DOMAIN"),
        "an address in disguise": ("http://0x7f.1/", "ARTIFACT_DOMAIN"),
        "an address as a hexadecimal number": ("http://acme.0x7f000001/", "ARTIFACT_DOMAIN"),
        "an address of the new protocol": ("https://[2001:db8::1]/", "ARTIFACT_URL"),
        "a space inside": ("ac me.example", "ARTIFACT_DOMAIN"),
        "a slash inside, percent-encoded": ("https://acme.example%2Fother.example/", "ARTIFACT_DOMAIN"),
        "an empty label": ("acme..example", "ARTIFACT_DOMAIN"),
        "a label of 64 characters": ("a" * 64 + ".example", "ARTIFACT_DOMAIN"),
        "an A-label that is none": ("xn--a.example", "ARTIFACT_DOMAIN"),
        "a sign that no name may hold": ("i\u2764.ws", "ARTIFACT_DOMAIN"),
        "not UTF-8 when decoded: a stray octet": ("https://acme%FF.example/", "ARTIFACT_DOMAIN"),
        "a mail address without domain": ("bob@", "ARTIFACT_DOMAIN"),
        "another scheme": ("ftp://acme.example/", "ARTIFACT_URL"),
        "a port that is none": ("acme.example:http", "ARTIFACT_URL"),
        "a port beyond 65535": ("acme.example:65536", "ARTIFACT_URL"),
        "no host": ("https:///", "ARTIFACT_URL"),
        "empty": ("", "ARTIFACT_LENGTH"),
        "white space alone": (" \n", "ARTIFACT_LENGTH"),
        "oversized: 2049 characters": ("a" * 2049, "ARTIFACT_LENGTH"),
    },
    "shortlink": {
        "as it is": ("https://acme.link/promo", "https://acme.link/promo"),
        "host in capitals, path as it is": ("HTTPS://ACME.link/Promo", "https://acme.link/Promo"),
        "http and its port": ("http://acme.link:80/promo", "https://acme.link/promo"),
        "https and its port": ("https://acme.link:443/promo", "https://acme.link/promo"),
        "http and the other port": ("http://acme.link:443/promo", "https://acme.link/promo"),
        "an empty port": ("https://acme.link:/promo", "https://acme.link/promo"),
        "without scheme": ("acme.link/promo", "https://acme.link/promo"),
        "a fragment is dropped": ("https://acme.link/promo#a?b", "https://acme.link/promo"),
        "a backslash in the fragment": ("https://acme.link/promo#\\%2e", "https://acme.link/promo"),
        "the whole host": ("https://acme.link", "https://acme.link/"),
        "dot segments": ("https://acme.link/a/./b/../promo", "https://acme.link/a/promo"),
        "dot segments beyond the root": ("https://acme.link/../../promo", "https://acme.link/promo"),
        "a dot segment at the end": ("https://acme.link/a/.", "https://acme.link/a/"),
        "two dots at the end": ("https://acme.link/a/b/..", "https://acme.link/a/"),
        "empty segments": ("https://acme.link//a//", "https://acme.link//a//"),
        "a space in the path": ("https://acme.link/a b", "https://acme.link/a%20b"),
        "characters beyond ASCII": ("https://acme.link/\u00e9", "https://acme.link/%C3%A9"),
        "signs that a path may not hold": ('https://acme.link/"<>^`{}', "https://acme.link/%22%3C%3E%5E%60%7B%7D"),
        "signs that a path may hold": ("https://acme.link/~!$&'()*+,;=:@|[]", "https://acme.link/~!$&'()*+,;=:@|[]"),
        "percent-encoding is kept": ("https://acme.link/%c3%A9", "https://acme.link/%c3%A9"),
        "a percent sign alone": ("https://acme.link/100%", "https://acme.link/100%"),
        "an international host": ("https://b\u00fccher.example/a", "https://xn--bcher-kva.example/a"),
        "a query": ("https://acme.link/promo?x", "ARTIFACT_SHORTLINK"),
        "an empty query": ("https://acme.link/promo?", "ARTIFACT_SHORTLINK"),
        "userinfo": ("https://a@acme.link/promo", "ARTIFACT_SHORTLINK"),
        "empty userinfo": ("https://@acme.link/promo", "ARTIFACT_SHORTLINK"),
        "another port": ("https://acme.link:8443/promo", "ARTIFACT_SHORTLINK"),
        "an encoded dot": ("https://acme.link/%2e%2E/promo", "ARTIFACT_SHORTLINK"),
        "an encoded slash": ("https://acme.link/a%2Fpromo", "ARTIFACT_SHORTLINK"),
        "an encoded dot in the host": ("https://acme%2elink/promo", "ARTIFACT_SHORTLINK"),
        "a backslash": ("https://acme.link\\promo", "ARTIFACT_SHORTLINK"),
        "under a public suffix itself": ("https://co.uk/promo", "ARTIFACT_PUBLIC_SUFFIX"),
        "another scheme": ("tg://resolve?domain=acme", "ARTIFACT_URL"),
        "oversized: longer than 2048 once encoded": ("https://acme.link/" + "\u00e9" * 400, "ARTIFACT_LENGTH"),
    },
    "whatsapp": {
        "international form": (NUMBER, NUMBER),
        "spaces, brackets, hyphens and dots": ("+1 (415) 555-01.23", NUMBER),
        "a short link": ("https://wa.me/14155550123", NUMBER),
        "a short link without scheme": ("wa.me/14155550123", NUMBER),
        "a short link with plus, slash and text": ("https://wa.me/+14155550123/?text=hello", NUMBER),
        "a link of the interface": ("https://api.whatsapp.com/send?phone=14155550123&text=x", NUMBER),
        "a link of the interface, plus encoded": ("https://api.whatsapp.com/send/?phone=%2B14155550123", NUMBER),
        "a link of the interface, plus read as a space": ("https://api.whatsapp.com/send?phone=+14155550123", NUMBER),
        "a link of the web client": ("https://web.whatsapp.com/send?phone=14155550123", NUMBER),
        "the scheme with a number": ("whatsapp:+14155550123", NUMBER),
        "the scheme with a link": ("whatsapp://send?phone=14155550123", NUMBER),
        "the shortest": ("+1234567", "+1234567"),
        "the longest": ("+123456789012345", "+123456789012345"),
        "no plus": ("14155550123", "ARTIFACT_NUMBER"),
        "no plus after the scheme": ("whatsapp:14155550123", "ARTIFACT_NUMBER"),
        "two zeros for the plus": ("0014155550123", "ARTIFACT_NUMBER"),
        "a calling code that begins with zero": ("+0415555012", "ARTIFACT_NUMBER"),
        "too short": ("+123456", "ARTIFACT_NUMBER"),
        "too long": ("+1234567890123456", "ARTIFACT_NUMBER"),
        "letters": ("+1415555CALL", "ARTIFACT_NUMBER"),
        "digits of another script": ("+1415555\u0660\u0661\u0662\u0663", "ARTIFACT_NUMBER"),
        "an extension": ("+14155550123;ext=1", "ARTIFACT_NUMBER"),
        "a link without number": ("https://wa.me/", "ARTIFACT_NUMBER"),
        "a link to a shop": ("https://wa.me/message/ABCDEF", "ARTIFACT_NUMBER"),
        "a link of the interface without number": ("https://api.whatsapp.com/send?text=x", "ARTIFACT_NUMBER"),
        "a link of the interface with two numbers": (
            "https://api.whatsapp.com/send?phone=14155550123&phone=14155550124",
            "ARTIFACT_NUMBER",
        ),
        "look-alike: another host": ("https://wa.me.example/14155550123", "ARTIFACT_NUMBER"),
        "userinfo that looks like the host": ("https://wa.me@other.example/14155550123", "ARTIFACT_NUMBER"),
        "userinfo before the host": ("https://x@wa.me/14155550123", "ARTIFACT_NUMBER"),
    },
    "telegram": {
        "a name": ("@Acme_Support", "@acme_support"),
        "a link": ("https://t.me/Acme_Support", "@acme_support"),
        "a link without scheme": ("t.me/acme_support/", "@acme_support"),
        "a link of the old host": ("http://telegram.me/acme_support", "@acme_support"),
        "a link to a post": ("https://t.me/acme_support/120?single", "@acme_support"),
        "a link to a post in a topic": ("https://t.me/acme_support/3/120", "@acme_support"),
        "a link to a preview": ("https://t.me/s/acme_support", "@acme_support"),
        "a link that starts a bot": ("https://t.me/acme_support?start=x", "@acme_support"),
        "the scheme": ("tg://resolve?domain=Acme_Support", "@acme_support"),
        "the scheme with more": ("tg:resolve?post=1&domain=acme_support", "@acme_support"),
        "a chat id": ("-1001234567890", "tgid:-1001234567890"),
        "a user id": ("123456789", "tgid:123456789"),
        "a canonical id": ("tgid:-1001234567890", "tgid:-1001234567890"),
        "the shortest": ("@acme", "@acme"),
        "the longest": ("@" + "a" * 32, "@" + "a" * 32),
        "too short": ("@abc", "ARTIFACT_HANDLE"),
        "too long": ("@" + "a" * 33, "ARTIFACT_HANDLE"),
        "a digit first": ("@1acme", "ARTIFACT_HANDLE"),
        "a hyphen": ("@acme-support", "ARTIFACT_HANDLE"),
        "homoglyph: a Cyrillic letter": (f"@{A}cme", "ARTIFACT_HANDLE"),
        "no at sign": ("acme_support", "ARTIFACT_HANDLE"),
        "an invitation": ("https://t.me/+AbCdEfGh", "ARTIFACT_HANDLE"),
        "an invitation of the old form": ("https://t.me/joinchat/AbCdEfGh", "ARTIFACT_HANDLE"),
        "a page of the platform's own": ("https://t.me/share", "ARTIFACT_HANDLE"),
        "a page below a name": ("https://t.me/acme_support/about", "ARTIFACT_HANDLE"),
        "two names in one link": ("tg://resolve?domain=acme&domain=other", "ARTIFACT_HANDLE"),
        "look-alike: another host": ("https://t.me.example/acme", "ARTIFACT_HANDLE"),
        "an id of zero": ("0", "ARTIFACT_HANDLE"),
        "an id with a leading zero": ("-0123456", "ARTIFACT_HANDLE"),
        "an id beyond 2^53": ("9007199254740992", "ARTIFACT_HANDLE"),
        "the largest id": ("9007199254740991", "tgid:9007199254740991"),
    },
    "phone": {
        "international form": ("+1 415 555 0199", "+14155550199"),
        "the scheme": ("tel:+1-415-555-0199", "+14155550199"),
        "no plus": ("4155550199", "ARTIFACT_NUMBER"),
        "the scheme without plus": ("tel:4155550199", "ARTIFACT_NUMBER"),
    },
    "sms_sender": {
        "capitals": ("Acme", "ACME"),
        "spaces and signs": ("Acme & Co.", "ACME & CO."),
        "eleven characters": ("acmebanking", "ACMEBANKING"),
        "twelve characters": ("acmebankings", "ARTIFACT_SENDER"),
        "digits alone": ("12345", "ARTIFACT_SENDER"),
        "a sign that no sender has": ("acme!", "ARTIFACT_SENDER"),
        "beyond ASCII": ("acm\u00e9", "ARTIFACT_SENDER"),
        "beyond ASCII, though its capitals are not": ("gro\u00df", "ARTIFACT_SENDER"),
    },
    "email": {
        "the domain in small letters": ("Help.Desk@ACME.Example", "Help.Desk@acme.example"),
        "an international domain": ("help@b\u00fccher.example", "help@xn--bcher-kva.example"),
        "no at sign": ("acme.example", "ARTIFACT_EMAIL"),
        "a display name": ("Acme <help@acme.example>", "ARTIFACT_EMAIL"),
        "an address literal": ("help@[192.0.2.1]", "ARTIFACT_EMAIL"),
    },
}
Reading = tuple[str, str]
# kind, input, readings or a code, signals.
SUBJECTS: dict[str, tuple[str, str, list[Reading] | str, list[str]]] = {
    "a URL is a short link, then a domain": (
        "url",
        "https://acme.link/promo",
        [("shortlink", "https://acme.link/promo"), ("domain", "acme.link")],
        [],
    ),
    "a host is one too": (
        "url",
        "acme.example",
        [("shortlink", "https://acme.example/"), ("domain", "acme.example")],
        [],
    ),
    "a query hides where it leads": ("url", "https://acme.link/promo?to=x", [("domain", "acme.link")], ["SHORT_LINK"]),
    "an empty query too": ("url", "https://acme.link/promo?", [("domain", "acme.link")], ["SHORT_LINK"]),
    "userinfo makes it a domain": ("url", "https://acme.example@acme.link/promo", [("domain", "acme.link")], []),
    "a port makes it a domain": ("url", "https://acme.link:8443/promo", [("domain", "acme.link")], []),
    "a shortener": (
        "url",
        "https://sho.ly/x",
        [("shortlink", "https://sho.ly/x"), ("domain", "sho.ly")],
        ["SHORT_LINK"],
    ),
    "a shortener with www": (
        "url",
        "https://www.tiny.example/x",
        [("shortlink", "https://www.tiny.example/x"), ("domain", "www.tiny.example")],
        ["SHORT_LINK"],
    ),
    "an international name": (
        "url",
        "https://b\u00fccher.example/x",
        [("shortlink", "https://xn--bcher-kva.example/x"), ("domain", "xn--bcher-kva.example")],
        ["PUNYCODE"],
    ),
    "mixed scripts: a Cyrillic letter": (
        "domain",
        f"{A}cme.example",
        [("domain", "xn--cme-5cd.example")],
        ["PUNYCODE"],
    ),
    "a domain": ("domain", "https://acme.example/x?y", [("domain", "acme.example")], []),
    "a domain that is a shortener": ("domain", "sho.ly", [("domain", "sho.ly")], ["SHORT_LINK"]),
    "a short link asked for as such": (
        "shortlink",
        "https://acme.link/promo",
        [("shortlink", "https://acme.link/promo"), ("domain", "acme.link")],
        [],
    ),
    "a short link with a query": ("shortlink", "https://acme.link/promo?x", [("domain", "acme.link")], ["SHORT_LINK"]),
    "a link to a number is the number": ("url", "https://wa.me/14155550123", [("whatsapp", NUMBER)], []),
    "a link to a handle is the handle": ("url", "https://t.me/acme_support", [("telegram", "@acme_support")], []),
    "a link to an invitation is a link": (
        "url",
        "https://t.me/+AbCd",
        [("shortlink", "https://t.me/+AbCd"), ("domain", "t.me")],
        [],
    ),
    "the scheme of a platform": ("url", "tg://resolve?domain=acme_support", [("telegram", "@acme_support")], []),
    "a mail address, then its domain": (
        "email",
        "help@ACME.example",
        [("email", "help@acme.example"), ("domain", "acme.example")],
        [],
    ),
    "a mail address under a suffix": ("email", "help@co.uk", [("email", "help@co.uk")], []),
    "a number": ("whatsapp", "+1 415 555 0123", [("whatsapp", NUMBER)], []),
    "a handle": ("telegram", "@Acme_Support", [("telegram", "@acme_support")], []),
    "no such type": ("fax", "+14155550123", "ARTIFACT_TYPE", []),
    "a type in capitals": ("DOMAIN", "acme.example", "ARTIFACT_TYPE", []),
    "a URL of no host": ("url", "https://", "ARTIFACT_URL", []),
    "a URL of a script": ("url", "javascript:alert(1)", "ARTIFACT_URL", []),
    "a public suffix": ("url", "https://co.uk/x", "ARTIFACT_PUBLIC_SUFFIX", []),
}


def canonical_case(kind: str, name: str, text: str, value: str) -> dict[str, object]:
    """One input and its form."""
    refused = value.startswith("ARTIFACT_")
    return {
        "verb": "canonical",
        "name": f"{kind}: {name}",
        "type": kind,
        "input": text,
        "outcome": {"reason": value} if refused else {"value": value},
    }


def subject_case(
    name: str, kind: str, text: str, readings: list[Reading] | str, signals: list[str]
) -> dict[str, object]:
    """One input and its readings."""
    outcome: dict[str, object] = {"reason": readings}
    if not isinstance(readings, str):
        outcome = {"readings": [{"type": each, "value": value} for each, value in readings], "signals": signals}
    return {"verb": "subject", "name": name, "kind": kind, "input": text, "outcome": outcome}


if __name__ == "__main__":
    cases = [
        canonical_case(kind, name, text, value)
        for kind, inputs in CANONICAL.items()
        for name, (text, value) in inputs.items()
    ]
    cases += [subject_case(name, *parts) for name, parts in SUBJECTS.items()]
    write(
        "signal-artifact.json",
        {
            "suite": "signal-artifact",
            "standard": STANDARD,
            "suffixes": SUFFIXES,
            "shorteners": SHORTENERS,
            "cases": cases,
        },
    )
