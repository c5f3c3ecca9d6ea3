"""Canonical JSON against `rfc8785`: a small document, a token-sized one and a large one; and one that takes the slow way."""

import rfc8785
from measure import compare, write

from frankmark.foundation.canonical import dump

SMALL = {
    "v": 1,
    "type": "StampIssuance",
    "channel": "securestamp-main",
    "timestamp": 1_800_000_000_000,
    "ok": True,
    "n": None,
}
ENTRY = {**SMALL, "stampId": "f47ac10b-58cc-4372-a567-0e02b2c3d479", "assetHash": "ab" * 32, "issuer": "cd" * 32}
LARGE = {
    f"signal-{at:03}": {"name": f"s{at}", "value": at * 7, "source": "dns", "observedAt": 1_800_000_000_000 + at}
    for at in range(60)
}
FLOATS = {**ENTRY, "rate": 0.1, "big": 1e30}


def main() -> None:
    figures: dict[str, object] = {}
    for name, value in (("small", SMALL), ("entry", ENTRY), ("large", LARGE), ("with_floats", FLOATS)):
        assert dump(value) == rfc8785.dumps(value)
        figures[name] = compare(lambda value=value: dump(value), lambda value=value: rfc8785.dumps(value))
    write("canonical", figures, ["rfc8785", "msgspec"])


if __name__ == "__main__":
    main()
