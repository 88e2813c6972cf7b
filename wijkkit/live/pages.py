"""What the handlers of one server share: the study's source, its accounts, templates and style."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path

import jinja2

from wijkkit.errors import ReportError
from wijkkit.live.accounts import Accounts
from wijkkit.live.snapshot import Source
from wijkkit.reports.theme import house_values, load_house_style
from wijkkit.study import Study

#: Under the server's address.
PREFIX = "wijken"
#: The house style of the reports, beside the study or here.
_THEME = Path("reports") / "theme"


@dataclass(slots=True)
class Pages:
    """The pages of one study, as one server serves them.

    Parameters
    ----------
    templates : jinja2.Environment
        Everything that is filled in is escaped.
    style, script : str
        The style sheet with the house style's values, and the script.
    hosts : tuple of str
        Names by which the server may be asked for, beside this machine's own.
    """

    source: Source
    accounts: Accounts
    templates: jinja2.Environment
    style: str
    script: str
    hosts: tuple[str, ...] = field(default=())

    @property
    def study(self) -> Study:
        return self.source.study


def open_pages(study: Study, as_of: date | None = None, hosts: tuple[str, ...] = ()) -> Pages:
    """Open the pages of a study."""
    room = files("wijkkit.live")
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("wijkkit.live"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    static = {
        name: (room / "static" / name).read_text(encoding="utf-8")
        for name in ("live.css", "live.js")
    }
    return Pages(
        Source(study, as_of),
        Accounts(study),
        templates,
        _house(study) + static["live.css"],
        static["live.js"],
        hosts,
    )


def _house(study: Study) -> str:
    for folder in (study.folder.parent / _THEME, Path(_THEME)):
        if (folder / "house.yml").is_file():
            try:
                return house_values(load_house_style(folder))
            except ReportError:
                break
    return ""
