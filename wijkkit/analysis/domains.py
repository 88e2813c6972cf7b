"""Who is asked, by what they are divided, and proportions, means and totals of each group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from wijkkit.disclosure.sample import Sample, cells_of
from wijkkit.errors import EstimationError
from wijkkit.estimates.grid import SCALE, wave_columns
from wijkkit.estimates.layout import asked_rows
from wijkkit.estimates.survey import no_column, outcome_values
from wijkkit.study import Study
from wijkkit.tables import ESTIMATE_COLUMNS, ESTIMATE_KEYS, EVERYBODY, REST

if TYPE_CHECKING:
    from wijkkit.analysis.people import People


# What is estimated: an indicator of the study, or a column that a researcher made.


@dataclass(frozen=True, slots=True)
class Outcome:
    """A column of the respondents that is estimated.

    `label`: Its name for readers. `waves`: Whom it was asked, as of an indicator of the study.
    `direction`: Which way is better, where the study says so.
    """

    key: str
    label: str
    unit: Literal["percent", "score"]
    ages: tuple[int, int] | None = None
    waves: tuple[str, ...] = ()
    direction: str = ""


def outcome_of(study: Study, frame: pd.DataFrame, key: str) -> Outcome:
    """Return what is known of the column `key`: a 0/1 column is a percentage, another a score."""
    known = study.indicators.get(key)
    if known is not None and key in frame:
        return Outcome(
            key, study.text(known.label), known.unit, known.ages, known.waves, known.direction
        )
    values = outcome_values(frame, key)
    binary = np.isin(values[~np.isnan(values)], (0.0, 1.0)).all()
    return Outcome(key, key.replace("_", " "), "percent" if binary else "score")


def require_percentage(outcome: Outcome, what: str) -> None:
    """Raise EstimationError where the outcome is a score."""
    if outcome.unit != "percent":
        raise EstimationError(
            f"a {what} needs a 0/1 outcome",
            place=outcome.key,
            found="a score",
            expected="0 and 1",
            remedy="Use mean, or make a 0/1 column with assign.",
        )


# How an estimate is divided: the columns of `by` as areas, waves and groups.

#: Column of the respondents -> level of area, from small to large.
AREA_COLUMNS = {"wijk": "wijk", "district": "gebied", "arm": "arm"}
#: Between the columns, and the values, of a group that is made of several.
AND = "*"

By = str | Sequence[str] | None


def columns_of(by: By, frame: pd.DataFrame, study: Study | None = None) -> list[str]:
    """Return the columns of `by`; EstimationError names those that are like one that is not there."""
    columns = [] if by is None else [by] if isinstance(by, str) else list(by)
    absent = next((column for column in columns if column not in frame), None)
    if absent is not None:
        known = {one.id: one.column for one in study.groupings} if study else {}
        hint = f"The grouping '{absent}' divides by '{known[absent]}'." if absent in known else ""
        raise no_column(absent, frame, "by", hint)
    return columns


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
    called = {grouping.column: grouping.id for grouping in reversed(study.groupings)}
    names = [called.get(column, column) for column in groups]
    values = [rows[column].astype("str").where(rows[column].notna()) for column in groups]
    if selection:
        names.append(selection)
        values.append(pd.Series("selected", index=rows.index, dtype="str"))
    if not values:
        return "", None
    return AND.join(names), values[0].str.cat(values[1:], sep=AND) if values[1:] else values[0]


# What the cells of a result count: what disclosure control judges.

#: Columns of the cells: the row of the result that rests on it, its keys, its counts.
CELL_COLUMNS = ("row", *ESTIMATE_KEYS, *"unit n x above_least below_most dominance move".split())


def sample_of(people: People, outcome: Outcome, group_by: str, group: pd.Series | None) -> Sample:
    """Return respondents as disclosure control reads them.

    `group_by`: The division; empty for everybody. `group`: The group of each of these people,
    missing for none.
    """
    frame = people.everyone if group_by else people.frame
    counts = frame[["wave", "wijk", "district", "arm", "weight", outcome.key]]
    divisions = {}
    if group_by and group is not None:
        groups = group.reindex(frame.index).astype("str").fillna(REST)
        counts = counts.assign(_group=groups)
        divisions = {group_by: ("_group", tuple(sorted({*groups, REST})))}
    waves = tuple(wave.id for wave in people.study.waves if wave.id in frame["wave"].unique())
    areas = people.study.areas()[["wijk", "district", "arm"]]
    return Sample(counts, {outcome.key: outcome.unit}, waves, divisions, areas)


def counted(wanted: pd.DataFrame, sample: Sample) -> pd.DataFrame:
    """Return the cells with these keys and what they count; `wanted` has ``row`` and the keys.

    A row of a group rests on the others of its area as well: everybody less the groups is them.
    """
    wanted = wanted[["row", *ESTIMATE_KEYS]]
    grouped = wanted[wanted["group_by"].ne("")]
    others = grouped.assign(group=REST).drop_duplicates()
    cells = cells_of(sample, wanted["area_level"].unique())
    found = pd.concat([wanted, others]).merge(cells, on=list(ESTIMATE_KEYS), how="left")
    return found.reindex(columns=list(CELL_COLUMNS))


def domain_rows(
    people: People,
    outcome: Outcome,
    by: list[str],
    estimator: Callable[..., pd.DataFrame],
    unit: str,
    **options: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of a result and its cells: one estimate per group of `by` and wave.

    `unit`: Of the values: ``percent``, ``score`` or ``count``.
    """
    study, frame = people.study, people.frame
    columns = list(dict.fromkeys([*columns_of(by, frame), "wave"]))
    table, design = wave_columns(frame)
    needed = [name for name in dict.fromkeys([outcome.key, *columns]) if name not in table]
    rows = estimator(table.join(frame[needed]), outcome.key, by=columns, **design, **options)
    asked = frame.loc[asked_rows(frame, outcome), columns].drop_duplicates()
    known = rows[columns].merge(asked, on=columns, how="left", indicator=True)["_merge"].eq("both")
    status = np.select([rows["n"] > 0, known], ["ok", "missing"], "not_asked")
    scale = SCALE.get(unit, 1.0)
    numbers = {name: rows[name] * scale for name in ("value", "se", "lower", "upper")}
    rows = keyed(study, rows.assign(**numbers), columns, outcome.key, people.chosen)
    group_by, group = grouped(study, frame, columns, people.chosen)
    sample = sample_of(people, outcome, group_by, group)
    cells = counted(rows.assign(row=range(len(rows))), sample)
    rows = rows.assign(
        x=cells["x"].to_numpy()[: len(rows)],
        unit=unit,
        method=np.where(rows["reason"].eq(""), rows["method"], "no_interval:" + rows["reason"]),
        source="survey",
        status=status,
        step=np.nan,
    )
    names = dict.fromkeys([*ESTIMATE_COLUMNS, "se", "df", "x", *columns])
    return rows[list(names)].reset_index(drop=True), cells


# Who is asked: columns, conditions and choices of respondents; what is missing stays missing.

#: More different values than this are not looked at to say who was chosen.
_FEW = 40


def column(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a column in which what is missing is ``<NA>``."""
    return frame[name].convert_dtypes()


def condition(frame: pd.DataFrame, mask: Any) -> pd.Series:
    """Return which rows of `frame` a condition holds for; a missing answer is not chosen.

    Raises EstimationError: It is no series of true and false with the index of these people, or
    nobody is left.
    """
    fits = isinstance(mask, pd.Series) and pd.api.types.is_bool_dtype(mask.dtype)
    if not fits or not frame.index.isin(mask.index).all():
        raise EstimationError(
            "no condition on these people",
            found=type(mask).__name__,
            expected="a series of true and false, made of their own columns",
            remedy='Write people[people.sex == "girl"].',
        )
    kept = mask.reindex(frame.index).astype("boolean").fillna(False).astype(bool)
    if not kept.any():
        raise EstimationError(
            "nobody is left", found="0 respondents", remedy="Look at the values of the column."
        )
    return kept


def described(frame: pd.DataFrame, kept: pd.Series) -> str:
    """Return in short who was chosen: ``sex=girl``; the number of people where that fails.

    A column says it whose values are all in, or all out, of the choice.
    """
    preferred = [name for name in ("wave", "sex", "arm", "wijk", "district") if name in frame]
    for name in dict.fromkeys([*preferred, *frame.columns]):
        values = frame[name]
        if values.nunique() > _FEW:
            continue
        inside, outside = set(values[kept].dropna()), set(values[~kept].dropna())
        if inside and not inside & outside and not values[kept].isna().any():
            return f"{name}={'+'.join(sorted(map(str, inside)))}"
    return f"{int(kept.sum())} of {len(kept)} respondents"


def assigned(frame: pd.DataFrame, columns: dict[str, Any]) -> pd.DataFrame:
    """Return `frame` with new columns, as `pandas.DataFrame.assign`."""
    kept = {"wave", "weight", "stratum", "psu", "fpc", "sampled"} & set(columns)
    if kept:
        raise EstimationError(
            f"'{min(kept)}' is part of the design",
            place="assign",
            remedy="Take another name; wk.people(study, frame) takes other weights.",
        )
    made = frame.convert_dtypes().assign(**columns)
    return frame.assign(**{name: _plain(made[name]) for name in columns})


def _plain(values: pd.Series) -> pd.Series:
    """Return a column as respondents have them: numbers with NaN, text."""
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return values.astype("Float64").astype(float)
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values
    return values.astype("str").where(values.notna())


def last_wave(people: People, outcome: str) -> tuple[People, dict[str, Any]]:
    """Return the people of the last wave in which the outcome was answered."""
    frame = people.frame
    if outcome not in frame:
        raise no_column(outcome, frame, "outcome")
    answered = set(frame.loc[frame[outcome].notna(), "wave"].unique())
    order = [wave.id for wave in people.study.waves if wave.id in answered]
    if frame["wave"].nunique() == 1 or not order:
        return people, {}
    return people.only(frame["wave"].eq(order[-1]), people.chosen), {"wave": order[-1]}


def design_in_words(frame: pd.DataFrame) -> Iterator[str]:
    """Yield what the design has."""
    yield "weighted" if frame["weight"].nunique() > 1 else "without weights"
    for name, words in (("stratum", "strata"), ("psu", "units"), ("fpc", "populations")):
        if name in frame and frame[name].notna().any():
            yield f"{frame[name].nunique()} {words}"
