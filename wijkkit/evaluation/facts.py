"""What is known of a study's wijken, for the logic model and for learning: tables, no store."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from wijkkit.disclosure import policy_for
from wijkkit.evaluation.process.implementation import (
    implementation,
    implementation_by_wijk,
    judged_steps,
    pace,
    pace_by_wijk,
)
from wijkkit.evaluation.process.measures import Columns, parts_of
from wijkkit.evaluation.process.people import shown_measures
from wijkkit.registry.registry import kind_frame
from wijkkit.registry.tables import KINDS
from wijkkit.study import Study
from wijkkit.tables import rows_with


@dataclass(frozen=True)
class Facts:
    """Released tables and the study they belong to.

    `registry`: Kind -> its table, with the columns a report may show. A kind that is not there is
    empty. `estimates`, `changes`, `gaps`: Tidy estimate tables: levels per wave, changes since the
    first wave (unit ``points`` or ``score``; `wave` holds both), gaps between the ends of a
    grouping and their change. `goal_changes`: The last change of every goal and of its gap, judged
    together (`goal_changes`). `area_figures`: Long: ``area, area_level, figure, label, period,
    value, unit, source, status``. `participants`: How many took part, as `baseline.participants`
    counts them. `scales`: Changes of the key-figure scales, see `process.key_figures.scale_changes`.
    `as_of`: The day on which everything is judged.
    """

    study: Study
    registry: Mapping[str, pd.DataFrame]
    as_of: date
    estimates: pd.DataFrame = field(default_factory=pd.DataFrame)
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    gaps: pd.DataFrame = field(default_factory=pd.DataFrame)
    goal_changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    area_figures: pd.DataFrame = field(default_factory=pd.DataFrame)
    participants: pd.DataFrame = field(default_factory=pd.DataFrame)
    scales: pd.DataFrame = field(default_factory=pd.DataFrame)
    # By kind, what was asked for before.
    _records: dict[str, dict[str, list[dict]]] = field(default_factory=dict, init=False)
    _by_wijk: dict[str, dict[str, pd.DataFrame]] = field(default_factory=dict, init=False)

    def registry_rows(self, kind: str, wijk: str | None = None) -> pd.DataFrame:
        """Return the registry's rows of one kind, of one wijk or of all."""
        table = self.registry.get(kind)
        table = kind_frame(KINDS[kind], []) if table is None else table
        if wijk is None:
            return table
        if kind not in self._by_wijk:
            self._by_wijk[kind] = _by(table, "wijk")
        return self._by_wijk[kind].get(wijk, table.head(0))

    def records(self, kind: str, wijk: str) -> list[dict]:
        """Return the same rows of a wijk one by one: for rules over a few of them."""
        if kind not in self._records:
            found = self._records.setdefault(kind, {})
            for row in self.registry_rows(kind).to_dict("records"):
                found.setdefault(str(row["wijk"]), []).append(row)
        return self._records[kind].get(wijk, [])

    def goals(self, wijk: str) -> pd.DataFrame:
        """Return the goals of a wijk that were not dropped."""
        rows = self.registry_rows("goals", wijk)
        return rows[~rows["status"].eq("dropped")]

    def indicator_of(self, goal: Mapping[str, Any]) -> str | None:
        """Return the indicator of a goal: its own, or that of the study's goal it stands for."""
        shared = {item.id: item.indicator for item in self.study.goals}
        own = goal["indicator"]
        key = shared.get(goal["study_goal"]) if pd.isna(own) else own
        return key if key in self.study.indicators else None

    def deployed(self, wijk: str | None = None) -> pd.DataFrame:
        """Return the interventions that had begun: neither planned, nor to start later."""
        rows = self.registry_rows("interventions", wijk)
        return rows[~rows["status"].eq("planned") & ~_later(rows["start"], self.as_of)]

    def activities(self, wijk: str, intervention: str) -> Columns:
        """Return the activities of an intervention, as the columns that measures are made of.

        What begins after the day of judgement is left out.
        """
        return self._activities[wijk, intervention]

    @cached_property
    def _activities(self) -> Mapping[Hashable, Columns]:
        return parts_of(self._begun, ["wijk", "intervention"])

    @property
    def _begun(self) -> pd.DataFrame:
        """The activities that had begun."""
        return _until(self.registry_rows("activities"), "period_start", self.as_of)

    @cached_property
    def _levels(self) -> dict[tuple[str, str], pd.DataFrame]:
        """The wijken's estimates for everybody, by indicator and wijk, in order of the waves."""
        rows = self.estimates
        if rows.empty:
            return {}
        order = {wave.id: number for number, wave in enumerate(self.study.waves)}
        rows = rows_with(rows, area_level="wijk", group_by="")
        rows = rows.sort_values("wave", key=lambda waves: waves.map(order), kind="stable")
        return _by(rows, ["indicator", "area"])

    def pace(self, wijken: list[str]) -> pd.DataFrame:
        """Return how far wijken are in each step, see `process.implementation.pace`."""
        return pace(self.registry_rows("steps"), wijken, as_of=self.as_of)

    def steps(self, wijk: str) -> list[dict]:
        """Return how far a wijk is in each step, one by one."""
        return self._steps_of_wijk.get(wijk, [])

    @cached_property
    def _steps_of_wijk(self) -> dict[str, list[dict]]:
        wijken = list(self.study.neighbourhoods)
        rows = [row for wijk in wijken for row in self.records("steps", wijk)]
        found: dict[str, list[dict]] = {}
        for row in judged_steps(rows, wijken, self.as_of):
            found.setdefault(row["wijk"], []).append(row)
        return found

    @cached_property
    def programme_pace(self) -> pd.DataFrame:
        """How far the programme's wijken are, see `process.implementation.pace_by_wijk`."""
        return pace_by_wijk(self.pace(self.programme_wijken()))

    @cached_property
    def carried_out(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """What was carried out of each intervention, and of each wijk together, that may be shown.

        See `process.implementation` and `process.people.shown_measures`: whatever says how a wijk
        does reads these.
        """
        items, done = self.registry_rows("interventions"), self._begun
        partners = self.registry_rows("partners")
        after = self.study.settings.process.maintained_after_days
        on: dict[str, Any] = {"as_of": self.as_of, "maintained_after_days": after}
        wijken = list(self.study.neighbourhoods)
        each = implementation(items, done, partners, **on)
        of_wijk = implementation_by_wijk(wijken, self.deployed(), done, partners, **on)
        return shown_measures(each, of_wijk, done, policy_for(self.study))

    def measure(self, name: str, wijk: str, intervention: str = "") -> Mapping | None:
        """Return a measure of what was carried out, of a wijk or one of its interventions."""
        return self._measures.get((wijk, intervention, name))

    @cached_property
    def _measures(self) -> dict[tuple[str, str, str], Mapping]:
        rows = [row for table in self.carried_out for row in table.to_dict("records")]
        return {(row["wijk"], row["intervention"], row["measure"]): row for row in rows}

    def change(self, indicator: str, wijk: str, group_by: str = "") -> pd.Series | None:
        """Return a wijk's last change in an indicator, or in a gap, since the first wave."""
        return self._changes.get((indicator, wijk, group_by))

    @cached_property
    def _changes(self) -> dict[tuple[str, str, str], pd.Series]:
        table = self.changes
        everybody = table[table["group_by"].eq("")] if len(table) else table
        return {**_last(everybody), **_last(self.gaps)}

    def goal_change(self, indicator: str, wijk: str, group_by: str = "") -> pd.Series | None:
        """Return a wijk's last change in a goal's indicator, or in its gap, with its verdict."""
        return self._goal_changes.get((indicator, wijk, group_by))

    @cached_property
    def _goal_changes(self) -> dict[tuple[str, str, str], pd.Series]:
        return _keyed(self.goal_changes)

    def programme_wijken(self) -> list[str]:
        """Return the wijken that the programme is carried out in."""
        return list(self.study.starts)

    def figure(self, figure: str | None, wijk: str) -> float:
        """Return an area figure of a wijk as it was at the last wave, or else nearest to it."""
        return self._figures.get((figure, wijk), float("nan"))

    @cached_property
    def _figures(self) -> dict[tuple[str | None, str], float]:
        table = self.area_figures
        if table.empty:
            return {}
        rows = rows_with(table, area_level="wijk", status="ok")
        rows = rows.sort_values("period", kind="stable")
        known = rows["period"].str[:4].le(str(self.study.waves[-1].end.year))
        later = rows[~known].drop_duplicates(["figure", "area"], keep="first")
        # The last that was known then comes last, and stands.
        nearest = pd.concat([later, rows[known]])
        keys = zip(nearest["figure"], nearest["area"], strict=True)
        return dict(zip(keys, nearest["value"].astype(float), strict=True))

    def estimate(self, indicator: str, wijk: str) -> pd.DataFrame:
        """Return a wijk's estimates of an indicator for everybody, in the order of the waves."""
        return self._levels.get((indicator, wijk), self.estimates.head(0))


#: What is a fact of the day in this column: later ones had not happened yet.
_DAYS = {"meetings": "date", "decisions": "date", "flags": "date", "activities": "period_start"}


def known_on(tables: Mapping[str, pd.DataFrame], as_of: date) -> dict[str, pd.DataFrame]:
    """Return the registry's tables as they tell of a day: a registry goes on after an evaluation.

    Activities, meetings, decisions and clashes of later days are left out; an intervention that
    starts later is planned, one that stopped later runs.
    """
    found = dict(tables)
    for kind, column in _DAYS.items():
        found[kind] = _until(tables[kind], column, as_of)
    key = ["wijk", "meeting"]
    listed, held = tables["attendance"], found["meetings"][["wijk", "key"]]
    at = pd.MultiIndex.from_frame(listed[key]).isin(pd.MultiIndex.from_frame(held))
    found["attendance"] = listed[at].reset_index(drop=True)
    items, status = tables["interventions"], tables["interventions"]["status"]
    status = status.mask(status.eq("stopped") & _later(items["end"], as_of), "running")
    status = status.mask(_later(items["start"], as_of), "planned")
    return found | {"interventions": items.assign(status=status)}


def _until(rows: pd.DataFrame, column: str, as_of: date) -> pd.DataFrame:
    return rows[~_later(rows[column], as_of)].reset_index(drop=True)


def _later(days: pd.Series, as_of: date) -> pd.Series:
    return pd.to_datetime(days).gt(pd.Timestamp(as_of))


def _last(table: pd.DataFrame) -> dict[tuple[str, str, str], pd.Series]:
    """Return the last change between waves, in points or the score's unit, of each wijk."""
    if table.empty:
        return {}
    rows = rows_with(table, area_level="wijk", unit=("points", "score"))
    return _keyed(rows[rows["wave"].str.contains("-", regex=False)])


def _keyed(table: pd.DataFrame) -> dict[tuple[str, str, str], pd.Series]:
    """Return the last row of each indicator, wijk and grouping."""
    if table.empty:
        return {}
    keys = ["indicator", "area", "group_by"]
    last = table.drop_duplicates(keys, keep="last")
    return {tuple(row[keys]): row for _, row in last.iterrows()}


def _by(table: pd.DataFrame, keys: str | list[str]) -> dict:
    return {key: rows.reset_index(drop=True) for key, rows in table.groupby(keys, sort=False)}
