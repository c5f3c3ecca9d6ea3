"""Answers of the DNS."""

from typing import Protocol

from frankmark.foundation.dns import Answer, Question

__all__ = ["Resolver"]


class Resolver(Protocol):
    """Looks one name up.

    Law: never raises for what the network does. A time-out is `Status.TIMEOUT`; a server's failure, a malformed
    answer or a CNAME loop `Status.SERVFAIL`; a failed validation `Status.BOGUS`. Answers are kept for their TTL and
    no longer, negative ones too; failures are not kept.
    """

    async def resolve(self, question: Question) -> Answer:
        """The answer to `question`, at the latest when the resolver's deadline has passed."""
        ...

    def kept(self, question: Question) -> Answer | None:  # noqa: ARG002  (a resolver that keeps nothing)
        """The answer to `question` if it is at hand, so that nobody has to be asked; None says nothing.

        Its `ttl` is what it was when the answer came, for whoever does not keep it any further.
        """
        return None
