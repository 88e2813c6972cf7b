"""Unprotected estimates for the researcher's own machine: never part of a release."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from wijkkit.disclosure.scan import UNPROTECTED
from wijkkit.errors import DisclosureError
from wijkkit.files import write_whole
from wijkkit.study import Study


def write_research(study: Study, tables: dict[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write unprotected tables as CSV to a folder outside the site and the released tables.

    Every row says that it is not protected, which the scan of a release looks for.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Tidy estimates by name, weighted and unweighted.
    folder : Path
        Neither the site nor the released tables, nor below them, nor above them.

    Returns
    -------
    list of Path

    Raises
    ------
    DisclosureError
        The folder is where a release takes its files from.

    Examples
    --------
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> import wijkkit as wk
    >>> exact = {"weighted": pd.DataFrame({"value": [66.123]})}
    >>> (file,) = write_research(wk.open_study("parameters"), exact, Path("research"))
    >>> file.name
    'weighted.csv'
    """
    refuse_published(study, folder)
    written = []
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        marked = table.copy()
        marked.insert(0, "protection", UNPROTECTED)
        write_whole(path, marked.to_csv(index=False))
        written.append(path)
    return written


def refuse_published(study: Study, folder: Path) -> None:
    """Raise DisclosureError where `folder` is, or is below or above, what is published."""
    target = folder.resolve()
    published = [study.site.resolve(), (study.runs / "released").resolve()]
    above = [place for place in (target, *target.parents) if (place / "manifest.json").is_file()]
    near = [
        place for place in published if target.is_relative_to(place) or place.is_relative_to(target)
    ]
    if near or above:
        raise DisclosureError(
            "unprotected numbers may not be where a release takes its files from",
            found=f"a folder with or in {(near or above)[0].name}",
            expected="a folder of its own, outside the site, a run and a release",
            remedy="Name another folder with --to.",
        )
