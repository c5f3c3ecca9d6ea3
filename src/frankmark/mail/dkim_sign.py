"""Making of DKIM signatures (RFC 6376 §5, RFC 8301, RFC 8463), told the key and the time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from frankmark.foundation.encoding import b64_encode
from frankmark.foundation.keys import Ed25519PrivateKey, RsaPrivateKey
from frankmark.mail import canonicalization
from frankmark.mail.canonicalization import Canonicalization
from frankmark.mail.dkim import signed_data
from frankmark.mail.dkim_signature import Algorithm
from frankmark.mail.message import Field, Message

__all__ = ["OVERSIGNED", "SIGNED_FIELDS", "SigningPlan", "default_names", "sign"]

SIGNED_FIELDS = (
    "from",
    "reply-to",
    "subject",
    "date",
    "to",
    "cc",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "x-securestamp",
)
"""The fields that carry meaning to a reader (RFC 6376 §5.4.1), and our own."""

OVERSIGNED = ("from", "subject", "to", "date")
"""The fields that are signed once more than they occur, so that nobody can add another."""

_LINE = 76


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningPlan:
    """What a signature says beside the hashes.

    Attributes:
        domain: d=, in canonical form.
        selector: s=.
        names: h=; None for `default_names`.
        header_way: The header's canonicalisation.
        body_way: The body's canonicalisation.
        identity: i=, or None to leave it out.
        length: l=, or None to sign the whole body.
        lifetime_s: How long after t= the signature expires, or None for never.
    """

    domain: str
    selector: str
    names: Sequence[str] | None = None
    header_way: Canonicalization = Canonicalization.RELAXED
    body_way: Canonicalization = Canonicalization.RELAXED
    identity: str | None = None
    length: int | None = None
    lifetime_s: int | None = None


def default_names(message: Message) -> list[str]:
    """The names that h= has if nobody says otherwise.

    Args:
        message: The message.

    Returns:
        Each of `SIGNED_FIELDS` as often as it occurs, those of `OVERSIGNED` once more.
    """
    names = [name for name in SIGNED_FIELDS for _ in message.named(name.encode())]
    return names + list(OVERSIGNED)


def sign(message: Message, key: RsaPrivateKey | Ed25519PrivateKey, plan: SigningPlan, *, now_s: int) -> bytes:
    """Sign a message.

    Args:
        message: The message.
        key: The private key.
        plan: What the signature says.
        now_s: t=, seconds since the Unix epoch.

    Returns:
        The DKIM-Signature field with its final CRLF, to be put at the top.
    """
    rsa = isinstance(key, RsaPrivateKey)
    names = default_names(message) if plan.names is None else list(plan.names)
    body = canonicalization.body(message.body, plan.body_way)[: plan.length]
    tags = {
        "v": "1",
        "a": (Algorithm.RSA_SHA256 if rsa else Algorithm.ED25519_SHA256).value,
        "c": f"{plan.header_way}/{plan.body_way}",
        "d": plan.domain,
        "s": plan.selector,
        "i": plan.identity,
        "t": str(now_s),
        "x": None if plan.lifetime_s is None else str(now_s + plan.lifetime_s),
        "l": None if plan.length is None else str(plan.length),
        "h": ":\r\n\t ".join(names),
        "bh": b64_encode(hashlib.sha256(body).digest()),
        "b": "",
    }
    value = b" " + "; ".join(f"{name}={tag}" for name, tag in tags.items() if tag is not None).encode()
    value = value.replace(b"; h=", b";\r\n\th=").replace(b"; bh=", b";\r\n\tbh=").replace(b"; b=", b";\r\n\tb=")
    field = Field(raw=b"DKIM-Signature:" + value + b"\r\n", name=b"DKIM-Signature", value=value)
    data = signed_data(message, [name.lower().encode() for name in names], plan.header_way, field)
    octets = key.sign_pkcs1(data) if isinstance(key, RsaPrivateKey) else key.sign(hashlib.sha256(data).digest())
    text = b64_encode(octets)
    folded = "\r\n\t ".join(text[at : at + _LINE] for at in range(0, len(text), _LINE))
    return field.raw.removesuffix(b"\r\n") + folded.encode() + b"\r\n"
