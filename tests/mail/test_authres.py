"""Authentication-Results: who is believed, and the authres library as a second reader."""

import authres as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Malformed
from frankmark.mail.authres import (
    AuthenticationResults,
    AuthresReason,
    MethodResult,
    Property,
    parse,
    render,
    trusted_results,
)
from frankmark.mail.message import parse as parse_message
from frankmark.mail.structured import quote

KEYWORDS = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4})?", fullmatch=True)
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=15)
VALUES = st.one_of(
    TEXTS, st.just("joe@example.com"), st.just("@example.com"), st.just("example.com"), st.just("bücher")
)
PROPERTIES = st.builds(Property, ptype=KEYWORDS.filter(lambda word: word != "reason"), name=KEYWORDS, value=VALUES)
SPACED = Property(ptype="a b", name="c", value="d")
RESULTS = st.builds(
    MethodResult,
    method=KEYWORDS,
    result=KEYWORDS,
    reason=st.one_of(st.none(), TEXTS),
    properties=st.lists(PROPERTIES, max_size=3).map(tuple),
)
FIELDS = st.builds(
    AuthenticationResults, authserv_id=TEXTS.filter(bool), results=st.lists(RESULTS, max_size=3).map(tuple)
)


def field(value: str) -> bytes:
    return f"Authentication-Results: {value}\r\n".encode()


@given(FIELDS)
def test_what_is_rendered_is_read_again(found: AuthenticationResults) -> None:
    octets = render(found)
    assert parse(octets.replace(b"\r\n", b"")) == found
    message = parse_message(b"Authentication-Results:" + octets + b"\r\n\r\n")
    assert trusted_results(message, [found.authserv_id.upper()]) == found


METHODS = st.sampled_from(
    [
        "spf=pass smtp.mailfrom=example.com",
        "spf=fail smtp.helo=a.example",
        "dkim=pass header.d=example.com",
        "dmarc=none",
        "auth=pass smtp.auth=joe@example.com",
    ]
)


@given(st.lists(METHODS, min_size=1, max_size=4))
def test_the_authres_library_reads_the_same(methods: list[str]) -> None:
    text = "mx.example.net; " + "; ".join(methods)
    theirs = oracle.AuthenticationResultsHeader.parse("Authentication-Results: " + text)
    ours = parse(text.encode())
    assert ours.authserv_id == theirs.authserv_id
    assert [(one.method, one.result) for one in ours.results] == [(one.method, one.result) for one in theirs.results]
    for one, other in zip(ours.results, theirs.results, strict=True):
        assert [(p.ptype, p.name, p.value) for p in one.properties] == [
            (p.type, p.name, p.value) for p in other.properties
        ]


@given(st.from_regex(r"[a-z]{1,9}(\.[a-z]{1,9})?", fullmatch=True), st.lists(st.tuples(METHODS, TEXTS), max_size=3))
def test_the_authres_library_reads_what_we_render(authserv_id: str, methods: list[tuple[str, str]]) -> None:
    written = [f"{method} policy.note={quote(text)}" for method, text in methods] or ["none"]
    ours = parse("; ".join([authserv_id, *written]).encode())
    theirs = oracle.AuthenticationResultsHeader.parse(
        "Authentication-Results:" + render(ours).decode().replace("\r\n", "")
    )
    assert [(one.method, one.result) for one in theirs.results] == [(one.method, one.result) for one in ours.results]


def test_only_the_topmost_field_of_our_own_server_is_believed() -> None:
    ours, old, theirs = field("mx.us; spf=fail"), field("mx.us; spf=pass"), field("mx.them; dkim=pass")
    for header, believed in (
        (ours + old, "fail"),
        (theirs + ours + old, "fail"),
        (ours + theirs, "fail"),
        (old, "pass"),
    ):
        found = trusted_results(parse_message(header + b"\r\n"), {"MX.us"})
        assert found is not None
        assert found.of("spf")[0].result == believed
        assert found.of("dkim") == ()
    assert trusted_results(parse_message(theirs + b"\r\n"), {"mx.us"}) is None
    assert trusted_results(parse_message(ours + b"\r\n"), set()) is None
    assert trusted_results(parse_message(b"\r\n"), {"mx.us"}) is None


def test_a_field_that_cannot_be_read_hides_what_lies_below() -> None:
    header = field("mx.us; spf=") + field("mx.us; spf=pass")
    assert trusted_results(parse_message(header + b"\r\n"), {"mx.us"}) is None


@pytest.mark.parametrize("name", ["mx.us.evil.example", "evil-mx.us", "mx", "mx.us 1", '"mx.us"', "mx.us "])
def test_a_name_is_ours_only_if_it_is_the_same(name: str) -> None:
    found = trusted_results(parse_message(field(f"{name}; spf=pass") + b"\r\n"), {"mx.us"})
    assert (found is not None) == (name.strip(' "').removesuffix(" 1") == "mx.us")


@pytest.mark.parametrize(
    "found",
    [
        AuthenticationResults(authserv_id="mx\r\nX: y"),
        AuthenticationResults(authserv_id="mx", results=(MethodResult(method="SPF", result="pass"),)),
        AuthenticationResults(authserv_id="mx", results=(MethodResult(method="spf", result="pass; dkim=pass"),)),
        AuthenticationResults(authserv_id="mx", results=(MethodResult(method="spf", result="pass", reason="a\x00b"),)),
        AuthenticationResults(
            authserv_id="mx", results=(MethodResult(method="spf", result="pass", properties=(SPACED,)),)
        ),
    ],
)
def test_what_cannot_be_written_is_not(found: AuthenticationResults) -> None:
    with pytest.raises(Malformed) as caught:
        render(found)
    assert isinstance(caught.value.code, AuthresReason)


@given(st.text('ab.;=/"\\()@1 \té', max_size=40))
def test_any_text_says_something_or_is_refused_with_a_reason(text: str) -> None:
    try:
        found = parse(text.encode())
    except Malformed as error:
        reason: object = error.code
    else:
        reason = AuthresReason.AUTHRES_SYNTAX
        assert parse(render(found).replace(b"\r\n", b"")) == found
    assert isinstance(reason, AuthresReason)
