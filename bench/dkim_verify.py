"""DKIM verification against dkimpy (in process) and OpenDKIM (its own process, asked through its milter socket).

The same signed messages, the same keys, parsed keys kept by whoever keeps them (ours and OpenDKIM's; dkimpy keeps none).
Before anything is timed, every verifier must say pass to each message and not pass to the same message with one octet
changed. OpenDKIM's figure is the processor time of its process, which includes reading the milter protocol; ours and
dkimpy's include parsing the message. The peer is left out, and said to be, if `opendkim` is not installed.
"""

import base64
import os
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dkim as dkimpy
from measure import at_least, compare, rate, write

from frankmark.foundation.dns import Answer, Question, Status, answered_by
from frankmark.foundation.keys import Ed25519PrivateKey, RsaPrivateKey
from frankmark.mail.dkim import verify_signatures
from frankmark.mail.dkim_key import KeyCache
from frankmark.mail.dkim_sign import SigningPlan, sign
from frankmark.mail.message import parse

NOW_S = int(time.time())
RSA, ED = RsaPrivateKey.generate(2048), Ed25519PrivateKey.generate()
RECORDS = {
    "rsa._domainkey.example.com": b"v=DKIM1; k=rsa; p=" + base64.b64encode(RSA.public.to_spki()),
    "ed._domainkey.example.com": b"v=DKIM1; k=ed25519; p=" + base64.b64encode(ED.public.to_bytes()),
}
ANSWERS = {name: Answer(status=Status.OK, texts=((record,),)) for name, record in RECORDS.items()}
CACHE = KeyCache()
HEADER = (
    "Return-Path: <joe@example.com>\r\n"
    "Received: from mail.example.com (mail.example.com [192.0.2.1])\r\n\tby mx.example.net (Postfix) with ESMTPS id 4SV8"
    "\r\n\tfor <sue@example.net>; Tue, 14 Nov 2023 22:13:20 +0000 (UTC)\r\n"
    "Received: from [198.51.100.7] (port=4321 helo=laptop)\r\n\tby mail.example.com; Tue, 14 Nov 2023 22:13:19 +0000\r\n"
    "From: Joe SixPack <joe@example.com>\r\nTo: Suzie Q <suzie@example.net>\r\nSubject: Is dinner ready?\r\n"
    "Date: Tue, 14 Nov 2023 22:13:18 +0000\r\nMessage-ID: <20231114221318.46341@example.com>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
)
LINES = (
    '<table align=3D"left" border=3D"0" cellpadding=3D"0">\r\n'
    "  <tr><td>We lost the game.  Are you hungry yet?</td></tr>\r\n"
    '\t<p style=3D"margin: 0; padding: 0; font-family: Helvetica, Arial, sans-=\r\nserif">Joe.</p>\r\n'
)
SIZES = {"4_kib": 4_096, "64_kib": 65_536}


def signed(selector: str, size: int) -> bytes:
    body = LINES * ((size - len(HEADER)) // len(LINES))
    octets = (HEADER + body).encode()
    plan = SigningPlan(domain="example.com", selector=selector)
    return sign(parse(octets), RSA if selector == "rsa" else ED, plan, now_s=NOW_S) + octets


def tampered(octets: bytes) -> bytes:
    return octets.replace(b"lost", b"l0st", 1)


def answer(question: Question) -> Answer:
    return ANSWERS[question.name]


def ours(octets: bytes) -> bool:
    outcomes = answered_by(verify_signatures(parse(octets), now_s=NOW_S, cache=CACHE), answer)
    return [outcome.result for outcome in outcomes] == ["pass"]


def by_dkimpy(octets: bytes) -> bool:
    return dkimpy.verify(octets, dnsfunc=lambda name, timeout=5: RECORDS[name.decode().rstrip(".")])


class Milter:
    """A mail server's side of the milter protocol, one message at a time, without replies where they can be spared."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(path)
        self.stream = self.socket.makefile("rb")
        self.send(b"O", struct.pack("!III", 6, 0x1FF, 0x1FFFFF))
        _, _, self.wanted = struct.unpack("!III", self.receive()[1][:12])
        self.tell(b"C", b"mail.example.com\x004" + struct.pack("!H", 25) + b"192.0.2.1\0", 0x1, 0x1000)
        self.tell(b"H", b"mail.example.com\0", 0x2, 0x2000)

    def send(self, command: bytes, data: bytes) -> None:
        self.socket.sendall(struct.pack("!I", len(data) + 1) + command + data)

    def receive(self) -> tuple[bytes, bytes]:
        size = struct.unpack("!I", self.stream.read(4))[0]
        packet = self.stream.read(size)
        return packet[:1], packet[1:]

    def tell(self, command: bytes, data: bytes, not_wanted: int, no_reply: int) -> None:
        if self.wanted & not_wanted:
            return
        self.send(command, data)
        if not self.wanted & no_reply:
            assert self.receive()[0] in b"cs", command

    def verify(self, octets: bytes) -> bool:
        message = parse(octets)
        self.tell(b"M", b"<joe@example.com>\0", 0x4, 0x4000)
        self.tell(b"R", b"<sue@example.net>\0", 0x8, 0x8000)
        self.tell(b"T", b"", 0x200, 0x10000)
        leading = bool(self.wanted & 0x100000)
        for field in message.fields:
            value = field.value.replace(b"\r\n", b"\n")
            value = value if leading else value.removeprefix(b" ")
            self.tell(b"L", field.name + b"\0" + value + b"\0", 0x20, 0x80)
        self.tell(b"N", b"", 0x40, 0x40000)
        for at in range(0, len(message.body), 65_535):
            self.tell(b"B", message.body[at : at + 65_535], 0x10, 0x80000)
        self.send(b"E", b"")
        results = b""
        while True:
            command, data = self.receive()
            if command in b"hi":
                results += data
            if command in b"cartd":
                return b"dkim=pass" in results


@contextmanager
def opendkim() -> Iterator[tuple[Milter, int]]:
    """OpenDKIM as a verifier on a unix socket, and its process id."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "keys").write_bytes(b"".join(name.encode() + b" " + record + b"\n" for name, record in RECORDS.items()))
        path = home / "socket"
        (home / "conf").write_text(
            f"Mode v\nSocket local:{path}\nTestPublicKeys {home}/keys\nSyslog no\nBackground no\n"
            f"AuthservID bench\nPidFile {home}/pid\nUserID {os.getuid()}:{os.getgid()}\n"
        )
        program = subprocess.Popen(["opendkim", "-f", "-x", str(home / "conf")])
        try:
            for _ in range(100):
                if path.exists():
                    break
                time.sleep(0.05)
            yield Milter(str(path)), program.pid
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(10)


def spent_s(pid: int) -> float:
    """Processor time of a process, its threads included, as the scheduler counts it in nanoseconds."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def rate_of(milter: Milter, pid: int, octets: bytes, *, count: int) -> float:
    begun = spent_s(pid)
    for _ in range(count):
        milter.verify(octets)
    return count / (spent_s(pid) - begun)


def against_opendkim(milter: Milter, pid: int, octets: bytes, *, rounds: int = 7) -> dict[str, object]:
    count = 400 if len(octets) < 10_000 else 120
    rate(lambda: ours(octets), seconds=0.1), rate_of(milter, pid, octets, count=count)
    pairs = [
        (rate(lambda: ours(octets), seconds=0.4), rate_of(milter, pid, octets, count=count)) for _ in range(rounds)
    ]
    ratios = sorted(a / b for a, b in pairs)
    return {
        "ours_per_cpu_s": round(statistics.median(a for a, _ in pairs)),
        "peer_per_cpu_s": round(statistics.median(b for _, b in pairs)),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_low": round(ratios[0], 3),
        "ratio_high": round(ratios[-1], 3),
        "rounds": rounds,
    }


def main() -> None:
    messages = {
        f"{label}_{size}": signed(selector, octets)
        for label, selector in (("rsa_2048", "rsa"), ("ed25519", "ed"))
        for size, octets in SIZES.items()
    }
    figures: dict[str, object] = {}
    for name, octets in messages.items():
        for verify in (ours, by_dkimpy):
            assert verify(octets), (name, verify)
            assert not verify(tampered(octets)), (name, verify)
        figures[f"{name}_vs_dkimpy"] = compare(lambda o=octets: ours(o), lambda o=octets: by_dkimpy(o))
    if shutil.which("opendkim") is None:
        figures["opendkim"] = "not installed, not measured"
    else:
        said = subprocess.run(["opendkim", "-V"], capture_output=True, text=True, check=False)
        figures["opendkim"] = (said.stdout + said.stderr).splitlines()[0].removeprefix("opendkim: ")
        with opendkim() as (milter, pid):
            for name, octets in messages.items():
                assert milter.verify(octets), name
                assert not milter.verify(tampered(octets)), name
                figures[f"{name}_vs_opendkim"] = against_opendkim(milter, pid, octets)
    targets = [
        at_least("row 6", "rsa_2048_4_kib_vs_dkimpy.ours_per_cpu_s", 9_000),
        at_least("row 7", "rsa_2048_64_kib_vs_dkimpy.ours_per_cpu_s", 3_300),
    ]
    write("dkim", figures, ["dkimpy", "cryptography"], musts=targets)


if __name__ == "__main__":
    main()
