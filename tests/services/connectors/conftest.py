"""Connectors whose platforms are stand-ins on loopback, reached through the real guard; a clock that a test moves."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

import frankmark
from frankmark.adapters.memory.records import MemoryRecords
from frankmark.adapters.memory.records_replies import MemoryReplies
from frankmark.adapters.memory.vault import MemoryVault
from frankmark.adapters.network.dialer import AddressRules, Dialer, endpoint_from, trust_context
from frankmark.adapters.network.fetch import GuardedFetcher
from frankmark.adapters.network.limits import MemoryRateLimiter
from frankmark.adapters.network.messengers import PlatformMessengers
from frankmark.adapters.standin.telegram_server import TelegramStandIn
from frankmark.adapters.standin.whatsapp_server import WhatsAppStandIn
from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.assembly.tables import data_file, shipped_suffixes
from frankmark.foundation.phrases import Phrases
from frankmark.ports.limits import Rate
from frankmark.ports.messaging import Account
from frankmark.protocols.signal.attribution import Extraction
from frankmark.protocols.signal.links import Tables
from frankmark.protocols.signal.model import Fact
from frankmark.services.badges import Badges, Stated
from frankmark.services.bot_accounts import BotAccounts
from frankmark.services.connecting import Connecting
from frankmark.services.connectors import ConnectorParts, Connectors
from frankmark.services.outbox import Letterbox, Outbox
from frankmark.services.principals import LOCAL_ADMIN

TOKEN = "123456789:AAE-abcdefghijklmnopqrstuvwxyz012345"
ACCESS = "EAAGm0PX4ZCpsBAabcdefghijklmnop"
APP_SECRET = "0123456789abcdef0123456789abcdef"
NUMBER_ID = "106540352242922"
NODE = "https://node.demo.test"
FORWARDER = 987654321
PHRASES = Phrases.parse(
    {tag: [(data_file("locales") / tag / "signal.json").read_bytes()] for tag in ("en", "es", "fr", "ja")}
)
RULES = AddressRules((Path(frankmark.__file__).parent / "data" / "special_addresses.json").read_bytes())


class HandClock:
    """Stands still until it is moved."""

    def __init__(self):
        self.wall_ms = 1_790_000_000_000

    def now_ms(self):
        return self.wall_ms

    def steady_ms(self):
        return self.wall_ms

    def pass_ms(self, milliseconds):
        self.wall_ms += milliseconds


class Nobody:
    """A resolver for which no name exists: the stand-ins are reached by address."""

    async def resolve(self, question):
        raise AssertionError(question)


@dataclass
class Register:
    """A registry that knows one brand's channels; it counts what it is asked, and fails when it is told to."""

    inside: set[str] = field(default_factory=set)
    asked: list[tuple[Extraction, str]] = field(default_factory=list)
    fault: Exception | None = None

    async def state(self, found, brand):
        if self.fault is not None:
            raise self.fault
        self.asked.append((found, brand))
        stated = [self._one(subject.readings) for subject in found.subjects]
        return stated or [Stated(artifact=None, fact=Fact.UNKNOWN, receipt="SSF-EV-NONE")]

    def _one(self, readings):
        artifact = next((each for each in readings if each.value in self.inside), None)
        receipt = f"SSF-EV-{len(self.asked):04}"
        if artifact is None:
            return Stated(artifact=readings[-1], fact=Fact.UNKNOWN, receipt=receipt)
        return Stated(artifact=artifact, fact=Fact.PERTENECE, brand="Acme", domain="acme.com", receipt=receipt)


@dataclass
class Stage:
    """Everything of one test."""

    telegram: TelegramStandIn
    whatsapp: WhatsAppStandIn
    clock: HandClock
    vault: MemoryVault
    replies: MemoryReplies
    records: MemoryRecords
    register: Register
    notes: list[tuple[str, str]]
    accounts: BotAccounts
    messengers: PlatformMessengers
    connecting: Connecting
    connectors: Connectors
    outbox: Outbox

    async def connect(self, brand=""):
        """Connect both platforms; answers what is known of the second."""
        telegram = Account(platform="telegram", token=TOKEN, secret="", brand=brand)
        await self.connecting.connect(LOCAL_ADMIN, telegram)
        whatsapp = Account(platform="whatsapp", token=ACCESS, secret=APP_SECRET, number_id=NUMBER_ID, brand=brand)
        return await self.connecting.connect(LOCAL_ADMIN, whatsapp)

    async def send_all(self):
        """Send until nothing is due."""
        while not await self.outbox.once():
            pass

    def texts(self):
        """What the chats were told."""
        return [body["text"] for body in self.telegram.sent] + [body["text"]["body"] for body in self.whatsapp.sent]


@pytest.fixture
async def stage():
    telegram, whatsapp = TelegramStandIn(TOKEN), WhatsAppStandIn(ACCESS, NUMBER_ID, APP_SECRET)
    await telegram.start()
    await whatsapp.start()
    allow = [endpoint_from(telegram.origin), endpoint_from(whatsapp.origin)]
    dialer = Dialer(resolver=Nobody(), rules=RULES, allow=allow)
    fetcher = GuardedFetcher(dialer=dialer, tls=trust_context(), agent="frankmark/test")
    made = staged(telegram, whatsapp, PlatformMessengers(fetcher, telegram=telegram.origin, whatsapp=whatsapp.base))
    yield made
    await made.outbox.stop()
    await telegram.stop()
    await whatsapp.stop()


def staged(telegram, whatsapp, messengers):
    clock, vault, replies, records = HandClock(), MemoryVault(), MemoryReplies(), MemoryRecords()
    register, notes, entropy, secret = Register(), [], SystemEntropy(), b"s" * 32
    accounts, letterbox = BotAccounts(vault), Letterbox(secret, entropy)

    def note(part, code):
        notes.append((part, code))

    outbox = Outbox(
        store=replies, letterbox=letterbox, accounts=accounts, messengers=messengers, clock=clock, note=note
    )
    parts = ConnectorParts(
        lookup=register,
        badges=Badges(PHRASES, NODE),
        tables=Tables(suffixes=shipped_suffixes()),
        accounts=accounts,
        store=replies,
        letterbox=letterbox,
        outbox=outbox,
        limiter=MemoryRateLimiter(clock=clock, secret=secret),
        chat_rate=Rate(name="chat", amount=20, window_s=60),
        clock=clock,
        secret=secret,
        note=note,
    )
    connecting = Connecting(
        accounts=accounts, messengers=messengers, audit=records, clock=clock, entropy=entropy, public_url=NODE
    )
    return Stage(
        telegram=telegram,
        whatsapp=whatsapp,
        clock=clock,
        vault=vault,
        replies=replies,
        records=records,
        register=register,
        notes=notes,
        accounts=accounts,
        messengers=messengers,
        connecting=connecting,
        connectors=Connectors(parts),
        outbox=outbox,
    )


def update(number=10_000, text="", *, language="en", kind="message", **message):
    """An update with a message of a person in a private chat."""
    sender = {"id": FORWARDER, "is_bot": False, "first_name": "Ana", "language_code": language}
    chat = {"id": FORWARDER, "first_name": "Ana", "type": "private"}
    whole = {"message_id": number - 9_000, "from": sender, "chat": chat, "date": 1_768_471_200, "text": text}
    return {"update_id": number, kind: {**whole, **message}}


def forward(body, *, sender="34600111222", id_="wamid.HBgLMzQ2MDAxMTEyMjI=", **message):
    """A forwarded text as the Cloud API hands it over."""
    whole = {
        "from": sender,
        "id": id_,
        "timestamp": "1768471200",
        "type": "text",
        "text": {"body": body},
        "context": {"forwarded": True},
    }
    return {**whole, **message}
