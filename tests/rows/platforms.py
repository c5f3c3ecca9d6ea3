"""A node with both messaging platforms, which are stand-ins on loopback, and a brand that it knows."""

import itertools
import json
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

from tests.rows.casework import Casework
from tests.rows.staging import EASY, MovedClock, Node, World, until

from frankmark.adapters.standin.telegram_server import TelegramStandIn
from frankmark.adapters.standin.whatsapp_server import WhatsAppStandIn
from frankmark.assembly.embedded import NodeOptions
from frankmark.settings import load
from frankmark.surfaces.node.serving import running

TOKEN = "123456789:AAE-abcdefghijklmnopqrstuvwxyz012345"
ACCESS = "EAAGm0PX4ZCpsBAabcdefghijklmnop"
APP_SECRET = "0123456789abcdef0123456789abcdef"
NUMBER_ID = "106540352242922"
FORWARDER = "34600111222"
ANA = 987654321


class PlatformWorld(World):
    """The world, and two platforms in it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.telegram = TelegramStandIn(TOKEN)
        self.whatsapp = WhatsAppStandIn(ACCESS, NUMBER_ID, APP_SECRET)
        for server in (self.telegram, self.whatsapp):
            self.run(server.start())

    def settings_text(self, **limits: int) -> str:
        origins = f'"{self.telegram.origin}", "{self.whatsapp.origin}", '
        text = super().settings_text(**limits).replace("allow = [", f"allow = [{origins}", 1)
        apis = f'telegram_api = "{self.telegram.origin}"\nwhatsapp_api = "{self.whatsapp.base}"\n'
        return f"{text}[signal]\n{apis}"

    def close(self) -> None:
        for server in (self.telegram, self.whatsapp):
            self.run(server.stop())
        super().close()


class Chats:
    """Everybody who writes to the bots of one node.

    Telegram's bot is the brand's own, WhatsApp's number is nobody's in particular.
    """

    def __init__(self, world: PlatformWorld, stack: ExitStack) -> None:
        self.world = world
        self.log = world.folder / "chats.log"
        self.node = self._node()
        self.case = Casework(world, self.node, MovedClock(world.folder / "chats-clock"), stack)
        self.numbers = itertools.count(10_000)
        admin = self.node.admin
        admin.good("POST", "/api/signal/connectors/telegram", {"token": TOKEN, "brand": self.case.brand})
        body = {"token": ACCESS, "appSecret": APP_SECRET, "phoneNumberId": NUMBER_ID}
        self.verify_token = admin.good("POST", "/api/signal/connectors/whatsapp", body)["verifyToken"]

    def _node(self) -> Node:
        world, file = self.world, self.world.folder / "chats.toml"
        file.write_text(world.settings_text(**EASY, messages_of_a_chat_per_minute=1_000))
        data = world.folder / "chats"

        async def start() -> Node:
            stack = AsyncExitStack()
            log = stack.enter_context(self.log.open("w", encoding="utf-8"))
            options = NodeOptions(demo=True)
            context = running(load(file, {}), data, {"HOME": str(world.folder)}, options, log=log)
            return Node(running=await stack.enter_async_context(context), data=data, stack=stack)

        made: Node = world.run(start())
        world.nodes.append(made)
        return made

    # What people do.

    def update(self, text: str, language: str = "en", **message: Any) -> dict[str, Any]:
        """An update that nobody sent before."""
        number = next(self.numbers)
        sender = {"id": ANA, "is_bot": False, "first_name": "Ana", "username": "ana", "language_code": language}
        chat = {"id": ANA, "first_name": "Ana", "username": "ana", "type": "private"}
        whole = {"message_id": number, "from": sender, "chat": chat, "date": 1_768_471_200, "text": text, **message}
        return {"update_id": number, "message": whole}

    def tell_bot(self, text: str, language: str = "en", **message: Any) -> dict[str, Any]:
        """Write to the Telegram bot; what it answers."""
        before = len(self.world.telegram.sent)
        assert self.world.run(self.world.telegram.update(self.node.base, self.update(text, language, **message))) == 200
        return self.one_more(self.world.telegram.sent, before)

    def forward(self, text: str, sender: str = FORWARDER, **message: Any) -> dict[str, Any]:
        """A WhatsApp message that somebody passed on."""
        return {
            "from": sender,
            "id": f"wamid.{next(self.numbers)}",
            "timestamp": "1768471200",
            "type": "text",
            "text": {"body": text},
            "context": {"forwarded": True},
            **message,
        }

    def tell_number(self, text: str, sender: str = FORWARDER, **message: Any) -> dict[str, Any]:
        """Forward something to the WhatsApp number; what it answers."""
        before = len(self.world.whatsapp.sent)
        body = self.world.whatsapp.webhook(self.forward(text, sender, **message))
        assert self.world.run(self.world.whatsapp.deliver(self.node.base, body)) == 200
        return self.one_more(self.world.whatsapp.sent, before)

    @staticmethod
    def one_more(sent: list[dict[str, Any]], before: int) -> dict[str, Any]:
        found: list[dict[str, Any]] = until(lambda: list(sent), lambda found: len(found) > before)
        assert len(found) == before + 1
        return found[-1]

    def receipts(self, text: str) -> list[dict[str, Any]]:
        """What the receipts say whose addresses stand in an answer."""
        ids = [word.rpartition("/")[2] for word in text.split() if "/receipts/SSF-EV-" in word]
        return [self.node.anyone.good("GET", f"/api/signal/receipts/{each}") for each in ids]

    def everything(self) -> bytes:
        """Every octet that the node has written: database, its logs, keys, run files, and the log of requests."""
        files = [path for path in [*self.node.data.rglob("*"), self.log] if path.is_file()]
        assert {"frankmark.db", "frankmark.db-wal", "chats.log"} <= {path.name for path in files}
        return b"\n".join(path.read_bytes() for path in files)


def dumped(value: object) -> bytes:
    """A JSON value as text."""
    return json.dumps(value, ensure_ascii=False).encode()
