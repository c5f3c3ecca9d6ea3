"""What the tests of this room share: small tables, keys, and strategies for what people write."""

from hypothesis import strategies as st

from frankmark.foundation.keys import P256PrivateKey
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.protocols.signal.links import Tables
from frankmark.protocols.signal.model import Artifact, ArtifactType
from frankmark.protocols.signal.perimeter import Channel, Match, Perimeter

SUFFIXES = PublicSuffixes.parse(
    "// ===BEGIN ICANN DOMAINS===\ncom\nexample\nuk\nco.uk\n*.ck\n!www.ck\nlink\n// ===END ICANN DOMAINS===\n"
)
TABLES = Tables(suffixes=SUFFIXES, shorteners=frozenset({"sho.example"}))
BRAND_KEY = P256PrivateKey.from_scalar(bytes(31) + b"\x21")
OTHER_KEY = P256PrivateKey.from_scalar(bytes(31) + b"\x22")
NODE_KEY = P256PrivateKey.from_scalar(bytes(31) + b"\x23")
BRAND = "br_01HWX4ZJ7M3Q9V2K5T8R6N0C1D"
CASE = "cs_01HWX4ZJ7M3Q9V2K5T8R6N0C1F"
NOW = 1_768_471_200
DAY = 86_400

labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(lambda label: label[2:4] != "--")
domains = st.builds("{}.{}".format, labels, st.sampled_from(["com", "example", "co.uk", "link"]))
names = st.builds(
    "{}{}".format, st.lists(labels, max_size=2).map(lambda below: "".join(f"{each}." for each in below)), domains
)
paths = st.from_regex(r"(/[A-Za-z0-9~_-]{0,6}){1,4}", fullmatch=True).filter(
    lambda path: not {".", ".."} & set(path.split("/"))
)
numbers = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True).filter(str.isascii)
handles = st.from_regex(r"@[a-z][a-z0-9_]{3,31}", fullmatch=True)
artifacts = st.one_of(
    st.builds(Artifact, type=st.just(ArtifactType.DOMAIN), value=names),
    st.builds(Artifact, type=st.just(ArtifactType.WHATSAPP), value=numbers),
    st.builds(Artifact, type=st.just(ArtifactType.PHONE), value=numbers),
    st.builds(Artifact, type=st.just(ArtifactType.TELEGRAM), value=handles),
    st.builds(Artifact, type=st.just(ArtifactType.SHORTLINK), value=st.builds("https://{}{}".format, names, paths)),
)


def perimeter(*channels: Channel, **changes: object) -> Perimeter:
    """A first perimeter; without channels it declares one domain and what lies below it."""
    anchor = Artifact(type=ArtifactType.DOMAIN, value="acme.example")
    members = {
        "brand": BRAND,
        "name": "Acme",
        "domain": "acme.example",
        "seq": 1,
        "prev": None,
        "iat": NOW,
        "exp": NOW + DAY,
        "channels": channels or (Channel(artifact=anchor, match=Match.SUBTREE),),
    }
    return Perimeter(**(members | changes))
