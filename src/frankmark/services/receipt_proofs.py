"""The offline proof of a receipt: that the receipts log held it, under a head that witnesses cosigned.

Whoever keeps it beside the receipt can show later that the receipt was there before its key ended.
"""

from frankmark.foundation.checkpoint import SignedCheckpoint
from frankmark.foundation.errors import Error
from frankmark.foundation.jwks import JwkSet
from frankmark.foundation.tlog_proof import TlogProof
from frankmark.protocols.signal import receipt as receipts
from frankmark.protocols.signal.logs import LogName
from frankmark.services.signal_logs import SignalLogs

__all__ = ["receipt_proof"]


async def receipt_proof(logs: SignalLogs, keys: JwkSet, receipt_id: str) -> bytes | None:
    """The proof of a receipt.

    Args:
        logs: The logs.
        keys: The node's keys: where one of the receipt's has ended, the head is one from before, if it was kept.
        receipt_id: Its id.

    Returns:
        A ``.tlog-proof`` file; None if the node keeps no such receipt.

    Raises:
        Refused: `LOG_ROLLED_BACK`.
    """
    held = await logs.receipt(receipt_id)
    if held is None:
        return None
    end_ms = _end_of(held.text, keys)
    earlier = None if end_ms is None else await logs.time_proof(LogName.RECEIPTS, held.index, end_ms)
    if earlier is not None:
        return earlier.proof.render()
    newest = logs.log(LogName.RECEIPTS).head
    path = await logs.inclusion(LogName.RECEIPTS, held.index, newest.size)
    return TlogProof(index=held.index, path=path, signed=SignedCheckpoint.parse(newest.note)).render()


def _end_of(text: str, keys: JwkSet) -> int | None:
    """When the first of the keys that a receipt rests on ended, milliseconds since the epoch; None if none has."""
    try:
        receipt = receipts.read(text)
    except Error:
        return None
    named = {parts.header.kid for parts in (receipt.parts, receipt.claims.head.parts)}
    ends = [key.counts_until_ms for key in keys.keys if key.kid in named and key.counts_until_ms is not None]
    return min(ends, default=None)
