"""The channels: one stamp, judged the same whichever way it came, and each outcome names its channel."""

import pytest
from tests.protocols.securestamp.parts import (
    AT_MS,
    AT_S,
    CLAIMS,
    ISSUER,
    JWK,
    KEY,
    KEYS,
    NODE,
    ORG,
    OTHER_STAMP,
    STAMP,
    TOKEN,
    URL,
    key,
    stamp,
    token,
    verifier,
)

from frankmark.foundation import jws
from frankmark.foundation.dns import Answer, Status
from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.protocols.securestamp.channels import (
    ChannelName,
    ChannelOutcome,
    ChannelResult,
    judge_header,
    judge_publication,
    judge_registry,
    judge_token,
)
from frankmark.protocols.securestamp.header import render_header
from frankmark.protocols.securestamp.model import Revocation
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason
from frankmark.protocols.securestamp.record import character_strings, read_records, render_record
from frankmark.protocols.securestamp.taglist import parse_verify_url
from frankmark.protocols.securestamp.token import LIFETIME_S, parse_token

REVOKED = Revocation(at_ms=AT_MS + 1, reason=RevocationReason.ORG_REQUEST)


def published(*pairs: tuple[str, str]):
    texts = tuple(character_strings(render_record(stamp_id, f"{ISSUER}/verify/{text}")) for stamp_id, text in pairs)
    return read_records(Answer(status=Status.OK, texts=texts))


def header(text: str = TOKEN, url: str | None = None) -> bytes:
    return render_header(text, url or f"{ISSUER}/verify/{text}").encode()


def test_one_stamp_through_each_channel() -> None:
    told = verifier()
    assert judge_publication(published((STAMP, TOKEN)), "example.com", told) == ChannelOutcome(
        channel=ChannelName.DNS, result=ChannelResult.PASS, stamp_id=STAMP
    )
    assert judge_header([header()], ["example.com"], told) == ChannelOutcome(
        channel=ChannelName.HEADER, result=ChannelResult.PASS, stamp_id=STAMP
    )
    assert judge_registry([stamp()], "example.com", AT_MS) == ChannelOutcome(
        channel=ChannelName.API, result=ChannelResult.PASS, stamp_id=STAMP
    )


@pytest.mark.parametrize("domain", ["example.com", "EXAMPLE.COM", "example.com."])
def test_the_from_domain_may_be_spelt_in_any_way(domain: str) -> None:
    assert judge_header([header()], [domain], verifier()).result is ChannelResult.PASS


def test_a_u_label_and_its_a_label_are_one_domain() -> None:
    text = token(domain="xn--bcher-kva.example")
    told = verifier(stamps={STAMP: stamp(domain="xn--bcher-kva.example")})
    assert judge_header([header(text)], ["b\u00fccher.example"], told).result is ChannelResult.PASS


FAULTS = [
    ("domain below", {"domain": "mail.example.com"}, {}, Reason.DOMAIN_MISMATCH),
    ("unpinned issuer", {}, {"issuers": {"https://other.example": KEYS}}, Reason.ISSUER_NOT_PINNED),
    ("keys not to be had", {}, {"issuers": {}, "unreachable": frozenset({ISSUER})}, Reason.KEY_UNREACHABLE),
    ("key unknown", {}, {"issuers": {ISSUER: JwkSet((Jwk.of(NODE, key("x").public),))}}, Reason.KEY_UNKNOWN),
    ("expired", {}, {"now_s": AT_S + LIFETIME_S + 300}, Reason.TOKEN_EXPIRED),
    ("stamp unknown", {}, {"stamps": {}}, Reason.STAMP_UNKNOWN),
    ("stamp of another owner", {}, {"stamps": {STAMP: stamp(org_id="org_other")}}, Reason.STAMP_MISMATCH),
    ("stamp of another domain", {}, {"stamps": {STAMP: stamp(domain="example.org")}}, Reason.STAMP_MISMATCH),
    ("stamp of another node", {}, {"stamps": {STAMP: stamp(node_id="node-other")}}, Reason.STAMP_MISMATCH),
    ("stamp revoked", {}, {"stamps": {STAMP: stamp(revocation=REVOKED)}}, Reason.STAMP_REVOKED),
    ("stamp expired", {}, {"stamps": {STAMP: stamp(expires_ms=AT_MS)}}, Reason.STAMP_EXPIRED),
]


@pytest.mark.parametrize(("asked", "known", "reason"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_the_channels_agree_about_what_does_not_hold(asked: dict, known: dict, reason: Reason) -> None:
    told, domain = verifier(**known), asked.get("domain", "example.com")
    found = [
        judge_publication(published((STAMP, TOKEN)), domain, told),
        judge_header([header()], [domain], told),
        judge_token(ChannelName.API, TOKEN, None, domain, told),
    ]
    result = ChannelResult.NONE if reason is Reason.ISSUER_NOT_PINNED else ChannelResult.FAIL
    assert [(each.result, each.reason, each.stamp_id) for each in found] == [(result, reason, STAMP)] * 3
    assert [each.channel for each in found] == list(ChannelName)


def test_a_url_never_selects_whom_to_trust() -> None:
    url = parse_verify_url(f"https://evil.example/verify/{TOKEN}")
    outcome = judge_token(ChannelName.HEADER, TOKEN, url, "example.com", verifier())
    assert (outcome.result, outcome.reason) == (ChannelResult.FAIL, Reason.UNTRUSTED_ISSUER)


def test_a_forgery_is_a_forgery_before_anything_else() -> None:
    forged = jws.sign(parse_token(TOKEN).jws.payload, key("thief"), kid=JWK.kid, typ="JWT")
    url = parse_verify_url(f"https://evil.example/verify/{forged}")
    told = verifier(now_s=AT_S + LIFETIME_S + 300, stamps={})
    outcome = judge_token(ChannelName.DNS, forged, url, "other.example", told)
    assert outcome.reason is Reason.SIGNATURE_FALSE


def test_a_token_of_no_form_names_no_stamp() -> None:
    outcome = judge_token(ChannelName.HEADER, "a.b.c", None, "example.com", verifier())
    assert outcome == ChannelOutcome(
        channel=ChannelName.HEADER, result=ChannelResult.FAIL, reason=Reason.TOKEN_MALFORMED
    )


def test_without_a_ledger_a_token_is_judged_by_itself() -> None:
    told = verifier(stamps=None)
    assert judge_token(ChannelName.HEADER, TOKEN, None, "example.com", told).result is ChannelResult.PASS


def bare(iss: str = "", kid: str | None = None) -> str:
    payload = parse_token(TOKEN).jws.payload.replace(f',"iss":"{ISSUER}"'.encode(), iss.encode())
    return jws.sign(payload, KEY, kid=kid, typ=None)


def test_a_token_without_issuer_is_placed_by_its_key_its_stamp_or_being_pinned_alone() -> None:
    other = JwkSet((Jwk.of("node-other", key("other").public),))
    two = {"https://other.example": other, ISSUER: KEYS}

    def judged(text: str, **known: object) -> ChannelOutcome:
        return judge_token(ChannelName.DNS, text, None, "example.com", verifier(**known))

    assert judged(bare(kid=JWK.kid), issuers=two).result is ChannelResult.PASS
    assert judged(bare(kid="node-x#y"), issuers=two).reason is Reason.ISSUER_NOT_PINNED
    assert judged(bare(), issuers=two).result is ChannelResult.PASS
    assert judged(bare(), issuers=two, stamps=None).reason is Reason.ISSUER_NOT_PINNED
    assert judged(bare(), issuers=two, stamps={STAMP: stamp(issuer="https://x.example")}).reason is (
        Reason.ISSUER_NOT_PINNED
    )
    assert judged(bare(), stamps=None).result is ChannelResult.PASS
    assert judged(bare(f',"iss":"{ISSUER}/"'), issuers=two).result is ChannelResult.PASS


def test_id_and_token_must_name_one_stamp() -> None:
    outcome = judge_publication(published((OTHER_STAMP, TOKEN)), "example.com", verifier())
    assert outcome == ChannelOutcome(
        channel=ChannelName.DNS,
        result=ChannelResult.PERMERROR,
        reason=Reason.STAMP_MISMATCH,
        stamp_id=OTHER_STAMP,
    )


def test_the_newest_of_the_records_that_hold_counts() -> None:
    newer = token(stamp_id=OTHER_STAMP)
    stamps = {STAMP: stamp(), OTHER_STAMP: stamp(stamp_id=OTHER_STAMP, issued_ms=AT_MS + 1)}
    both = published((STAMP, TOKEN), (OTHER_STAMP, newer))
    assert judge_publication(both, "example.com", verifier(stamps=stamps)).stamp_id == OTHER_STAMP
    assert judge_publication(both, "example.com", verifier(stamps={STAMP: stamp()})).stamp_id == STAMP
    assert judge_publication(both, "example.com", verifier(stamps=None)).stamp_id == STAMP
    assert judge_publication(both, "example.com", verifier(stamps={})).reason is Reason.STAMP_UNKNOWN


@pytest.mark.parametrize("status", [Status.NXDOMAIN, Status.TIMEOUT])
def test_no_record_is_no_claim(status: Status) -> None:
    outcome = judge_publication(read_records(Answer(status=status)), "example.com", verifier())
    assert outcome.result.value == ("none" if status is Status.NXDOMAIN else "temperror")


def test_a_record_of_no_form_is_a_permanent_error() -> None:
    publication = read_records(Answer(status=Status.OK, texts=((b"securestamp=v=2",),)))
    outcome = judge_publication(publication, "example.com", verifier())
    assert (outcome.result, outcome.reason) == (ChannelResult.PERMERROR, Reason.VERSION_UNSUPPORTED)


def test_headers_that_cannot_count() -> None:
    told = verifier()
    assert judge_header([], ["example.com"], told).result is ChannelResult.NONE
    assert judge_header([header(), header()], ["example.com"], told).reason is Reason.HEADERS_TOO_MANY
    assert judge_header([header()], ["example.com", "example.com"], told).reason is Reason.FROM_AMBIGUOUS
    short = judge_header([f"v=1; token={TOKEN}".encode()], ["example.com"], told)
    assert (short.result, short.reason, short.stamp_id) == (ChannelResult.PASS, Reason.VERIFY_MISSING, STAMP)
    failed = judge_header([f"v=1; token={TOKEN}".encode()], ["example.org"], told)
    assert (failed.result, failed.reason) == (ChannelResult.FAIL, Reason.DOMAIN_MISMATCH)


def test_the_registry_speaks_for_whole_domains_only() -> None:
    assert judge_registry([], "example.com", AT_MS).result is ChannelResult.NONE
    assert judge_registry([stamp(subject_hash="ab" * 32)], "example.com", AT_MS).result is ChannelResult.NONE
    assert judge_registry([stamp()], "mail.example.com", AT_MS).result is ChannelResult.NONE
    revoked = judge_registry([stamp(revocation=REVOKED)], "example.com", AT_MS)
    assert (revoked.result, revoked.reason) == (ChannelResult.FAIL, Reason.STAMP_REVOKED)
    expired = judge_registry([stamp()], "example.com", AT_MS + LIFETIME_S * 1000)
    assert (expired.result, expired.reason) == (ChannelResult.FAIL, Reason.STAMP_EXPIRED)
    renewed = [stamp(revocation=REVOKED), stamp(stamp_id=OTHER_STAMP)]
    assert judge_registry(renewed, "example.com", AT_MS).stamp_id == OTHER_STAMP


def test_the_token_beside_the_url_is_the_one_in_it() -> None:
    assert parse_verify_url(URL).token == TOKEN
    assert CLAIMS.org_id == ORG


def test_a_stamp_ends_in_the_second_it_says() -> None:
    told = verifier(stamps={STAMP: stamp(expires_ms=(AT_S + 100) * 1000 + 1)})
    assert judge_token(ChannelName.DNS, TOKEN, None, "example.com", told).result is ChannelResult.PASS
    ended = verifier(stamps={STAMP: stamp(expires_ms=(AT_S + 100) * 1000)})
    assert judge_token(ChannelName.DNS, TOKEN, None, "example.com", ended).reason is Reason.STAMP_EXPIRED
