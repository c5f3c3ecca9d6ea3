"""Write `vectors/message.json`, `from.json`, `received.json` and `authres.json`: fields and messages of our own.

Each expectation is written by hand from RFC 5322, RFC 6532, RFC 8601 and from what the named servers write; nothing
here imports the product. `octets`, `header` and `body` hold one octet a character; `value` is text, read as UTF-8.
"""

import json
import sys
from pathlib import Path
from typing import Any

HOME = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parents[1]


def write(suite: str, standard: str, cases: list[dict[str, Any]]) -> None:
    """One file, one case a line."""
    names = [case["name"] for case in cases]
    if len(names) != len(set(names)):
        sys.exit(f"two cases of {suite} have one name")
    lines = ",\n".join(json.dumps(case) for case in cases)
    head = json.dumps({"suite": suite, "standard": standard})
    (HOME / f"{suite}.json").write_text(f'{head[:-1]}, "cases": [\n{lines}\n]}}\n', encoding="ascii")
    print(suite, len(cases), "cases")


def messages() -> list[dict[str, Any]]:
    """What is a message, with its fields and its body, and what is none."""

    def good(name: str, octets: str, fields: list[list[str]], body: str, endings: str = "crlf") -> dict[str, Any]:
        return {"name": name, "octets": octets, "fields": fields, "body": body, "line_endings": endings}

    def bad(name: str, octets: str, reason: str, **limits: int) -> dict[str, Any]:
        return {"name": name, "octets": octets, "reason": reason, "limits": limits}

    return [
        good("plain", "A: 1\r\nB:2\r\n\r\nHi.\r\n", [["A", " 1"], ["B", "2"]], "Hi.\r\n"),
        good("line-feeds-only", "A: 1\n\nHi.\nJoe\n", [["A", " 1"]], "Hi.\r\nJoe\r\n", "lf"),
        good(
            "line-endings-mixed",
            "A: 1\r\nB: 2\n\r\nHi.\nJoe\r\n",
            [["A", " 1"], ["B", " 2"]],
            "Hi.\r\nJoe\r\n",
            "mixed",
        ),
        good("lone-carriage-return-in-the-body-is-an-octet", "A: 1\r\n\r\nHi\r.\r\n", [["A", " 1"]], "Hi\r.\r\n"),
        good("empty", "", [], ""),
        good("no-header", "\r\nHi.", [], "Hi."),
        good("no-body", "A: 1\r\n", [["A", " 1"]], ""),
        good("header-cut-off-in-its-last-line", "A: 1\r\nB: 2", [["A", " 1"], ["B", " 2"]], ""),
        good("body-is-one-empty-line", "A: 1\r\n\r\n\r\n", [["A", " 1"]], "\r\n"),
        good("folded-field", "A: 1\r\n 2\r\n\t3\r\n\r\n", [["A", " 1\r\n 2\r\n\t3"]], ""),
        good("folded-line-of-white-space", "A: 1\r\n \r\n\r\n", [["A", " 1\r\n "]], ""),
        good("space-before-the-colon", "A \t: 1\r\n\r\n", [["A", " 1"]], ""),
        good("empty-value", "A:\r\n\r\n", [["A", ""]], ""),
        good("octets-beyond-ascii", "A: \xff\xfe\r\n\r\n\x80\x00", [["A", " \xff\xfe"]], "\x80\x00"),
        good("mbox-line-set-aside", "From joe@x Tue Nov 14 22:13:20 2023\nA: 1\n\n", [["A", " 1"]], "", "lf"),
        good("from-field-with-a-space-is-no-mbox-line", "From : joe@x\r\n\r\n", [["From", " joe@x"]], ""),
        good("repeated-field-in-order", "A: 1\r\na: 2\r\n\r\n", [["A", " 1"], ["a", " 2"]], ""),
        good(
            "smuggled-end-of-header-is-the-first-empty-line",
            "A: 1\n\r\nB: 2\r\n\r\n",
            [["A", " 1"]],
            "B: 2\r\n\r\n",
            "mixed",
        ),
        bad("starts-with-a-folded-line", " A: 1\r\n\r\n", "HEADER_SYNTAX"),
        bad("line-without-a-colon", "A: 1\r\nnonsense\r\n\r\n", "HEADER_SYNTAX"),
        bad("name-with-a-space-inside", "A B: 1\r\n\r\n", "HEADER_SYNTAX"),
        bad("name-beyond-ascii", "\xc4: 1\r\n\r\n", "HEADER_SYNTAX"),
        bad("name-with-a-homoglyph", "Fr\xd0\xbem: ceo@example.com\r\n\r\n", "HEADER_SYNTAX"),
        bad("name-empty", ": 1\r\n\r\n", "HEADER_SYNTAX"),
        bad("lone-carriage-return-in-the-header", "A: 1\rFrom: x@y.example\r\n\r\n", "HEADER_SYNTAX"),
        bad("second-mbox-line", "From a\nFrom b\nA: 1\n\n", "HEADER_SYNTAX"),
        bad("quoted-mbox-line", ">From a\nA: 1\n\n", "HEADER_SYNTAX"),
        bad("nul-in-the-header", "A: 1\0\r\n\r\n", "HEADER_CONTROL_CHARACTER"),
        bad("utf-16", "\xff\xfeA\0:\0 \x001\0\r\0\n\0", "HEADER_SYNTAX"),
        bad("binary", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "HEADER_SYNTAX"),
        bad("message-too-large", "A: 1\r\n\r\nHello", "MESSAGE_TOO_LARGE", message_bytes=12),
        bad("header-too-large", "A: 12345\r\n\r\n", "HEADER_TOO_LARGE", header_bytes=9),
        bad("too-many-fields", "A: 1\r\n" * 4 + "\r\n", "HEADER_TOO_MANY_FIELDS", fields=3),
        bad("line-too-long", "A: 123456789\r\n\r\n", "HEADER_LINE_TOO_LONG", line_bytes=11),
        bad("folded-line-too-long", "A: 1\r\n 2345678901\r\n\r\n", "HEADER_LINE_TOO_LONG", line_bytes=10),
    ]


def froms() -> list[dict[str, Any]]:
    """Who the author is, and From fields that name nobody."""

    def good(name: str, value: str, local: str, domain: str, shown: str = "", *traits: str) -> dict[str, Any]:
        return {"name": name, "value": value, "local": local, "domain": domain, "shown": shown, "traits": list(traits)}

    def bad(name: str, value: str, reason: str) -> dict[str, Any]:
        return {"name": name, "value": value, "reason": reason}

    return [
        good("bare-address", "joe@example.com", "joe", "example.com"),
        good("angle-address", "<joe@example.com>", "joe", "example.com"),
        good("name-and-address", "Joe SixPack <joe@example.com>", "joe", "example.com", "Joe SixPack"),
        good("quoted-name", '"SixPack, Joe" <joe@example.com>', "joe", "example.com", "SixPack, Joe"),
        good(
            "quoted-name-with-escapes", r'"Joe \"Six\" Pack" <joe@example.com>', "joe", "example.com", 'Joe "Six" Pack'
        ),
        good("quoted-empty-name", '"" <joe@example.com>', "joe", "example.com"),
        good("name-with-initial", "Joe Q. Public <joe@example.com>", "joe", "example.com", "Joe Q. Public"),
        good("no-space-before-the-angle", "Joe<joe@example.com>", "joe", "example.com", "Joe"),
        good("white-space-at-the-edges", " \t joe@example.com \t", "joe", "example.com"),
        good("white-space-inside-the-angles", "Joe < joe@example.com >", "joe", "example.com", "Joe"),
        good("comment-after", "joe@example.com (Joe)", "joe", "example.com", "", "comment"),
        good("comment-before", "(Joe) joe@example.com", "joe", "example.com", "", "comment"),
        good(
            "comment-in-the-name", "Joe (the one) Pack <joe@example.com>", "joe", "example.com", "Joe Pack", "comment"
        ),
        good("comment-with-an-address", "x@evil.example (ceo@bank.example)", "x", "evil.example", "", "comment"),
        good("nested-comment", "joe@example.com (a (b (c)) \\) d)", "joe", "example.com", "", "comment"),
        good("domain-in-capitals", "joe@EXAMPLE.Com", "joe", "example.com"),
        good("domain-with-a-final-dot", "joe@example.com.", "joe", "example.com"),
        good("local-part-keeps-its-case", "Joe@example.com", "Joe", "example.com"),
        good("local-part-quoted", '"joe pack"@example.com', "joe pack", "example.com", "", "quoted_local_part"),
        good("local-part-quoted-for-nothing", '"joe"@example.com', "joe", "example.com", "", "quoted_local_part"),
        good(
            "local-part-with-an-at-sign",
            '"a@bank.example"@evil.example',
            "a@bank.example",
            "evil.example",
            "",
            "quoted_local_part",
        ),
        good(
            "encoded-name",
            "=?utf-8?q?J=C3=BCrgen?= <j@example.com>",
            "j",
            "example.com",
            "=?utf-8?q?J=C3=BCrgen?=",
            "encoded_name",
        ),
        good("name-in-utf-8", "Jürgen <j@example.com>", "j", "example.com", "Jürgen", "non_ascii"),
        good("domain-as-u-label", "j@bücher.example", "j", "xn--bcher-kva.example", "", "non_ascii"),
        good("domain-as-a-label", "j@xn--bcher-kva.example", "j", "xn--bcher-kva.example"),
        good(
            "homoglyph-domain-stays-itself", "ceo@p\u0430ypal.example", "ceo", "xn--pypal-4ve.example", "", "non_ascii"
        ),
        good("local-part-in-utf-8", "jürgen@example.com", "jürgen", "example.com", "", "non_ascii"),
        good(
            "name-shows-another-address",
            '"ceo@bank.example" <x@evil.example>',
            "x",
            "evil.example",
            "ceo@bank.example",
            "name_looks_like_address",
        ),
        bad("empty", "", "FROM_EMPTY"),
        bad("only-a-comment", "(nobody)", "FROM_EMPTY"),
        bad("empty-angles", "Joe <>", "FROM_EMPTY"),
        bad("two-addresses", "joe@example.com, sue@example.com", "FROM_SEVERAL"),
        bad("two-angle-addresses", "Joe <joe@example.com>, Sue <sue@example.com>", "FROM_SEVERAL"),
        bad("one-address-and-a-comma", "joe@example.com,", "FROM_SEVERAL"),
        bad("comma-first", ",joe@example.com", "FROM_SYNTAX"),
        bad("two-addresses-side-by-side", "<joe@example.com> <sue@example.com>", "FROM_SYNTAX"),
        bad("address-and-angle-address", "ceo@bank.example <x@evil.example>", "FROM_SYNTAX"),
        bad("group", "Friends: joe@example.com;", "FROM_GROUP"),
        bad("empty-group", "undisclosed-recipients:;", "FROM_GROUP"),
        bad("name-only", "Joe SixPack", "FROM_SYNTAX"),
        bad("quoted-name-only", '"Joe"', "FROM_SYNTAX"),
        bad("encoded-address-alone", "=?utf-8?q?ceo=40bank.example?=", "FROM_ENCODED_ADDRESS"),
        bad("encoded-local-part", "=?utf-8?q?ceo?=@bank.example", "FROM_ENCODED_ADDRESS"),
        bad("encoded-address-in-angles", "Joe <=?utf-8?q?ceo=40bank.example=3e?=@x.example>", "FROM_ENCODED_ADDRESS"),
        bad("source-route", "<@relay.example:joe@example.com>", "FROM_SYNTAX"),
        bad("domain-missing", "joe@", "FROM_SYNTAX"),
        bad("local-part-missing", "<@example.com>", "FROM_SYNTAX"),
        bad("comment-inside-the-address", "joe@(x)example.com", "FROM_SYNTAX"),
        bad("comment-inside-the-domain", "joe@example(.evil).com", "FROM_SYNTAX"),
        bad("space-inside-the-address", "joe @example.com", "FROM_SYNTAX"),
        bad("space-inside-the-domain", "joe@example .com", "FROM_SYNTAX"),
        bad("angle-not-closed", "Joe <joe@example.com", "FROM_SYNTAX"),
        bad("text-after-the-address", "joe@example.com evil", "FROM_SYNTAX"),
        bad("second-at-sign", "joe@bank.example@evil.example", "FROM_SYNTAX"),
        bad("comment-not-closed", "joe@example.com (Joe", "FROM_SYNTAX"),
        bad("comments-seventeen-deep", "joe@example.com " + "(" * 17 + ")" * 17, "FROM_SYNTAX"),
        bad("quote-not-closed", '"Joe <joe@example.com>', "FROM_SYNTAX"),
        bad("domain-literal", "joe@[192.0.2.1]", "FROM_DOMAIN_LITERAL"),
        bad("domain-an-ip-address", "joe@192.0.2.1", "FROM_ADDRESS"),
        bad("domain-with-two-dots", "joe@example..com", "FROM_ADDRESS"),
        bad("domain-with-an-underscore", "joe@ex_ample.com", "FROM_ADDRESS"),
        bad("local-part-with-two-dots", "joe..pack@example.com", "FROM_ADDRESS"),
        bad("local-part-of-65-octets", "a" * 65 + "@example.com", "FROM_ADDRESS"),
        bad("tab-is-no-control-but-vertical-tab-is", "Joe\x0b <joe@example.com>", "FROM_CONTROL_CHARACTER"),
        bad("c1-control", "Joe\x85 <joe@example.com>", "FROM_CONTROL_CHARACTER"),
        bad("line-separator", "Joe\u2028 <joe@example.com>", "FROM_CONTROL_CHARACTER"),
        {"name": "latin-1-name", "octets": "J\xfcrgen <j@example.com>", "reason": "FROM_NOT_UTF8"},
        {"name": "truncated-utf-8", "octets": "J\xc3 <j@example.com>", "reason": "FROM_NOT_UTF8"},
        bad("four-thousand-octets", "J" * 4_100 + " <j@example.com>", "FROM_TOO_LONG"),
    ]


def received() -> list[dict[str, Any]]:
    """Received fields as servers write them, and as attackers would like them to be read."""
    trusted = ["mx.example.net", "MX2.example.net."]

    def good(name: str, header: str, ip: str, helo: str, mail_from: str | None = None) -> dict[str, Any]:
        by = "mx2.example.net" if "mx2" in name else "mx.example.net"
        found = {"client_ip": ip, "helo": helo, "by": by, "mail_from": mail_from}
        return {"name": name, "header": header, "trusted": trusted, "found": found}

    def bad(name: str, header: str, reason: str) -> dict[str, Any]:
        return {"name": name, "header": header, "trusted": trusted, "reason": reason}

    end = "\r\n\tby mx.example.net (Postfix) with ESMTPS id 4SV8; Tue, 14 Nov 2023 22:13:20 +0000 (UTC)\r\n"
    exim = "\r\n\tby mx.example.net with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384\r\n\t(Exim 4.96)\r\n\t"
    exim += "(envelope-from <joe@example.com>)\r\n\tid 1r2; Tue, 14 Nov 2023 22:13:20 +0000\r\n"
    exchange = " by\r\n mx.example.net (10.0.0.2) with Microsoft SMTP Server (version=TLS1_2,\r\n"
    exchange += " cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.7002.15; Tue, 14 Nov 2023\r\n"
    gmail = "\r\n        by mx.example.net with ESMTPS id a1b2\r\n        for <sue@example.net>\r\n"
    gmail += "        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\r\n        Tue, 14 Nov 2023\r\n"
    forged = "Received: from good.example (good.example [203.0.113.9])" + end
    return [
        good(
            "postfix",
            "Received: from mail.example.com (mail.example.com [192.0.2.1])" + end,
            "192.0.2.1",
            "mail.example.com",
        ),
        good(
            "postfix-unknown-client",
            "Received: from helo.example (unknown [192.0.2.1])" + end,
            "192.0.2.1",
            "helo.example",
        ),
        good(
            "postfix-ipv6",
            "Received: from a.example (a.example [IPv6:2001:DB8:0::1])" + end,
            "2001:db8::1",
            "a.example",
        ),
        good(
            "postfix-with-tls-remarks",
            "Received: from a.example (a.example [192.0.2.1])\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 "
            "(256/256 bits)\r\n\t key-exchange X25519)\r\n\t(No client certificate requested)" + end,
            "192.0.2.1",
            "a.example",
        ),
        good(
            "postfix-helo-literal", "Received: from [192.0.2.7] (unknown [192.0.2.1])" + end, "192.0.2.1", "[192.0.2.7]"
        ),
        good(
            "sendmail-with-ident",
            "Received: from a.example (joe@a.example [192.0.2.1])" + end,
            "192.0.2.1",
            "a.example",
        ),
        good(
            "sendmail-may-be-forged",
            "Received: from a.example (b.example [192.0.2.1] (may be forged))" + end,
            "192.0.2.1",
            "a.example",
        ),
        good(
            "exim-verified-name",
            "Received: from a.example ([192.0.2.1])" + exim,
            "192.0.2.1",
            "a.example",
            "joe@example.com",
        ),
        good(
            "exim-other-helo",
            "Received: from rdns.example ([192.0.2.1] helo=a.example)" + exim,
            "192.0.2.1",
            "a.example",
            "joe@example.com",
        ),
        good(
            "exim-port-and-ident",
            "Received: from rdns.example ([192.0.2.1]:4321 helo=a.example ident=joe)" + exim,
            "192.0.2.1",
            "a.example",
            "joe@example.com",
        ),
        good(
            "exim-no-name",
            "Received: from [192.0.2.1] (helo=a.example)" + exim,
            "192.0.2.1",
            "a.example",
            "joe@example.com",
        ),
        good(
            "exim-no-name-port-outside",
            "Received: from [192.0.2.1]:4321 (helo=a.example)" + exim,
            "192.0.2.1",
            "a.example",
            "joe@example.com",
        ),
        good(
            "exim-no-name-port-inside",
            "Received: from [192.0.2.1] (port=4321 helo=a.example)" + exim,
            "192.0.2.1",
            "a.example",
            "joe@example.com",
        ),
        good(
            "exim-nothing-but-the-address",
            "Received: from [192.0.2.1]" + exim,
            "192.0.2.1",
            "[192.0.2.1]",
            "joe@example.com",
        ),
        good(
            "exim-port-only",
            "Received: from [192.0.2.1] (port=4321)" + exim,
            "192.0.2.1",
            "[192.0.2.1]",
            "joe@example.com",
        ),
        good(
            "exim-ipv6",
            "Received: from a.example ([2001:db8::1] helo=b.example)" + exim,
            "2001:db8::1",
            "b.example",
            "joe@example.com",
        ),
        good(
            "exim-bounce",
            ("Received: from a.example ([192.0.2.1])" + exim).replace("joe@example.com", ""),
            "192.0.2.1",
            "a.example",
            "",
        ),
        good("exchange", "Received: from a.example (192.0.2.1)" + exchange, "192.0.2.1", "a.example"),
        good("exchange-ipv6", "Received: from a.example (2001:db8:0:0::1)" + exchange, "2001:db8::1", "a.example"),
        good("gmail", "Received: from a.example (a.example. [192.0.2.1])" + gmail, "192.0.2.1", "a.example"),
        good("gmail-no-name", "Received: from a.example ([2001:db8::1])" + gmail, "2001:db8::1", "a.example"),
        good(
            "internal-hops-above",
            "Received: by 2002:a17:90b:4ac6:b0:213:ef82:b111 with SMTP id mh6; Tue, 14 Nov 2023\r\n"
            "Received: from mx.example.net (mx.example.net [10.0.0.1]) by store.example.net; Tue, 14 Nov 2023\r\n"
            "Received: from a.example (a.example [192.0.2.1])" + end,
            "192.0.2.1",
            "a.example",
        ),
        good(
            "forged-line-below",
            "Received: from a.example (a.example [192.0.2.1])" + end + forged,
            "192.0.2.1",
            "a.example",
        ),
        good(
            "second-trusted-name-mx2-in-capitals",
            "Received: from a.example (a.example [192.0.2.1]) by Mx2.Example.NET; now\r\n",
            "192.0.2.1",
            "a.example",
        ),
        good(
            "keywords-in-capitals",
            "Received: FROM a.example (a.example [192.0.2.1]) BY mx.example.net; now\r\n",
            "192.0.2.1",
            "a.example",
        ),
        good(
            "return-path-above",
            "Return-Path: <joe@example.com>\r\nReceived: from a.example (a.example [192.0.2.1])" + end,
            "192.0.2.1",
            "a.example",
            "joe@example.com",
        ),
        good(
            "return-path-of-a-bounce",
            "Return-Path: <>\r\nReceived: from a.example (a.example [192.0.2.1])" + end,
            "192.0.2.1",
            "a.example",
            "",
        ),
        good(
            "return-path-below-came-with-the-message",
            "Received: from a.example (a.example [192.0.2.1])" + end + "Return-Path: <x@good.example>\r\n",
            "192.0.2.1",
            "a.example",
        ),
        good(
            "return-path-unreadable",
            "Return-Path: nonsense\r\nReceived: from a.example (a.example [192.0.2.1])" + end,
            "192.0.2.1",
            "a.example",
        ),
        bad("none", "", "NO_TRUSTED_RECEIVED"),
        bad(
            "strangers-only",
            "Received: from a.example (a.example [192.0.2.1]) by mx.example.org; now\r\n",
            "NO_TRUSTED_RECEIVED",
        ),
        bad(
            "a-name-that-only-begins-alike",
            "Received: from a.example (a.example [192.0.2.1]) by mx.example.net.evil.example; now\r\n",
            "NO_TRUSTED_RECEIVED",
        ),
        bad(
            "local-submission",
            "Received: by mx.example.net (Postfix, from userid 1000)\r\n\tid 4SV8; now\r\n" + forged,
            "RECEIVED_WITHOUT_CLIENT",
        ),
        bad(
            "helo-that-is-the-word-by",
            "Received: from by (a.example [192.0.2.1])\r\n\tby mx.example.org; now\r\n",
            "NO_TRUSTED_RECEIVED",
        ),
        bad(
            "helo-that-hides-the-receiver",
            "Received: from x by y.example (a.example [192.0.2.1])" + end + forged,
            "RECEIVED_UNREADABLE",
        ),
        bad(
            "helo-by-that-swallows-the-receiver-above-a-forged-field",
            "Received: from bY by mx.example.net (Postfix) with ESMTP id 1; now\r\n" + forged,
            "RECEIVED_UNREADABLE",
        ),
        bad(
            "helo-that-brings-its-own-comment",
            "Received: from good.example (good.example [203.0.113.9]) (a.example [192.0.2.1])" + end,
            "RECEIVED_UNREADABLE",
        ),
        bad("address-of-no-host", "Received: from a.example (a.example [192.0.2.999])" + end, "RECEIVED_UNREADABLE"),
        bad("address-cut-off", "Received: from a.example (a.example [192.0.2.1)" + end, "RECEIVED_UNREADABLE"),
        bad("no-address", "Received: from a.example (a.example)" + end, "RECEIVED_UNREADABLE"),
        bad("no-comment", "Received: from a.example" + end, "RECEIVED_UNREADABLE"),
        bad("literal-helo-and-no-address", "Received: from [203.0.113.9]" + end, "RECEIVED_UNREADABLE"),
        bad("comment-not-closed", "Received: from a.example (a.example [192.0.2.1]" + end, "RECEIVED_UNREADABLE"),
        bad("qmail", "Received: from unknown (HELO a.example) (192.0.2.1)" + end, "RECEIVED_UNREADABLE"),
        bad("nothing-after-from", "Received: from by mx.example.net; now\r\n", "RECEIVED_UNREADABLE"),
        bad(
            "octets-beyond-ascii",
            "Received: from a.example (a.example [192.0.2.1]) \x85 by mx.example.net; now\r\n",
            "RECEIVED_UNREADABLE",
        ),
    ]


def results() -> list[dict[str, Any]]:
    """Authentication-Results, strictly by the grammar of RFC 8601 §2.2."""

    def method(name: str, result: str, reason: str | None = None, **properties: str) -> dict[str, Any]:
        pairs = [[*key.split("_", 1), value] for key, value in properties.items()]
        return {"method": name, "result": result, "reason": reason, "properties": pairs}

    def good(name: str, value: str, authserv_id: str, *methods: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "value": value, "authserv_id": authserv_id, "results": list(methods)}

    def bad(name: str, value: str, reason: str = "AUTHRES_SYNTAX") -> dict[str, Any]:
        return {"name": name, "value": value, "reason": reason}

    host = "mx.example.net"
    spf = method("spf", "pass", smtp_mailfrom="example.com")
    return [
        good("nothing-checked", f"{host}; none", host),
        good("nothing-checked-with-a-version", f"{host} 1; none", host),
        good("one-method", f"{host}; spf=pass smtp.mailfrom=example.com", host, spf),
        good("method-without-properties", f"{host}; dmarc=fail", host, method("dmarc", "fail")),
        good(
            "two-methods", f"{host}; spf=pass smtp.mailfrom=example.com; dmarc=pass", host, spf, method("dmarc", "pass")
        ),
        good(
            "address-as-value",
            f"{host}; auth=pass smtp.auth=joe@example.com",
            host,
            method("auth", "pass", smtp_auth="joe@example.com"),
        ),
        good(
            "domain-with-an-at-sign",
            f"{host}; dkim=pass header.i=@example.com",
            host,
            method("dkim", "pass", header_i="@example.com"),
        ),
        good(
            "quoted-value", f'{host}; dkim=pass header.b="ab/cd+=="', host, method("dkim", "pass", header_b="ab/cd+==")
        ),
        good(
            "quoted-value-with-escapes",
            f'{host}; dkim=pass header.b="a\\"b\\\\c"',
            host,
            method("dkim", "pass", header_b='a"b\\c'),
        ),
        good("quoted-empty-value", f'{host}; spf=none smtp.mailfrom=""', host, method("spf", "none", smtp_mailfrom="")),
        good(
            "reason",
            f'{host}; dkim=fail reason="bad signature" header.d=example.com',
            host,
            method("dkim", "fail", "bad signature", header_d="example.com"),
        ),
        good("reason-as-a-token", f"{host}; dkim=fail reason=bad", host, method("dkim", "fail", "bad")),
        good("method-version", f"{host}; spf/1=pass", host, method("spf", "pass")),
        good(
            "comments-everywhere",
            f"(a) {host} (b) 1 (c) ; (d) spf (e) / (f) 1 (g) = (h) pass"
            " (i) smtp (j) . (k) mailfrom (l) = (m) example.com (n)",
            host,
            spf,
        ),
        good("comment-with-a-forged-result", f"{host}; spf=fail (dmarc=pass; spf=pass)", host, method("spf", "fail")),
        good("words-in-capitals", f"{host}; SPF=Pass SMTP.MailFrom=example.com", host, spf),
        good("quoted-authserv-id", '"mx example"; none', "mx example"),
        good("authserv-id-beyond-ascii", "mx.bücher.example; none", "mx.bücher.example"),
        good(
            "address-value-quoted-local-part",
            f'{host}; auth=pass smtp.auth="j p"@example.com',
            host,
            method("auth", "pass", smtp_auth='"j p"@example.com'),
        ),
        good(
            "reason-after-a-property-is-a-property-type",
            f"{host}; x=pass a.b=c reason.d=e",
            host,
            method("x", "pass", a_b="c", reason_d="e"),
        ),
        bad("empty", ""),
        bad("authserv-id-only", host),
        bad("semicolon-and-nothing", f"{host};"),
        bad("last-semicolon", f"{host}; spf=pass;"),
        bad("no-authserv-id", "; spf=pass"),
        bad("exchange-without-an-authserv-id", "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.com"),
        bad("none-and-more", f"{host}; none; spf=pass"),
        bad("none-last", f"{host}; spf=pass; none"),
        bad("result-missing", f"{host}; spf="),
        bad("equals-missing", f"{host}; spf"),
        bad("value-missing", f"{host}; spf=pass smtp.mailfrom="),
        bad("property-without-a-type", f"{host}; spf=pass mailfrom=example.com"),
        bad("two-reasons", f"{host}; spf=pass reason=a reason=b"),
        bad("value-with-a-slash-unquoted", f"{host}; dkim=pass header.b=ab/cd"),
        bad("comment-not-closed", f"{host}; spf=pass (oops"),
        bad("quote-not-closed", f'{host}; dkim=pass header.b="oops'),
        bad("properties-run-together", f"{host}; spf=pass a.b=c;d"),
        bad("control-character", f"{host}; spf=pass\x07"),
        bad("unknown-version", f"{host} 2; none", "AUTHRES_VERSION"),
        bad("unknown-method-version", f"{host}; spf/2=pass", "AUTHRES_VERSION"),
        bad("a-hundred-and-one-results", f"{host}" + "; spf=pass" * 101, "AUTHRES_TOO_LONG"),
        bad("a-hundred-and-one-properties", f"{host}; spf=pass" + " a.b=c" * 101, "AUTHRES_TOO_LONG"),
        {"name": "latin-1", "octets": f"{host}; spf=pass a.b=\xff", "reason": "AUTHRES_SYNTAX"},
    ]


write("message", "RFC 5322", messages())
write("from", "RFC 5322, RFC 6532", froms())
write("received", "RFC 5321", received())
write("authres", "RFC 8601", results())
