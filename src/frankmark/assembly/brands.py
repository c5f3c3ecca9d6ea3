"""A brand on the machine of whoever speaks for it: its sealed key, and what its domain publishes.

The keys of brands lie in a folder of their own beside the person's settings, sealed as a node's keys are: one secret a
brand, canonical JSON ``{"v":1,"brand":"br_<ulid>","domain","name","scalar"}``, named after the domain.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from frankmark.adapters.system.entropy import SystemEntropy
from frankmark.adapters.system.keyfile import KeyFolder
from frankmark.adapters.system.passphrase import Prompt, find_passphrase
from frankmark.assembly.client import local_clock
from frankmark.assembly.resolving import open_resolver
from frankmark.foundation import canonical
from frankmark.foundation.digest import sha256
from frankmark.foundation.encoding import b64url_decode, b64url_encode
from frankmark.foundation.errors import Error, Malformed, Refused
from frankmark.foundation.identifiers import ulid
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.members import Members
from frankmark.protocols.signal.brand_record import BrandKeys, look_up_brand_keys, owner_name, render_brand_record
from frankmark.services.reasons import ServiceReason
from frankmark.settings import Settings

__all__ = ["Brand", "BrandReason", "Brands", "fresh_octets", "published_keys"]

SCALAR: Final = 32
ULID_OCTETS: Final = 10
_PLAIN: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}", re.ASCII)


class BrandReason(StrEnum):
    """Why the key of a brand cannot be used."""

    BRAND_EXISTS = "BRAND_EXISTS"  # its key is on this machine already
    BRAND_UNKNOWN = "BRAND_UNKNOWN"  # its key is not on this machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A brand whose key is on this machine.

    Attributes:
        brand: ``br_`` and a ULID.
        domain: The anchor, canonical.
        name: How it calls itself.
        key: Its private key.
    """

    brand: str
    domain: str
    name: str
    key: P256PrivateKey = field(repr=False)

    @property
    def jkt(self) -> str:
        """The thumbprint of its key."""
        return self.key.public.thumbprint()

    @property
    def owner(self) -> str:
        """The name of the TXT record that publishes the key."""
        return owner_name(self.domain)

    @property
    def record(self) -> str:
        """The text of that record."""
        return render_brand_record(self.jkt)


class Brands:
    """The brands of a person.

    Args:
        folder: Where the keys lie.
        environ: For the passphrase.
        prompt: Asks a person for it; None without a terminal.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str], prompt: Prompt | None) -> None:
        self._folder = folder
        self._environ = environ
        self._prompt = prompt
        self._entropy = SystemEntropy()
        self.protects_backups_only = False  # once a key was read: whether its passphrase lies beside it

    def make(self, domain: str, name: str, now_ms: int, *, brand: str = "") -> Brand:
        """Make a brand, or a new key for one whose id is known.

        Args:
            domain: The anchor, canonical.
            name: How it calls itself.
            now_ms: The time, milliseconds since the epoch.
            brand: The id of a brand that is there already; empty for a new one.

        Returns:
            The brand, its key sealed.

        Raises:
            Refused: `BRAND_EXISTS` unless an id is given; what the key folder raises.
            Unverified: What the key folder raises.
            Unavailable: What the key folder raises.
        """
        vault = self._vault()
        if not brand and _secret(domain) in vault.names():
            raise Refused(BrandReason.BRAND_EXISTS, f"this machine has the key of {domain} already")
        made = Brand(
            brand=brand or "br_" + ulid(now_ms, self._entropy.octets(ULID_OCTETS)),
            domain=domain,
            name=name,
            key=P256PrivateKey.generate(),
        )
        vault.write(_secret(domain), _document(made))
        return made

    def find(self, domain: str) -> Brand:
        """The brand with an anchor.

        Raises:
            Refused: `BRAND_UNKNOWN`, `KEYS_DAMAGED`; what the key folder raises.
            Unverified: What the key folder raises.
        """
        if not self.has(domain):
            raise Refused(BrandReason.BRAND_UNKNOWN, f"the key of {domain} is not on this machine")
        return _read(self._vault().read(_secret(domain)))

    def has(self, domain: str) -> bool:
        """Whether the key of a brand with this anchor is on this machine."""
        return (self._folder / f"{_secret(domain)}.key").exists()

    def _vault(self) -> KeyFolder:
        passphrase = find_passphrase(self._folder, self._environ, self._entropy, prompt=self._prompt)
        self.protects_backups_only = passphrase.protects_backups_only
        return KeyFolder(self._folder, passphrase, self._entropy)


def fresh_octets(count: int) -> bytes:
    """Unpredictable octets."""
    return SystemEntropy().octets(count)


def published_keys(settings: Settings, environ: Mapping[str, str], domain: str) -> BrandKeys:
    """Which key a domain publishes for its brand, as the DNS says now.

    Args:
        settings: For the resolver.
        environ: For the clock.
        domain: The anchor, canonical.
    """
    resolver = open_resolver(settings, local_clock(settings, environ))

    async def ask() -> BrandKeys:
        evaluation = look_up_brand_keys(domain)
        question = next(evaluation)
        try:
            evaluation.send(await resolver.resolve(question))
        except StopIteration as ended:
            keys: BrandKeys = ended.value
            return keys
        return BrandKeys(failed=True)

    return asyncio.run(ask())


def _secret(domain: str) -> str:
    """The name of a brand's secret: the domain, or a hash of one that is no file's name."""
    return domain if _PLAIN.fullmatch(domain) else sha256(domain.encode()).hex()


def _document(brand: Brand) -> bytes:
    scalar = b64url_encode(brand.key.to_scalar())
    return canonical.dump({"v": 1, "brand": brand.brand, "domain": brand.domain, "name": brand.name, "scalar": scalar})


def _read(octets: bytes) -> Brand:
    try:
        members = Members(canonical.load(octets), what="a brand's key", code=ServiceReason.KEYS_DAMAGED)
        version = members.number("v")
        brand, domain, name = (members.text(one) for one in ("brand", "domain", "name"))
        key = P256PrivateKey.from_scalar(b64url_decode(members.text("scalar")))
        members.end()
    except Malformed as wrong:
        raise _damaged() from wrong
    if version != 1:
        raise _damaged()
    return Brand(brand=brand, domain=domain, name=name, key=key)


def _damaged() -> Error:
    return Refused(ServiceReason.KEYS_DAMAGED, "The key file opens, and does not hold what frankmark writes.")
