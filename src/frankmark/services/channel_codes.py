"""Control of a chat: a code goes there through the node's own account, and comes back with the challenge.

Nothing is kept: the code is drawn from the challenge's nonce under the node's secret. A platform delivers to whoever
has written to the account before; to a channel or a group nothing is ever sent, for everybody could read it there.
"""

from hmac import compare_digest
from typing import Final

from frankmark.foundation.digest import hmac_sha256, labelled
from frankmark.foundation.encoding import base32_encode
from frankmark.foundation.errors import Refused, Unverified
from frankmark.ports.messaging import Account, Message, Messengers
from frankmark.protocols.signal.attribution import Platform
from frankmark.protocols.signal.model import Artifact, ArtifactType
from frankmark.protocols.signal.reasons import SignalReason
from frankmark.services.badges import Badges
from frankmark.services.bot_accounts import BotAccounts
from frankmark.services.reasons import ServiceReason

__all__ = ["CodeInChat"]

LABEL: Final = "frankmark-channel-code-v1"
CODE: Final = 8  # characters of base 32: 40 bits, for one nonce and one day
OF_PERSON: Final = "tgid:"
KINDS: Final = {Platform.TELEGRAM: ArtifactType.TELEGRAM, Platform.WHATSAPP: ArtifactType.WHATSAPP}


class CodeInChat:
    """A `ControlWay` over one platform; unavailable while the node has no account there.

    Args:
        platform: The platform.
        accounts: The node's accounts.
        messengers: Makes the lines.
        badges: Writes what goes with the code.
        secret: The node's secret.
    """

    def __init__(
        self,
        platform: Platform,
        *,
        accounts: BotAccounts,
        messengers: Messengers,
        badges: Badges,
        secret: bytes,
    ) -> None:
        self._platform = platform
        self._accounts = accounts
        self._messengers = messengers
        self._badges = badges
        self._secret = secret

    async def ask(self, case_id: str, artifact: Artifact, nonce: str) -> tuple[str, str]:
        """See `ControlWay.ask`."""
        account, chat = self._account(), self._chat(artifact)
        pieces = self._badges.code(self._code(case_id, nonce).upper())
        await self._messengers.line(account).send(Message(chat=chat, reply_to="", pieces=pieces))
        return "", ""

    async def show(self, case_id: str, artifact: Artifact, nonce: str, answer: str) -> None:
        """See `ControlWay.show`."""
        self._account()
        self._chat(artifact)
        given, wanted = answer.strip().lower().encode(), self._code(case_id, nonce).encode()
        if not compare_digest(given, wanted):
            raise Unverified(SignalReason.CONTROL_UNPROVEN, "This is not the code that went to the channel.")

    def _account(self) -> Account:
        account = self._accounts.get(self._platform)
        if account is None:
            raise Refused(ServiceReason.METHOD_UNAVAILABLE, f"This node has no account at {self._platform}.")
        return account

    def _chat(self, artifact: Artifact) -> str:
        """The chat of a person that is this channel."""
        if artifact.type is KINDS[self._platform]:
            chat = artifact.value.removeprefix(OF_PERSON).removeprefix("+")
            if chat.isdecimal():
                return chat
        detail = "Nobody can be written to there alone; a reviewer can dispute on the owner's behalf."
        raise Refused(ServiceReason.METHOD_UNAVAILABLE, detail)

    def _code(self, case_id: str, nonce: str) -> str:
        drawn = hmac_sha256(self._secret, labelled(LABEL, f"{case_id}\x1f{nonce}".encode()))
        return base32_encode(drawn)[:CODE]
