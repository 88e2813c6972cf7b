"""The start page's links: a study's parameter files and its reports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import ipywidgets as widgets
import pandas as pd

from wijkkit.errors import WijkkitError
from wijkkit.evaluation.choice.panel import choice_panel as panel
from wijkkit.language import text
from wijkkit.language.messages import escaped
from wijkkit.loaders.standard_table import load_catalogue
from wijkkit.pipeline.checks import checked, missing_parts, remarks
from wijkkit.released import WijkView
from wijkkit.show.output import ShownTable, ShownText, bullets
from wijkkit.study import Study

_FILES = ("study.yml", "codebook.yml", "indicators.yml")


def study_files(study: Study) -> ShownText:
    """Return links to a study's parameter files and its reports, to open from a notebook.

    Returns
    -------
    ShownText
        A list; addresses are relative to the working folder, which is the notebook's own.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> type(wk.study_files(study)).__name__
    'ShownText'
    """
    return bullets(list(_lines(study)))


def _lines(study: Study) -> Iterator[str]:
    def words(key: str) -> str:
        return text(f"workbench.start.{key}", study.language)

    for name in _FILES:
        yield f"{_link(study.folder / name, name)}: {words(name.removesuffix('.yml'))}"
    neighbourhoods = [
        _link(study.folder / "wijken" / f"{wijk}.yml", neighbourhood.name)
        for wijk, neighbourhood in study.neighbourhoods.items()
    ]
    if neighbourhoods:
        yield f"{words('wijken')}: {', '.join(neighbourhoods)}"
    index = study.site / "index.html"
    yield _link(index, words("reports")) if index.is_file() else words("no_reports")


def _link(path: Path, words: str) -> str:
    address = quote(Path(os.path.relpath(path)).as_posix(), safe="/.")
    return f"[{escaped(words)}]({address})"


# Is the study complete? The answer as a table in a notebook.


def check(study: Study) -> ShownTable:
    """Return everything that is wrong or missing in a study, in order of what to do first.

    Returns
    -------
    ShownTable
        One row per thing, empty where nothing is.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> wk.check(study)
    Soort Wat ...
    """

    def words(key: str) -> str:
        return text(f"show.check.{key}", study.language)

    try:
        rows = [("remark", problem) for problem in remarks(study, checked(study.folder)[1])]
    except WijkkitError as error:
        rows = [("wrong", problem) for problem in error.problems]
    rows += [("missing", problem) for problem in missing_parts(study)]
    cells = [(words(kind), str(problem)) for kind, problem in rows]
    cells = cells or [("", words("nothing"))]
    table = pd.DataFrame(cells, columns=[words("kind"), words("what")])
    return ShownTable(table, words("caption"))


# Choose interventions with the network: move the weights and see the ranking move.


def choice_panel(view: WijkView) -> widgets.Widget:
    """Return the panel for one wijk: its goals, what runs there, the study's catalogue.

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> type(wk.choice_panel(view)).__name__
    'VBox'
    """
    study = view.study
    running = view.own("interventions")
    running = running.loc[running["status"].eq("running"), "catalogue"].dropna()
    return panel(
        load_catalogue(study),
        view.own("choice_goals"),
        settings=study.settings.choice,
        running=set(running),
        factors=study.settings.choice.factors.get(view.slug, ()),
        language=view.language,
    )
