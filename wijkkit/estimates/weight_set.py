"""A set of weights: what it was made from, its report and its version."""

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
