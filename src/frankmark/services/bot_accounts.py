"""The node's accounts on messaging platforms: tokens and webhook secrets, sealed in the vault beside its keys."""

import re
from collections.abc import Mapping
from typing import Final

from frankmark.foundation import canonical
from frankmark.foundation.canonical import JsonLike
from frankmark.foundation.errors import Malformed, Refused, Unavailable
from frankmark.ports.keys import KeyVault
from frankmark.ports.messaging import Account
from frankmark.protocols.signal.attribution import Platform
from frankmark.services.connector_reasons import ConnectorReason
from frankmark.services.reasons import ServiceReason

__all__ = ["BotAccounts"]

NAMES: Final = {Platform.TELEGRAM: "telegram", Platform.WHATSAPP: "whatsapp"}
TOKENS: Final = {
    Platform.TELEGRAM: re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,100}", re.ASCII),
    Platform.WHATSAPP: re.compile(r"[A-Za-z0-9_.|-]{20,1000}", re.ASCII),
}
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{16,256}", re.ASCII)
NUMBER_ID: Final = re.compile(r"[0-9]{1,30}", re.ASCII)
BRAND: Final = re.compile(r"br_[0-9A-HJKMNP-TV-Z]{26}", re.ASCII)


class BotAccounts:
    """Reads accounts at the start and writes them when they change.

    Args:
        vault: Where secrets lie.

    Raises:
        Refused: `KEYS_DAMAGED` if the vault opens and does not hold what we wrote.
    """

    def __init__(self, vault: KeyVault) -> None:
        self._vault = vault
        there = set(vault.names())
        self._accounts = {
            platform: account
            for platform, name in NAMES.items()
            if name in there and (account := _account(platform, vault.read(name))) is not None
        }

    def get(self, platform: Platform) -> Account | None:
        """The account on a platform, if there is one."""
        return self._accounts.get(platform)

    def need(self, platform: Platform) -> Account:
        """The account on a platform.

        Raises:
            Unavailable: `CONNECTOR_NOT_CONFIGURED`.
        """
        account = self._accounts.get(platform)
        if account is None:
            detail = f"This node has no account at {platform}; its operator makes one known with `frankmark connect`."
            raise Unavailable(ConnectorReason.CONNECTOR_NOT_CONFIGURED, detail)
        return account

    def put(self, platform: Platform, account: Account) -> None:
        """Keep an account; durable when it returns."""
        self._vault.write(NAMES[platform], canonical.dump(_document(account)))
        self._accounts[platform] = account

    def remove(self, platform: Platform) -> None:
        """Forget an account; its secrets are gone from the disk when it returns."""
        if platform in self._accounts:
            self._vault.write(NAMES[platform], canonical.dump({}))
            del self._accounts[platform]

    @staticmethod
    def check(platform: Platform, account: Account) -> None:
        """See that an account has the form that the platform gives out.

        Raises:
            Refused: `CONNECTOR_ACCOUNT_INVALID`, which names the part and not its value.
        """
        whatsapp = platform is Platform.WHATSAPP
        good = {
            "token": TOKENS[platform].fullmatch(account.token),
            "secret": SECRET.fullmatch(account.secret),
            "verify token": not whatsapp or SECRET.fullmatch(account.verify_token),
            "phone number id": not whatsapp or NUMBER_ID.fullmatch(account.number_id),
            "brand": not account.brand or BRAND.fullmatch(account.brand),
        }
        for name, is_good in good.items():
            if not is_good:
                detail = f"The {name} is not of the form that belongs there."
                raise Refused(ConnectorReason.CONNECTOR_ACCOUNT_INVALID, detail)


def _document(account: Account) -> Mapping[str, JsonLike]:
    return {
        "token": account.token,
        "secret": account.secret,
        "verifyToken": account.verify_token,
        "numberId": account.number_id,
        "brand": account.brand,
    }


def _account(platform: Platform, document: bytes) -> Account | None:
    """The account of a document; None for one that was removed."""
    try:
        found = canonical.load(document)
    except Malformed as damage:
        raise Refused(ServiceReason.KEYS_DAMAGED, f"{NAMES[platform]} is not what we wrote") from damage
    if found == {}:
        return None
    names = ("token", "secret", "verifyToken", "numberId", "brand")
    if not isinstance(found, dict) or found.keys() != set(names):
        raise Refused(ServiceReason.KEYS_DAMAGED, f"{NAMES[platform]} is not what we wrote")
    token, secret, verify_token, number_id, brand = (str(found[name]) for name in names)
    return Account(
        platform=platform.value,
        token=token,
        secret=secret,
        verify_token=verify_token,
        number_id=number_id,
        brand=brand,
    )
