"""A stamped domain on a node that is measured, and as many further tokens of its stamp as a measurement wants."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import load
from node_process import NodeProcess

from frankmark.adapters.standin.dns_server import Zone
from frankmark.adapters.system.clock import SystemClock
from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.keyfile import KeyFolder
from frankmark.adapters.system.passphrase import find_passphrase
from frankmark.protocols.securestamp.token import issue_token, parse_token
from frankmark.services.keyring import Keyring


async def stamp(node: NodeProcess, zone: Zone, domain: str) -> str:
    """Register a domain, answer the challenge in the zone, stamp it and publish the record; the stamp's token."""
    reader, writer = await asyncio.open_connection("127.0.0.1", node.port)

    async def ask(path: str, body: object) -> dict:
        asked = load.request("POST", path, json.dumps(body).encode(), node.token)
        status, data = await load.ask(reader, writer, asked)
        assert status < 300, (path, status, data)
        return json.loads(data)

    org_id = (await ask("/api/orgs", {"name": "Bench"}))["orgId"]
    challenge = (await ask("/api/domains", {"domain": domain, "orgId": org_id}))["challenge"]
    zone.put_text(challenge["recordName"], challenge["recordText"].encode())
    await ask(f"/api/domains/{domain}/verify", {"orgId": org_id})
    made = (await ask("/api/stamps", {"domain": domain, "orgId": org_id}))["publish"]
    zone.put_text(made["name"], made["text"].encode())
    writer.close()
    return str(made["url"].rpartition("/")[2])


def further_tokens(data: Path, token: str, count: int) -> Iterator[str]:
    """Tokens of the same stamp that the node's own key has signed and nobody has shown it yet."""
    entropy = SystemEntropy()
    passphrase = find_passphrase(data / "keys", {}, entropy, prompt=None)
    key = Keyring.open(KeyFolder(data / "keys", passphrase, entropy), SystemClock({}), entropy).signing
    claims = parse_token(token).claims
    assert claims.iat is not None
    for earlier in range(1, count + 1):
        yield issue_token(replace(claims, iat=claims.iat - earlier), key.private, key.jwk.kid)
