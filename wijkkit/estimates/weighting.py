"""Survey weights: to known margins by post-stratification and raking, what a set reaches, its file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.display import ShowsItself
from wijkkit.errors import EstimationError, Problem
from wijkkit.estimates.interval import missing
from wijkkit.files import write_whole

# A set of survey weights, what it reaches, and its file.

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class WeightSet(ShowsItself):
    """Weights of n respondents that reproduce known margins.

    `name`: What the set is called, ``2021-corrected``. `method`: How it was made. `weight`, `base`:
    The weights, and those they were made from. `margins`: Per margin, the cell of each respondent.
    `targets`: One row per cell: ``margin, cell, population, before, after`` (sums of weights).
    `iterations`: How often the margins were gone through.
    """

    name: str
    method: str
    weight: Floats = field(repr=False)
    base: Floats = field(repr=False)
    margins: tuple[NDArray[np.int64], ...] = field(repr=False)
    targets: pd.DataFrame
    iterations: int

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that change with any weight."""
        digest = hashlib.sha256(self.name.encode())
        digest.update(np.ascontiguousarray(self.weight, dtype="<f8").tobytes())
        return digest.hexdigest()[:12]


def write_weights(weights: WeightSet, respondents: pd.Series, folder: Path) -> Path:
    """Write a set as ``<name>-<version>.csv`` (``respondent, weight``), beside it a report in JSON.

    A set that is there already is the same by its version and is left alone, so that an earlier
    run can be repeated with the weights it had.

    Parameters
    ----------
    weights : WeightSet
        As `rake` or `poststratify` gives it.
    respondents : Series
        Their ids, in the order of the weights.
    folder : Path
        It is made where it is not there.

    Examples
    --------
    >>> import tempfile
    >>> from wijkkit.estimates import poststratify, write_weights
    >>> people = pd.DataFrame({"respondent": ["a", "b"], "sex": ["boy", "girl"]})
    >>> weights = poststratify(people, "sex", {"boy": 3, "girl": 5}, name="2021")
    >>> temporary = tempfile.TemporaryDirectory()
    >>> path = write_weights(weights, people["respondent"], Path(temporary.name))
    >>> path.name == f"2021-{weights.version}.csv"
    True
    """
    if len(respondents) != len(weights.weight):
        raise EstimationError(
            "not one respondent per weight",
            place="respondents",
            found=str(len(respondents)),
            expected=str(len(weights.weight)),
        )
    path = folder / f"{weights.name}-{weights.version}.csv"
    if path.exists():
        return path
    table = pd.DataFrame({"respondent": respondents.to_numpy(), "weight": weights.weight})
    write_whole(path, table.to_csv(index=False, lineterminator="\n"))
    report = {
        "name": weights.name,
        "version": weights.version,
        "method": weights.method,
        "iterations": weights.iterations,
        "targets": json.loads(weights.targets.to_json(orient="records")),
    }
    write_whole(path.with_suffix(".json"), json.dumps(report, indent=1, ensure_ascii=False))
    return path


@dataclass(frozen=True, slots=True, repr=False)
class WeightReport(ShowsItself):
    """How uneven a set of weights is.

    `total`: Sum of the weights. `smallest`, `largest`: The extremes, relative to the mean weight.
    `design_effect`: Kish's: ``1 + cv(weights)**2``, the variance the weights add to that of equal
    ones. `effective_n`: ``n / design_effect``: the size of the simple sample that is as precise.
    `extremes`: The respondents with the largest weights: ``row, weight, relative, share`` of the
    total.
    """

    n: int
    total: float
    smallest: float
    largest: float
    design_effect: float
    effective_n: float
    extremes: pd.DataFrame = field(repr=False)


def weight_report(weight: Floats) -> WeightReport:
    r"""Report how uneven weights are, and list the ten largest.

    Kish's effective number of respondents is :math:`(\sum w)^2 / \sum w^2`.

    Kish L (1992). Weighting for unequal Pi. Journal of Official Statistics 8, 183-200.

    Parameters
    ----------
    weight : ndarray of float, shape (n,)
        Positive weights.

    Examples
    --------
    >>> report = weight_report(np.array([1.0, 1, 1, 3]))
    >>> report.effective_n, round(report.design_effect, 4), report.largest
    (3.0, 1.3333, 2.0)
    """
    weight = np.asarray(weight, dtype=float)
    if not len(weight) or not positive(pd.Series(weight)):
        raise EstimationError(
            "a weight that is not a positive number", place="weight", expected="numbers above 0"
        )
    total, n = float(weight.sum()), len(weight)
    effective = total**2 / float((weight**2).sum())
    table = pd.DataFrame({"row": range(n), "weight": weight, "relative": weight * n / total})
    least, most = table["relative"].agg(["min", "max"])
    extremes = table.assign(share=weight / total).sort_values(
        "weight", ascending=False, kind="stable", ignore_index=True
    )
    found = (total, float(least), float(most), n / effective, effective)
    return WeightReport(n, *found, extremes.head(10))


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

    Holt D, Smith TMF (1979). Post stratification. Journal of the Royal Statistical Society A
    142, 33-46.

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

    Examples
    --------
    >>> frame = pd.DataFrame({"sex": ["boy", "girl", "girl"]})
    >>> poststratify(frame, "sex", {"boy": 100, "girl": 110}).weight.tolist()
    [100.0, 55.0, 55.0]
    """
    return _fit(frame, {"": (by, population)}, weight, name, "poststratify")


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

    Deming WE, Stephan FF (1940). On a least squares adjustment of a sampled frequency table when
    the expected marginal totals are known. Annals of Mathematical Statistics 11, 427-444.

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

    Raises
    ------
    EstimationError
        As `poststratify`; or the totals differ, or the margins do not fit after `iterations`.

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
    tolerance: float = 1e-10,
    iterations: int = 1000,
) -> WeightSet:
    problems: list[Problem] = []
    base = _base(frame, weight, problems)
    coded = [_margin(frame, by, cells, problems) for by, cells in margins.values()]
    EstimationError.raise_for(problems)
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
    targets = [
        pd.DataFrame(
            {
                "margin": by if isinstance(by, str) else " x ".join(by),
                "cell": [str(cell) for cell in cells],
                "population": population,
                "before": np.bincount(code, base, minlength=len(population)),
                "after": np.bincount(code, weights, minlength=len(population)),
            }
        )
        for (by, cells), (code, population) in zip(margins.values(), coded, strict=True)
    ]
    codes = tuple(code for code, _ in coded)
    return WeightSet(
        name, method, weights, base, codes, pd.concat(targets, ignore_index=True), rounds
    )


def _base(frame: pd.DataFrame, weight: str | None, problems: list[Problem]) -> Floats:
    if weight is None:
        return np.ones(len(frame))
    if absent := missing(frame, [weight], "frame"):
        problems += absent
        return np.ones(len(frame))
    if not positive(frame[weight]):
        what, place = "a weight that is not a positive number", f"column '{weight}'"
        problems.append(Problem(what, place=place, expected="finite numbers above 0"))
    return pd.to_numeric(frame[weight], errors="coerce").to_numpy(dtype=float)


def positive(weights: pd.Series) -> bool:
    """Return whether all weights are finite numbers above 0."""
    values = pd.to_numeric(weights, errors="coerce").to_numpy(dtype=float)
    return bool((np.isfinite(values) & (values > 0)).all())


def _margin(
    frame: pd.DataFrame,
    by: str | Sequence[str],
    cells: Population,
    problems: list[Problem],
) -> tuple[NDArray[np.int64], Floats]:
    columns = [by] if isinstance(by, str) else list(by)
    place = f"margin {', '.join(columns)}"
    if absent := missing(frame, columns, place):
        problems += absent
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
