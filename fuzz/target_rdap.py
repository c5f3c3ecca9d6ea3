"""A registry's answer: any octets are refused with a code or read into dates within reason and lower-case words."""

import json

from frankmark.adapters.network.rdap import STATUSES, Bootstrap, parse_registration
from frankmark.foundation.errors import Error

DOMAIN = "example.test"
YEAR_10000_MS = 253_402_300_800_000
DAY_MS = 86_400_000


def check(body: bytes) -> None:
    try:
        found = parse_registration(body, DOMAIN)
    except Error:
        return
    if len(found.statuses) > STATUSES or any(status != status.lower() for status in found.statuses):
        raise AssertionError("a status value is not in lower case")
    for moment in (found.registered_ms, found.expires_ms):
        if moment is not None and (moment % 1000 or abs(moment) > YEAR_10000_MS + DAY_MS):
            raise AssertionError("an instant is not one of RFC 3339")


def one_input(data: bytes) -> None:
    check(data)
    text = data.decode("latin-1")
    event = {"eventAction": "registration", "eventDate": text}
    check(json.dumps({"objectClassName": "domain", "ldhName": DOMAIN, "status": [text], "events": [event]}).encode())
    try:
        Bootstrap(data).base(DOMAIN)
    except Error:
        return
