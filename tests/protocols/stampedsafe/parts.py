"""Keys, drafts and trust that the tests of this room share."""

from frankmark.foundation.keys import Ed25519PrivateKey
from frankmark.protocols.stampedsafe.model import Authority, Content, FileMeta, Trust
from frankmark.protocols.stampedsafe.proof import Draft

T = 1_735_689_600_000
TS = 1_767_225_600_000
KID = "ta-2026-01"
AUTHORITY = Ed25519PrivateKey.from_seed(bytes(range(32, 64)))
PINNED = Authority(pk=AUTHORITY.public.to_bytes().hex())
TRUST = Trust(authorities={KID: PINNED}, timezones=frozenset({"UTC"}))
FILE = FileMeta(name="a.txt", size=3, hash="ab" * 32, type="text/plain")


def maker() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_seed(bytes(range(32)))


def draft(message: str = "Hello, World!", file: FileMeta | None = None, nonce: bytes = bytes(16)) -> Draft:
    return Draft(Content(message=message, file=file), tz="UTC", nonce=nonce, key=maker())
