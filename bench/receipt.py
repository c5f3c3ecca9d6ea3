"""Trust Receipts in process: issuing one beside a bare ES256 signature, and logging them durably from many writers.

The receipt is one of the longer ones: a brand, a perimeter with a path of 20 hashes, and the head of a log. Beside
issuing stands what nobody can do without, its signature by `cryptography`. Writers hand in receipts that are
signed already; each is answered when its leaf, its text and a signed head are on the disk.
"""

import asyncio
import base64
import functools
import itertools
import time
from pathlib import Path

import log
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from measure import at_least, compare, percentiles, write

from frankmark.foundation.identifiers import ulid
from frankmark.foundation.keys import P256PrivateKey
from frankmark.protocols.signal import receipt
from frankmark.protocols.signal.logs import LogName, TreeHead, read_head, receipts_leaf, sign_head
from frankmark.protocols.signal.model import Artifact, ArtifactType, Attribution, Fact
from frankmark.services.transparency import NewLeaf

WRITERS, SECONDS = 128, 4.0
KEY = P256PrivateKey.from_scalar(b"\1" * 32)
KID = f"node-0000000000#{KEY.public.thumbprint()}"
NOW_S = 1_800_000_000
NUMBERS = itertools.count()


def drafted() -> receipt.Claims:
    """What a receipt is to say, with an id and a nonce of its own."""
    number = next(NUMBERS)
    nonce, channel = f"nonce-{number}", Artifact(type=ArtifactType.DOMAIN, value="shop.acme.example")
    return receipt.Claims(
        iss="https://node.example",
        jti=receipt.receipt_id(ulid(NOW_S * 1000 + number, bytes(10))),
        iat=NOW_S,
        nonce=nonce,
        artifact=channel,
        brand=BRAND,
        fact=Fact.PERTENECE,
        attribution=Attribution.DIRECT,
        perimeter=PLACE,
        head=HEAD,
        req=receipt.request_hash(BRAND.id, channel, nonce),
    )


BRAND = receipt.BrandRef(id="br_" + ulid(0, bytes(10)), name="Acme", domain="acme.example")
PLACE = receipt.PerimeterRef(seq=7, leaf=bytes(32), leaf_index=65_537, audit_path=tuple(bytes(32) for _ in range(20)))
HEAD = read_head(
    sign_head(TreeHead(log=LogName.OFFICIAL, size=1_000_000, root=bytes(32), ts_ms=NOW_S * 1000), KEY, KID)
)


def issued() -> str:
    return receipt.issue(drafted(), KEY, KID)


def figures_of_issuing() -> dict[str, object]:
    text = issued()
    assert receipt.read(text).claims.perimeter == PLACE
    bare = ec.derive_private_key(int.from_bytes(b"\1" * 32, "big"), ec.SECP256R1())
    ecdsa, signing_input = ec.ECDSA(SHA256()), text.rpartition(".")[0].encode()
    assert base64.urlsafe_b64decode(text.split(".")[1] + "==").startswith(b'{"artifact":')
    return {"octets": len(text), "issue_vs_bare_signature": compare(issued, lambda: bare.sign(signing_input, ecdsa))}


async def figures_of_logging(folder: Path, writers: int) -> dict[str, object]:
    """Each writer logs one receipt after the other."""
    stack = log.Stack(folder)
    await stack.log.open()
    ready = iter([(f"receipt {number}", issued()) for number in range(int(30_000 * SECONDS))])
    end, waits = time.perf_counter() + SECONDS, []

    async def writer() -> None:
        while (begun := time.perf_counter()) < end:
            name, text = next(ready)
            leaf = NewLeaf(data=receipts_leaf(text), key=name, attachment=text.encode("ascii"))
            await stack.log.append([leaf])
            waits.append((time.perf_counter() - begun) * 1_000)

    with log.Rates() as rates:
        await asyncio.gather(*(writer() for _ in range(writers)))
    assert stack.log.head.size == len(waits)
    stack.close()
    return rates.of(len(waits)) | percentiles(waits)


def main() -> None:
    figures = figures_of_issuing()
    for writers in (64, WRITERS):
        job = functools.partial(figures_of_logging, writers=writers)
        figures[f"durable_writers_{writers}"] = log.on_disk(job)
    musts = [
        at_least("row 11", "issue_vs_bare_signature.ours_per_cpu_s", 25_000),
        at_least("row 12", f"durable_writers_{WRITERS}.wall_per_s", 12_000),
    ]
    write("receipt", figures, ["cryptography", "apsw"], musts=musts)


if __name__ == "__main__":
    main()
