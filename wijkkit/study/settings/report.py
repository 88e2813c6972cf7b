"""Settings of the reports (``report:`` in study.yml)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wijkkit.study.settings.base import Settings


class ReportSettings(Settings):
    """What a report says of its maker, and where its sources are.

    Parameters
    ----------
    author, contact : str
        Who made the reports and where a reader can ask; the house style's contact where empty.
    sources : str
        Folder with wijk.qmd, stad.qmd, index.qmd and theme/, relative to the study's folder.
        Where the study has no such folder, the one of the project is used.
    date : str
        Date on the reports (``YYYY-MM-DD``); the day on which the last notebook ran where empty.
    licence : {"", "CC-BY-4.0", "CC0-1.0", "ODC-By-1.0"}
        Licence of the released tables, in a data package; none where empty.
    quarto_seconds : float
        Longest that Quarto may take for one form of one report.
    """

    author: str = ""
    contact: str = ""
    sources: str = "reports"
    date: str = ""
    licence: Literal["", "CC-BY-4.0", "CC0-1.0", "ODC-By-1.0"] = ""
    quarto_seconds: Annotated[float, Field(gt=0)] = 300.0
