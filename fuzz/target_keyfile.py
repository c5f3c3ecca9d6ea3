"""Any octets as a key file: they never open, and nothing but codes comes out."""

import tempfile
from pathlib import Path

from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.keyfile import Hardness, KeyFolder
from frankmark.adapters.system.passphrase import Passphrase, PassphraseSource
from frankmark.foundation.errors import Error

PASSPHRASE = Passphrase(octets=b"fuzz", source=PassphraseSource.PROMPT)
PLACE = tempfile.TemporaryDirectory()
FOLDER = KeyFolder(Path(PLACE.name) / "keys", PASSPHRASE, SystemEntropy(), hardness=Hardness(memory_kib=8, passes=1))
FOLDER.write("node", bytes(32))
GOOD = FOLDER.read_sealed("node")


def one_input(data: bytes) -> None:
    # Half of the inputs keep the good first line, so that the second is reached; asking for memory is not the point.
    line = GOOD.split(b"\n", 1)[0]
    for content in (data, line + b"\n" + data):
        if b" m=8 t=1 p=1 " not in content or content == GOOD:
            continue
        try:
            FOLDER.write_sealed("other", content)
        except Error:
            continue
        raise AssertionError("a file opens that nobody sealed")
