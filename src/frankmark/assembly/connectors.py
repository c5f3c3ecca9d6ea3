"""Connectors to messaging platforms, plugged together."""

from collections.abc import Callable
from dataclasses import dataclass, field

from frankmark.adapters.network.messengers import PlatformMessengers
from frankmark.adapters.sqlite.records_replies import SqliteReplies
from frankmark.assembly.tables import shipped_phrases, shipped_shorteners, shipped_suffixes
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.fetch import Fetcher
from frankmark.ports.keys import KeyVault
from frankmark.ports.limits import Rate, RateLimiter
from frankmark.ports.storage import AuditStore
from frankmark.protocols.signal.attribution import Platform
from frankmark.protocols.signal.links import Tables
from frankmark.services.badges import Badges
from frankmark.services.bot_accounts import BotAccounts
from frankmark.services.channel_codes import CodeInChat
from frankmark.services.channel_control import ChannelControl, ControlMethod
from frankmark.services.connecting import Connecting
from frankmark.services.connectors import ConnectorParts, Connectors, Lookup
from frankmark.services.outbox import Letterbox, Outbox
from frankmark.settings import Settings

__all__ = ["Around", "Connection", "open_connectors"]

MINUTE_S = 60
CODES = {ControlMethod.TELEGRAM: Platform.TELEGRAM, ControlMethod.WHATSAPP: Platform.WHATSAPP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the connectors stand on.

    Attributes:
        secret: The node's own secret.
        control: Takes the ways to show control of a chat.
        note: Told what could not be done: the part and the code.
    """

    settings: Settings
    vault: KeyVault
    store: SqliteReplies
    fetcher: Fetcher
    limiter: RateLimiter
    audit: AuditStore
    lookup: Lookup
    control: ChannelControl
    clock: Clock
    entropy: Entropy
    public_url: str
    secret: bytes = field(repr=False)
    note: Callable[[str, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Webhooks in, accounts, answers out."""

    connectors: Connectors
    connecting: Connecting
    outbox: Outbox


def open_connectors(around: Around) -> Connection:
    """Open the connectors.

    Raises:
        Refused: `KEYS_DAMAGED`.
    """
    signal = around.settings.signal
    accounts = BotAccounts(around.vault)
    messengers = PlatformMessengers(around.fetcher, telegram=signal.telegram_api, whatsapp=signal.whatsapp_api)
    letterbox = Letterbox(around.secret, around.entropy)
    outbox = Outbox(
        store=around.store,
        letterbox=letterbox,
        accounts=accounts,
        messengers=messengers,
        clock=around.clock,
        note=around.note,
    )
    badges = Badges(shipped_phrases(), around.public_url)
    for method, platform in CODES.items():
        way = CodeInChat(
            platform,
            accounts=accounts,
            messengers=messengers,
            badges=badges,
            secret=around.secret,
        )
        around.control.add(method, way)
    of_a_chat = around.settings.limits.messages_of_a_chat_per_minute
    parts = ConnectorParts(
        lookup=around.lookup,
        badges=badges,
        tables=Tables(suffixes=shipped_suffixes(), shorteners=shipped_shorteners()),
        accounts=accounts,
        store=around.store,
        letterbox=letterbox,
        outbox=outbox,
        limiter=around.limiter,
        chat_rate=Rate(name="chat", amount=of_a_chat, window_s=MINUTE_S),
        clock=around.clock,
        secret=around.secret,
        note=around.note,
    )
    connecting = Connecting(
        accounts=accounts,
        messengers=messengers,
        audit=around.audit,
        clock=around.clock,
        entropy=around.entropy,
        public_url=around.public_url,
    )
    return Connection(connectors=Connectors(parts), connecting=connecting, outbox=outbox)
