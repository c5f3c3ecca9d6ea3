"""The log explorer: what every log of this node holds, newest first, and one entry with its proof.

The pages hand out the very texts that were hashed and signed; `static/explorer.js` verifies them where they are read.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from frankmark.foundation.errors import Error, Refused
from frankmark.services.reasons import ServiceReason
from frankmark.surfaces.node.pages.exploring import ExploredLog
from frankmark.surfaces.node.pages.site import Site
from frankmark.surfaces.node.pages.tree_drawing import Drawing

__all__ = ["LogPages"]

ROWS = 25
LONGEST_QUESTION = 80


class LogPages:
    """Pages about logs.

    Args:
        site: Renders.
        logs: What can be explored, in the order in which it is offered.
    """

    def __init__(self, site: Site, logs: Sequence[ExploredLog]) -> None:
        self._site = site
        self._logs = {log.name: log for log in logs}

    def routes(self) -> list[Route]:
        """The routes of these pages."""
        return self._site.routes(
            {
                "/logs": self.overview,
                "/logs/{name}": self.entries,
                "/logs/{name}/{entry}": self.entry,
                "/ledger": self.ledger,
            }
        )

    async def ledger(self, request: Request) -> Response:
        """The short address of the ledger."""
        return RedirectResponse(self._site.link(request, "/logs/ledger"), status_code=303)

    async def overview(self, request: Request) -> Response:
        """Every log with its newest head."""
        logs = [{"name": log.name, "size": log.size, "root": log.root} for log in self._logs.values()]
        return self._site.page(request, "logs.html", logs=logs)

    async def entries(self, request: Request) -> Response:
        """The newest head of a log, and its entries, the newest first."""
        log = self._log(request)
        asked = "".join(request.query_params.get("entry", "").split())[:LONGEST_QUESTION]
        fault = ""
        if asked:
            try:
                found = await log.find(asked)
            except Error as wrong:
                fault = self._site.reason(self._site.language(request), wrong.code.value)
            else:
                if found is not None:
                    return RedirectResponse(self._site.link(request, f"/logs/{log.name}/{found}"), status_code=303)
                fault = self._site.phrases.say(self._site.language(request), "logs.no_entry")
        stop = _stop(request.query_params.get("before", ""), log.size)
        start = max(0, stop - ROWS)
        leaves = await log.leaves(start, stop)
        return self._site.page(
            request,
            "log.html",
            status=404 if fault else 200,
            name=log.name,
            size=log.size,
            heads=log.heads(),
            leaves=leaves[::-1],
            older=start,
            newer=min(stop + ROWS, log.size) if stop < log.size else 0,
            asked=asked,
            fault=fault,
        )

    async def entry(self, request: Request) -> Response:
        """One entry, and its way to the head."""
        log, asked = self._log(request), request.path_params["entry"]
        found = await log.find(asked[:LONGEST_QUESTION])
        if found is None:
            raise Refused(ServiceReason.NOT_FOUND, "The log has no such entry.")
        if asked != str(found):
            return RedirectResponse(self._site.link(request, f"/logs/{log.name}/{found}"), status_code=303)
        place = await log.place(found)
        return self._site.page(
            request,
            "entry.html",
            name=log.name,
            size=log.size,
            place=place,
            drawing=Drawing(place.steps, place.head.root),
        )

    def _log(self, request: Request) -> ExploredLog:
        log = self._logs.get(request.path_params["name"])
        if log is None:
            raise Refused(ServiceReason.NOT_FOUND, "There is no such log.")
        return log


def _stop(before: str, size: int) -> int:
    """Where a page of entries ends: `before` if it is a place in the log, else its end."""
    return int(before) if before.isascii() and before.isdecimal() and len(before) < 20 and int(before) < size else size  # noqa: PLR2004
