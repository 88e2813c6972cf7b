"""Weights to known margins: post-stratification and raking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.errors import EstimationError, Problem
from wijkkit.estimates.weight_set import WeightSet

Floats = NDArray[np.float64]

#: A margin: the population of each cell, by the value(s) of its column(s).
Population = Mapping[object, float]


def poststratify(
    frame: pd.DataFrame,
    by: str | Sequence[str],
    population: Population,
    *,
    weight: str | None = None,
    name: str = "poststratified",
) -> WeightSet:
    r"""Scale weights so that each cell adds up to its population.

    .. math:: w_i^{new} = w_i \, N_h / \sum_{j \in h} w_j

    Parameters
    ----------
    frame : DataFrame
        All respondents, one per row.
    by : str or sequence of str
        Column(s) that are the cells.
    population : mapping
        Population of each cell, by its value; by a tuple where `by` has several columns.
    weight : str, optional
        Column of the weights to start from; equal ones without.
    name : str
        What the set is called.

    Returns
    -------
    WeightSet
        Give it as `weight` to `survey_mean` and its kin: their standard errors then count that
        the margins are known.

    Raises
    ------
    EstimationError
        A respondent has no cell, a cell has no population or no respondents. All are named.

    References
    ----------
    Holt D, Smith TMF (1979). Post stratification. Journal of the Royal Statistical Society A
    142, 33-46.

    Examples
    --------
    >>> frame = pd.DataFrame({"sex": ["boy", "girl", "girl"]})
    >>> poststratify(frame, "sex", {"boy": 100, "girl": 110}).weight.tolist()
    [100.0, 55.0, 55.0]
    """
    return _fit(frame, {"": (by, population)}, weight, name, "poststratify", 1e-9, 1)


def rake(
    frame: pd.DataFrame,
    margins: Mapping[str, Population],
    *,
    weight: str | None = None,
    name: str = "raked",
    tolerance: float = 1e-10,
    iterations: int = 1000,
) -> WeightSet:
    """Scale weights to each margin in turn until all of them fit (iterative proportional fitting).

    Parameters
    ----------
    frame, weight, name
        As in `poststratify`.
    margins : mapping
        Column -> population of each of its values. All must add up to the same total.
    tolerance : float
        The margins fit when no sum of weights is further from its population than this part of
        the total.
    iterations : int
        How often to go through the margins at most.

    Returns
    -------
    WeightSet

    Raises
    ------
    EstimationError
        As `poststratify`; or the totals differ, or the margins do not fit after `iterations`.

    References
    ----------
    Deming WE, Stephan FF (1940). On a least squares adjustment of a sampled frequency table when
    the expected marginal totals are known. Annals of Mathematical Statistics 11, 427-444.

    Examples
    --------
    >>> frame = pd.DataFrame({"sex": list("bbgg"), "age": list("yoyo")})
    >>> rake(frame, {"sex": {"b": 40, "g": 60}, "age": {"y": 50, "o": 50}}).weight.tolist()
    [20.0, 20.0, 30.0, 30.0]
    """
    totals = {column: float(sum(cells.values())) for column, cells in margins.items()}
    if not totals or max(totals.values()) - min(totals.values()) > 1e-9 * max(totals.values()):
        raise EstimationError(
            "the margins do not add up to one population",
            place="margins",
            found=", ".join(f"{column}: {total:g}" for column, total in totals.items()),
            remedy="Use margins of the same population and period.",
        )
    named = {column: (column, cells) for column, cells in margins.items()}
    return _fit(frame, named, weight, name, "rake", tolerance, iterations)


def _fit(
    frame: pd.DataFrame,
    margins: Mapping[str, tuple[str | Sequence[str], Population]],
    weight: str | None,
    name: str,
    method: str,
    tolerance: float,
    iterations: int,
) -> WeightSet:
    problems: list[Problem] = []
    base = _base(frame, weight, problems)
    coded = [_margin(frame, by, cells, problems) for by, cells in margins.values()]
    if problems:
        raise EstimationError(problems)
    weights, rounds = base.copy(), 0
    while rounds == 0 or _misfit(weights, coded) > tolerance:
        if rounds == iterations:
            raise EstimationError(
                "the weights do not fit the margins",
                place="margins",
                found=f"{_misfit(weights, coded):.2g} of the total off after {rounds} rounds",
                expected=f"at most {tolerance:g}",
                remedy="Join small cells; some combinations have no respondents.",
            )
        for code, population in coded:
            weights *= (population / np.bincount(code, weights, minlength=len(population)))[code]
        rounds += 1
    return WeightSet(
        name,
        method,
        weights,
        base,
        tuple(code for code, _ in coded),
        _targets(margins, coded, base, weights),
        rounds,
    )


def _base(frame: pd.DataFrame, weight: str | None, problems: list[Problem]) -> Floats:
    if weight is None:
        return np.ones(len(frame))
    if weight not in frame:
        problems.append(Problem(f"column '{weight}' is missing", place="frame"))
        return np.ones(len(frame))
    base = pd.to_numeric(frame[weight], errors="coerce").to_numpy(dtype=float)
    if not (np.isfinite(base) & (base > 0)).all():
        problems.append(
            Problem(
                "a weight that is not a positive number",
                place=f"column '{weight}'",
                expected="finite numbers above 0",
            )
        )
    return base


def _margin(
    frame: pd.DataFrame,
    by: str | Sequence[str],
    cells: Population,
    problems: list[Problem],
) -> tuple[NDArray[np.int64], Floats]:
    columns = [by] if isinstance(by, str) else list(by)
    place = f"margin {', '.join(columns)}"
    absent = [column for column in columns if column not in frame]
    if absent:
        problems.append(Problem(f"column '{absent[0]}' is missing", place=place))
        return np.zeros(len(frame), dtype=np.int64), np.ones(1)
    keys = list(cells)
    own = frame[columns[0]] if len(columns) == 1 else list(map(tuple, frame[columns].to_numpy()))
    code = pd.Index(keys, tupleize_cols=False).get_indexer(pd.Index(own, tupleize_cols=False))
    empty = sorted(set(range(len(keys))) - set(code.tolist()))
    wrong = [key for key in keys if not cells[key] > 0]
    for what, found in (
        ("respondents without a cell", f"{(code < 0).sum()} rows" if (code < 0).any() else ""),
        ("cells without respondents", ", ".join(str(keys[cell]) for cell in empty)),
        ("a population that is not positive", ", ".join(map(str, wrong))),
    ):
        if found:
            problems.append(
                Problem(what, place=place, found=found, remedy="Recode or join these cells.")
            )
    return code.astype(np.int64), np.array([float(cells[key]) for key in keys])


def _misfit(weights: Floats, coded: list[tuple[NDArray[np.int64], Floats]]) -> float:
    return max(
        float(np.abs(np.bincount(code, weights, minlength=len(population)) - population).max())
        / float(population.sum())
        for code, population in coded
    )


def _targets(
    margins: Mapping[str, tuple[str | Sequence[str], Population]],
    coded: list[tuple[NDArray[np.int64], Floats]],
    base: Floats,
    weights: Floats,
) -> pd.DataFrame:
    parts = []
    for (by, cells), (code, population) in zip(margins.values(), coded, strict=True):
        parts.append(
            pd.DataFrame(
                {
                    "margin": by if isinstance(by, str) else " x ".join(by),
                    "cell": [str(cell) for cell in cells],
                    "population": population,
                    "before": np.bincount(code, base, minlength=len(population)),
                    "after": np.bincount(code, weights, minlength=len(population)),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
