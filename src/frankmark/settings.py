"""What an operator may set: `frankmark.toml` and `FRANKMARK_…` variables, one closed vocabulary.

Nothing needs to be set: the defaults run a node on loopback. A key that is not known is refused with its name and the
nearest known one, since a misspelt limit that is silently ignored is worse than a node that does not start.

A variable `FRANKMARK_<KEY>` or `FRANKMARK_<SECTION>_<KEY>` wins over the file; lists are separated by commas.
"""

import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from frankmark.foundation.errors import Malformed
from frankmark.foundation.vocabulary import keys_of, nearest, unknown_keys

__all__ = [
    "DnsSettings",
    "EvidenceSettings",
    "LimitSettings",
    "MailSettings",
    "OutboundSettings",
    "Settings",
    "SettingsReason",
    "SignalSettings",
    "SmtpSettings",
    "TlsSettings",
    "load",
]

VARIABLES_OF_THEIR_OWN = frozenset(
    {
        "FRANKMARK_API_BASE",  # the node that a command asks
        "FRANKMARK_API_KEY",  # its key
        "FRANKMARK_CONFIG",  # the folder of trust.toml and frankmark.toml
        "FRANKMARK_PASSPHRASE_FILE",  # keys at rest
        "FRANKMARK_RESOLVER",  # the DNS servers, HOST:PORT[,…]
        "FRANKMARK_TEST_CLOCK",  # a file of seconds of offset, loopback only
    }
)


class SettingsReason(StrEnum):
    """Why settings are refused."""

    SETTINGS_UNREADABLE = "SETTINGS_UNREADABLE"
    SETTINGS_UNKNOWN_KEY = "SETTINGS_UNKNOWN_KEY"
    SETTINGS_INVALID = "SETTINGS_INVALID"


class TlsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Certificate and key as PEM files; both or neither."""

    certificate: str = ""
    key: str = ""


class DnsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which DNS servers answer; none named: the system's. `validating` believes the AD bit, on loopback only."""

    resolvers: tuple[str, ...] = ()
    validating: bool = False
    deadline_ms: int = 3000
    minimum_ttl_s: int = 5


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose Received lines and Authentication-Results a check may believe."""

    trusted_receivers: tuple[str, ...] = ()
    authserv_ids: tuple[str, ...] = ()


class SmtpSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The way out for mail; without a host, routes that need it answer `MAIL_NOT_CONFIGURED`."""

    host: str = ""
    port: int = 25
    tls: str = "starttls"  # starttls | implicit | none (loopback only)
    sender: str = msgspec.field(default="", name="from")


class OutboundSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exact origins (scheme, address, port) that pass the outbound guard although they are not global."""

    allow: tuple[str, ...] = ()


class EvidenceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Replacements for the bundled tables: RDAP bases by top-level domain, CT logs, certificate authorities.

    `connect` maps a host name to the HOST:PORT where its TLS service is probed (an address that is not global must
    stand in `[outbound] allow` too).
    """

    rdap: dict[str, str] = {}
    rdap_services: str = ""
    ct_logs: str = ""
    ca_file: str = ""
    connect: dict[str, str] = {}


class LimitSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Requests an address or a key may make."""

    v1_per_hour: int = 1000
    api_per_minute: int = 60
    key_per_minute: int = 300
    key_per_hour: int = 20000
    probes_per_ten_minutes: int = 1
    letters_per_hour: int = 60
    letters_to_one_per_hour: int = 3
    reports_per_day: int = 50
    hooks_per_minute: int = 3000
    messages_of_a_chat_per_minute: int = 20


class SignalSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long receipts are kept, and where the platforms' APIs are.

    Another address stands in for a platform in laboratories.
    """

    receipt_days: int = 400
    telegram_api: str = "https://api.telegram.org"
    whatsapp_api: str = "https://graph.facebook.com/v23.0"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything; see each section.

    Attributes:
        public_url: https origin without a path, the base of `iss`, `url` and `ledgerRef`; empty: the node's own
            ``https://<node_id>.frankmark.invalid``.
        listen: HOST:PORT.
        data: The data folder; empty: the platform's user data folder.
        trusted_proxies: Addresses of reverse proxies whose forwarding headers are believed.
        hosts: Further names that requests may use in `Host`.
    """

    public_url: str = ""
    listen: str = "127.0.0.1:8480"
    data: str = ""
    trusted_proxies: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    tls: TlsSettings = TlsSettings()
    dns: DnsSettings = DnsSettings()
    mail: MailSettings = MailSettings()
    smtp: SmtpSettings = SmtpSettings()
    outbound: OutboundSettings = OutboundSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    signal: SignalSettings = SignalSettings()
    limits: LimitSettings = LimitSettings()


def load(file: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of a file and of the environment.

    Args:
        file: A TOML file, or None.
        environ: Environment variables; those without our prefix are not looked at.

    Returns:
        The settings, every one of a known name and of the right type.

    Raises:
        Malformed: `SETTINGS_UNREADABLE`, `SETTINGS_UNKNOWN_KEY` or `SETTINGS_INVALID`.
    """
    given = _read(file) if file is not None else {}
    for path, value in _from_environment(environ):
        _place(given, path, value)
    for key in unknown_keys(given, Settings):
        raise _unknown_key(key.name, key.name.removesuffix(key.name.rpartition(".")[2]) + key.nearest)
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as problem:
        raise Malformed(SettingsReason.SETTINGS_INVALID, str(problem)) from problem
    _check_public_url(settings.public_url)
    return settings


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise Malformed(SettingsReason.SETTINGS_UNREADABLE, f"{file}: {problem}") from problem
    except tomllib.TOMLDecodeError as problem:
        raise Malformed(SettingsReason.SETTINGS_UNREADABLE, f"{file} is not TOML: {problem}") from problem


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Paths and values of our variables; a section's key is matched whole, so that keys may hold underscores."""
    known = {"FRANKMARK_" + name.replace(".", "_").upper(): name for name in keys_of(Settings)}
    for variable, text in sorted(environ.items()):
        if not variable.startswith("FRANKMARK_"):
            continue
        if variable == "FRANKMARK_RESOLVER":
            yield ("dns", "resolvers"), _listed(text)
        elif variable in VARIABLES_OF_THEIR_OWN:
            continue
        elif variable not in known:
            raise _unknown_key(variable, nearest(variable, sorted({*known, *VARIABLES_OF_THEIR_OWN})))
        else:
            path = tuple(known[variable].split("."))
            yield path, _listed(text) if _is_list(path) else text


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_list(path: tuple[str, ...]) -> bool:
    here: Any = Settings()
    for part in path:
        field = next(f for f in msgspec.structs.fields(here) if f.encode_name == part)
        here = getattr(here, field.name)
    return isinstance(here, tuple)


def _place(given: dict[str, Any], path: tuple[str, ...], value: Any) -> None:  # noqa: ANN401  (TOML holds anything)
    for part in path[:-1]:
        inner = given.setdefault(part, {})
        if not isinstance(inner, dict):
            raise Malformed(SettingsReason.SETTINGS_INVALID, f"{part} is a section, not a value")
        given = inner
    given[path[-1]] = value


def _unknown_key(name: str, nearest_known: str) -> Malformed:
    detail = f"{name} is not a setting; the nearest known one is {nearest_known}"
    return Malformed(SettingsReason.SETTINGS_UNKNOWN_KEY, detail)


def _check_public_url(text: str) -> None:
    if not text:
        return
    parts = urlsplit(text)
    bare = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme != "https" or not parts.hostname or not bare:
        detail = f"public_url must be an https origin without a path, like https://mark.example.org; it is {text}"
        raise Malformed(SettingsReason.SETTINGS_INVALID, detail)
