"""Write ``vectors/header.json``: the header field X-SecureStamp."""

from stamp_parts import ISSUER, OTHER_STAMP, STAMP, token, write

TOKEN = token()
URL = f"{ISSUER}/verify/{TOKEN}"
LINE = f"v=1; token={TOKEN}; verify={URL}"
HEADER = {"result": "header", "token": TOKEN, "origin": ISSUER, "warnings": []}


def _wrapped(text: str, width: int) -> list[str]:
    return [text[start : start + width] for start in range(0, len(text), width)]


FOLDED = "\r\n ".join(["v=1;", *_wrapped(f"token={TOKEN};", 77), *_wrapped(f"verify={URL}", 77)])


def _failed(reason: str) -> dict[str, str]:
    return {"result": "fail", "reason": reason}


CASES = [
    ("one long line", [LINE], 1, HEADER),
    ("folded as we write it", [FOLDED], 1, HEADER),
    ("folded with tabs and bare line feeds", [FOLDED.replace("\r\n ", "\n\t")], 1, HEADER),
    ("unfolded by a mail program that leaves the spaces", [FOLDED.replace("\r\n ", " ")], 1, HEADER),
    ("unfolded by a mail program that leaves nothing", [FOLDED.replace("\r\n ", "")], 1, HEADER),
    ("folded after each semicolon, as on the landing page", [LINE.replace("; ", ";\r\n  ")], 1, HEADER),
    ("a space before the value", [" " + LINE], 1, HEADER),
    ("tags in another order", [f"verify={URL}; v=1; token={TOKEN}"], 1, HEADER),
    ("tag names in capitals", [f"V=1; TOKEN={TOKEN}; Verify={URL};"], 1, HEADER),
    ("an unknown tag is ignored", [LINE + "; alg=none"], 1, HEADER),
    (
        "verify missing, the old short form",
        [f"v=1; token={TOKEN}"],
        1,
        HEADER | {"origin": None, "warnings": ["VERIFY_MISSING"]},
    ),
    ("no header", [], 1, {"result": "none"}),
    ("no header, and two senders", [], 2, {"result": "none"}),
    ("two headers", [LINE, LINE], 1, _failed("HEADERS_TOO_MANY")),
    ("two headers, one of them empty", [LINE, ""], 1, _failed("HEADERS_TOO_MANY")),
    ("no From address", [LINE], 0, _failed("FROM_AMBIGUOUS")),
    ("two From addresses", [LINE], 2, _failed("FROM_AMBIGUOUS")),
    ("v=2", [LINE.replace("v=1", "v=2")], 1, _failed("VERSION_UNSUPPORTED")),
    ("v missing", [f"token={TOKEN}; verify={URL}"], 1, _failed("VERSION_UNSUPPORTED")),
    ("token missing", [f"v=1; verify={URL}"], 1, _failed("TAG_MISSING")),
    ("duplicate key: token twice", [LINE + f"; token={TOKEN}"], 1, _failed("TAG_DUPLICATE")),
    (
        "verify holds another token",
        [f"v=1; token={TOKEN}; verify={ISSUER}/verify/{token(stampId=OTHER_STAMP)}"],
        1,
        _failed("TOKEN_MISMATCH"),
    ),
    ("truncated: verify ends early", [LINE[:-1]], 1, _failed("TOKEN_MISMATCH")),
    ("truncated: in the middle of verify's host", [LINE[: LINE.index("verify=") + 20]], 1, _failed("URL_MALFORMED")),
    ("verify over http", [LINE.replace("https://", "http://")], 1, _failed("URL_MALFORMED")),
    ("empty", [""], 1, _failed("TAG_LIST_MALFORMED")),
    (
        "the DNS spelling is none for a header",
        [f"securestamp=v=1; id={STAMP}; url={URL}"],
        1,
        _failed("VERSION_UNSUPPORTED"),
    ),
    ("oversized: 8193 octets", ["v=1; token=" + "a" * 8182], 1, _failed("TAG_LIST_TOO_LARGE")),
    (
        "deeply nested: 33 tags",
        ["v=1; token=a" + "".join(f"; x{n}=1" for n in range(31))],
        1,
        _failed("TAG_LIST_TOO_LARGE"),
    ),
    ("not UTF-8: a stray 0xFE", [LINE + "; x=\xfe"], 1, _failed("TAG_LIST_MALFORMED")),
    (
        "mixed encoding: an RFC 2047 encoded-word instead of a list",
        ["=?utf-8?q?v=3D1?="],
        1,
        _failed("TAG_LIST_MALFORMED"),
    ),
    (
        "homoglyph: a Greek letter in the tag name",
        [LINE.replace("token", "t\xce\xbfken", 1)],
        1,
        _failed("TAG_LIST_MALFORMED"),
    ),
    (
        "look-alike: the verify host is kept as written",
        [LINE.replace("//node.", "//n0de.")],
        1,
        HEADER | {"origin": "https://n0de.example.net"},
    ),
]
write(
    "header.json",
    {
        "suite": "header",
        "standard": "specs/stamp-header.md",
        "cases": [
            {"name": name, "verb": "parse", "fields": fields, "from": senders, "outcome": outcome}
            for name, fields, senders, outcome in CASES
        ]
        + [
            {
                "name": "rendered, folded to 78",
                "verb": "render",
                "token": TOKEN,
                "url": URL,
                "outcome": {"result": "field", "value": FOLDED},
            }
        ],
    },
)
