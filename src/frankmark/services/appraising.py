"""What a domain is worth at issuance: the assessment that it will have once its stamp is active."""

from dataclasses import replace
from typing import Final

from typing_extensions import override

from frankmark.foundation import canonical
from frankmark.protocols.securestamp.evidence import Signal
from frankmark.protocols.securestamp.scoring import assess
from frankmark.protocols.securestamp.signals import UNAVAILABLE, SignalName
from frankmark.protocols.securestamp.wire import authentication_labels
from frankmark.services.rescoring import OBSERVED
from frankmark.services.stamps import Appraisal, Appraiser
from frankmark.services.trust import TrustQuery, TrustService

__all__ = ["TrustAppraiser"]

GRANTED: Final = {SignalName.REGISTRY: "verified", SignalName.STAMP: "active"}


class TrustAppraiser(Appraiser):
    """Assesses a domain with registration and stamp granted.

    Args:
        trust: Gathers the evidence.
    """

    def __init__(self, trust: TrustService) -> None:
        self._trust = trust

    @override
    async def appraise(self, domain: str) -> Appraisal:
        """Score and signals as the ledger's asset carries them."""
        answer = await self._trust.check(TrustQuery(target=domain))
        evidence = answer.assessment.evidence
        signals = tuple(_granted(signal, answer.checked_ms) for signal in evidence.signals)
        # The channels say what is published now; the stamp that is about to be is not.
        lists = replace(evidence.lists, channels=(), revoked=None)
        granted = assess(replace(evidence, signals=signals, lists=lists))
        labels = authentication_labels(evidence)
        asset: dict[str, canonical.Json] = {
            **labels,
            "mx": UNAVAILABLE if answer.exchangers is None else answer.exchangers,
            "rdns": UNAVAILABLE,  # a name for an address has no weight, and is not looked up
            OBSERVED: {each.signal.name.value: each.signal.value for each in granted.signals},
        }
        return Appraisal(score=granted.score, signals=canonical.dump(asset).decode())


def _granted(signal: Signal, now_ms: int) -> Signal:
    value = GRANTED.get(signal.name)
    return signal if value is None else replace(signal, value=value, observed_ms=now_ms, reason=None)
