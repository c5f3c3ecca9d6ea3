"""The closed words of SPF: results (RFC 7208 §2.6), mechanisms (§5), published policies, and what went wrong."""

from enum import StrEnum

__all__ = ["Mechanism", "SpfPolicy", "SpfProblem", "SpfResult"]


class SpfResult(StrEnum):
    """What `check_host` answers (RFC 7208 §2.6). Only `PASS` says that the client may use the domain."""

    PASS = "pass"  # noqa: S105  (a result, not a secret)
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    NONE = "none"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class SpfPolicy(StrEnum):
    """What a domain tells the world about clients that it does not list; the value is the `all` that says so."""

    HARDFAIL = "-all"
    SOFTFAIL = "~all"
    NEUTRAL = "?all"
    OPEN = "+all"  # everybody may send: worth no more than no record
    NONE = "none"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class Mechanism(StrEnum):
    """The eight mechanisms of RFC 7208 §5."""

    ALL = "all"
    INCLUDE = "include"
    A = "a"
    MX = "mx"
    PTR = "ptr"
    IP4 = "ip4"
    IP6 = "ip6"
    EXISTS = "exists"


class SpfProblem(StrEnum):
    """Why an evaluation ended in `none`, `temperror` or `permerror`."""

    # none
    DOMAIN_INVALID = "SPF_DOMAIN_INVALID"  # not a DNS name of two labels or more (§4.3)
    NO_RECORD = "SPF_NO_RECORD"  # the name holds no v=spf1 record, or does not exist (§4.5)
    # temperror
    DNS_TIMEOUT = "SPF_DNS_TIMEOUT"
    DNS_SERVFAIL = "SPF_DNS_SERVFAIL"
    DNS_BOGUS = "SPF_DNS_BOGUS"
    # permerror: the record
    RECORD_MULTIPLE = "SPF_RECORD_MULTIPLE"  # two or more v=spf1 records at one name (§4.5)
    RECORD_TOO_LONG = "SPF_RECORD_TOO_LONG"
    RECORD_NOT_ASCII = "SPF_RECORD_NOT_ASCII"  # an octet that is not visible ASCII or space (§3.1)
    MECHANISM_UNKNOWN = "SPF_MECHANISM_UNKNOWN"
    MECHANISM_SYNTAX = "SPF_MECHANISM_SYNTAX"
    NETWORK_SYNTAX = "SPF_NETWORK_SYNTAX"  # an address or prefix length that is none (§5.6)
    DOMAIN_SPEC_SYNTAX = "SPF_DOMAIN_SPEC_SYNTAX"  # §7.1: must end in a top label or a macro
    MACRO_SYNTAX = "SPF_MACRO_SYNTAX"
    MODIFIER_TWICE = "SPF_MODIFIER_TWICE"  # redirect= or exp= a second time (§6)
    # permerror: the evaluation
    MACRO_TOO_LONG = "SPF_MACRO_TOO_LONG"
    LOOKUP_LIMIT = "SPF_LOOKUP_LIMIT"  # more than ten terms that ask the DNS (§4.6.4)
    VOID_LIMIT = "SPF_VOID_LIMIT"  # more than two of them found nothing (§4.6.4)
    MX_LIMIT = "SPF_MX_LIMIT"  # more than ten exchanges at one name (§4.6.4)
    INCLUDE_NONE = "SPF_INCLUDE_NONE"  # include: of a domain without a record (§5.2)
    REDIRECT_NONE = "SPF_REDIRECT_NONE"  # redirect= to a domain without a record (§6.1)
    # refused before any evaluation
    CLIENT_ADDRESS = "SPF_CLIENT_ADDRESS"  # the client's address is not an IP address
