"""Pages about proofs: making one in the page itself, and the verifier that works without us.

Neither page ever sends what is proven: hashing and signing happen where the text and the file are. The verifier is one
file with one script; its own policy allows that script and nothing else, and the node repeats the policy in the header.
"""

import re
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from frankmark.surfaces.node.pages.site import Site

__all__ = ["ProofPages"]

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')
NOTHING_SENT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


class ProofPages:
    """Pages of StampedSafe.

    Args:
        site: Renders.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._verifier = (files("frankmark") / "data" / "verify.html").read_text(encoding="utf-8")
        found = POLICY.search(self._verifier)
        stated = found[1] if found else "default-src 'none'"
        self._policy = f"{stated}; frame-ancestors 'none'"

    def routes(self) -> list[Route]:
        """The routes of these pages."""
        return self._site.routes({"/prove": self.prove, "/verify.html": self.verifier})

    async def prove(self, request: Request) -> Response:
        """Where proofs are made; no form of it can be sent anywhere."""
        page = self._site.page(request, "prove.html")
        page.headers["Content-Security-Policy"] = NOTHING_SENT
        return page

    async def verifier(self, _: Request) -> Response:
        """The verifier, as it can be kept on a disk."""
        headers = {"Content-Security-Policy": self._policy, "Cache-Control": "no-cache"}
        return HTMLResponse(self._verifier, headers=headers)
