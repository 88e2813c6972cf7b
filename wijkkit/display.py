"""Objects show themselves: one line as text, a small table in a notebook.

The table libraries are imported when something is shown, not by all who can be.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from numbers import Real
from typing import Any, cast

_ITEMS, _ROWS, _LETTERS = 6, 8, 120


class ShowsItself:
    """Base of results: a frozen dataclass, decorated with ``repr=False``.

    A field with ``field(repr=False)`` says its size and nothing else, as do tables in a line of
    text; in a notebook the first rows of other tables unfold.

    >>> from dataclasses import dataclass
    >>> import pandas as pd
    >>> @dataclass(frozen=True, slots=True, repr=False)
    ... class Estimate(ShowsItself):
    ...     value: float
    ...     areas: pd.DataFrame
    >>> Estimate(0.123456, pd.DataFrame({"n": [1, 2]}))
    <Estimate: value 0.1235, areas 2 rows>
    """

    __slots__ = ()

    def _facts(self) -> Mapping[str, object]:
        """Return what is shown, by name."""
        return {
            item.name: getattr(self, item.name)
            if item.repr
            else _in_words(getattr(self, item.name))
            for item in fields(cast(Any, self))
        }

    def __repr__(self) -> str:
        said = ", ".join(f"{name} {_in_words(value)}" for name, value in self._facts().items())
        return f"<{type(self).__name__}: {said}>"

    def _repr_html_(self) -> str:
        return facts_table(type(self).__name__, self._facts())


def facts_table(title: str, facts: Mapping[str, object]) -> str:
    """Return facts as an HTML table with a row each; everything is escaped.

    >>> facts_table("Area", {"name": "<b>"})
    '<table><caption>Area</caption><tr><th scope="row">name</th><td>&lt;b&gt;</td></tr></table>'
    """
    rows = "".join(
        f'<tr><th scope="row">{html.escape(name.replace("_", " "))}</th><td>{_cell(value)}</td></tr>'
        for name, value in facts.items()
    )
    return f"<table><caption>{html.escape(title)}</caption>{rows}</table>"


def _cell(value: object) -> str:
    import pandas as pd

    words = html.escape(_in_words(value))
    if isinstance(value, pd.Series):
        value = value.to_frame()
    if not isinstance(value, pd.DataFrame) or value.empty:
        return words
    first = value.head(_ROWS).to_html(border=0, index=isinstance(value.index[0], str))
    return f"<details><summary>{words}</summary>{first}</details>"


def _in_words(value: object) -> str:
    import numpy as np
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        return f"{len(value):,} rows"
    if isinstance(value, (pd.Series, np.ndarray)) and value.size > _ITEMS:
        return f"{value.size:,} values"
    if isinstance(value, (pd.Series, np.ndarray)):
        value = value.tolist()
    if isinstance(value, Mapping):
        value = [f"{key}: {_in_words(inner)}" for key, inner in value.items()]
    if isinstance(value, Sequence) and not isinstance(value, str):
        shown = ", ".join(map(_in_words, value[:_ITEMS])) or "none"
        more = len(value) - _ITEMS
        return f"{shown} and {more:,} more" if more > 0 else shown
    return _number_or_text(value)


def _number_or_text(value: object) -> str:
    if value is None or repr(value) == "<NA>" or (isinstance(value, float) and math.isnan(value)):
        return "absent"
    if isinstance(value, Real) and not isinstance(value, (bool, int)):
        return f"{float(value):.4g}"
    text = str(value) or "none"
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"
