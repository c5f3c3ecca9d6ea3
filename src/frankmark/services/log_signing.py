"""Signing heads: the log's own key and the node's witness key, never two heads that are not one history."""

from frankmark.foundation.checkpoint import Checkpoint
from frankmark.foundation.errors import Refused
from frankmark.foundation.note import Note, NoteSigner
from frankmark.ports.clock import Clock
from frankmark.ports.log import SignerStore, Swap, TreeHead
from frankmark.services.log_reasons import LogReason

__all__ = ["HeadSigner"]


class HeadSigner:
    """Signs the heads of one log after the signer's store has moved to them.

    Args:
        origin: The log.
        key: The log's note key; its name is the origin.
        witnesses: Cosignature keys of this node, each another key; they see what the log's key sees.
        store: What was signed last.
        clock: The time that cosignatures state.
    """

    def __init__(
        self, *, origin: str, key: NoteSigner, witnesses: tuple[NoteSigner, ...], store: SignerStore, clock: Clock
    ) -> None:
        self.origin = origin
        self.key = key
        self.witnesses = witnesses
        self._store = store
        self._clock = clock
        self._signed: dict[str, TreeHead | None] = {}

    async def last(self) -> TreeHead | None:
        """The head that was signed last, read anew from the store.

        Raises:
            Refused: `LOG_ROLLED_BACK` if the keys of this node remember different heads.
        """
        names = [_name(signer) for signer in (self.key, *self.witnesses)]
        self._signed = {name: await self._store.last(name, self.origin) for name in names}
        head = self._signed[names[0]]
        # A witness key that is new here has signed nothing yet; what the log's key signed binds it all the same.
        if any(other not in {None, head} for other in self._signed.values()):
            raise Refused(LogReason.LOG_ROLLED_BACK, f"{self.origin}: the keys of this node remember different heads")
        return head

    async def remembered(self) -> TreeHead | None:
        """The head that the log's key signed last."""
        return await self._store.last(_name(self.key), self.origin)

    async def move(self, head: TreeHead) -> None:
        """Move every key from what `last` or `move` saw to a head, in one durable step.

        The caller has checked that the head continues the one before.

        Raises:
            Refused: `SIGNER_MOVED` if another process signed meanwhile.
        """
        swaps = [Swap(signer=name, origin=self.origin, expected=old, head=head) for name, old in self._signed.items()]
        await self._store.swap(swaps)
        self._signed = dict.fromkeys(self._signed, head)

    def sign(self, head: TreeHead) -> bytes:
        """The signed and cosigned checkpoint of a head that the keys have moved to."""
        text = Checkpoint(origin=self.origin, size=head.size, root=head.root).text()
        time_s = self._clock.now_ms() // 1_000
        signatures = tuple(signer.sign(text, time_s) for signer in (self.key, *self.witnesses))
        return Note(text=text, signatures=signatures).render()


def _name(signer: NoteSigner) -> str:
    # Without the key itself: a new key under the same name is bound by what the old one signed.
    return f"{signer.verifier.kind.value}:{signer.verifier.name}"
