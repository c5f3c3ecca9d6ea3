"""WhatsApp's Cloud API: `POST /{phone-number-id}/messages` (developers.facebook.com, WhatsApp Business Platform).

Which webhook is used is set in the platform's own console; nothing here can.
"""

from collections.abc import Mapping
from typing import Final

from typing_extensions import override

from frankmark.adapters.network.messaging import Call, called, told
from frankmark.foundation.canonical import Json
from frankmark.ports.fetch import Fetcher
from frankmark.ports.messaging import Account, Message, Messenger, Piece

__all__ = ["WhatsAppLine"]

# The error codes that ask to come again: limits of the app, the account, the number and the pair; a fault or upkeep of
# the platform's own.
BUSY: Final = frozenset({4, 80007, 130429, 131056, 131016, 131057, 133004})


class WhatsAppLine(Messenger):
    """The line of one business number.

    Args:
        fetcher: The way out.
        base: The API's base URL with its version, without a slash at its end.
        account: The business number.
    """

    def __init__(self, fetcher: Fetcher, base: str, account: Account) -> None:
        self._fetcher = fetcher
        self._base = base
        self._account = account

    @override
    async def send(self, message: Message) -> None:
        text = "".join(map(_shown, message.pieces))
        call = Call(
            url=f"{self._base}/{self._account.number_id}/messages",
            headers={"Authorization": f"Bearer {self._account.token}"},
            body={
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                # Whoever keeps the number from businesses is written to by user id.
                "to" if message.chat.isdecimal() else "recipient": message.chat,
                **({"context": {"message_id": message.reply_to}} if message.reply_to else {}),
                "type": "text",
                "text": {"body": text, "preview_url": False},
            },
        )
        told(await called(self._fetcher, call), _is_busy)

    @override
    async def receive_at(self, url: str) -> None:
        del url  # the console's


def _is_busy(body: Mapping[str, Json]) -> bool:
    error = body.get("error")
    return isinstance(error, dict) and error.get("code") in BUSY


def _shown(piece: Piece) -> str:
    """A literal in the platform's own monospaced form, its dots taken apart: every client makes links of the rest."""
    if not piece.literal:
        return piece.text
    apart = piece.text.replace("`", "'").replace(".", "[.]")
    return f"`{apart}`"
