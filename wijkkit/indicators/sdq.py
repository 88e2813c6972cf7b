"""Psychosocial problems: the Strengths and Difficulties Questionnaire, parent form.

Scored on column positions; the item texts are under copyright and are not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from wijkkit.errors import EstimationError

#: Item numbers (1-25) of each subscale, and the items scored in reverse.
SUBSCALES = {
    "emotional": (3, 8, 13, 16, 24),
    "conduct": (5, 7, 12, 18, 22),
    "hyperactivity": (2, 10, 15, 21, 25),
    "peer": (6, 11, 14, 19, 23),
    "prosocial": (1, 4, 9, 17, 20),
}
REVERSED = (7, 11, 14, 21, 25)
DIFFICULTIES = ("emotional", "conduct", "hyperactivity", "peer")


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Cut-offs for completed years `first` up to and including `last`."""

    first: int
    last: int
    borderline: int
    elevated: int


#: Cut-off sets of the total difficulties score. A band's score counts from its cut-off upwards.
#: nl-2022: Theunissen et al., BMC Pediatrics 2022;22:202. uk: BMC Pediatrics 2023, table 2 of
#: doi 10.1186/s12887-023-03837-1.
CUT_OFFS: dict[str, tuple[AgeBand, ...]] = {
    "nl-2022": (
        AgeBand(3, 4, 8, 11),
        AgeBand(4, 7, 11, 15),
        AgeBand(7, 11, 11, 14),
        AgeBand(12, 14, 9, 12),
    ),
    "uk": (AgeBand(2, 4, 13, 16), AgeBand(4, 17, 14, 17)),
}


def sdq_subscale(items: pd.DataFrame, subscale: str) -> pd.Series:
    """Return one subscale score, 0-10.

    Scored when at least 3 of the 5 items are answered: ``floor(0.5 + 5 * mean)``, which rounds
    half up; missing otherwise. Items 7, 11, 14, 21 and 25 are reversed.

    Parameters
    ----------
    items : DataFrame, 25 columns
        Items 1-25 in the order of the questionnaire, scored 0, 1, 2.
    subscale : str
        One of `SUBSCALES`.

    Raises
    ------
    EstimationError
        There are not 25 columns, or a score is not 0, 1 or 2.

    Examples
    --------
    >>> import pandas as pd
    >>> sdq_subscale(pd.DataFrame([[1] * 25]), "conduct").tolist()
    [5.0]
    """
    values = _item_values(items)
    positions = [number - 1 for number in SUBSCALES[subscale]]
    answered = (~np.isnan(values[:, positions])).sum(axis=1)
    total = np.nansum(values[:, positions], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        score = np.floor(0.5 + 5 * total / answered)
    return pd.Series(np.where(answered >= 3, score, np.nan), index=items.index)


def sdq_total(items: pd.DataFrame) -> pd.Series:
    """Return the total difficulties score, 0-40.

    The sum of the emotional, conduct, hyperactivity and peer scores; missing when one of them is.

    Parameters
    ----------
    items : DataFrame
        Items 1-25, scored 0, 1, 2.

    Examples
    --------
    >>> import pandas as pd
    >>> sdq_total(pd.DataFrame([[1] * 25])).tolist()
    [20.0]
    """
    return sum(
        (sdq_subscale(items, subscale) for subscale in DIFFICULTIES),
        start=pd.Series(0.0, index=items.index),
    )


def sdq_elevated(
    items: pd.DataFrame,
    age: pd.Series,
    cut_off_set: str,
    shared_edges: Literal["younger", "older"] = "older",
    level: Literal["elevated", "borderline"] = "elevated",
) -> pd.Series:
    """Return whether the total difficulties score reaches the cut-off of the child's age.

    Parameters
    ----------
    items : DataFrame, 25 columns
        Items 1-25, scored 0, 1, 2.
    age : Series
        Age in years; completed years count.
    cut_off_set : {"nl-2022", "uk"}
        The published cut-offs; they differ by 2 to 6 points, so the set is named with each figure.
    shared_edges : {"younger", "older"}
        The band of an age that stands in two bands (4 and 7 in nl-2022, 4 in uk).
    level : {"elevated", "borderline"}
        Which of the two cut-offs.

    Examples
    --------
    >>> import pandas as pd
    >>> items = pd.DataFrame([[1] * 25, [1] * 25])
    >>> sdq_elevated(items, pd.Series([5, 2]), "nl-2022").tolist()
    [1.0, nan]
    """
    for option, found, known in (
        ("cut_off_set", cut_off_set, tuple(CUT_OFFS)),
        ("shared_edges", shared_edges, ("younger", "older")),
        ("level", level, ("elevated", "borderline")),
    ):
        if found not in known:
            raise EstimationError(
                f"unknown {option.replace('_', ' ')}",
                place=f"options.{option}",
                found=str(found),
                expected=", ".join(known),
                remedy="Name one of these.",
            )
    total = sdq_total(items)
    cut_off = _cut_off(age, CUT_OFFS[cut_off_set], shared_edges, level)
    known = total.notna() & cut_off.notna()
    return (total >= cut_off).astype(float).where(known)


def _cut_off(age: pd.Series, bands: Sequence[AgeBand], shared_edges: str, level: str) -> pd.Series:
    years = np.floor(age.astype(float))
    cut_off = pd.Series(np.nan, index=age.index)
    for band in bands if shared_edges == "older" else reversed(bands):
        cut_off = cut_off.mask(years.between(band.first, band.last), getattr(band, level))
    return cut_off


def _item_values(items: pd.DataFrame) -> np.ndarray:
    if items.shape[1] != 25:
        raise EstimationError(
            "the SDQ has 25 items",
            found=f"{items.shape[1]} columns",
            expected="25 columns",
            remedy="Name items 1-25 in the order of the questionnaire.",
        )
    words = [name for name in items if not pd.api.types.is_numeric_dtype(items[name])]
    if words:
        raise EstimationError(
            "SDQ items that are not numbers",
            place=", ".join(f"column '{name}'" for name in words[:5]),
            expected="0, 1, 2 or missing",
            remedy="Recode them in codebook.yml.",
        )
    values = items.to_numpy(dtype=float, na_value=np.nan, copy=True)
    wrong = ~np.isin(values, (0.0, 1.0, 2.0)) & ~np.isnan(values)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise EstimationError(
            "an SDQ item that is not 0, 1 or 2",
            place=f"column '{items.columns[column]}', row {row + 1}",
            found=str(values[row, column]),
            expected="0, 1, 2 or missing",
            remedy="Recode it in codebook.yml.",
        )
    reverse = [number - 1 for number in REVERSED]
    values[:, reverse] = 2 - values[:, reverse]
    return values
