"""What a generated request needs to know of names: texts that are domains, addresses, cursors, ids of what exists."""

import json
import os
import string

import schemathesis
from hypothesis import strategies as st

KNOWN = json.loads(os.environ["FRANKMARK_SCHEMATHESIS"])

label = st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True)
domains = st.builds(
    "{}.{}".format, label, st.sampled_from(["com", "org", "example", "test", "co.uk"])
) | st.sampled_from(["bücher.example", "EXAMPLE.COM", "example.com.", "xn--bcher-kva.example", KNOWN["domain"]])
addresses = st.builds("{}@{}".format, st.from_regex(r"[a-z0-9]{1,16}", fullmatch=True), domains)
printable = st.text(string.ascii_letters + string.digits + "äñ日本 ", min_size=1, max_size=40).map(
    lambda text: f"x{text}"
)

schemathesis.openapi.format("idn-hostname", domains)
schemathesis.openapi.format("idn-email", addresses)
schemathesis.openapi.format("printable", printable)
schemathesis.openapi.format("cursor", st.just(""))


@schemathesis.hook
def map_path_parameters(_context, path_parameters):
    """Half of the ids name something that is there."""
    chosen = {name: KNOWN[name] for name in path_parameters or {} if name in KNOWN and len(str(path_parameters)) % 2}
    return {**(path_parameters or {}), **chosen}
