"""One record of everything that a node does: what the surfaces are handed."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from frankmark.assembly.connectors import Connection
from frankmark.assembly.signal import SignalRooms
from frankmark.foundation.phrases import Phrases
from frankmark.ports.clock import Clock
from frankmark.ports.limits import RateLimiter
from frankmark.protocols.signal.logs import LogName
from frankmark.services.access import Access
from frankmark.services.addresses import Addresses
from frankmark.services.backup import BackupFacts
from frankmark.services.custody import Custody
from frankmark.services.erasure import Erasure
from frankmark.services.keyring import Keyring
from frankmark.services.ledger import Ledger
from frankmark.services.lists import Audit, Lists
from frankmark.services.log_audit import LedgerReport
from frankmark.services.principals import Principal
from frankmark.services.public_registry import PublicRegistry
from frankmark.services.registry import Registry
from frankmark.services.reports import Reports
from frankmark.services.rescoring import Rescoring
from frankmark.services.stamps import Stamps
from frankmark.services.timestamping import TimeAuthority
from frankmark.services.trust import TrustService
from frankmark.services.upkeep import Upkeep

__all__ = ["Condition", "Services"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a node says of its own state.

    Attributes:
        demo: Whether everything here is made up.
        test_clock: Whether the time is.
        keys_protect_backups_only: Whether the passphrase lies beside the keys.
        outbound: Exceptions from the outbound guard.
        open_data: The data folder and its mode if others on this machine may enter it; else empty.
    """

    demo: bool
    test_clock: bool
    keys_protect_backups_only: bool
    outbound: tuple[str, ...]
    open_data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything, plugged together.

    Attributes:
        audit_ledger: Recompute the whole ledger.
        backup: Write a backup to a path on the node's machine.
        sound: Raises if the store cannot be written or was found damaged.
        close: Put everything away, in order.
    """

    public_url: str
    node_id: str
    condition: Condition
    clock: Clock
    phrases: Phrases
    limiter: RateLimiter
    keyring: Keyring
    access: Access
    registry: Registry
    addresses: Addresses
    stamps: Stamps
    custody: Custody
    lists: Lists
    reports: Reports
    audit: Audit
    erasure: Erasure
    ledger: Ledger
    trust: TrustService
    public: PublicRegistry
    rescoring: Rescoring
    signal: SignalRooms
    connection: Connection
    time_authority: TimeAuthority
    upkeep: Upkeep
    audit_ledger: Callable[[], Awaitable[LedgerReport]]
    backup: Callable[[Principal, str], Awaitable[BackupFacts]]
    sound: Callable[[], Awaitable[None]]
    close: Callable[[], Coroutine[None, None, None]]

    @property
    def log_vkeys(self) -> tuple[str, ...]:
        """Verifier keys of all logs: the ledger's, the newest first, and those of Signal."""
        of_signal = (self.signal.logs.log(name).keys[0] for name in LogName)
        return tuple(str(key) for key in (*self.ledger.log_keys, *of_signal))
