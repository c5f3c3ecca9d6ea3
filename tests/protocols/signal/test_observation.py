"""Observation: what is seen of any channel, and what is never seen inside a perimeter."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import SUFFIXES, artifacts, labels, numbers, perimeter

import frankmark
from frankmark.mail.confusables import Confusables
from frankmark.protocols.signal.model import Artifact, ArtifactType, ObservedSignal, Subject
from frankmark.protocols.signal.observation import Eyes, calling_code, observed
from frankmark.protocols.signal.perimeter import Channel

TABLE = (Path(frankmark.__file__).parent / "data" / "confusables.txt").read_bytes()
EYES = Eyes(suffixes=SUFFIXES, confusables=Confusables.parse(TABLE))
COMPARED = {ObservedSignal.LOOKALIKE_DOMAIN, ObservedSignal.LOOKALIKE_HANDLE, ObservedSignal.CALLING_CODE_DIFFERS}


@given(artifacts, st.lists(artifacts, max_size=3, unique=True), st.none() | st.integers(0, 100))
def test_any_channel_can_be_looked_at(artifact: Artifact, declared: list[Artifact], age: int | None) -> None:
    subject = Subject(readings=(artifact,))
    document = perimeter(*(Channel(artifact=each) for each in declared))
    seen = observed(subject, document, EYES, age_days=age)
    inside = observed(subject, perimeter(Channel(artifact=artifact)), EYES, age_days=age)
    assert not inside & COMPARED
    assert not observed(subject, None, EYES, age_days=age) & COMPARED
    dated = artifact.type in {ArtifactType.DOMAIN, ArtifactType.SHORTLINK}
    assert (ObservedSignal.NEW_DOMAIN in seen) == (dated and age is not None and age < 30)


@given(labels)
def test_the_same_name_elsewhere_is_seen(label: str) -> None:
    here = Channel(artifact=Artifact(type=ArtifactType.DOMAIN, value=f"{label}.com"))
    there = Subject(readings=(Artifact(type=ArtifactType.DOMAIN, value=f"{label}.co.uk"),))
    assert ObservedSignal.LOOKALIKE_DOMAIN in observed(there, perimeter(here), EYES)


@given(numbers)
def test_every_number_has_a_calling_code(number: str) -> None:
    assert number[1:].startswith(calling_code(number))


def test_what_is_no_number_has_no_calling_code() -> None:
    assert calling_code("acme") == ""
