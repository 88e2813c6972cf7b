"""Is the study complete? The answer as a table in a notebook."""

from __future__ import annotations

import pandas as pd

from wijkkit.errors import WijkkitError
from wijkkit.language import text
from wijkkit.pipeline.checking import checked, missing_parts, remarks
from wijkkit.show.output import ShownTable
from wijkkit.study import Study


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
    language = study.language
    respondents, wrong = None, []
    try:
        respondents = checked(study.folder)[1]
    except WijkkitError as error:
        wrong = list(error.problems)
    rows = [("wrong", problem) for problem in wrong]
    rows += [("remark", problem) for problem in ([] if wrong else remarks(study, respondents))]
    rows += [("missing", problem) for problem in missing_parts(study)]
    heads = [text(f"show.check.{key}", language) for key in ("kind", "what")]
    cells = [[text(f"show.check.{kind}", language), str(problem)] for kind, problem in rows]
    if not cells:
        cells = [["", text("show.check.nothing", language)]]
    return ShownTable(pd.DataFrame(cells, columns=heads), text("show.check.caption", language))
