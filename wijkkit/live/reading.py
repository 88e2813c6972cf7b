"""The pages that are read: all wijken, the city, one wijk, its report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import AuthenticatedFileHandler
from tornado import web

from wijkkit.disclosure import policy_for
from wijkkit.live.city import current_city, current_map
from wijkkit.live.handlers import Guarded, page
from wijkkit.live.wijk_page import current_page


class Start(Guarded):
    """All wijken, how fresh each is, and the map that leads to them."""

    @page
    async def get(self) -> None:
        account = self.account
        if account is None:
            raise web.HTTPError(403)
        if account.role == "keeper" and len(account.wijken) == 1:
            self.redirect(self.url("w", account.wijken[0]))
            return
        language, source = self.language, self.pages.source
        found = await self.aside(lambda: current_city(source, language))
        shape = await self.aside(lambda: current_map(source))
        lines = [line for line in found.wijken if account.sees(line.slug)]
        by_slug = {line.slug: line for line in found.wijken}
        self.show("start.html", page=found, lines=lines, of=by_slug, map=shape, **about(self))


class City(Guarded):
    """The matrices of the city."""

    @page
    async def get(self) -> None:
        self.require("")
        language, source = self.language, self.pages.source
        found = await self.aside(lambda: current_city(source, language))
        self.show("city.html", page=found, report=report_of(self, "stad"), **about(self))


class Wijk(Guarded):
    """One wijk: planned, done, reached, decided."""

    @page
    async def get(self, slug: str) -> None:
        account = self.require(slug)
        language, source = self.language, self.pages.source
        found = await self.aside(lambda: current_page(source, language, slug))
        self.show(
            "wijk.html",
            page=found,
            keeps=account.keeps(slug),
            report=report_of(self, slug),
            small=policy_for(self.pages.study).min_count - 1,
            **about(self),
        )


class Report(Guarded, AuthenticatedFileHandler):
    """A file of the site of reports; its scripts cannot reach the pages."""

    @property
    def content_security_policy(self) -> str:
        return (
            "sandbox allow-scripts allow-popups allow-downloads; frame-ancestors 'none'; "
            "default-src 'self' 'unsafe-inline' data:"
        )

    @page
    async def get(self, path: str) -> None:  # type: ignore[override]
        if not path.isprintable():
            raise web.HTTPError(404)
        account = self.account
        asset = Path(path).parts[:1] == ("assets",)
        if account is None or not (asset or account.sees(Path(path).stem)):
            raise web.HTTPError(403)
        await web.StaticFileHandler.get(self, path)


def report_of(handler: Guarded, stem: str) -> str:
    """Return the address of a report, or nothing where it was not made."""
    there = (handler.pages.study.site / f"{stem}.html").is_file()
    return handler.url("rapport", f"{stem}.html") if there else ""


def about(handler: Guarded) -> dict[str, Any]:
    """Return what every page says of its figures."""
    source = handler.pages.source
    return {"concept": not source.approved(source.now())}
