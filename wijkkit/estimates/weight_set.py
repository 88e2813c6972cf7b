"""A set of survey weights, what it reaches, and its file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.errors import EstimationError
from wijkkit.files import write_whole
from wijkkit.showing import ShowsItself

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
    """Write a set as ``<name>-<version>.csv`` with columns ``respondent, weight``.

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

    Returns
    -------
    Path
        The file; a report in JSON stands beside it.

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


def weight_report(weight: Floats, *, largest: int = 10) -> WeightReport:
    r"""Report how uneven weights are.

    Kish's effective number of respondents is :math:`(\sum w)^2 / \sum w^2`.

    Parameters
    ----------
    weight : ndarray of float, shape (n,)
        Positive weights.
    largest : int
        How many of the largest weights to list.

    Returns
    -------
    WeightReport

    References
    ----------
    Kish L (1992). Weighting for unequal Pi. Journal of Official Statistics 8, 183-200.

    Examples
    --------
    >>> report = weight_report(np.array([1.0, 1, 1, 3]))
    >>> report.effective_n, round(report.design_effect, 4), report.largest
    (3.0, 1.3333, 2.0)
    """
    weight = np.asarray(weight, dtype=float)
    if not len(weight) or not (np.isfinite(weight) & (weight > 0)).all():
        raise EstimationError(
            "a weight that is not a positive number", place="weight", expected="numbers above 0"
        )
    total, n = float(weight.sum()), len(weight)
    effective = total**2 / float((weight**2).sum())
    order = np.argsort(-weight, kind="stable")[:largest]
    extremes = pd.DataFrame(
        {
            "row": order,
            "weight": weight[order],
            "relative": weight[order] * n / total,
            "share": weight[order] / total,
        }
    )
    relative = weight * n / total
    return WeightReport(
        n, total, float(relative.min()), float(relative.max()), n / effective, effective, extremes
    )
