"""SPF macro strings: any text parses or is refused, and any value expands within bounds."""

from frankmark.foundation.errors import Malformed
from frankmark.mail.spf_macro import MAX_EXPANSION, expand, expand_name, parse_domain_spec, parse_macro_string


def one_input(data: bytes) -> None:
    template, _, rest = data.partition(b"\n")
    text, value = template.decode("latin-1"), rest.decode("utf-8", "replace")
    for parse in (parse_macro_string, parse_domain_spec):
        try:
            macro = parse(text)
            expanded = expand(macro, lambda _: value)
            name = expand_name(macro, lambda _: value)
        except Malformed:
            continue
        if macro.text != text or len(expanded) > MAX_EXPANSION:
            raise AssertionError("the text was lost or grew out of bounds")
        if not expanded.lower().removesuffix(".").endswith(name) and expanded.isascii():
            raise AssertionError("a name is not the right end of its expansion")
        if "%" not in text and expanded != text:
            raise AssertionError("a literal changed")
