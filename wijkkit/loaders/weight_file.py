"""Weights that stand in a file of their own: corrected ones, or one of several sets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from wijkkit.errors import DataError
from wijkkit.loaders.column_schema import LARGEST_WEIGHT
from wijkkit.loaders.source_table import rows_text

COLUMNS = ("respondent", "weight")


def with_weights(
    respondents: pd.DataFrame, path: Path, maximum: float | None = None
) -> pd.DataFrame:
    """Return respondents with the weights of a file instead of their own.

    Parameters
    ----------
    respondents : DataFrame
        With a column ``respondent``.
    path : Path
        A csv file with the columns ``respondent, weight``, as `wijkkit.estimates.write_weights`
        writes it.
    maximum : float, optional
        The largest weight that is right; 100 times the median where nothing is said.

    Returns
    -------
    DataFrame
        The same rows; only ``weight`` differs.

    Raises
    ------
    DataError
        The file cannot be read, or a respondent has no weight in it, two, or an impossible one.

    Examples
    --------
    >>> import tempfile
    >>> people = pd.DataFrame({"respondent": ["a", "b"], "weight": [1.0, 1.0]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "corrected.csv"
    ...     _ = path.write_text("respondent,weight\\nb,0.5\\na,1.5\\n")
    ...     with_weights(people, path)["weight"].tolist()
    [1.5, 0.5]
    """
    table = _read(path)
    own = respondents["respondent"].astype(str)
    twice = int(table["respondent"].duplicated().sum())
    without = int((~own.isin(table["respondent"])).sum())
    positive = np.isfinite(table["weight"]) & (table["weight"] > 0)
    impossible = int((~positive).sum())
    if twice or without or impossible:
        raise DataError(
            "the weights do not fit the respondents",
            file=path.name,
            found=f"{without} respondents without weight, {twice} with two, "
            f"{impossible} weights that are not above 0",
            expected="one weight above 0 for every respondent",
            remedy="Use the weights that were made for these respondents.",
        )
    _refuse_huge(table, path.name, maximum)
    weight = own.map(table.set_index("respondent")["weight"])
    return respondents.assign(weight=weight.to_numpy(dtype=float))


def _refuse_huge(table: pd.DataFrame, file: str, maximum: float | None) -> None:
    median = float(table["weight"].median())
    limit = LARGEST_WEIGHT * median if maximum is None else maximum
    huge = table[table["weight"] > limit]
    if len(huge):
        raise DataError(
            "an impossible weight",
            file=file,
            place=rows_text([position + 2 for position in huge.index]),
            found=", ".join(f"{weight:g}" for weight in huge["weight"][:5]),
            expected=f"at most {LARGEST_WEIGHT} times the median weight, {median:.4g}"
            if maximum is None
            else f"at most {maximum:g}",
            remedy="Ask the supplier; if it is right, say maximum: of the column weight in codebook.yml.",
        )


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, usecols=list(COLUMNS), dtype={"respondent": str, "weight": float})
    except (OSError, ValueError) as error:
        raise DataError(
            "the file of weights cannot be read",
            file=path.name,
            found=getattr(error, "strerror", None) or str(error).splitlines()[0],
            expected=f"a csv file with the columns {', '.join(COLUMNS)}",
            remedy="Correct the file, or 'weights' of this survey in study.yml.",
        ) from None
