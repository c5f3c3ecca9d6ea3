"""Write vectors/canonical.json: JSON texts that are refused, each with its code, and others with their canonical form.

Nothing here runs our code: the expectations are written by hand.
"""

import json
import sys
from pathlib import Path

CANONICAL: dict[str, tuple[bytes, str]] = {
    "empty-object": (b"{}", "{}"),
    "empty-array": (b"[]", "[]"),
    "bare-null": (b"null", "null"),
    "bare-true": (b"true", "true"),
    "bare-false": (b"false", "false"),
    "bare-string": (b'"a"', '"a"'),
    "bare-number": (b"1", "1"),
    "white-space-around-and-between": (b' \t\r\n{ "a" :\n[ 1 ,\t2 ] }\r\n', '{"a":[1,2]}'),
    "names-are-sorted": (b'{"b":1,"a":2,"B":3,"":4}', '{"":4,"B":3,"a":2,"b":1}'),
    "names-are-sorted-at-every-level": (
        b'[{"z":{"y":1,"x":2},"a":[{"d":1,"c":2}]}]',
        '[{"a":[{"c":2,"d":1}],"z":{"x":2,"y":1}}]',
    ),
    "shorter-name-first": (b'{"aa":1,"a":2}', '{"a":2,"aa":1}'),
    "digits-before-letters": (b'{"a":1,"10":2,"9":3}', '{"10":2,"9":3,"a":1}'),
    "names-sort-by-utf16-astral-before-private-use": (
        '{"\ufb33":1,"\U0001f600":2,"\ue000":3}'.encode(),
        '{"\U0001f600":2,"\ue000":3,"\ufb33":1}',
    ),
    "order-of-array-is-kept": (b"[3,1,2]", "[3,1,2]"),
    "minus-zero-integer": (b"[-0]", "[0]"),
    "minus-zero-fraction": (b"[-0.0]", "[0]"),
    "one-point-zero": (b"[1.0]", "[1]"),
    "thousand-by-exponent": (b"[1e3]", "[1000]"),
    "capital-exponent-with-plus": (b"[1E+3]", "[1000]"),
    "tenth-by-exponent": (b"[1e-1]", "[0.1]"),
    "smallest-plain-exponent": (b"[1e-6]", "[0.000001]"),
    "smaller-keeps-exponent": (b"[1e-7]", "[1e-7]"),
    "largest-plain-exponent": (b"[1e20]", "[100000000000000000000]"),
    "larger-keeps-exponent": (b"[1e21]", "[1e+21]"),
    "fraction-trailing-zeros": (b"[4.50]", "[4.5]"),
    "largest-safe-integer": (b"[9007199254740991]", "[9007199254740991]"),
    "least-safe-integer": (b"[-9007199254740991]", "[-9007199254740991]"),
    "smallest-subnormal": (b"[4.9e-324]", "[5e-324]"),
    "underflow-to-zero": (b"[1e-999]", "[0]"),
    "escapes-two-characters": (rb'["\b\t\n\f\r\"\\"]', r'["\b\t\n\f\r\"\\"]'),
    "escapes-control-in-lower-case": (rb'["\u001F\u0000"]', r'["\u001f\u0000"]'),
    "escaped-solidus-is-plain": (rb'["\/"]', '["/"]'),
    "escaped-letter-is-plain": (rb'["\u0061"]', '["a"]'),
    "delete-and-c1-are-plain": (b'["\x7f\xc2\x80"]', '["\x7f\x80"]'),
    "html-signs-are-plain": (b'["<>&\'"]', '["<>&\'"]'),
    "line-separators-are-plain": ('["\u2028\u2029"]'.encode(), '["\u2028\u2029"]'),
    "noncharacter-is-plain": ('["\uffff"]'.encode(), '["\uffff"]'),
    "surrogate-pair-escape": (rb'["\ud83d\ude00"]', '["\U0001f600"]'),
    "surrogate-pair-escape-in-name": (rb'{"\uD83D\uDE00":1}', '{"\U0001f600":1}'),
    "no-normalization": ('["\u00e9","e\u0301"]'.encode(), '["\u00e9","e\u0301"]'),
    "escaped-backslash-before-u": (rb'["\\ud800"]', r'["\\ud800"]'),
    "names-differ-by-normalization": ('{"\u00e9":1,"e\u0301":2}'.encode(), '{"e\u0301":2,"\u00e9":1}'),
    "brackets-in-strings-do-not-nest": (b'["' + b"[{" * 70 + b'"]', '["' + "[{" * 70 + '"]'),
    "brackets-after-escaped-quote-do-not-nest": (rb'["\"' + b"[" * 70 + b'"]', r'["\"' + "[" * 70 + '"]'),
    "many-brackets-side-by-side": (b"[" + b",".join([b"[]"] * 70) + b"]", "[" + ",".join(["[]"] * 70) + "]"),
    "nested-64-deep": (b"[" * 64 + b"]" * 64, "[" * 64 + "]" * 64),
}

LOAD: dict[str, tuple[bytes, str]] = {
    "duplicate-name": (b'{"a":1,"a":1}', "JSON_DUPLICATE_KEY"),
    "duplicate-name-deep": (b'[{"b":{"a":1,"c":2,"a":3}}]', "JSON_DUPLICATE_KEY"),
    "duplicate-name-by-escape": (rb'{"a":1,"\u0061":2}', "JSON_DUPLICATE_KEY"),
    "nan": (b"[NaN]", "JSON_NUMBER_NOT_FINITE"),
    "infinity": (b"[Infinity]", "JSON_NUMBER_NOT_FINITE"),
    "minus-infinity": (b"[-Infinity]", "JSON_NUMBER_NOT_FINITE"),
    "number-beyond-a-double": (b"[1e309]", "JSON_NUMBER_NOT_FINITE"),
    "integer-of-310-digits": (b"[" + b"1" * 310 + b"]", "JSON_INTEGER_RANGE"),
    "integer-of-5000-digits": (b"[" + b"9" * 5_000 + b"]", "JSON_INTEGER_RANGE"),
    "lone-high-surrogate": (rb'["\ud800"]', "JSON_LONE_SURROGATE"),
    "lone-low-surrogate-in-name": (rb'{"\uDFFF":1}', "JSON_LONE_SURROGATE"),
    "swapped-surrogates": (rb'["\ude00\ud83d"]', "JSON_LONE_SURROGATE"),
    "surrogate-as-utf8": (b'["\xed\xa0\x80"]', "JSON_NOT_UTF8"),
    "latin-1": (b'["\xe9"]', "JSON_NOT_UTF8"),
    "overlong-utf8": (b'["\xc0\xaf"]', "JSON_NOT_UTF8"),
    "cut-in-a-character": (b'["\xf0\x9f\x98', "JSON_NOT_UTF8"),
    "byte-order-mark": (b"\xef\xbb\xbf{}", "JSON_BYTE_ORDER_MARK"),
    "utf-16": ("{}".encode("utf-16-le"), "JSON_SYNTAX"),
    "empty": (b"", "JSON_SYNTAX"),
    "only-white-space": (b" \n", "JSON_SYNTAX"),
    "two-values": (b"{}{}", "JSON_TRAILING_BYTES"),
    "zero-octet-after-the-value": (b"{}\x00", "JSON_TRAILING_BYTES"),
    "no-break-space-after-the-value": (b"{}\xc2\xa0", "JSON_TRAILING_BYTES"),
    "leading-zero": (b"[01]", "JSON_SYNTAX"),
    "plus-sign": (b"[+1]", "JSON_SYNTAX"),
    "bare-point": (b"[.5]", "JSON_SYNTAX"),
    "other-digits": ("[\u0661]".encode(), "JSON_SYNTAX"),
    "single-quotes": (b"['a']", "JSON_SYNTAX"),
    "comma-at-the-end": (b"[1,]", "JSON_SYNTAX"),
    "comment": (b"[1/**/]", "JSON_SYNTAX"),
    "name-without-quotes": (b"{a:1}", "JSON_SYNTAX"),
    "line-feed-in-a-string": (b'["\n"]', "JSON_SYNTAX"),
    "open-string": (b'["a', "JSON_SYNTAX"),
    "unknown-escape": (rb'["\x41"]', "JSON_SYNTAX"),
    "nested-65-deep": (b"[" * 65 + b"]" * 65, "JSON_TOO_DEEP"),
    "nested-2000-deep": (b'{"a":' * 2_000, "JSON_TOO_DEEP"),
}

DUMP: dict[str, tuple[bytes, str]] = {
    "integer-beyond-2-53": (b"[9007199254740992]", "JSON_INTEGER_RANGE"),
    "integer-below-minus-2-53": (b"[-9007199254740992]", "JSON_INTEGER_RANGE"),
}


def main() -> None:
    """Write the file named on the command line."""
    cases = [{"name": n, "octets": o.hex(), "canonical": text} for n, (o, text) in CANONICAL.items()]
    cases += [{"name": n, "octets": o.hex(), "load": code} for n, (o, code) in LOAD.items()]
    cases += [{"name": n, "octets": o.hex(), "dump": code} for n, (o, code) in DUMP.items()]
    lines = ",\n".join(json.dumps(case) for case in cases)
    head = '{"suite": "canonical", "standard": "RFC 8785, RFC 8259, RFC 7493", "cases": [\n'
    Path(sys.argv[1]).write_text(f"{head}{lines}\n]}}\n", encoding="ascii")


if __name__ == "__main__":
    main()
