"""Write ``vectors/record.json``: the DNS TXT record of SecureStamp."""

import itertools

from stamp_parts import ISSUER, OTHER_STAMP, STAMP, token, write

TOKEN = token()
OTHER = token(stampId=OTHER_STAMP)
URL = f"{ISSUER}/verify/{TOKEN}"
LINE = f"securestamp=v=1; id={STAMP}; url={URL}"
WRAPPED = f"securestamp=v=1;\nid={STAMP};\nurl={URL}"
RECORD = {"result": "record", "stampId": STAMP, "url": URL, "origin": ISSUER, "token": TOKEN}
IGNORED = {"result": "ignored"}
MIDDLE = len(WRAPPED) - 100


def _refused(reason: str) -> dict[str, str]:
    return {"result": "permerror", "reason": reason}


def _with_url(url: str) -> str:
    return f"securestamp=v=1; id={STAMP}; url={url}"


PARSE = [
    ("one-line spelling", LINE, RECORD),
    ("wrapped spelling, as on the landing page", WRAPPED, RECORD),
    ("wrapped with CRLF and indentation", WRAPPED.replace("\n", "\r\n\t "), RECORD),
    ("no white space at all", LINE.replace(" ", ""), RECORD),
    ("white space around equals and semicolon", f"securestamp= v = 1 ; id = {STAMP} ; url = {URL} ; ", RECORD),
    ("a semicolon at the end", LINE + ";", RECORD),
    ("the line broken inside the token", WRAPPED[:MIDDLE] + " \n " + WRAPPED[MIDDLE:], RECORD),
    ("tag names in upper case", LINE.replace("v=1", "V=1", 1).replace("id=", "ID=").replace("url=", "URL="), RECORD),
    ("the prefix in mixed case", LINE.replace("securestamp", "SecureStamp", 1), RECORD),
    ("id after url", f"securestamp=v=1; url={URL}; id={STAMP}", RECORD),
    ("an unknown tag is ignored", LINE + "; note=hello", RECORD),
    ("id in upper case is the same id", LINE.replace(STAMP, STAMP.upper()), RECORD),
    (
        "port 443 and a host in capitals are one origin",
        _with_url(f"HTTPS://Node.Example.NET:443/verify/{TOKEN}"),
        RECORD | {"url": f"HTTPS://Node.Example.NET:443/verify/{TOKEN}"},
    ),
    (
        "another port is another origin",
        _with_url(f"https://node.example.net:8443/verify/{TOKEN}"),
        RECORD | {"url": f"https://node.example.net:8443/verify/{TOKEN}", "origin": "https://node.example.net:8443"},
    ),
    (
        "a path of several segments: the last is the token",
        _with_url(f"https://node.example.net/a/b/{TOKEN}"),
        RECORD | {"url": f"https://node.example.net/a/b/{TOKEN}"},
    ),
    ("an SPF record is none of ours", "v=spf1 -all", IGNORED),
    ("white space before the prefix: none of ours", " " + LINE, IGNORED),
    ("white space inside the prefix: none of ours", LINE.replace("securestamp=", "securestamp ="), IGNORED),
    ("an empty record is none of ours", "", IGNORED),
    ("nothing after the prefix", "securestamp=", _refused("TAG_LIST_MALFORMED")),
    ("v=2", LINE.replace("v=1", "v=2"), _refused("VERSION_UNSUPPORTED")),
    ("v=01", LINE.replace("v=1", "v=01"), _refused("VERSION_UNSUPPORTED")),
    ("v missing", f"securestamp=id={STAMP}; url={URL}", _refused("VERSION_UNSUPPORTED")),
    ("v not first", f"securestamp=id={STAMP}; v=1; url={URL}", _refused("VERSION_UNSUPPORTED")),
    ("id missing", f"securestamp=v=1; url={URL}", _refused("TAG_MISSING")),
    ("url missing", f"securestamp=v=1; id={STAMP}", _refused("TAG_MISSING")),
    ("duplicate key: id twice", LINE + f"; id={STAMP}", _refused("TAG_DUPLICATE")),
    ("duplicate key: ID and id", LINE + f"; ID={STAMP}", _refused("TAG_DUPLICATE")),
    ("duplicate key: an unknown tag twice", LINE + "; x=1; x=1", _refused("TAG_DUPLICATE")),
    ("id of UUID version 1", LINE.replace("-4372-", "-1372-"), _refused("STAMP_ID_MALFORMED")),
    ("id with a wrong variant", LINE.replace("-a567-", "-c567-"), _refused("STAMP_ID_MALFORMED")),
    ("id without hyphens", LINE.replace(STAMP, STAMP.replace("-", "")), _refused("STAMP_ID_MALFORMED")),
    ("url over http", LINE.replace("https://", "http://"), _refused("URL_MALFORMED")),
    ("url without a token", _with_url("https://node.example.net/"), _refused("URL_MALFORMED")),
    ("url with a query", _with_url(f"{URL}?a=b"), _refused("URL_MALFORMED")),
    ("url with a fragment", _with_url(f"{URL}#a"), _refused("URL_MALFORMED")),
    ("url with a user", _with_url(f"https://u@node.example.net/verify/{TOKEN}"), _refused("URL_MALFORMED")),
    ("url without a host", _with_url(f"https:///verify/{TOKEN}"), _refused("URL_MALFORMED")),
    ("url with an empty segment", _with_url(f"https://node.example.net//{TOKEN}"), _refused("URL_MALFORMED")),
    ("a space inside the token, no line break", _with_url(f"{URL[:80]} {URL[80:]}"), _refused("TAG_LIST_MALFORMED")),
    ("a space inside id", LINE.replace("-4372-", "-43 72-"), _refused("TAG_LIST_MALFORMED")),
    ("a line break inside id", LINE.replace("-4372-", "-43\n72-"), _refused("TAG_LIST_MALFORMED")),
    ("an empty value", LINE + "; x=", _refused("TAG_LIST_MALFORMED")),
    ("a tag without equals", LINE + "; x", _refused("TAG_LIST_MALFORMED")),
    ("a name that starts with a digit", LINE + "; 1x=1", _refused("TAG_LIST_MALFORMED")),
    ("two semicolons in a row", LINE.replace("; id", ";; id"), _refused("TAG_LIST_MALFORMED")),
    ("two semicolons at the end", LINE + ";;", _refused("TAG_LIST_MALFORMED")),
    (
        "8192 octets after the prefix",
        LINE + "; x=" + "a" * (8192 - len(LINE) + len("securestamp=") - len("; x=")),
        RECORD,
    ),
    ("32 tags", LINE + "".join(f"; x{number}=1" for number in range(29)), RECORD),
    (
        "oversized: 8193 octets after the prefix",
        LINE + "; x=" + "a" * (8193 - len(LINE) + len("securestamp=") - len("; x=")),
        _refused("TAG_LIST_TOO_LARGE"),
    ),
    (
        "oversized: 33 tags",
        LINE + "".join(f"; x{number}=1" for number in range(30)),
        _refused("TAG_LIST_TOO_LARGE"),
    ),
    ("deeply nested: prefix within prefix", "securestamp=" * 50 + "v=1", _refused("VERSION_UNSUPPORTED")),
    ("not UTF-8: a stray 0xFF", LINE + "; x=\xff", _refused("TAG_LIST_MALFORMED")),
    ("not ASCII: UTF-8 in a value", LINE + "; x=\xc3\xa9", _refused("TAG_LIST_MALFORMED")),
    ("a NUL in a value", LINE + "; x=a\0b", _refused("TAG_LIST_MALFORMED")),
    ("truncated after the first character-string", LINE[:255], _refused("URL_MALFORMED")),
    ("mixed encoding: base64 instead of base64url", _with_url(URL + "+/"), _refused("URL_MALFORMED")),
    ("mixed encoding: percent-encoded token", _with_url(URL.replace(".", "%2E")), _refused("URL_MALFORMED")),
    (
        "homoglyph: a Cyrillic letter in the host",
        _with_url(URL.replace("node.", "n\xd0\xbede.")),
        _refused("TAG_LIST_MALFORMED"),
    ),
    (
        "look-alike: another host is another origin, whatever it looks like",
        _with_url(f"https://n0de.example.net/verify/{TOKEN}"),
        RECORD | {"url": f"https://n0de.example.net/verify/{TOKEN}", "origin": "https://n0de.example.net"},
    ),
]


def _strings(text: str, *cuts: int) -> list[str]:
    ends = [0, *cuts, len(text)]
    return [text[start:end] for start, end in itertools.pairwise(ends)]


def _pieces(text: str) -> list[str]:
    return _strings(text, *range(255, len(text), 255))


SECOND = f"securestamp=v=1; id={OTHER_STAMP}; url={ISSUER}/verify/{OTHER}"
READ = [
    ("one record in three character-strings", [_strings(LINE, 200, 400)], "found", None, [STAMP]),
    ("one record in one-octet character-strings", [list(LINE)], "found", None, [STAMP]),
    ("among others", [["v=spf1 -all"], _pieces(LINE), ["x"]], "found", None, [STAMP]),
    ("two records stand alone", [_pieces(LINE), _pieces(SECOND)], "found", None, [STAMP, OTHER_STAMP]),
    ("a broken one beside a good one", [["securestamp=v=2"], _pieces(LINE)], "found", None, [STAMP]),
    ("four records", [_pieces(LINE)] * 4, "found", None, [STAMP] * 4),
    ("oversized: five records", [_pieces(LINE)] * 5, "permerror", "RECORDS_TOO_MANY", []),
    ("oversized: a hundred records", [_pieces(LINE)] * 100, "permerror", "RECORDS_TOO_MANY", []),
    (
        "only broken ones: the first fault",
        [["securestamp=v=2"], ["securestamp="]],
        "permerror",
        "VERSION_UNSUPPORTED",
        [],
    ),
    ("none of ours", [["v=spf1 -all"]], "none", None, []),
    ("no such name", "nxdomain", "none", None, []),
    ("no TXT record", "nodata", "none", None, []),
    ("no answer in time", "timeout", "temperror", "DNS_UNAVAILABLE", []),
    ("a failing server", "servfail", "temperror", "DNS_UNAVAILABLE", []),
    ("a bogus answer", "bogus", "temperror", "DNS_UNAVAILABLE", []),
]
RENDER = [
    ("an ASCII domain", "example.com", "_securestamp.example.com."),
    ("a domain in capitals with a final dot", "Example.COM.", "_securestamp.example.com."),
    ("a domain of U-labels", "b\u00fccher.example", "_securestamp.xn--bcher-kva.example."),
]


def _rendered(owner: str) -> dict[str, object]:
    quoted = " ".join(f'"{piece}"' for piece in _pieces(LINE))
    return {"text": LINE, "strings": _pieces(LINE), "zone": f"{owner} 3600 IN TXT {quoted}"}


write(
    "record.json",
    {
        "suite": "record",
        "standard": "specs/stamp-record.md",
        "cases": [{"name": n, "verb": "parse", "octets": text, "outcome": out} for n, text, out in PARSE]
        + [
            {"name": n, "verb": "read", "answer": a, "outcome": {"result": r, "reason": why, "stampIds": ids}}
            for n, a, r, why, ids in READ
        ]
        + [
            {"name": n, "verb": "render", "domain": d, "stampId": STAMP, "url": URL, "outcome": _rendered(owner)}
            for n, d, owner in RENDER
        ],
    },
)
