"""What Jupyter and the reports take of anything that a notebook shows."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wijkkit.errors import ParameterError
from wijkkit.language import number
from wijkkit.language.markdown import escaped
from wijkkit.show.output import Bundle, ShownFigure, ShownTable, ShownText


def bundle_of(shown: Any, label: str, caption: str, alt: str, language: str) -> Bundle:
    """Return the mime bundle of a figure, table or text, with the caption and alt text given.

    Parameters
    ----------
    shown : object
        A figure of `wijkkit.show`, matplotlib or seaborn; a table, a DataFrame or a Styler's
        frame; a text.
    label : str
        ``fig-`` promises a figure with an alt text, ``tbl-`` a table.
    caption, alt : str
        Take the place of those that `shown` has.

    Raises
    ------
    ParameterError
        A figure without alt text, or something that is neither figure, table nor text.
    """
    made = as_shown(shown, language)
    data, metadata = made._repr_mimebundle_()
    about = dict(metadata.get("wijkkit", {}))
    about |= {key: words for key, words in (("caption", caption), ("alt", alt)) if words}
    if isinstance(made, ShownFigure) and not about.get("alt"):
        raise ParameterError(
            "a figure needs a text for who cannot see it",
            place=label,
            remedy="Say in words what it shows: publish(..., alt='...').",
        )
    return data, {"wijkkit": about}


def as_shown(shown: Any, language: str) -> Any:
    """Return what is shown as an object of `wijkkit.show`."""
    if isinstance(shown, Axes):
        shown = shown.figure
    shown = getattr(shown, "figure", shown) if hasattr(shown, "axes_dict") else shown
    if isinstance(shown, Figure):
        return ShownFigure(shown, alt="", caption="", data=pd.DataFrame())
    if isinstance(shown, pd.DataFrame):
        return ShownTable(_in_words(shown, language))
    if isinstance(shown, str):
        return ShownText(escaped(shown))
    if hasattr(shown, "_repr_mimebundle_"):
        return shown
    raise ParameterError(
        "neither a figure, a table nor a text",
        place="publish",
        found=type(shown).__name__,
        remedy="Give a matplotlib or seaborn figure, a DataFrame, or words.",
    )


def _in_words(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    """Return a frame in the reader's notation: no more decimals than there are, at most three."""

    def words(value: Any) -> str:
        if pd.isna(value):
            return ""
        if isinstance(value, float) or hasattr(value, "dtype"):
            return number(float(value), language, _decimals(float(value)))
        return str(value)

    return frame.map(words)


def _decimals(value: float) -> int:
    most = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 1
    return next((n for n in range(most) if round(value, n) == round(value, most)), most)
