"""What the explanations are judged on, and the days under COVID-19 measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from math import isnan
from typing import Literal

import pandas as pd

Kind = Literal["restrictions", "schools_closed"]


@cache
def measures() -> pd.DataFrame:
    """Return the table of national measures: kind, first and last day, what, source of each day."""
    resource = files("wijkkit.evaluation.explanations") / "covid_measures.csv"
    with resource.open(encoding="utf-8") as file:
        return pd.read_csv(file, parse_dates=["start", "end"])


def days_under(kind: Kind, start: date, end: date) -> int:
    """Return the days from `start` up to and including `end` under measures of a kind."""
    days, table = 0, measures()
    for row in table[table["kind"] == kind].itertuples():
        first, last = max(start, row.start.date()), min(end, row.end.date())
        days += max((last - first + timedelta(days=1)).days, 0)
    return days


def share_under(kind: Kind, start: date, end: date) -> float:
    """Return the share of a period's days under measures of a kind.

    >>> share_under("restrictions", date(2018, 9, 1), date(2019, 9, 1))
    0.0
    """
    return days_under(kind, start, end) / ((end - start).days + 1)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts about a programme, each of them optional.

    What is left out is not known, and the explanation that needs it cannot be judged; so is a
    number that is NaN. Shares are from 0 to 1.

    `wijken`: Number of programme wijken. What is known of fewer of them decides nothing that the
    others could turn around. `implementation_start`: Programme wijk -> the day its first
    intervention started. `goal_coverage`: Goal -> share of the programme wijken that chose it where
    it was measured in every wave. `group_coverage`: Group (``GROUPING.GROUP``) -> share of goals
    that were measured for it. `response_gaps`: Group (``GROUPING.GROUP``) -> its share of the
    respondents minus its share of all children of the study's wijken. `limits`: Lower and upper
    limit of what is a sample: a group of `response_gaps`, ``participation`` and ``moves``.
    `comparator_interventions`: Deployed interventions per comparator, as a share of those per
    programme wijk. `comparator_participation`: Share of the comparators' children who took part in
    the programme's interventions. `comparator_moves`: Share of the comparators' children who lived
    in a programme wijk before. `deployed`: Number of deployed interventions. `evidence_levels`:
    Deployed intervention -> evidence level: 0 not recognised, 1 well founded, 2 first, 3 good, 4
    strong indications of effectiveness. `dose`, `reach`, `fidelity`: Programme wijk -> delivered as
    a share of what was planned. `interviews`: Number of coded group interviews held after the
    programme started. `mentioned_by`: Code of the interviews -> the group interviews that mention
    it; empty where none does. `staff_turnover`: Share of the coordinators and partners who left.
    `steps_on_time`: Share of the planned steps done by their date.

    >>> Evidence(dose={"a": 0.5, "b": float("nan")}, staff_turnover=float("nan")).dose
    {'a': 0.5}
    """

    wijken: int = 0
    implementation_start: Mapping[str, date] = field(default_factory=dict)
    goal_coverage: Mapping[str, float] = field(default_factory=dict)
    group_coverage: Mapping[str, float] = field(default_factory=dict)
    response_gaps: Mapping[str, float] = field(default_factory=dict)
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    comparator_interventions: float | None = None
    comparator_participation: float | None = None
    comparator_moves: float | None = None
    deployed: int = 0
    evidence_levels: Mapping[str, int] = field(default_factory=dict)
    dose: Mapping[str, float] = field(default_factory=dict)
    reach: Mapping[str, float] = field(default_factory=dict)
    fidelity: Mapping[str, float] = field(default_factory=dict)
    interviews: int = 0
    mentioned_by: Mapping[str, frozenset[str]] = field(default_factory=dict)
    staff_turnover: float | None = None
    steps_on_time: float | None = None

    def __post_init__(self) -> None:
        for one in fields(self):
            object.__setattr__(self, one.name, _known(getattr(self, one.name)))


def _known(value: object) -> object:
    """Return a mapping without its missing values, and nothing for a missing number."""
    if isinstance(value, Mapping):
        return {key: item for key, item in value.items() if _known(item) is not None}
    return None if isinstance(value, float) and isnan(value) else value
