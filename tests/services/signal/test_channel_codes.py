"""Control of a chat: the code goes to the very person and to nobody else, and whoever has it disputes."""

import re

import pytest
from tests.services.connectors.conftest import ACCESS, APP_SECRET, NODE, NUMBER_ID, PHRASES, RULES, TOKEN, Nobody
from tests.services.signal.case_desk import BRAND, EVIDENCE, ORG, REVIEWER, Desk

from frankmark.adapters.memory.vault import MemoryVault
from frankmark.adapters.network.dialer import Dialer, endpoint_from, trust_context
from frankmark.adapters.network.fetch import GuardedFetcher
from frankmark.adapters.network.messengers import PlatformMessengers
from frankmark.adapters.standin.telegram_server import TelegramStandIn
from frankmark.adapters.standin.whatsapp_server import WhatsAppStandIn
from frankmark.foundation.errors import Error
from frankmark.ports.messaging import Account, Message, MessagingReason, NotTaken
from frankmark.protocols.signal.attribution import Platform
from frankmark.protocols.signal.counterstamp import ReasonCode
from frankmark.protocols.signal.model import Artifact, ArtifactType, State
from frankmark.services.badges import Badges
from frankmark.services.bot_accounts import BotAccounts
from frankmark.services.channel_codes import CodeInChat
from frankmark.services.channel_control import ControlMethod
from frankmark.services.counterstamp_filing import ControlAnswer, Filed, Filing

ACCOUNTS = {
    Platform.TELEGRAM: Account(platform="telegram", token=TOKEN, secret="s" * 32),
    Platform.WHATSAPP: Account(
        platform="whatsapp", token=ACCESS, secret=APP_SECRET, verify_token="v" * 32, number_id=NUMBER_ID
    ),
}


class Lines:
    """Lines that keep what was sent, or are down."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.down = False

    def line(self, account: Account) -> "_Line":
        return _Line(self, account.platform)


class _Line:
    def __init__(self, lines: Lines, platform: str) -> None:
        self._lines, self._platform = lines, platform

    async def send(self, message: Message) -> None:
        if self._lines.down:
            raise NotTaken(MessagingReason.MESSAGING_UNREACHABLE, "down")
        self._lines.sent.append((self._platform, message))

    async def receive_at(self, url: str) -> None:
        raise AssertionError(url)


class Chats:
    """A desk with accounts on both platforms."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.lines, self.accounts = desk, Lines(), BotAccounts(MemoryVault())
        for method, platform in (
            (ControlMethod.TELEGRAM, Platform.TELEGRAM),
            (ControlMethod.WHATSAPP, Platform.WHATSAPP),
        ):
            way = CodeInChat(
                platform,
                accounts=self.accounts,
                messengers=self.lines,
                badges=Badges(PHRASES, NODE),
                secret=desk.keyring.secret,
            )
            desk.control.add(method, way)

    def connect(self, platform: Platform) -> None:
        self.accounts.put(platform, ACCOUNTS[platform])

    async def case(self, kind: ArtifactType, value: str) -> Filed:
        filing = Filing(brand=BRAND, kind=kind, value=value, reason_code=ReasonCode.NOT_OURS)
        case = await self.desk.cases.open(ORG, filing)
        return await self.desk.move(ORG, case, State.UNDER_REVIEW, evidence=EVIDENCE)

    def code(self) -> str:
        """The code in the newest message."""
        text = "".join(piece.text for piece in self.lines.sent[-1][1].pieces)
        (code,) = set(re.findall(r"\b[A-Z2-7]{8}\b", text))
        return code


@pytest.fixture
async def chats() -> Chats:
    return Chats(await Desk().open())


async def refusal(awaitable: object) -> str:
    with pytest.raises(Error) as refused:
        await awaitable  # type: ignore[misc]
    return refused.value.code.value


@pytest.mark.parametrize(
    ("method", "platform", "kind", "value", "chat"),
    [
        (ControlMethod.WHATSAPP, Platform.WHATSAPP, ArtifactType.WHATSAPP, "+14155550123", "14155550123"),
        (ControlMethod.TELEGRAM, Platform.TELEGRAM, ArtifactType.TELEGRAM, "tgid:123456", "123456"),
    ],
)
async def test_the_code_that_went_to_the_chat_disputes(
    chats: Chats, method: ControlMethod, platform: Platform, kind: ArtifactType, value: str, chat: str
) -> None:
    case = await chats.case(kind, value)
    core = case.stamp.core.id
    assert await refusal(chats.desk.cases.challenge(core, method)) == "METHOD_UNAVAILABLE"
    chats.connect(platform)
    made = await chats.desk.cases.challenge(core, method)
    assert (made.place, made.text) == ("", "")
    ((where, message),) = chats.lines.sent
    assert (where, message.chat, message.reply_to) == (platform.value, chat, "")
    assert "node.demo.test" in {piece.text for piece in message.pieces if piece.literal}
    code = chats.code()
    for wrong in ("", code[:-1], "AAAAAAAA", made.nonce):
        answer = ControlAnswer(method=method, nonce=made.nonce, answer=wrong)
        assert await refusal(chats.desk.move(None, case, State.DISPUTED, control=answer)) == "CONTROL_UNPROVEN"
    second = await chats.desk.cases.challenge(core, method)
    swapped = ControlAnswer(method=method, nonce=second.nonce, answer=code)
    assert await refusal(chats.desk.move(None, case, State.DISPUTED, control=swapped)) == "CONTROL_UNPROVEN"
    answer = ControlAnswer(method=method, nonce=made.nonce, answer=f" {code.lower()} ")
    after = await chats.desk.move(None, case, State.DISPUTED, control=answer)
    assert after.state is State.DISPUTED
    assert await refusal(chats.desk.move(None, after, State.DISPUTED, control=answer)) == "INVALID_TRANSITION"
    assert len(await chats.desk.cases.openings(None, core, nonce=made.nonce)) == 3
    assert len(await chats.desk.cases.openings(REVIEWER, core)) == 3


@pytest.mark.parametrize(
    ("method", "kind", "value"),
    [
        (ControlMethod.TELEGRAM, ArtifactType.TELEGRAM, "@acme_wins"),
        (ControlMethod.TELEGRAM, ArtifactType.TELEGRAM, "tgid:-1001234567890"),
        (ControlMethod.TELEGRAM, ArtifactType.WHATSAPP, "+14155550123"),
        (ControlMethod.WHATSAPP, ArtifactType.PHONE, "+14155550123"),
        (ControlMethod.WHATSAPP, ArtifactType.DOMAIN, "acme-wins.example"),
    ],
)
async def test_nothing_is_sent_to_where_others_read_or_where_nobody_is(
    chats: Chats, method: ControlMethod, kind: ArtifactType, value: str
) -> None:
    for platform in Platform:
        chats.connect(platform)
    case = await chats.case(kind, value)
    assert await refusal(chats.desk.cases.challenge(case.stamp.core.id, method)) == "METHOD_UNAVAILABLE"
    assert chats.lines.sent == []


async def test_a_platform_that_cannot_be_reached_makes_no_challenge(chats: Chats) -> None:
    chats.connect(Platform.WHATSAPP)
    case = await chats.case(ArtifactType.WHATSAPP, "+14155550123")
    chats.lines.down = True
    made = chats.desk.cases.challenge(case.stamp.core.id, ControlMethod.WHATSAPP)
    assert await refusal(made) == "MESSAGING_UNREACHABLE"


async def test_the_code_goes_over_the_real_line_as_the_first_message_of_a_chat(chats: Chats) -> None:
    telegram, whatsapp = TelegramStandIn(TOKEN), WhatsAppStandIn(ACCESS, NUMBER_ID, APP_SECRET)
    await telegram.start()
    await whatsapp.start()
    allow = [endpoint_from(telegram.origin), endpoint_from(whatsapp.origin)]
    dialer = Dialer(resolver=Nobody(), rules=RULES, allow=allow)
    fetcher = GuardedFetcher(dialer=dialer, tls=trust_context(), agent="frankmark/test")
    lines = PlatformMessengers(fetcher, telegram=telegram.origin, whatsapp=whatsapp.base)
    for number, platform in enumerate(Platform):
        way = CodeInChat(
            platform, accounts=chats.accounts, messengers=lines, badges=Badges(PHRASES, NODE), secret=b"s" * 32
        )
        chats.connect(platform)
        kind = ArtifactType(platform.value)
        value = "tgid:123456" if kind is ArtifactType.TELEGRAM else "+14155550123"
        await way.ask(f"cs_{number}", Artifact(type=kind, value=value), "nonce")
    try:
        assert telegram.sent[0]["chat_id"] == 123456
        assert "reply_parameters" not in telegram.sent[0]
        assert whatsapp.sent[0]["to"] == "14155550123"
        assert "context" not in whatsapp.sent[0]
    finally:
        await telegram.stop()
        await whatsapp.stop()
