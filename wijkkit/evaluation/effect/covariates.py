"""Covariates of the survey as columns of numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Floats


def covariate_matrix(
    rows: pd.DataFrame, covariates: tuple[str, ...], without: str | None = None
) -> Floats:
    """Return the covariates as numbers: standardised, or a dummy per category but the first.

    Parameters
    ----------
    rows : DataFrame
        With ``wave`` and the covariates.
    covariates : tuple of str
    without : str, optional
        A covariate to leave out: the column that divides the groups.

    Returns
    -------
    (n, k) float
        Columns that do not vary are left out; missing is NaN.

    Raises
    ------
    NotEstimable
        ``covariate_missing``: a covariate is absent altogether in a wave.

    Examples
    --------
    >>> rows = pd.DataFrame({"wave": ["a", "a", "b"], "sex": ["boy", "girl", "boy"]})
    >>> covariate_matrix(rows, ("sex",)).ravel()
    array([0., 1., 0.])
    """
    columns = [values for _, values in _columns(rows, covariates, without)]
    return np.column_stack(columns) if columns else np.empty((len(rows), 0))


def covariate_names(rows: pd.DataFrame, covariates: tuple[str, ...]) -> list[str]:
    """Return the name of each column of `covariate_matrix`: ``age``, ``sex=girl``."""
    return [name for name, _ in _columns(rows, covariates, None)]


def _columns(
    rows: pd.DataFrame, covariates: tuple[str, ...], without: str | None
) -> Iterator[tuple[str, Floats]]:
    for name in covariates:
        if name == without:
            continue
        if name not in rows or not rows[name].notna().groupby(rows["wave"]).any().all():
            raise NotEstimable("covariate_missing")
        yield from _encoded(name, rows[name])


def _encoded(name: str, values: pd.Series) -> Iterator[tuple[str, Floats]]:
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        number = values.astype(float)
        spread = number.std(ddof=0)
        if spread > 0:
            yield name, ((number - number.mean()) / spread).to_numpy()
        return
    text = values.astype("object").where(values.notna(), None)
    known = sorted(text.dropna().unique(), key=str)
    for level in known[1:]:
        dummy = text.eq(level).astype(float)
        yield f"{name}={level}", dummy.where(text.notna(), np.nan).to_numpy()
