"""Who asks: an API key in `Authorization: Bearer` or `X-API-Key`, or a session's cookie.

A presented credential that is not valid is refused, never silently anonymous. A session that changes something must
come from our own origin and carry its CSRF token: programs in `X-CSRF-Token`, forms in the field `csrf`, which the page
that takes the form checks (`form_session`); no form is taken below `/api/` and `/v1/`. Cookies need TLS, or plain http
on loopback.
"""

import hmac
from collections.abc import Mapping

from starlette.types import Scope

from frankmark.foundation.errors import Refused, Unverified
from frankmark.services.access import Access, NewSession
from frankmark.services.principals import Principal
from frankmark.services.reasons import ServiceReason
from frankmark.surfaces.node.reasons import NodeReason

__all__ = ["Doorkeeper"]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM = b"application/x-www-form-urlencoded"
PROGRAMS = ("/api/", "/v1/")


class Doorkeeper:
    """Turns a request's credential into a principal.

    Args:
        access: Knows keys and sessions.
        run_token: The run-time credential of this machine's own command, and whom it stands for.
        secure: Whether we are served over TLS.
        loopback: Whether every listener is loopback.
    """

    def __init__(
        self, access: Access, run_token: tuple[str, Principal] | None, *, secure: bool, loopback: bool
    ) -> None:
        self._access = access
        self._run_token = run_token
        self._secure = secure
        self._signs_in = secure or loopback
        self.cookie = "__Host-frankmark" if secure else "frankmark"

    async def identify(self, scope: Scope, fields: Mapping[bytes, bytes]) -> Principal | None:
        """The principal of a request.

        A cookie whose session has ended is none, for whoever only reads or posts a form: the page that needs a session
        says so itself, and everybody else's page still opens.

        Args:
            scope: The request.
            fields: Its header fields by lower-case name.

        Raises:
            Unverified: `INVALID_API_KEY`, `SESSION_ENDED`.
            Refused: `CSRF_INVALID`, a session's mutation that does not come from our own page.
        """
        key = _key(fields)
        if key is not None:
            return await self._of_key(key)
        token = self.token(fields.get(b"cookie", b""))
        if token is None:
            return None
        if scope["method"] in SAFE:
            return await self._of_session(token)
        self._same_origin(scope, fields)
        if _posts_form(scope["path"], fields):
            return await self._of_session(token)  # the page checks the field `csrf`
        return await self._access.resolve_session(token, csrf=fields.get(b"x-csrf-token", b"").decode("latin-1"))

    def from_own_page(self, scope: Scope, fields: Mapping[bytes, bytes]) -> None:
        """Let a form that signs in come from our own page, or from a program that names no origin at all.

        Raises:
            Refused: `CSRF_INVALID`, so that no other site signs a browser in as somebody else.
        """
        if b"origin" in fields:
            self._same_origin(scope, fields)
        if fields.get(b"sec-fetch-site", b"same-origin") != b"same-origin":
            raise Refused(ServiceReason.CSRF_INVALID, "Sign in on this node's own page.")

    def token(self, cookies: bytes) -> str | None:
        """The session token in a `Cookie` field."""
        return self._named(cookies, self.cookie)

    def _named(self, cookies: bytes, name: str) -> str | None:
        for pair in cookies.decode("latin-1").split(";") if cookies else ():
            found, _, value = pair.partition("=")
            if found.strip() == name:
                return value.strip()
        return None

    def form_token(self, cookies: bytes) -> str:
        """The session's form token, which the browser keeps for the pages and no script can read."""
        return self._named(cookies, f"{self.cookie}-form") or ""

    def set_form_cookie(self, session: NewSession) -> str:
        """The `Set-Cookie` value for the session's form token."""
        secure = "; Secure" if self._secure else ""
        return f"{self.cookie}-form={session.csrf}; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict{secure}"

    def set_cookie(self, session: NewSession) -> str:
        """The `Set-Cookie` value for a new session.

        Raises:
            Refused: `SIGN_IN_NEEDS_TLS` on a listener that is neither TLS nor loopback.
        """
        if not self._signs_in:
            raise Refused(NodeReason.SIGN_IN_NEEDS_TLS, "Signing in needs TLS, or a listener on loopback.")
        secure = "; Secure" if self._secure else ""
        return f"{self.cookie}={session.token}; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict{secure}"

    def clear_cookies(self) -> tuple[str, str]:
        """The `Set-Cookie` values that end a session in the browser: its token's and its form token's."""
        secure = "; Secure" if self._secure else ""
        ended = f"Path=/; Max-Age=0; HttpOnly; SameSite=Strict{secure}"
        return f"{self.cookie}=; {ended}", f"{self.cookie}-form=; {ended}"

    async def _of_key(self, key: str) -> Principal:
        if self._run_token is not None and hmac.compare_digest(key.encode(), self._run_token[0].encode()):
            return self._run_token[1]
        return await self._access.resolve_key(key)

    async def _of_session(self, token: str) -> Principal | None:
        try:
            return await self._access.resolve_session(token)
        except Unverified:
            return None

    def _same_origin(self, scope: Scope, fields: Mapping[bytes, bytes]) -> None:
        scheme = "https" if self._secure else scope["scheme"]
        ours = f"{scheme}://{fields.get(b'host', b'').decode('latin-1')}"
        if fields.get(b"origin", b"").decode("latin-1").lower() != ours.lower():
            raise Refused(ServiceReason.CSRF_INVALID, "A signed-in change must come from this node's own pages.")


def _posts_form(path: str, fields: Mapping[bytes, bytes]) -> bool:
    """Whether a page takes the form that is posted, and checks its field `csrf`."""
    return not path.startswith(PROGRAMS) and fields.get(b"content-type", b"").lower().startswith(FORM)


def _key(fields: Mapping[bytes, bytes]) -> str | None:
    """The key that is presented, in whichever field; None if there is none."""
    authorization, header = fields.get(b"authorization"), fields.get(b"x-api-key")
    presented = None if header is None else header.decode("latin-1").strip()
    if authorization is None:
        return presented
    scheme, _, value = authorization.decode("latin-1").strip().partition(" ")
    bearer = value.strip()
    if scheme.lower() != "bearer" or not bearer or (presented is not None and presented != bearer):
        raise Unverified(ServiceReason.INVALID_API_KEY, "Send one key, as Authorization: Bearer ss_live_….")
    return bearer
