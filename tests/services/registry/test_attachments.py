"""What stands beside a ledger entry."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frankmark.foundation.errors import Misuse
from frankmark.ports.log import Row
from frankmark.ports.stamps import Skipped
from frankmark.protocols.securestamp.ledger import LogSuccession, entry_bytes, entry_for
from frankmark.services.attachments import Attachment, NodeRecord
from frankmark.services.reasons import ServiceReason
from frankmark.services.recording import project_entry

NODE = NodeRecord(actor="key_1", act="stamp.issue", org_id="org_1", token="h.p.s", kid="n#k", expires_ms=9)
WHOLE = Attachment(entry_sig="c2ln", asset={"stampId": "x"}, salt=b"\x01" * 16, node=NODE)

words = st.text(max_size=20)
records = st.builds(
    NodeRecord,
    actor=words,
    act=words,
    org_id=words,
    subject=words,
    token=words,
    kid=words,
    expires_ms=st.integers(0, 2**53 - 1),
    design=st.integers(0, 99),
)


@given(st.builds(Attachment, entry_sig=words, asset=st.none(), salt=st.none() | st.binary(), node=st.none() | records))
def test_what_is_written_is_read_back(attachment: Attachment) -> None:
    assert Attachment.parse(attachment.render()) == attachment


def test_erasure_leaves_the_signature_alone() -> None:
    assert WHOLE.erased() == Attachment(entry_sig="c2ln", asset=None, salt=None, node=None)
    assert WHOLE.erased().erased() == WHOLE.erased()
    assert WHOLE.erased().render() == b'{"asset":null,"entrySig":"c2ln","node":null,"salt":null}'


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"[]",
        b"{}",
        b'{"asset":null,"entrySig":"","node":null}',
        b'{"asset":null,"entrySig":"","node":null,"salt":null,"more":1}',
        b'{"asset":null,"entrySig":1,"node":null,"salt":null}',
        b'{"asset":null,"entrySig":"","node":null,"salt":"!"}',
        b'{"asset":null,"entrySig":"","node":[],"salt":null}',
        b'{"asset":null,"entrySig":"","node":{},"salt":null}',
        WHOLE.render().replace(b'"expires":9', b'"expires":"9"'),
        WHOLE.render()[:-1],
        b"\xff" + WHOLE.render(),
    ],
)
def test_what_we_did_not_write_is_a_defect(octets: bytes) -> None:
    with pytest.raises(Misuse) as raised:
        Attachment.parse(octets)
    assert raised.value.code is ServiceReason.ATTACHMENT_MALFORMED


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_are_a_defect(octets: bytes) -> None:
    with suppress(Misuse):
        assert Attachment.parse(octets).render() == octets


def test_the_beginning_of_a_successor_log_leaves_no_row() -> None:
    asset = LogSuccession(predecessor="a/b", tree_size=3, root_hash="0" * 64, timestamp=5)
    data = entry_bytes(entry_for(asset, b"\x00" * 16, stamp_id="", issuer="f" * 64))
    beside = Attachment(
        entry_sig="",
        asset={"predecessor": "a/b", "treeSize": 3, "rootHash": "0" * 64, "timestamp": 5},
        salt=None,
        node=NODE,
    )
    assert project_entry(Row(index=0, data=data, leaf=b"", attachment=beside.render())) == Skipped()
