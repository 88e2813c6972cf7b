"""How an estimate is divided: the columns of `by` as areas, waves and groups."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wijkkit.errors import EstimationError
from wijkkit.study import Study
from wijkkit.tables import EVERYBODY

#: Column of the respondents -> level of area, from small to large.
AREA_COLUMNS = {"wijk": "wijk", "district": "gebied", "arm": "arm"}
#: Between the columns, and the values, of a group that is made of several.
AND = "*"

By = str | Sequence[str] | None


def columns_of(by: By, frame: pd.DataFrame) -> list[str]:
    """Return the columns of `by`; EstimationError names the columns there are."""
    columns = [] if by is None else [by] if isinstance(by, str) else list(by)
    absent = [column for column in columns if column not in frame]
    if absent:
        raise EstimationError(
            f"column '{absent[0]}' is missing",
            place="by",
            expected=", ".join(map(str, frame.columns[:40])),
            remedy="Name a column, or make one with assign.",
        )
    return columns


def group_id(study: Study, column: str) -> str:
    """Return what the tidy tables call a division by `column`: the study's grouping, or itself."""
    found = (grouping.id for grouping in study.groupings if grouping.column == column)
    return next(found, column)


def keyed(
    study: Study, rows: pd.DataFrame, columns: Sequence[str], indicator: str, selection: str
) -> pd.DataFrame:
    """Return `rows` with the key columns of the tidy table, made of their columns of `by`.

    A selection of respondents is a group of its own, so that its figures are never taken for
    those of everybody.
    """
    places = [column for column in AREA_COLUMNS if column in columns]
    group_by, group = grouped(study, rows, columns, selection)
    return rows.assign(
        indicator=indicator,
        area=rows[places[0]].astype(str) if places else "city",
        area_level=AREA_COLUMNS[places[0]] if places else "city",
        wave=rows["wave"].astype(str),
        group_by=group_by,
        group=EVERYBODY if group is None else group,
    )


def grouped(
    study: Study, rows: pd.DataFrame, columns: Sequence[str], selection: str
) -> tuple[str, pd.Series | None]:
    """Return the division and the group of each row, missing where one of its columns is."""
    groups = [column for column in columns if column not in (*AREA_COLUMNS, "wave")]
    names = [group_id(study, column) for column in groups]
    values = [rows[column].astype("str").where(rows[column].notna()) for column in groups]
    if selection:
        names.append(selection)
        values.append(pd.Series("selected", index=rows.index, dtype="str"))
    if not values:
        return "", None
    return AND.join(names), values[0].str.cat(values[1:], sep=AND) if values[1:] else values[0]
