"""Perimeters: what is signed is read again octet for octet, and what lies inside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.signal.parts import BRAND_KEY, OTHER_KEY, SUFFIXES, artifacts, names, paths, perimeter

from frankmark.foundation.errors import Error, Malformed, Misuse
from frankmark.protocols.signal import perimeter as room
from frankmark.protocols.signal.model import Artifact, ArtifactType
from frankmark.protocols.signal.perimeter import Channel, Match

channels = st.lists(st.builds(Channel, artifact=artifacts), max_size=8, unique_by=lambda each: each.artifact)


@given(channels, st.text("abc \u00fc\u4e2d", min_size=1, max_size=20).filter(lambda name: name.strip() == name))
def test_what_is_signed_is_read_again(declared: list[Channel], name: str) -> None:
    said = perimeter(name=name, channels=tuple(declared))
    text = room.sign(said, BRAND_KEY)
    document = room.read(text, SUFFIXES)
    assert document.perimeter == said
    assert document.parts.payload == room.payload(said)
    room.verify(document, BRAND_KEY.public.thumbprint())
    following = perimeter(seq=2, prev=document.digest)
    room.verify_succession(room.read(room.sign(following, OTHER_KEY), SUFFIXES), document)
    for channel in declared:
        assert room.find(said, channel.artifact) == channel


@given(st.data())
def test_an_altered_character_is_noticed(data: st.DataObject) -> None:
    text = room.sign(perimeter(), BRAND_KEY)
    place = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.sampled_from("Aa0_-.").filter(lambda each: each != text[place]))
    with pytest.raises(Error):
        room.verify(room.read(text[:place] + character + text[place + 1 :], SUFFIXES), BRAND_KEY.public.thumbprint())


@given(names, names)
def test_a_subtree_holds_whole_labels(declared: str, asked: str) -> None:
    tree = perimeter(Channel(artifact=Artifact(type=ArtifactType.DOMAIN, value=declared), match=Match.SUBTREE))
    inside = asked.split(".")[-len(declared.split(".")) :] == declared.split(".")
    assert room.contains(tree, Artifact(type=ArtifactType.DOMAIN, value=asked)) == inside
    assert room.contains(tree, Artifact(type=ArtifactType.DOMAIN, value=f"x.{declared}"))


@given(paths, paths)
def test_a_prefix_holds_whole_segments(declared: str, asked: str) -> None:
    base = Artifact(type=ArtifactType.SHORTLINK, value=f"https://acme.link{declared.rstrip('/')}/")
    tree = perimeter(Channel(artifact=base, match=Match.PREFIX))
    link = Artifact(type=ArtifactType.SHORTLINK, value=f"https://acme.link{asked}")
    wanted = declared.rstrip("/").split("/")
    assert room.contains(tree, link) == (asked.split("/")[: len(wanted)] == wanted and asked.count("/") >= len(wanted))


def test_an_exact_channel_is_named_before_what_covers_it() -> None:
    tree = Channel(artifact=Artifact(type=ArtifactType.DOMAIN, value="acme.example"), match=Match.SUBTREE)
    exact = Channel(artifact=Artifact(type=ArtifactType.DOMAIN, value="shop.acme.example"))
    assert room.find(perimeter(tree, exact), exact.artifact) == exact


def test_texts_that_are_too_long_are_neither_signed_nor_read() -> None:
    link = f"https://acme.link/{'a' * 1_900}"
    many = tuple(
        Channel(artifact=Artifact(type=ArtifactType.SHORTLINK, value=f"{link}{number}")) for number in range(250)
    )
    with pytest.raises(Misuse, match="JWS_TOO_LARGE"):
        room.sign(perimeter(*many), BRAND_KEY)
    with pytest.raises(Malformed, match="SIGNED_OBJECT_MALFORMED"):
        room.read("a" * (room.LONGEST + 1), SUFFIXES)
