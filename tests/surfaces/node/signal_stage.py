"""A node with a name server of its own, on which brands declare channels and sign against others."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from frankmark.adapters.standin.dns_server import DnsStandIn, Zone
from frankmark.foundation.identifiers import ulid
from frankmark.foundation.keys import P256PrivateKey
from frankmark.protocols.signal.brand_record import owner_name, render_brand_record
from frankmark.protocols.signal.model import Artifact, ArtifactType
from frankmark.protocols.signal.perimeter import Channel, Match, Perimeter, read, sign
from frankmark.protocols.signal.statement import Statement
from frankmark.protocols.signal.statement import sign as sign_statement

LIFE_S = 90 * 86_400


@contextmanager
def name_server() -> Iterator[DnsStandIn]:
    """A name server for `test.` in a loop of its own."""
    loop, server = asyncio.new_event_loop(), DnsStandIn(Zone("test", ttl=1))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(5)
    yield server
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


def channel(kind: str, value: str, match: str = "exact") -> Channel:
    return Channel(artifact=Artifact(type=ArtifactType(kind), value=value), match=Match(match))


class Brand:
    """A brand of an organisation of its own, with its key in the zone."""

    def __init__(self, node, server: DnsStandIn, name: str, domain: str) -> None:
        self._node = node
        self.name, self.domain = name, domain
        self.id = "br_" + ulid(self.now_ms, domain.encode()[:10].ljust(10, b"."))
        self.private = P256PrivateKey.generate()
        self.org_id = node.admin("POST", "/api/orgs", {"name": name})["orgId"]
        self.key = node.admin("POST", "/api/keys", {"role": "org", "name": "signal", "orgId": self.org_id})["key"]
        record = render_brand_record(self.private.public.thumbprint())
        server.zone.put_text(owner_name(domain), record.encode() if isinstance(record, str) else record)
        self._newest = ""

    @property
    def now_ms(self) -> int:
        return self._node.services.clock.now_ms()

    def declare(self, *channels: Channel) -> dict:
        """Publish the next perimeter."""
        before = read(self._newest, self._node.services.signal.suffixes) if self._newest else None
        now_s = self.now_ms // 1000
        perimeter = Perimeter(
            brand=self.id,
            name=self.name,
            domain=self.domain,
            seq=before.perimeter.seq + 1 if before else 1,
            prev=before.digest if before else None,
            iat=now_s,
            exp=now_s + LIFE_S,
            channels=channels,
        )
        self._newest = sign(perimeter, self.private)
        answer = self._node.ask("POST", "/api/signal/brands", {"perimeter": self._newest}, key=self.key)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def sign_against(self, kind: str, value: str, *, reviewer: str) -> dict:
        """Open a counter-stamp and bring it to `confirmed`."""
        asked = {"brand": self.id, "artifact": {"type": kind, "value": value}, "reasonCode": "NOT_OURS"}
        evidence = [{"sha256": "ab" * 32, "mime": "image/png"}]
        case = self._moved("POST", {**asked, "evidence": evidence}, self.key)
        case = self._moved("PATCH", {"id": case["id"], "to": "under_review", "ifVersion": case["version"]}, reviewer)
        stated = Statement(core=case["core"], version=case["version"], log=case["log"], iat=self.now_ms // 1000)
        wish = {"id": case["id"], "to": "confirmed", "ifVersion": case["version"], "reason": "seen"}
        return self._moved("PATCH", {**wish, "jws": sign_statement(stated, self.private)}, reviewer)

    def _moved(self, method: str, body: dict, key: str) -> dict:
        answer = self._node.ask(method, "/api/signal/counter-stamps", body, key=key)
        assert answer.status_code < 400, answer.text
        return answer.json()


def disputed(node, server: DnsStandIn, case: dict, domain: str) -> None:
    """Let the owner of a domain show control of it, and dispute."""
    asked = node.ask("POST", "/api/signal/counter-stamps/challenges", {"id": case["id"], "method": "domain-txt"}).json()
    server.zone.put_text(f"{asked['place']}.{domain}", asked["text"].encode())
    control = {"method": "domain-txt", "nonce": asked["nonce"]}
    body = {"id": case["id"], "to": "disputed", "control": control}
    answer = node.ask("PATCH", "/api/signal/counter-stamps", body)
    assert answer.status_code == 200, answer.text


def receipt_of(node, kind: str, value: str, brand: str = "") -> str:
    """Ask, and keep the receipt's id."""
    body = {"artifact": {"type": kind, "value": value}, **({"brand": brand} if brand else {})}
    answer = node.ask("POST", "/api/signal/verify", body)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"][0]["receiptId"]


def reviewer_key(node) -> str:
    return node.admin("POST", "/api/keys", {"role": "reviewer", "name": "reviewer"})["key"]


def staged(node, server: DnsStandIn) -> dict[str, str]:
    """Two brands with a history, one counter-stamp confirmed and one disputed, and a receipt of every fact."""
    acme = Brand(node, server, "Acme Börse", "acme.test")
    first: Sequence[Channel] = (
        channel("domain", "acme.test", "subtree"),
        channel("whatsapp", "+14155550100"),
        channel("telegram", "@acme_old"),
        channel("shortlink", "https://go.acme.test/r/", "prefix"),
    )
    acme.declare(*first)
    acme.declare(*(one for one in first if one.artifact.value != "@acme_old"), channel("telegram", "@acme"))
    gone = Brand(node, server, "Gone", "gone.test")
    gone.declare(channel("domain", "gone.test"))
    gone.declare()
    reviewer = reviewer_key(node)
    acme.sign_against("domain", "acme-prizes.test", reviewer=reviewer)
    disputed(node, server, acme.sign_against("domain", "acme-fans.test", reviewer=reviewer), "acme-fans.test")
    asked = {
        "PERTENECE": ("url", "https://www.acme.test/account", ""),
        "NO_PERTENECE": ("domain", "acmé.test", "acme.test"),
        "COUNTERSTAMP": ("domain", "acme-prizes.test", "acme.test"),
        "DISPUTED": ("domain", "acme-fans.test", ""),
        "UNKNOWN": ("telegram", "@somebody", ""),
    }
    return {fact: receipt_of(node, *question) for fact, question in asked.items()}
