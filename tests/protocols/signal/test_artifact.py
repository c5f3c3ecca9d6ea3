"""Artifacts: any text has one form or none, and a form stays as it is."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import SUFFIXES, artifacts, domains, numbers

from frankmark.foundation.errors import Malformed
from frankmark.protocols.signal.artifact import canonical, host_domain
from frankmark.protocols.signal.model import Artifact, ArtifactType

kinds = st.sampled_from(ArtifactType)


@given(kinds, st.text(max_size=40) | st.text("@+.:/?#%\\ aA1wtme", max_size=30))
def test_any_text_has_one_form_or_none(kind: ArtifactType, text: str) -> None:
    with contextlib.suppress(Malformed):
        artifact = canonical(kind, text, SUFFIXES)
        assert canonical(kind, artifact.value, SUFFIXES) == artifact
        assert 0 < len(artifact.value) <= 2048


@given(artifacts)
def test_what_has_the_form_is_left_alone(artifact: Artifact) -> None:
    assert canonical(artifact.type, artifact.value, SUFFIXES) == artifact


@given(domains, st.sampled_from(["{}", "HTTPS://{}/x?y#z", "http://{}:80", "a@{}", "{}.", " {}\t", "https:\\\\{}\\"]))
def test_spellings_of_one_domain_are_one(domain: str, spelling: str) -> None:
    expected = Artifact(type=ArtifactType.DOMAIN, value=domain)
    assert canonical(ArtifactType.DOMAIN, spelling.format(domain), SUFFIXES) == expected
    assert canonical(ArtifactType.DOMAIN, spelling.format(domain.upper()), SUFFIXES) == expected


@given(numbers)
def test_spellings_of_one_number_are_one(number: str) -> None:
    for spelling in (f"{number[:3]} ({number[3:5]}) {number[5:]}", f"https://wa.me/{number[1:]}", f"whatsapp:{number}"):
        assert canonical(ArtifactType.WHATSAPP, spelling, SUFFIXES).value == number


def test_exceptions_and_wildcards_of_the_suffix_list_hold() -> None:
    assert host_domain("www.ck", SUFFIXES) == "www.ck"
    for suffix in ("ck", "other.ck"):
        with pytest.raises(Malformed, match="ARTIFACT_PUBLIC_SUFFIX"):
            host_domain(suffix, SUFFIXES)
