"""Evidence: a device completes what a server answered, and what is not sound cannot be made."""

import pytest
from tests.protocols.securestamp.parts import AT_MS, STAMP, evidence, signal

from frankmark.foundation.errors import Malformed
from frankmark.protocols.securestamp.channels import ChannelName, ChannelOutcome, ChannelResult
from frankmark.protocols.securestamp.evidence import ALGORITHM_V1, Lists, Lookalike, Signal, signal_names
from frankmark.protocols.securestamp.evidence_file import evidence_hash, parse_evidence
from frankmark.protocols.securestamp.reasons import Reason
from frankmark.protocols.securestamp.scoring import assess
from frankmark.protocols.securestamp.signals import UNAVAILABLE, Mode, SignalName

DNS = ChannelOutcome(channel=ChannelName.DNS, result=ChannelResult.PASS, stamp_id=STAMP)
HEADER = ChannelOutcome(channel=ChannelName.HEADER, result=ChannelResult.PASS, stamp_id=STAMP)


def test_a_device_completes_a_servers_evidence() -> None:
    unchecked = ChannelOutcome(channel=ChannelName.HEADER, result=ChannelResult.UNCHECKED)
    domain = evidence(lists=Lists(channels=(DNS, unchecked)))
    message = domain.of_message(
        signal(SignalName.SPF, UNAVAILABLE, Reason.NO_TRUSTED_RECEIVED),
        signal(SignalName.DKIM, "pass"),
        signal(SignalName.DMARC, "reject"),
        ml=signal(SignalName.ML, 100),
        channels=(HEADER,),
    )
    assert (message.mode, message.target) == (Mode.MESSAGE, domain.target)
    assert message.lists.channels == (DNS, HEADER)
    assert [each.value for each in message.signals[:3]] == [UNAVAILABLE, "pass", "reject"]
    assert message.signals[3:] == domain.signals[3:]
    assert evidence_hash(message) != evidence_hash(domain)
    assert assess(message).coverage == assess(domain).coverage - 8


def test_a_message_is_not_judged_by_a_domains_words() -> None:
    with pytest.raises(Malformed, match="EVIDENCE_MALFORMED"):
        evidence().of_message(signal(SignalName.SPF, "pass"), ml=None, channels=())


def test_an_algorithm_knows_its_signals() -> None:
    assert len(signal_names("sstp-score/0.2.0")) == 12
    assert len(signal_names(ALGORITHM_V1)) == 6
    with pytest.raises(Malformed, match="ALGORITHM_UNKNOWN"):
        signal_names("sstp-score/9")
    assert evidence().value(SignalName.MX) == UNAVAILABLE


def test_channels_stand_in_order_and_once() -> None:
    for channels in ((HEADER, DNS), (DNS, DNS)):
        with pytest.raises(Malformed, match="EVIDENCE_MALFORMED"):
            Lists(channels=channels)


def test_lists_hold_what_they_can_hold() -> None:
    for wrong in ({"override": -1}, {"override": 101}, {"lookalike": Lookalike(target="a.example", confidence=1001)}):
        with pytest.raises(Malformed, match="EVIDENCE_MALFORMED"):
            Lists(**wrong)


def test_a_signal_that_could_not_be_observed_says_why() -> None:
    nothing = Signal(name=SignalName.SPF, value=UNAVAILABLE, source="dns", observed_ms=AT_MS)
    with pytest.raises(Malformed, match="unavailable for a reason"):
        evidence().of_message(
            nothing, signal(SignalName.DKIM, "pass"), signal(SignalName.DMARC, "reject"), ml=None, channels=()
        )


@pytest.mark.parametrize("octets", [b"", b"null", b"[]", b'{"lists":1}', b"\xff", b'{"lists":{"unavailable":[]}}'])
def test_what_is_no_evidence_is_refused(octets: bytes) -> None:
    with pytest.raises(Malformed, match="EVIDENCE_MALFORMED"):
        parse_evidence(octets)
