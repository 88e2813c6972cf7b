"""A set of weights: what it was made from, its report and its version."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.errors import DataError, EstimationError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WeightSet:
    """Weights of n respondents that reproduce known margins.

    Parameters
    ----------
    name : str
        What the set is called, ``2021-corrected``.
    method : {"poststratify", "rake"}
        How it was made.
    weight, base : ndarray of float, shape (n,)
        The weights, and those they were made from.
    margins : tuple of ndarray of int, each of shape (n,)
        Per margin, the cell of each respondent.
    targets : DataFrame
        One row per cell: ``margin, cell, population, before, after`` (sums of weights).
    iterations : int
        How often the margins were gone through.
    """

    name: str
    method: str
    weight: Floats
    base: Floats
    margins: tuple[NDArray[np.int64], ...]
    targets: pd.DataFrame
    iterations: int

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that change with any weight."""
        digest = hashlib.sha256(self.name.encode())
        digest.update(np.ascontiguousarray(self.weight, dtype="<f8").tobytes())
        return digest.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class WeightReport:
    """How uneven a set of weights is.

    Parameters
    ----------
    n : int
        Respondents.
    total : float
        Sum of the weights.
    smallest, largest : float
        The extremes, relative to the mean weight.
    design_effect : float
        Kish's: ``1 + cv(weights)**2``, the variance the weights add to that of equal ones.
    effective_n : float
        ``n / design_effect``: the size of the simple sample that is as precise.
    extremes : DataFrame
        The respondents with the largest weights: ``row, weight, relative, share`` of the total.
    """

    n: int
    total: float
    smallest: float
    largest: float
    design_effect: float
    effective_n: float
    extremes: pd.DataFrame


def weight_report(weight: Floats, *, largest: int = 10) -> WeightReport:
    r"""Report how uneven weights are.

    Kish's effective number of respondents is :math:`(\sum w)^2 / \sum w^2`.

    Parameters
    ----------
    weight : ndarray of float, shape (n,)
        Positive weights.
    largest : int
        How many of the largest weights to list.

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


def write_weights(weights: WeightSet, respondents: pd.Series, folder: Path) -> Path:
    """Write a set as ``<name>-<version>.csv`` with columns ``respondent, weight``.

    A set that is there already is the same by its version and is left alone, so that an earlier
    run can be repeated with the weights it had.
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
    folder.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame({"respondent": respondents.to_numpy(), "weight": weights.weight})
    write_text(path, table.to_csv(index=False, lineterminator="\n"))
    report = {
        "name": weights.name,
        "version": weights.version,
        "method": weights.method,
        "iterations": weights.iterations,
        "targets": json.loads(weights.targets.to_json(orient="records")),
    }
    write_text(path.with_suffix(".json"), json.dumps(report, indent=1, ensure_ascii=False))
    return path


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def with_weights(respondents: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return respondents with the weights of a written set instead of their own.

    Raises
    ------
    DataError
        A respondent has no weight in the set, or two.
    """
    table = pd.read_csv(path, dtype={"respondent": str, "weight": float})
    twice = table["respondent"][table["respondent"].duplicated()]
    own = respondents["respondent"].astype(str)
    without = own[~own.isin(table["respondent"])]
    if len(twice) or len(without):
        raise DataError(
            "the weight set does not fit the respondents",
            file=path.name,
            found=f"{len(without)} respondents without weight, {len(twice)} with two",
            expected="one weight for every respondent",
            remedy="Use the set that was made for these respondents.",
        )
    weight = own.map(table.set_index("respondent")["weight"])
    return respondents.assign(weight=weight.to_numpy(dtype=float))


def compare_estimates(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return what changed between two tidy estimate tables, as after corrected weights.

    Returns
    -------
    DataFrame
        One row per number of either table: the key columns, ``value_before, value_after,
        difference, status_before, status_after`` and ``apart``: whether the two intervals do
        not overlap. A row that one table lacks has status ``absent`` there.

    Examples
    --------
    >>> from wijkkit.tables import tidy
    >>> before = tidy(pd.DataFrame({"indicator": ["p"], "value": [20.0], "lower": [18], "upper": [22]}))
    >>> after = before.assign(value=25.0, lower=23.0, upper=27.0)
    >>> compare_estimates(before, after)[["indicator", "difference", "apart"]]
      indicator  difference  apart
    0         p         5.0   True
    """
    keys = [*before.columns[:6], "unit"]
    columns = [*keys, "value", "lower", "upper", "status"]
    joined = before[columns].merge(
        after[columns], on=keys, how="outer", suffixes=("_before", "_after"), validate="1:1"
    )
    apart = (joined["lower_after"] > joined["upper_before"]) | (
        joined["upper_after"] < joined["lower_before"]
    )
    status = {
        name: joined[name].fillna("absent").astype("str")
        for name in ("status_before", "status_after")
    }
    return joined[keys].assign(
        value_before=joined["value_before"],
        value_after=joined["value_after"],
        difference=joined["value_after"] - joined["value_before"],
        **status,
        apart=apart,
    )
