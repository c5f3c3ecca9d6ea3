"""`connect`: accounts on platforms that are stand-ins, set up by a command that opens its own node."""

import asyncio
import threading

import pytest

from frankmark.adapters.standin.telegram_server import TelegramStandIn
from frankmark.surfaces.cli.exits import Exit

TOKEN = "123456789:AAE-abcdefghijklmnopqrstuvwxyz012345"
ACCESS = "EAAGm0PX4ZCpsBAabcdefghijklmnop"
APP_SECRET = "0123456789abcdef0123456789abcdef"
BRAND = "br_01HWX4ZJ7M3Q9V2K5T8R6N0C1D"


@pytest.fixture
def telegram():
    """The platform, in a thread of its own."""
    server, loop = TelegramStandIn(TOKEN), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(5)
    yield server
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def home(shell, telegram):
    """A shell whose settings name the stand-in, and files with what the platforms gave out."""
    shell.config.mkdir(parents=True)
    settings = f'[signal]\ntelegram_api = "{telegram.origin}"\n[outbound]\nallow = ["{telegram.origin}"]\n'
    (shell.config / "frankmark.toml").write_text(f'public_url = "https://mark.example.org"\n{settings}')
    for name, text in (("token", TOKEN), ("access", ACCESS), ("secret", APP_SECRET)):
        (shell.home / name).write_text(f"{text}\n")
    return shell


def test_a_bot_is_connected_listed_and_forgotten(home, telegram):
    done = home("connect", "telegram", "--token-file", "token", "--brand", BRAND, "--json")
    webhook = "https://mark.example.org/api/signal/hooks/telegram"
    assert (done.status, done.object) == (0, {"platform": "telegram", "webhook": webhook, "brand": BRAND})
    assert telegram.webhook["url"] == webhook
    assert home("connect", "list", "--json").object["brand"] == BRAND
    assert webhook in home("connect", "list").out
    secrets = (TOKEN, telegram.webhook["secret_token"])
    assert not any(secret in done.out + done.err for secret in secrets)
    written = b"".join(file.read_bytes() for file in home.data.rglob("*") if file.is_file())
    assert not any(secret.encode() in written for secret in secrets)
    assert home("connect", "remove", "telegram", "--json").object == {"platform": "telegram", "told": True}
    assert telegram.webhook == {}
    assert home("connect", "list").out == "This node has no account on a messaging platform.\n"
    assert home("connect", "remove", "telegram").status == Exit.REFUSED


def test_a_number_is_connected_and_its_owner_told_what_the_console_asks_for(home):
    line = ("connect", "whatsapp", "--phone-number-id", "106540352242922")
    files = ("--token-file", "access", "--app-secret-file", "secret")
    done = home(*line, *files, "--json")
    assert done.object["webhook"] == "https://mark.example.org/api/signal/hooks/whatsapp"
    words = home(*line, *files).out
    assert "Callback URL" in words
    assert "https://mark.example.org/api/signal/hooks/whatsapp" in words
    assert ACCESS not in words
    assert APP_SECRET not in words
    assert "verifyToken" not in home("connect", "list", "--json").object
    assert "コールバック URL" in home(*line, *files, LC_ALL="ja_JP.UTF-8").out
    assert home("connect", "remove", "whatsapp").status == 0


def test_secrets_are_asked_for_on_a_terminal_without_being_shown(home, telegram, monkeypatch):
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: TOKEN)
    done = home("connect", "telegram", tty=True)
    assert done.status == 0, done.err
    assert "The bot is connected" in done.out
    assert TOKEN not in done.out + done.err
    assert telegram.webhook["url"].endswith("/telegram")


def test_a_secret_is_no_argument_and_not_read_from_nowhere(home):
    assert home("connect", "telegram").status == Exit.USAGE
    assert home("connect", "telegram", TOKEN).status == Exit.USAGE
    assert home("connect", "telegram", "--token-file", "nothing").status == Exit.USAGE
    (home.home / "binary").write_bytes(b"\xff\xfe")
    done = home("connect", "telegram", "--token-file", "binary", "--json")
    assert (done.status, done.object["error"]["code"]) == (Exit.USAGE, "FILE_UNREADABLE")


def test_what_the_platform_refuses_is_said_so(home, telegram):
    telegram.token = "5:AAE-another-abcdefghijklmnopqrstu"
    done = home("connect", "telegram", "--token-file", "token", "--json")
    assert (done.status, done.object["error"]["code"]) == (Exit.REFUSED, "MESSAGING_REFUSED")
    assert TOKEN not in done.out
    (home.home / "token").write_text("not-a-token\n")
    done = home("connect", "telegram", "--token-file", "token", "--json")
    assert done.object["error"]["code"] == "CONNECTOR_ACCOUNT_INVALID"


def test_a_bot_is_forgotten_here_when_the_platform_is_away(home, telegram):
    assert home("connect", "telegram", "--token-file", "token").status == 0
    telegram.token = "5:AAE-another-abcdefghijklmnopqrstu"
    done = home("connect", "remove", "telegram", LC_ALL="es_ES.UTF-8")
    assert "se ha olvidado aquí" in done.out
