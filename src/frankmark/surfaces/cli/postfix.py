"""What Postfix needs to add a stamp to outgoing mail without a milter (header_checks(5), pcre_table(5))."""

import re

__all__ = ["SETTING", "TABLE", "header_rule"]

TABLE = "/etc/postfix/securestamp_header_checks"
SETTING = f"smtp_header_checks = pcre:{TABLE}"


def header_rule(domain: str, header: str) -> str:
    """The line of the table: mail whose From address is of exactly this domain gets the header.

    Args:
        domain: The domain as A-labels.
        header: The body of the header field, on one line.

    Returns:
        One line; the address must end the field, so that the domain within a display name does not count.
    """
    return rf"/^From:.*@{re.escape(domain)}[ \t]*>?[ \t]*$/i PREPEND X-SecureStamp: {' '.join(header.split())}"
