"""The pages as an extension of Jupyter Server: in a researcher's lab, or alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from jupyter_server.utils import url_path_join
from traitlets import Unicode
from traitlets.config import LoggingConfigurable

from wijkkit.errors import WijkkitError
from wijkkit.live.form_pages import FORM_PAGES
from wijkkit.live.handlers import City, NotFound, Report, Start, Style, Wijk
from wijkkit.live.pages import PREFIX, open_pages
from wijkkit.study import open_study

_SLUG = r"([a-z0-9][a-z0-9_-]*)"


class WijkkitPages(LoggingConfigurable):
    """Which study the pages are of: ``c.WijkkitPages.study`` in a server's configuration."""

    study = Unicode("parameters", config=True, help="Folder of the study.")
    as_of = Unicode("", config=True, help="Judge on this day (2021-07-31); today where empty.")
    hosts = Unicode("", config=True, help="Names the server may be asked for by, with commas.")


def add_pages(server: Any) -> None:
    """Add the pages to a Jupyter Server."""
    settings = WijkkitPages(parent=server)
    day = date.fromisoformat(settings.as_of) if settings.as_of else None
    hosts = tuple(name.strip().lower() for name in settings.hosts.split(",") if name.strip())
    pages = open_pages(open_study(settings.study), day, hosts)
    server.web_app.settings["wijkkit_pages"] = pages
    base = server.web_app.settings["base_url"]

    def at(*parts: str) -> str:
        return url_path_join(base, PREFIX, *parts)

    server.web_app.add_handlers(
        ".*$",
        [
            (at("stijl.css"), Style, {"part": "style"}),
            (at("pagina.js"), Style, {"part": "script"}),
            (at("/?"), Start),
            (at("stad/?"), City),
            (at("w", _SLUG, "?"), Wijk),
            *((at("w", _SLUG, *parts), handler) for parts, handler in FORM_PAGES),
            (at("rapport", r"(.*)"), Report, {"path": str(pages.study.site)}),
            (at(".*"), NotFound),
        ],
    )


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "wijkkit.live.extension"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Add the pages to a server that has more; without a study it goes on without them."""
    try:
        add_pages(server)
    except WijkkitError as error:
        for problem in error.problems:
            server.log.warning("wijkkit: no pages: %s", problem)
