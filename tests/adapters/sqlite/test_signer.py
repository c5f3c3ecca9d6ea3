"""`DATA/signer.db`: durable, and never believed once its octets changed."""

from pathlib import Path

import apsw
import pytest

from frankmark.adapters.sqlite.signer import FILE, SqliteSigner
from frankmark.foundation.errors import Unavailable
from frankmark.ports.durability import Damaged, StoreReason
from frankmark.ports.log import Swap, TreeHead

ORIGIN = "node.example.net/securestamp-main"


async def signed(folder: Path) -> list[TreeHead]:
    signer = SqliteSigner.open(folder)
    heads = [TreeHead(size=size, root=bytes([size]) * 32) for size in range(5)]
    for old, new in zip([None, *heads], heads, strict=False):
        await signer.swap([Swap(signer="1:log", origin=ORIGIN, expected=old, head=new)])
    signer.close()
    return heads


async def test_what_was_signed_is_remembered_by_the_next_life(tmp_path: Path) -> None:
    heads = await signed(tmp_path)
    signer = SqliteSigner.open(tmp_path)
    assert await signer.last("1:log", ORIGIN) == heads[-1]
    signer.close()


async def test_one_octet_flipped_anywhere_is_never_another_head(tmp_path: Path) -> None:
    heads = await signed(tmp_path)
    path = tmp_path / FILE
    whole = path.read_bytes()
    refused = 0
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        try:
            signer = SqliteSigner.open(tmp_path)
        except Unavailable as problem:
            assert problem.code is StoreReason.STORE_DAMAGED  # noqa: PT017  (either outcome is right, a third is not)
            refused += 1
            continue
        # The flip fell on octets that say nothing, or the row is gone, and a log without memory signs nothing.
        assert await signer.last("1:log", ORIGIN) in {heads[-1], None}
        signer.close()
    assert refused > 20


async def test_a_head_that_was_rewritten_is_damage(tmp_path: Path) -> None:
    await signed(tmp_path)
    with apsw.Connection(str(tmp_path / FILE)) as connection:
        connection.execute("UPDATE signed SET size = 3")
    with pytest.raises(Damaged):
        SqliteSigner.open(tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        SqliteSigner.open(tmp_path / "missing")
    assert caught.value.code is StoreReason.STORE_UNREACHABLE
