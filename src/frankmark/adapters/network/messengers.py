"""The line that an account has."""

from typing_extensions import override

from frankmark.adapters.network.telegram import TelegramLine
from frankmark.adapters.network.whatsapp import WhatsAppLine
from frankmark.ports.fetch import Fetcher
from frankmark.ports.messaging import Account, Messenger, Messengers

__all__ = ["PlatformMessengers"]


class PlatformMessengers(Messengers):
    """Makes lines to the two platforms.

    Args:
        fetcher: The way out.
        telegram: The base URL of the Bot API.
        whatsapp: The base URL of the Cloud API, with its version.
    """

    def __init__(self, fetcher: Fetcher, *, telegram: str, whatsapp: str) -> None:
        self._fetcher = fetcher
        self._telegram = telegram.rstrip("/")
        self._whatsapp = whatsapp.rstrip("/")

    @override
    def line(self, account: Account) -> Messenger:
        if account.platform == "telegram":
            return TelegramLine(self._fetcher, self._telegram, account)
        return WhatsAppLine(self._fetcher, self._whatsapp, account)
