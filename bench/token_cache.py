"""A stamp token that was verified before: its form, signature and key are remembered, what can change is checked again.

Every call of ours checks the token's end and beginning against the clock, the key set that the caller holds, and the
stamp's standing in the ledger's index as it is at that moment; before anything is timed, a token that expires, a stamp
that is revoked and a key that is withdrawn must each be refused by the very cache that passed it. The peer is joserfc
as a service uses it: one signature check a call, for it keeps nothing; the second peer is a dictionary of claims with
the same three checks written out, which is as fast as Python can be.
"""

from dataclasses import replace

from joserfc import jwt
from joserfc.jwk import ECKey
from measure import at_least, compare, write
from message_world import DOMAIN, ISSUER, STAMP, Sender

from frankmark.foundation.errors import Unverified
from frankmark.foundation.jwks import JwkSet
from frankmark.foundation.keys import P256PrivateKey
from frankmark.protocols.securestamp.model import Revocation, Stamp
from frankmark.protocols.securestamp.reasons import Reason, RevocationReason
from frankmark.protocols.securestamp.token import parse_token
from frankmark.services.verified import VerifiedTokens

TOKENS = 1_024


def refused(tokens: VerifiedTokens, text: str, keys: JwkSet, now_s: int, stamps: dict[str, Stamp]) -> Reason | None:
    try:
        tokens.verify(text, keys, now_s, stamps=stamps)
    except Unverified as wrong:
        return Reason(wrong.code)
    return None


def main() -> None:
    sender = Sender()
    keys, now_s = sender.issuers[ISSUER], sender.now_s
    texts = [sender.token(number) for number in range(TOKENS)]
    claims = parse_token(texts[0]).claims
    stamp = Stamp(
        stamp_id=STAMP,
        org_id="org_01hwx4",
        domain=DOMAIN,
        score=92,
        issued_ms=now_s * 1000 - 86_400_000,
        expires_ms=now_s * 1000 + 8_640_000_000,
        node_id="node-abc",
        issuer=ISSUER,
        tx_hash="a" * 64,
    )
    stamps = {STAMP: stamp, **{f"{number:08x}-58cc-4372-a567-0e02b2c3d479": stamp for number in range(10_000)}}
    tokens = VerifiedTokens()
    for text in texts:
        assert tokens.verify(text, keys, now_s, stamps=stamps).claims.domain == DOMAIN
    assert refused(tokens, texts[0], keys, claims.exp + 3_600, stamps) is Reason.TOKEN_EXPIRED
    revocation = Revocation(reason=RevocationReason.NODE_COMPROMISE, at_ms=now_s * 1000)
    revoked = {**stamps, STAMP: replace(stamp, revocation=revocation)}
    assert refused(tokens, texts[0], keys, now_s, revoked) is Reason.STAMP_REVOKED
    other = Sender(stamp=P256PrivateKey.generate()).issuers[ISSUER]
    assert refused(tokens, texts[0], other, now_s, stamps) in {Reason.KEY_UNKNOWN, Reason.SIGNATURE_FALSE}
    assert refused(tokens, texts[0], keys, now_s, stamps) is None
    jwk = keys.keys[0].json()
    theirs = ECKey.import_key({name: text for name, text in jwk.items() if name in {"kty", "crv", "x", "y"}})
    known = {text: parse_token(text).claims for text in texts}
    turn = iter(range(10**12))

    def ours() -> None:
        tokens.verify(texts[next(turn) % TOKENS], keys, now_s, stamps=stamps)

    def bare() -> None:
        held = known[texts[next(turn) % TOKENS]]
        said = stamps[held.stamp_id]
        if not (held.iat <= now_s < held.exp and said.domain == held.domain and said.revocation is None):
            raise ValueError("not valid any more")

    write(
        "token_cache",
        {
            "warm_vs_joserfc": compare(
                ours, lambda: jwt.decode(texts[next(turn) % TOKENS], theirs, algorithms=["ES256"])
            ),
            "warm_vs_bare_dictionary": compare(ours, bare),
            "tokens": TOKENS,
            "stamps": len(stamps),
        },
        ["joserfc", "cryptography"],
        musts=[at_least("row 2", "warm_vs_joserfc.ours_per_cpu_s", 300_000)],
    )


if __name__ == "__main__":
    main()
