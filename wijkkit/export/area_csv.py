"""The released estimates of one area as a CSV file that a spreadsheet of that language opens."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from wijkkit.export.labels import CITY
from wijkkit.export.rows import estimate_rows, harmless
from wijkkit.files import write_whole
from wijkkit.language import text
from wijkkit.released import Released
from wijkkit.study import Study

#: Separator and decimal sign by language.
_NOTATION = {"nl": (";", ","), "en": (",", ".")}
_NUMBERS = ("value", "lower", "upper", "n", "step")


def write_area_csv(
    study: Study, released: Released, area: str, target: Path, *, concept: bool = True
) -> Path:
    """Write the estimates of a wijk, or of the city, and of all wijken together.

    Each number has a column of its own; so have the status, the wave, the wijk, and whether the
    numbers are a concept.

    Parameters
    ----------
    area : str
        Slug of a wijk; with ``city`` the arms and districts as well.
    target : Path
    concept : bool

    Returns
    -------
    Path
        `target`.

    Examples
    --------
    >>> from pathlib import Path
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> file = write_area_csv(view.study, view.released, "ankerveld", Path("ankerveld.csv"))
    >>> file.read_text("utf-8-sig").splitlines()[0]
    'wijk;area;area_level;theme;indicator;...;value;lower;upper;n;unit;step;status;...'
    """
    hoods = set(study.neighbourhoods)
    areas = released.table("estimates")["area"].unique()
    wanted = (area, CITY) if area != CITY else tuple(one for one in areas if one not in hoods)
    rows = estimate_rows(study, released, wanted).map(harmless)
    rows["report"] = text("export.concept" if concept else "export.approved", study.language)
    separator, decimal = _NOTATION[study.language]
    for column in _NUMBERS:
        rows[column] = [_shown(value, decimal) for value in rows[column]]
    content = rows.to_csv(index=False, sep=separator, lineterminator="\r\n")
    write_whole(target, "\ufeff" + content)
    return target


def _shown(value: float, decimal: str) -> str:
    """Return a number in the file's notation, whole where it is; nothing where it is absent.

    Examples
    --------
    >>> _shown(66.0, ","), _shown(3.25, ","), _shown(float("nan"), ",")
    ('66', '3,25', '')
    """
    return "" if pd.isna(value) else f"{value:.10g}".replace(".", decimal)
