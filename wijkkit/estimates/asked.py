"""Whom an indicator was asked, and in which cells nobody was."""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.estimates.layout import Block


class Asked(Protocol):
    """What the grid reads of an indicator; `wijkkit.study.indicators.Indicator` has it."""

    @property
    def unit(self) -> Literal["percent", "score"]: ...

    @property
    def ages(self) -> tuple[int, int] | None: ...

    @property
    def waves(self) -> tuple[str, ...]: ...


def asked_rows(respondents: pd.DataFrame, indicator: Asked) -> NDArray[np.bool_]:
    """Return which respondents an indicator was asked: those of its waves and its ages.

    A respondent of unknown age may have been asked.
    """
    asked = np.ones(len(respondents), dtype=bool)
    if indicator.waves:
        asked &= respondents["wave"].isin(list(indicator.waves)).to_numpy()
    if indicator.ages is not None:
        age = respondents["age"].to_numpy(dtype=float, na_value=np.nan)
        first, end = indicator.ages
        asked &= np.isnan(age) | ((age >= first) & (age < end))
    return asked


def not_asked(block: Block, indicator: Asked, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the cells whose question was not asked.

    Those of a wave without the question, and those of a group (an age group, say) of which
    nobody in the whole city was asked it. The cells of a group that was asked but where nobody
    answered are missing instead.

    Parameters
    ----------
    block : Block
        The cells.
    indicator : Asked
        The indicator.
    asked : ndarray of bool, shape (n,)
        From `asked_rows`.

    Returns
    -------
    ndarray of bool, shape (block.size,)
    """
    n_areas, n_waves, n_groups = block.shape
    wave_asked = np.array([not indicator.waves or wave in indicator.waves for wave in block.waves])
    inside = block.code >= 0
    kind = block.code[inside] % (n_waves * n_groups)
    there = np.bincount(kind, minlength=n_waves * n_groups)
    of_which = np.bincount(kind, asked[inside], minlength=n_waves * n_groups)
    never = (there > 0) & (of_which == 0) | ~np.repeat(wave_asked, n_groups)
    return np.tile(never, n_areas)
