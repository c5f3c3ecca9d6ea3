"""Accounts on platforms: taken when the platform agrees, sealed, shown without secrets, forgotten."""

import pytest
from tests.services.connectors.conftest import ACCESS, APP_SECRET, NODE, NUMBER_ID, TOKEN

from frankmark.adapters.memory.vault import MemoryVault
from frankmark.adapters.standin.json_server import Said
from frankmark.foundation.errors import Refused, Unavailable, Unverified
from frankmark.ports.messaging import Account, MessagingReason
from frankmark.protocols.signal.attribution import Platform
from frankmark.services.bot_accounts import BotAccounts
from frankmark.services.connector_reasons import ConnectorReason
from frankmark.services.principals import LOCAL_ADMIN, Principal, Role
from frankmark.services.reasons import ServiceReason

TELEGRAM = Account(platform="telegram", token=TOKEN, secret="")
WHATSAPP = Account(platform="whatsapp", token=ACCESS, secret=APP_SECRET, number_id=NUMBER_ID)
ORG = Principal(actor="key_1", org_id="org_1", role=Role.ORG)


async def test_telegram_is_told_where_to_deliver_and_with_which_secret(stage):
    known = await stage.connecting.connect(LOCAL_ADMIN, TELEGRAM)
    assert stage.telegram.webhook["url"] == known.webhook == f"{NODE}/api/signal/hooks/telegram"
    assert stage.telegram.webhook["secret_token"] == stage.accounts.need(Platform.TELEGRAM).secret
    assert len(stage.telegram.webhook["secret_token"]) == 43
    assert stage.telegram.webhook["allowed_updates"] == ["message", "edited_message"]
    assert [act.act for act in stage.records.acts] == ["connector.connect"]


async def test_whatsapps_console_is_to_be_told_by_its_owner(stage):
    known = await stage.connecting.connect(LOCAL_ADMIN, WHATSAPP)
    assert known.webhook == f"{NODE}/api/signal/hooks/whatsapp"
    assert known.verify_token == stage.accounts.need(Platform.WHATSAPP).verify_token
    assert list(stage.whatsapp.asked) == []


async def test_accounts_are_there_again_at_the_next_start(stage):
    await stage.connect(brand="br_01HWX4ZJ7M3Q9V2K5T8R6N0C1D")
    again = BotAccounts(stage.vault)
    for platform in Platform:
        assert again.need(platform) == stage.accounts.need(platform)


@pytest.mark.parametrize("by", [None, ORG])
async def test_only_administrators_may(stage, by):
    await stage.connect()
    error = Unverified if by is None else Refused
    with pytest.raises(error):
        await stage.connecting.connect(by, TELEGRAM)
    with pytest.raises(error):
        await stage.connecting.disconnect(by, Platform.TELEGRAM)
    with pytest.raises(error):
        stage.connecting.connected(by)


async def test_what_is_shown_holds_no_secret(stage):
    await stage.connect()
    shown = repr((stage.connecting.connected(LOCAL_ADMIN), stage.accounts.need(Platform.WHATSAPP), stage.records.acts))
    for platform in Platform:
        account = stage.accounts.need(platform)
        for secret in (account.token, account.secret, account.verify_token):
            assert not secret or secret not in shown


BAD = [
    (TELEGRAM, {"token": "123:short"}),
    (TELEGRAM, {"token": f"{TOKEN}/../x"}),
    (TELEGRAM, {"token": TOKEN, "secret": "with space and more"}),
    (TELEGRAM, {"brand": "acme.com"}),
    (WHATSAPP, {"token": "a b"}),
    (WHATSAPP, {"secret": "short"}),
    (WHATSAPP, {"verify_token": "x"}),
    (WHATSAPP, {"number_id": "../me"}),
]


@pytest.mark.parametrize(("account", "change"), BAD, ids=range(len(BAD)))
async def test_what_no_platform_gives_out_is_refused_before_anybody_is_asked(stage, account, change):
    values = {name: getattr(account, name) for name in ("platform", "token", "secret", "verify_token", "number_id")}
    with pytest.raises(Refused) as raised:
        await stage.connecting.connect(LOCAL_ADMIN, Account(**{**values, **change}))
    assert raised.value.code is ConnectorReason.CONNECTOR_ACCOUNT_INVALID
    assert not set(change.values()) & set(raised.value.detail.split())
    assert list(stage.telegram.asked) == []
    assert stage.vault.names() == ()


async def test_an_account_that_the_platform_refuses_is_not_kept(stage):
    stage.telegram.token = "5:AAE-another-abcdefghijklmnopqrstu"
    with pytest.raises(Refused) as raised:
        await stage.connecting.connect(LOCAL_ADMIN, TELEGRAM)
    assert raised.value.code is MessagingReason.MESSAGING_REFUSED
    stage.telegram.next.append(Said(status=500, body={}))
    with pytest.raises(Unavailable):
        await stage.connecting.connect(LOCAL_ADMIN, TELEGRAM)
    assert stage.accounts.get(Platform.TELEGRAM) is None
    assert stage.vault.names() == ()


async def test_a_disconnected_account_is_gone_from_the_disk(stage):
    await stage.connect()
    assert await stage.connecting.disconnect(LOCAL_ADMIN, Platform.TELEGRAM)
    assert stage.telegram.webhook == {}
    assert await stage.connecting.disconnect(LOCAL_ADMIN, Platform.WHATSAPP)
    assert [one.platform for one in stage.connecting.connected(LOCAL_ADMIN)] == []
    assert set(stage.vault.secrets.values()) == {b"{}"}
    assert BotAccounts(stage.vault).get(Platform.TELEGRAM) is None
    with pytest.raises(Unavailable):
        stage.connectors.admit_telegram("")
    with pytest.raises(Refused) as raised:
        await stage.connecting.disconnect(LOCAL_ADMIN, Platform.TELEGRAM)
    assert raised.value.code is ServiceReason.NOT_FOUND
    stage.accounts.remove(Platform.TELEGRAM)


async def test_it_is_forgotten_here_also_when_the_platform_cannot_be_told(stage):
    await stage.connect()
    stage.telegram.next.append(Said(status=500, body={}))
    assert not await stage.connecting.disconnect(LOCAL_ADMIN, Platform.TELEGRAM)
    assert stage.accounts.get(Platform.TELEGRAM) is None


@pytest.mark.parametrize("document", [b"{", b"[]", b'{"token":"x"}'])
def test_what_we_did_not_write_is_damage(document):
    vault = MemoryVault()
    vault.write("telegram", document)
    with pytest.raises(Refused) as raised:
        BotAccounts(vault)
    assert raised.value.code is ServiceReason.KEYS_DAMAGED
