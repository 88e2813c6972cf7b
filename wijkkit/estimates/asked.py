"""Whom an indicator was asked, and in which cells nobody was."""

from __future__ import annotations

from collections.abc import Sequence
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


def not_asked(
    divided: Sequence[Block], indicator: Asked, asked: NDArray[np.bool_]
) -> dict[str, NDArray[np.bool_]]:
    """Return which combinations of wave and group were not asked, per grouping.

    Those of a wave without the question, and those of a group (an age group, say) of which
    nobody in the whole city was asked it. The cells of a group that was asked but where nobody
    answered are missing instead.

    Parameters
    ----------
    divided : sequence of Block
        All blocks; those of the city are looked at.
    indicator : Asked
        The indicator.
    asked : ndarray of bool, shape (n,)
        From `asked_rows`.

    Returns
    -------
    dict of str to ndarray of bool, shape (waves * groups,)
        By the grouping's id, in the order wave, group.
    """
    return {
        block.group_by: _never(block, indicator, asked)
        for block in divided
        if block.area_level == "city"
    }


def _never(block: Block, indicator: Asked, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    waves = [not indicator.waves or wave in indicator.waves for wave in block.waves]
    wave_asked = np.array(waves, dtype=bool)
    inside = block.code >= 0
    there = np.bincount(block.code[inside], minlength=block.size)
    of_which = np.bincount(block.code[inside], asked[inside], minlength=block.size)
    return (there > 0) & (of_which == 0) | ~np.repeat(wave_asked, len(block.groups))
