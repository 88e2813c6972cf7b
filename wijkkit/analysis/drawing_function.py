"""A function that draws, kept so that the release can draw again from released numbers."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd

from wijkkit.analysis.result import Result
from wijkkit.errors import DisclosureError, ParameterError
from wijkkit.released import CityView, Released
from wijkkit.study import Study, open_study

#: What a drawing function may not hold: its numbers come from what it is given.
_DATA = (pd.DataFrame, pd.Series, pd.Index, np.ndarray, Result, CityView, Released)


class _HoldsData(Exception):
    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class _Pickler(cloudpickle.Pickler):
    """Pickles a function by value, and stops at data that it holds."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, _DATA) or type(obj).__name__ == "People":
            raise _HoldsData(type(obj).__name__)
        if isinstance(obj, Study):
            return open_study, (str(obj.folder),)
        return super().reducer_override(obj)


def pickled(draw: Callable[..., Any], label: str) -> bytes:
    """Return a drawing function by value.

    Raises
    ------
    DisclosureError
        It holds a table, numbers or people of its own, which the release could not control.
    ParameterError
        It cannot be kept: it holds an open file, say.
    """
    target = io.BytesIO()
    try:
        _Pickler(target).dump(draw)
    except _HoldsData as error:
        raise DisclosureError(
            "the drawing function holds data of its own",
            place=label,
            found=error.what,
            expected="a function that takes all its numbers from the frame it is given",
            remedy="Write draw=lambda frame: ... with nothing of the sources in it.",
        ) from None
    except Exception as error:
        raise ParameterError(
            "the drawing function cannot be kept",
            place=label,
            found=f"{type(error).__name__}: {error}"[:120],
            remedy="Let it hold words and numbers of its own only.",
        ) from error
    return target.getvalue()
