"""Who took part, when, and how alike programme and comparison wijken were at the start."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.outcomes import compared_waves, eligible, outcomes
from wijkkit.evaluation.effect.sample import NotEstimable
from wijkkit.evaluation.explanations.evidence import measures
from wijkkit.study import Study
from wijkkit.study.settings.programme import ProcessSettings
from wijkkit.tables import ARMS, rows_with

PARTICIPANT_COLUMNS = ("area", "area_level", "arm", "wave", "n", "children", "response")
BALANCE_COLUMNS = tuple(
    "kind key category wave unit programme comparator difference n_programme n_comparator "
    "x_programme x_comparator".split()
)
TIMELINE_COLUMNS = ("kind", "key", "start", "end")


def participants(
    study: Study, respondents: pd.DataFrame, children: pd.Series | None = None
) -> pd.DataFrame:
    """Return how many children took part, per wave: in each wijk, in each arm, and in all.

    Columns `PARTICIPANT_COLUMNS`. `response` is n as a percentage of the children of the same
    wijken; absent where their number is not known of each of them.
    """
    waves = [wave.id for wave in study.waves]
    index = pd.MultiIndex.from_product([list(study.arms), waves], names=["wijk", "wave"])
    n = respondents.groupby(["wijk", "wave"], observed=True).size().reindex(index, fill_value=0)
    known = pd.Series(np.nan, index) if children is None else children.reindex(index)
    cells = pd.DataFrame({"n": n, "children": known}).reset_index()
    cells["arm"] = cells["wijk"].map(study.arms)
    arms = _pooled(cells[cells["arm"].isin(ARMS)], ["arm", "wave"])
    parts = [
        cells.rename(columns={"wijk": "area"}).assign(area_level="wijk"),
        arms.assign(area=arms["arm"], area_level="arm"),
        _pooled(cells, ["wave"]).assign(area="city", area_level="city", arm=""),
    ]
    table = pd.concat(parts, ignore_index=True)
    table["response"] = 100 * table["n"] / table["children"].where(table["children"] > 0)
    return table[list(PARTICIPANT_COLUMNS)]


def _pooled(cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    grouped = cells.groupby(by, sort=False)
    children = grouped["children"].agg(lambda known: known.sum(skipna=False))
    return pd.DataFrame({"n": grouped["n"].sum(), "children": children}).reset_index()


def children_of(study: Study, figures: pd.DataFrame) -> pd.Series:
    """Return the children of the survey's ages by (wijk, wave): the last figure up to its year.

    The first one where none is that early; empty unless ``process.children_figure`` is set.
    """
    process = study.settings.process
    rows = rows_with(figures, area_level="wijk", figure=process.children_figure or "")
    rows = rows[rows["value"].notna()].sort_values("period")
    found = {}
    for wijk, mine in rows.groupby("area"):
        for wave in study.waves:
            until = mine[mine["period"].astype(str).str[:4] <= str(wave.start.year)]
            value = (until.tail(1) if len(until) else mine.head(1))["value"].iloc[0]
            found[(wijk, wave.id)] = surveyed(value, process)
    return pd.Series(found, dtype=float)


def surveyed(children: float, process: ProcessSettings) -> float:
    """Return how many of these children have the ages of the survey, in tens where estimated."""
    share = process.children_surveyed
    return float(children) if share == 1 else float(round(share * children, -1))


def baseline_balance(study: Study, respondents: pd.DataFrame) -> pd.DataFrame:
    """Return programme and comparison wijken side by side at the baseline.

    Columns `BALANCE_COLUMNS`, one row per outcome (``kind`` is ``indicator``), group of a grouping
    (``grouping``) and covariate (``covariate``; one row per category, or one for a number).
    `programme` and `comparator` are weighted percentages or means, `difference` is the standardised
    difference (d1 - d0) / sqrt((s1^2 + s0^2) / 2), n the respondents of whom it is known, x those
    with the answer or in the category. Empty without a baseline.

    Austin PC (2009), Stat Med 28:3083-3107.
    """
    try:
        wave, _ = compared_waves(study)
    except NotEstimable:
        return pd.DataFrame(columns=list(BALANCE_COLUMNS))
    rows = respondents[respondents["wave"].eq(wave) & respondents["arm"].isin(ARMS)]
    found = [
        {"kind": kind, "key": key, "category": category, "wave": wave, "unit": unit}
        | _compared(rows, values, unit == "percent")
        for kind, key, category, unit, values in _variables(study, rows)
    ]
    return pd.DataFrame(found, columns=list(BALANCE_COLUMNS))


def _variables(study: Study, rows: pd.DataFrame) -> Iterator[tuple[str, str, str, str, pd.Series]]:
    for key in outcomes(study):
        if key in rows:
            indicator = study.indicators[key]
            value = rows[key].where(eligible(rows, indicator)).astype(float)
            yield "indicator", key, "", indicator.unit, value
    columns = {grouping.column for grouping in study.groupings}
    for grouping in study.groupings:
        if grouping.column in rows:
            levels = [group.id for group in grouping.groups]
            yield from _shares("grouping", grouping.id, rows[grouping.column], levels)
    for name in study.settings.evaluation.covariates:
        if name not in rows or name in columns:
            continue
        values = rows[name]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            yield "covariate", name, "", "mean", values.astype(float)
        else:
            levels = sorted(values.dropna().unique(), key=str)
            yield from _shares("covariate", name, values, levels)


def _shares(
    kind: str, key: str, values: pd.Series, levels: list
) -> Iterator[tuple[str, str, str, str, pd.Series]]:
    """Yield per level who has it, of those who have any of them."""
    values = values.astype("object")
    for level in levels:
        has = values.eq(level).astype(float).where(values.isin(levels))
        yield kind, key, str(level), "percent", has


def _compared(rows: pd.DataFrame, values: pd.Series, percent: bool) -> dict[str, float]:
    """Return level, n and x of both arms and their standardised difference."""
    out: dict[str, float] = {}
    levels, spreads = [], []
    for arm in ARMS:
        mine = values[rows["arm"].eq(arm) & values.notna()]
        weight = rows.loc[mine.index, "weight"] if "weight" in rows else mine * 0 + 1.0
        level = float(np.average(mine, weights=weight)) if weight.sum() > 0 else np.nan
        spread = float(np.average((mine - level) ** 2, weights=weight)) if len(mine) else np.nan
        levels.append(level)
        spreads.append(spread)
        out |= {arm: level * (100 if percent else 1), f"n_{arm}": float(len(mine))}
        out[f"x_{arm}"] = float(mine.eq(1).sum()) if percent else np.nan
    pooled = np.sqrt(sum(spreads) / 2)
    out["difference"] = (levels[0] - levels[1]) / pooled if pooled > 0 else np.nan
    return out


def timeline(study: Study) -> pd.DataFrame:
    """Return when the waves were held, the programme started, and COVID-19 measures were in force.

    Columns `TIMELINE_COLUMNS`: ``kind`` is ``wave``, ``programme`` (its start in the study, without
    an end), ``start`` (that of a wijk, where it has its own) or ``corona`` (`key` says which kind
    of measures), cut to the days from the first to the last of the others.

    >>> import wijkkit as wk
    >>> from wijkkit.evaluation.baseline import timeline
    >>> timeline(wk.open_study("parameters"))["kind"].unique().tolist()
    ['wave', 'programme', 'corona']
    """
    rows: list[tuple[str, str, date, date | None]] = [
        ("wave", wave.id, wave.start, wave.end) for wave in study.waves
    ]
    if study.starts and study.settings.programme.start is not None:
        rows.append(("programme", "", study.settings.programme.start, None))
    rows += [
        ("start", wijk, neighbourhood.start, None)
        for wijk, neighbourhood in study.neighbourhoods.items()
        if neighbourhood.start is not None
    ]
    days = [day for _, _, *ends in rows for day in ends if day is not None]
    first, last = min(days), max(days)
    for row in measures().itertuples():
        start, end = max(row.start.date(), first), min(row.end.date(), last)
        if start <= end:
            rows.append(("corona", row.kind, start, end))
    return pd.DataFrame(rows, columns=list(TIMELINE_COLUMNS))
