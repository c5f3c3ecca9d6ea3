"""A DMARC Policy Record is read whatever stands in it."""

from hypothesis import given
from hypothesis import strategies as st

from frankmark.mail.dmarc_record import DmarcRecord, Policy, is_policy_record, parse

PIECE = st.sampled_from(
    [
        "p",
        "sp",
        "np",
        "rua",
        "ruf",
        "fo",
        "t",
        "psd",
        "adkim",
        "=",
        ";",
        " ",
        "none",
        "reject",
        "y",
        ",",
        "mailto:a@b.example",
        "!",
        "\xe9",
    ]
)


@given(st.lists(PIECE, max_size=30))
def test_nothing_after_the_version_makes_it_unreadable(pieces: list[str]) -> None:
    octets = ("v=DMARC1;" + "".join(pieces)).encode("latin-1")
    assert is_policy_record(octets)
    record = parse(octets)
    assert isinstance(record, DmarcRecord)
    assert record.applicable or not record.rua
    assert record.ruf or record.failure_options == ("0",)


@given(st.binary(max_size=60))
def test_any_octets_are_a_record_or_not(octets: bytes) -> None:
    if is_policy_record(octets):
        parse(octets)


def test_levels_of_policy() -> None:
    assert [policy.one_level_below for policy in Policy] == [Policy.NONE, Policy.NONE, Policy.QUARANTINE]
