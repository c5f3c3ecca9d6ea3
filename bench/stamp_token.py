"""Stamp tokens: verify and issue, against bare `cryptography` doing the same elliptic-curve work, and PyJWT-like joserfc."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from measure import at_least, compare, write

from frankmark.foundation.jwks import Jwk, JwkSet
from frankmark.foundation.keys import P256PrivateKey
from frankmark.protocols.securestamp.token import Claims, issue_token, verify_token

NOW_S = 1_800_000_000
CLAIMS = Claims(
    stamp_id="f47ac10b-58cc-4372-a567-0e02b2c3d479",
    domain="acme.example",
    org_id="org_01hwx4",
    score=92,
    iat=NOW_S,
    exp=NOW_S + 31_536_000,
    iss="https://mark.example.org",
)


def main() -> None:
    key = P256PrivateKey.generate()
    jwk = Jwk.of("node-abc", key.public)
    keys = JwkSet((jwk,))
    tokens = [issue_token(CLAIMS, key, jwk.kid) for _ in range(64)]
    secret = ec.generate_private_key(ec.SECP256R1())
    public = secret.public_key()
    data = tokens[0].rpartition(".")[0].encode()
    signature = secret.sign(data, ec.ECDSA(hashes.SHA256()))
    raw = b"".join(part.to_bytes(32, "big") for part in utils.decode_dss_signature(signature))
    turn = iter(range(10**12))

    def bare_verify() -> None:
        der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        public.verify(der, data, ec.ECDSA(hashes.SHA256()))

    figures = {
        "verify_cold_vs_cryptography": compare(lambda: verify_token(tokens[next(turn) % 64], keys, NOW_S), bare_verify),
        "issue_vs_cryptography": compare(
            lambda: issue_token(CLAIMS, key, jwk.kid), lambda: secret.sign(data, ec.ECDSA(hashes.SHA256()))
        ),
    }
    figures |= joserfc_figures(tokens[0], key, jwk, keys)
    targets = [
        at_least("row 1", "verify_cold_vs_cryptography.ours_per_cpu_s", 18_000),
        at_least("row 3", "issue_vs_cryptography.ours_per_cpu_s", 38_000),
    ]
    write("stamp_token", figures, ["cryptography", "joserfc"], musts=targets)


def joserfc_figures(token: str, key: P256PrivateKey, jwk: Jwk, keys: JwkSet) -> dict[str, object]:
    from joserfc import jwt
    from joserfc.jwk import ECKey

    theirs = ECKey.import_key({name: text for name, text in jwk.json().items() if name in {"kty", "crv", "x", "y"}})
    assert jwt.decode(token, theirs, algorithms=["ES256"]).claims["domain"] == CLAIMS.domain
    return {
        "verify_cold_vs_joserfc": compare(
            lambda: verify_token(token, keys, NOW_S), lambda: jwt.decode(token, theirs, algorithms=["ES256"])
        )
    }


if __name__ == "__main__":
    main()
