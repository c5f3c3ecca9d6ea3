"""What leaves the machine while a message is checked: every octet of every socket, as the kernel saw it."""

import base64
import json
import os
import re
import subprocess
import sys
import zlib
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from tests.rows.staging import CLIENT_IP, needs

CANARY = "the-violet-heron-walks-at-0419"
CALL = re.compile(r"\b(sendto|sendmsg|sendmmsg|write|writev|connect|send|sendfile|splice)\((.*)$")
PEER = re.compile(r'htons\((\d+)\).*?inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]+)"')
BACKSLASH_X = r"\x"
OCTETS = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
SENDER = """
import socket, sys
line = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
for form in sys.stdin.read().split():
    line.sendall(bytes.fromhex(form))
line.close()
"""


@dataclass(frozen=True)
class Capture:
    """What a process and its children put on sockets, and whom they spoke to."""

    sent: bytes
    peers: frozenset[str]
    status: int
    out: str


def traced(line, environ, folder, text=b""):
    log = folder / "trace"
    calls = "network,write,writev,sendfile,splice"
    strace = ["strace", "-f", "-qq", "-e", f"trace={calls}", "-s", "1000000", "-xx", "-yy", "-o", str(log)]
    done = subprocess.run([*strace, *line], env=environ, input=text, capture_output=True, check=False, timeout=120)
    sent, peers = bytearray(), set()
    for row in log.read_text().splitlines():
        call = CALL.search(row)
        if call is None or not re.match(r"\d+<(TCP|UDP|socket|UNIX)", call[2]):
            continue
        if (peer := PEER.search(call[2])) is not None:
            port, address = peer.groups()
            peers.add(f"{bytes.fromhex(address.replace(BACKSLASH_X, '')).decode()}:{port}")
        if call[1] != "connect":
            sent += b"".join(bytes.fromhex(one.replace(BACKSLASH_X, "")) for one in OCTETS.findall(call[2]))
    return Capture(bytes(sent), frozenset(peers), done.returncode, done.stdout.decode())


def spellings(text):
    """The forms in which octets of a text leave a program."""
    octets = text.encode()
    yield "raw", octets
    yield "percent", "".join(f"%{octet:02X}" for octet in octets).encode()
    yield "quoted", quote(text, safe="").encode()
    yield "hex", octets.hex().encode()
    yield "HEX", octets.hex().upper().encode()
    yield "utf-16", text.encode("utf-16-le")
    yield "reversed", octets[::-1]
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + octets)
        whole = coded[4 if shift else 0 : len(coded) // 4 * 4 - 4]
        yield f"base64+{shift}", whole
        yield f"base64url+{shift}", whole.translate(bytes.maketrans(b"+/", b"-_"))


def unpacked(sent):
    """Every stretch of what was sent that is a compressed stream: zlib, gzip or bare deflate."""
    for start in range(len(sent)):
        for bits in (zlib.MAX_WBITS, 16 + zlib.MAX_WBITS, -zlib.MAX_WBITS):
            try:
                yield zlib.decompressobj(bits).decompress(sent[start : start + 65_536], 65_536)
            except zlib.error:
                continue


def found(sent, text):
    """Under which forms a text is in what was sent."""
    lower = sent.lower()
    names = {name for name, form in spellings(text) if form in sent or form.lower() in lower}
    octets = text.encode()
    if any(octets in whole for whole in unpacked(sent)):
        names.add("deflate")
    return names


@pytest.mark.row("W3")
def test_W3_no_octet_of_the_body_leaves_the_machine_in_any_form(world, node, stamped, tmp_path):
    needs("strace")
    environ = world.environ(node)
    port = node.base.rpartition(":")[2]

    # The search finds what is sent, in every form that it knows.
    forms = [form for _, form in spellings(CANARY)] + [zlib.compress(f"x {CANARY} y".encode())]
    packed = b" ".join(form.hex().encode() for form in forms)
    control = traced([sys.executable, "-c", SENDER, port], {**os.environ}, tmp_path, packed)
    assert control.peers == {f"127.0.0.1:{port}"}
    assert found(control.sent, CANARY) >= {name for name, _ in spellings(CANARY)} | {"deflate"}

    sender = f"news@{stamped.domain}"
    body = f"Dear reader,\r\n{CANARY}\r\nhttps://{CANARY}.test/a?b={CANARY}\r\n"
    mail = tmp_path / "mail.eml"
    header = node.admin.good("GET", f"/api/stamps/{stamped.stamp_id}/token")["header"]
    mail.write_bytes(world.letter(sender, stamp=header, body=body))
    line = [sys.executable, "-m", "frankmark", "check", str(mail), "--client-ip", CLIENT_IP, "--mail-from", sender]
    seen = traced([*line, "--json"], environ, tmp_path)
    assert (seen.status, json.loads(seen.out)["display"]) == (0, "trusted")
    assert stamped.domain.encode() in seen.sent  # it did ask, over sockets that were watched
    assert b"/api/trust/check" in seen.sent
    assert seen.peers == {f"127.0.0.1:{port}", f"127.0.0.1:{world.dns.port}"}
    for text in (CANARY, "Dear reader", "you@reader.test", "Subject: Rows", "Rows\r\n"):
        assert found(seen.sent, text) == set(), text
    question = re.search(rb'\{"target".*?\}', seen.sent)[0]
    assert json.loads(question).keys() <= {"target", "token", "stampId"}
