"""Numbers that are not there: one sentence per reason, with what it concerns."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from wijkkit.language import listed, text
from wijkkit.language.markdown import escaped
from wijkkit.released import CityView
from wijkkit.show.select import short_name
from wijkkit.show.values import shown_value

#: Why a number is not there, in the order of the sentences.
REASONS = ("above", "too_few", "hidden", "missing", "not_asked")


def absent_sentences(view: CityView, absent: Iterable[tuple[str, pd.Series | None]]) -> list[str]:
    """Return a sentence per reason that occurs, with the indicators it concerns.

    Parameters
    ----------
    view : CityView
    absent : iterable of (str, Series or None)
        An indicator's key, and the row without a number, as `pick` gives it.
    """
    names: dict[str, list[str]] = {reason: [] for reason in REASONS}
    for key, row in absent:
        reason = "missing" if row is None else row["status"]
        name = escaped(short_name(view, view.study.indicators[key]))
        told = f" ({shown_value(row, view.language)})" if reason == "above" else ""
        names[reason].append(name + told)
    return [
        text(f"show.absent.{reason}", view.language, names=listed(found, view.language))
        for reason, found in names.items()
        if found
    ]
