"""One message of 4 KiB to its trust score: SPF, DKIM, DMARC, stamp header and stamp record, the DNS answers kept.

Ours is `MailCheck.check` as `frankmark check` runs it, parsing of the message included, on the answers that a
`DnsResolver` has kept of a real name server; no node is asked, for no peer asks one. Two figures: the stamp's token is one
that came before, as it is with every message of a sender; and each message brings another token, whose P-256 signature is
verified. The peers know no stamp: they do less. dkimpy and pyspf with a DMARC record read in two lines are the smallest
Python program that does the rest; dkimpy keeps no keys. Each peer must pass the message, and fail it when one octet of
its body is changed, before anything is timed. A peer that is not installed is named, and not measured.
"""

import asyncio
import contextlib
import os
import statistics
import threading
from collections.abc import Callable, Iterator

import dkim as dkimpy
import spf as pyspf
from measure import at_least, rate, write
from message_peers import NotThereError, mailauth, rspamd
from message_world import CLIENT, DOMAIN, ENVELOPE, FROM, HELO, Sender, tampered

from frankmark.adapters.network.resolver import DnsResolver, ResolverSettings, Server
from frankmark.adapters.standin.dns_server import DnsStandIn, Zone
from frankmark.adapters.system.clock import SystemClock
from frankmark.foundation.keys import RsaPublicKey
from frankmark.mail.message import parse
from frankmark.protocols.securestamp.channels import ChannelName, ChannelResult
from frankmark.services.mailcheck import MailCheck, MailTrust, MailVerdict

ROUNDS, SECONDS, TOKENS, TURNS, CHECKS = 7, 0.4, 1_000, 20, 400


@contextlib.contextmanager
def name_server(sender: Sender) -> Iterator[int]:
    """The sender's name server in a thread of its own; its port."""
    zone = Zone("com", ttl=3600)
    sender.publish(zone)
    server, loop = DnsStandIn(zone), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result()
    try:
        yield server.port
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Ours:
    """Our check in a loop of its own, in turns of so many messages."""

    def __init__(self, sender: Sender, dns_port: int) -> None:
        self.sender = sender
        self.loop = asyncio.new_event_loop()
        server = Server(address="127.0.0.1", port=dns_port)
        self.clock = SystemClock(os.environ)
        self.resolver = DnsResolver(ResolverSettings(servers=(server,)), self.clock)
        self.messages = [sender.message(number) for number in range(TOKENS)]
        self.turn, self.checker = 0, self._checker()

    def _checker(self) -> MailCheck:
        trust = MailTrust(issuers=self.sender.issuers)
        return MailCheck(resolver=self.resolver, node=None, trust=trust, clock=self.clock)

    def verdict(self, octets: bytes) -> MailVerdict:
        return self.loop.run_until_complete(self.checker.check(parse(octets), envelope=ENVELOPE))

    def known_token(self) -> None:
        async def run() -> None:
            for _ in range(TURNS):
                await self.checker.check(parse(self.messages[0]), envelope=ENVELOPE)

        self.loop.run_until_complete(run())

    def new_token(self) -> None:
        """Each message of the thousand once; then a checker that has seen none of them begins again."""

        async def run() -> None:
            for octets in self.messages[self.turn : self.turn + TURNS]:
                await self.checker.check(parse(octets), envelope=ENVELOPE)

        self.turn = (self.turn + TURNS) % TOKENS
        if not self.turn:
            self.checker = self._checker()
        self.loop.run_until_complete(run())

    def close(self) -> None:
        self.loop.run_until_complete(self.resolver.close())
        self.loop.close()


def python_peer(texts: dict[str, bytes]) -> Callable[[bytes], tuple[str, bool, str]]:
    """SPF by pyspf, DKIM by dkimpy, DMARC by hand, from a table of answers."""

    def look_up(
        name: str, kind: str, strict: bool = True, timeout: int = 0
    ) -> list[tuple[tuple[str, str], tuple[bytes]]]:  # noqa: FBT001, FBT002
        text = texts.get(name.lower().rstrip(".")) if kind == "TXT" else None
        return [] if text is None else [((name, kind), (text,))]

    pyspf.DNSLookup = look_up

    def check(octets: bytes) -> tuple[str, bool, str]:
        result = pyspf.check2(i=CLIENT, s=FROM, h=HELO)[0]
        signed = dkimpy.verify(octets, dnsfunc=lambda name, timeout=5: texts[name.decode().rstrip(".")])
        tags = dict(part.strip().split("=", 1) for part in texts[f"_dmarc.{DOMAIN}"].decode().split(";") if "=" in part)
        return result, signed, "pass" if signed or result == "pass" else tags["p"]

    return check


def limit(sender: Sender) -> float:
    """Pairs of one RSA-2048 and one P-256 verification a second of processor time: no program can be faster."""
    public = RsaPublicKey.from_spki(sender.dkim.public.to_spki())
    data, token = b"x" * 512, sender.token()
    signed, sealed = sender.dkim.sign_pkcs1(data), sender.stamp.sign(token.encode())

    def both() -> None:
        public.verify_pkcs1(signed, data, "sha256")
        sender.stamp.public.verify(sealed, token.encode())

    return rate(both, seconds=SECONDS)


def in_turns(jobs: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """The rates of each job, taken one after the other in every round."""
    for job in jobs.values():
        job()  # warms up
    rounds = [{name: job() for name, job in jobs.items()} for _ in range(ROUNDS)]
    return {name: [each[name] for each in rounds] for name in jobs}


def compared(ours: list[float], theirs: list[float]) -> dict[str, object]:
    ratios = sorted(a / b for a, b in zip(ours, theirs, strict=True))
    return {
        "ours_per_cpu_s": round(statistics.median(ours)),
        "peer_per_cpu_s": round(statistics.median(theirs)),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_low": round(ratios[0], 3),
        "ratio_high": round(ratios[-1], 3),
        "rounds": ROUNDS,
    }


def sound(ours: Ours, peer: Callable[[bytes], tuple[str, bool, str]]) -> None:
    """Everybody says the same of the good message and of one that was changed."""
    good, bad = ours.messages[0], tampered(ours.messages[0])
    verdict, forged = ours.verdict(good), ours.verdict(bad)
    assert [each.result for each in verdict.dkim] == ["pass"] and verdict.dmarc.result == "pass", verdict
    assert verdict.spf.facts is not None and verdict.spf.facts.result == "pass", verdict
    found = {each.channel: each.result for each in verdict.assessment.evidence.lists.channels}
    assert found[ChannelName.DNS] is ChannelResult.PASS and found[ChannelName.HEADER] is ChannelResult.PASS, found
    assert [each.result for each in forged.dkim] == ["fail"], forged
    assert peer(good) == ("pass", True, "pass") and peer(bad)[1] is False
    assert 3_900 <= len(good) <= 4_096, len(good)


def main() -> None:
    sender = Sender()
    with name_server(sender) as port, contextlib.closing(Ours(sender, port)) as ours, contextlib.ExitStack() as stack:
        peer = python_peer(sender.texts())
        sound(ours, peer)
        good = ours.messages[0]
        jobs: dict[str, Callable[[], float]] = {
            "known_token": lambda: TURNS * rate(ours.known_token, seconds=SECONDS),
            "new_token": lambda: TURNS * rate(ours.new_token, seconds=SECONDS),
            "dkimpy_and_pyspf": lambda: rate(lambda: peer(good), seconds=SECONDS),
            "limit": lambda: limit(sender),
        }
        said: dict[str, object] = {}
        for name, begin in (("mailauth", lambda: mailauth(sender, good)), ("rspamd", lambda: rspamd(good, port))):
            try:
                check, version = stack.enter_context(begin())
            except NotThereError as reason:
                said[name] = f"not measured: {reason}"
            else:
                said[name] = version
                jobs[name] = lambda check=check: CHECKS / check(CHECKS)
        taken = in_turns(jobs)
    figures = {
        f"{ours_way}_vs_{theirs}": compared(taken[ours_way], taken[theirs])
        for ours_way in ("known_token", "new_token")
        for theirs in jobs.keys() - {"known_token", "new_token"}
    }
    write(
        "message_check",
        {**said, "octets": len(good), **figures},
        ["dkimpy", "pyspf", "cryptography"],
        musts=[
            at_least("row 8", "known_token_vs_limit.ours_per_cpu_s", 4_000),
            at_least("row 8", "new_token_vs_limit.ours_per_cpu_s", 4_000),
        ],
    )


if __name__ == "__main__":
    main()
