"""Questions and plain negative answers in octets, held against dnspython reading the same."""

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.adapters.network.answers import follow
from frankmark.adapters.network.wire import negative, query
from frankmark.foundation.dns import Answer, RRType, Status

NAME = dns.name.from_text("s1._domainkey.example.test")
IDENT = 0xBEEF


def asked(*, authentic: bool = False) -> bytes:
    return query(NAME.to_wire(), dns.rdatatype.TXT, IDENT, 1232, authentic=authentic)


def response(*, rcode=dns.rcode.NXDOMAIN, ttl: int = 60, minimum: int = 30, edns: bool = True) -> dns.message.Message:
    message = dns.message.make_response(dns.message.from_wire(asked()))
    message.set_rcode(rcode)
    text = f"ns.example.test. host.example.test. 1 2 3 4 {minimum}"
    message.authority.append(dns.rrset.from_text("example.test.", ttl, "IN", "SOA", text))
    if not edns:
        message.use_edns(edns=False)
    return message


@pytest.mark.parametrize("authentic", [False, True])
def test_a_question_is_what_the_library_writes(authentic):
    theirs = dns.message.make_query(NAME, "TXT", use_edns=0, payload=1232, id=IDENT)
    if authentic:
        theirs.flags |= dns.flags.AD
    assert asked(authentic=authentic) == theirs.to_wire()


@pytest.mark.parametrize("edns", [True, False])
@pytest.mark.parametrize(
    ("rcode", "status"), [(dns.rcode.NXDOMAIN, Status.NXDOMAIN), (dns.rcode.NOERROR, Status.NODATA)]
)
@pytest.mark.parametrize(("ttl", "minimum", "kept"), [(60, 30, 30), (20, 30, 20), (0, 5, 0)])
def test_a_plain_negative_answer_is_read_as_the_library_reads_it(rcode, status, ttl, minimum, kept, edns):
    message = response(rcode=rcode, ttl=ttl, minimum=minimum, edns=edns)
    found = negative(asked(), message.to_wire())
    assert found == Answer(status=status, ttl=kept)
    assert found == follow(message, (NAME,), RRType.TXT, limit=8).answer


def _changed(change) -> bytes:
    message = response()
    change(message)
    return message.to_wire()


OTHERS = {
    "another id": _changed(lambda m: setattr(m, "id", 1)),
    "a question": _changed(lambda m: setattr(m, "flags", m.flags & ~dns.flags.QR)),
    "truncated": _changed(lambda m: setattr(m, "flags", m.flags | dns.flags.TC)),
    "another kind of operation": _changed(lambda m: m.set_opcode(dns.opcode.NOTIFY)),
    "a failure": _changed(lambda m: m.set_rcode(dns.rcode.SERVFAIL)),
    "an extended failure": _changed(lambda m: m.set_rcode(dns.rcode.BADVERS)),
    "an extended error": _changed(lambda m: m.use_edns(0, options=[dns.edns.EDEOption(6)])),
    "no authority": _changed(lambda m: m.authority.clear()),
    "another authority": _changed(
        lambda m: m.authority.__setitem__(0, dns.rrset.from_text("example.test.", 60, "IN", "NS", "ns.example.test."))
    ),
    "an answer": _changed(lambda m: m.answer.append(dns.rrset.from_text(NAME, 60, "IN", "TXT", '"x"'))),
    "something behind it": response().to_wire() + b"\0",
    "nothing": b"",
    "no whole head": response().to_wire()[:11],
}


@pytest.mark.parametrize("wire", OTHERS.values(), ids=OTHERS)
def test_what_is_of_another_form_is_left_to_the_library(wire):
    assert negative(asked(), wire) is None


def test_an_answer_to_another_question_is_none():
    other = query(
        dns.name.from_text("s2._domainkey.example.test").to_wire(), dns.rdatatype.TXT, IDENT, 1232, authentic=False
    )
    assert negative(other, response().to_wire()) is None


def test_no_shorter_message_is_an_answer():
    wire = response().to_wire()
    assert [negative(asked(), wire[:length]) for length in range(len(wire))] == [None] * len(wire)


@given(data=st.data())
def test_whatever_is_changed_it_says_what_the_library_says_or_nothing(data):
    wire = bytearray(response(edns=data.draw(st.booleans())).to_wire())
    for _ in range(data.draw(st.integers(1, 3))):
        wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    found = negative(asked(), bytes(wire))
    if found is None:
        return
    try:
        message = dns.message.from_wire(bytes(wire))
    except dns.exception.DNSException:  # a name inside the SOA record that nobody reads
        return
    assert dns.message.from_wire(asked()).is_response(message)
    assert found == follow(message, (NAME,), RRType.TXT, limit=8).answer
