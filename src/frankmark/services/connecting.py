"""Making the node's accounts on messaging platforms known, and taking them back."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from frankmark.foundation.encoding import b64url_encode
from frankmark.foundation.errors import Error, Refused
from frankmark.ports.clock import Clock, Entropy
from frankmark.ports.messaging import Account, Messengers
from frankmark.ports.storage import AuditStore
from frankmark.protocols.signal.attribution import Platform
from frankmark.services.bot_accounts import BotAccounts
from frankmark.services.principals import Principal, require
from frankmark.services.reasons import ServiceReason

__all__ = ["HOOKS", "Connected", "Connecting"]

HOOKS: Final = "/api/signal/hooks/"
SECRET: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """An account that the node has.

    Attributes:
        platform: Where.
        webhook: Where the platform delivers.
        brand: The brand that messages are compared with; empty for none.
        verify_token: What is to be entered in the platform's console; only where there is one, and only at first.
    """

    platform: Platform
    webhook: str
    brand: str
    verify_token: str = field(default="", repr=False)


class Connecting:
    """Sets accounts up.

    Args:
        accounts: Where they are kept.
        messengers: Makes the lines over which a platform is told.
        audit: The audit trail.
        clock: Dates the acts.
        entropy: Makes the secrets that the platforms show us.
        public_url: The origin under which the platforms reach this node.
    """

    def __init__(
        self,
        *,
        accounts: BotAccounts,
        messengers: Messengers,
        audit: AuditStore,
        clock: Clock,
        entropy: Entropy,
        public_url: str,
    ) -> None:
        self._accounts = accounts
        self._messengers = messengers
        self._audit = audit
        self._clock = clock
        self._entropy = entropy
        self._public_url = public_url

    def connected(self, by: Principal | None) -> Sequence[Connected]:
        """The accounts that the node has.

        Raises:
            Unverified, Refused: Only administrators may know.
        """
        require(by)
        return [self._shown(platform, account) for platform in Platform if (account := self._accounts.get(platform))]

    async def connect(self, by: Principal | None, account: Account) -> Connected:
        """Take an account in place of the one before it, and have the platform deliver here.

        Args:
            by: Who asks.
            account: The account. Telegram's `secret` and WhatsApp's `verify_token` are made here where they are empty.

        Returns:
            What is known now, with the verify token.

        Raises:
            Refused: `CONNECTOR_ACCOUNT_INVALID`, `MESSAGING_REFUSED`.
            Unavailable: The platform cannot be told now; nothing was kept.
        """
        actor, platform = require(by), Platform(account.platform)
        made = b64url_encode(self._entropy.octets(SECRET))
        if platform is Platform.TELEGRAM:
            account = replace(account, secret=account.secret or made)
        else:
            account = replace(account, verify_token=account.verify_token or made)
        self._accounts.check(platform, account)
        await self._messengers.line(account).receive_at(self._webhook(platform))
        self._accounts.put(platform, account)
        await self._audit.add_audit(actor.act(self._clock.now_ms(), "connector.connect", platform.value))
        return replace(self._shown(platform, account), verify_token=account.verify_token)

    async def disconnect(self, by: Principal | None, platform: Platform) -> bool:
        """Forget an account.

        Returns:
            Whether the platform was told as well; if it was not, its deliveries are refused here all the same.

        Raises:
            Refused: `NOT_FOUND`.
        """
        actor, account = require(by), self._accounts.get(platform)
        if account is None:
            raise Refused(ServiceReason.NOT_FOUND, f"This node has no account at {platform}.")
        try:
            await self._messengers.line(account).receive_at("")
            told = True
        except Error:
            told = False
        self._accounts.remove(platform)
        await self._audit.add_audit(actor.act(self._clock.now_ms(), "connector.disconnect", platform.value))
        return told

    def _shown(self, platform: Platform, account: Account) -> Connected:
        return Connected(platform=platform, webhook=self._webhook(platform), brand=account.brand)

    def _webhook(self, platform: Platform) -> str:
        return f"{self._public_url}{HOOKS}{platform.value}"
