"""The start page's links: a study's parameter files and its reports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from wijkkit.language import text
from wijkkit.language.markdown import escaped
from wijkkit.show.output import ShownText, bullets
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
    language = study.language
    for name in _FILES:
        words = text(f"workbench.start.{name.removesuffix('.yml')}", language)
        yield f"{_link(study.folder / name, name)}: {words}"
    hoods = ", ".join(
        _link(study.folder / "wijken" / f"{slug}.yml", hood.name)
        for slug, hood in study.neighbourhoods.items()
    )
    if hoods:
        yield f"{text('workbench.start.wijken', language)}: {hoods}"
    index = study.site / "index.html"
    if index.is_file():
        yield _link(index, text("workbench.start.reports", language))
    else:
        yield text("workbench.start.no_reports", language)


def _link(path: Path, words: str) -> str:
    address = quote(Path(os.path.relpath(path)).as_posix(), safe="/.")
    return f"[{escaped(words)}]({address})"
