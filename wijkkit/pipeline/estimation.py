"""Every number of the study, estimated at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.disclosure.sample import Sample
from wijkkit.display import ShowsItself
from wijkkit.errors import StudyError
from wijkkit.estimates.change import adjusted_level, estimate_change, goal_changes
from wijkkit.estimates.comparable import comparable_map, comparable_neighbourhoods
from wijkkit.estimates.compare import compare, compare_comparable, with_sides
from wijkkit.estimates.design import made_once
from wijkkit.estimates.grid import Estimates, estimate_grid
from wijkkit.estimates.inequality import estimate_gap, estimate_slope
from wijkkit.evaluation.effect.evaluate import refuse_choice
from wijkkit.loaders.area_figures import load_area_figures
from wijkkit.pipeline.references import estimate_references
from wijkkit.pipeline.respondents import load_respondents, sample_of
from wijkkit.study import Study
from wijkkit.study.settings import PopulationSettings

# Estimates with more than one weight: per level, indicator or wave, as the codebook's design says.

#: The standard column that weights whatever the design gives no other weight.
MAIN = "weight"
#: The weight of each wave, in the order of the waves.
Weights = tuple[str, ...]
Made = TypeVar("Made", pd.DataFrame, Estimates)


def weights_of(study: Study, indicator: str, area_level: str) -> Weights:
    """Return the column that weights an indicator at a level, per wave; of several the last said."""
    level = "city" if area_level == "city" else "area"
    found = [MAIN] * len(study.waves)
    for choice in study.codebook.design.weights:
        if choice.level in (None, level) and indicator in (choice.indicators or (indicator,)):
            for place, wave in enumerate(study.waves):
                if wave.id in (choice.waves or (wave.id,)):
                    found[place] = choice.weight
    return tuple(found)


def with_weights_of(study: Study, respondents: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """Return those who have a weight in each wave's column, with it in the column `weight`.

    Figures of the city and of its wijken may so be of other people; disclosure control knows who
    counts where, see `sample_of`.

    Raises StudyError: Nobody of a wave has it.
    """
    values = respondents[MAIN].to_numpy(dtype=float).copy()
    for wave, weight in zip(study.waves, weights, strict=True):
        rows = respondents["wave"].eq(wave.id).to_numpy()
        values[rows] = respondents.loc[rows, weight].to_numpy(dtype=float, na_value=np.nan)
        if rows.any() and not (values[rows] > 0).any():
            raise StudyError(
                "a weight that nobody has",
                file="codebook.yml",
                place=f"design.weights, {weight}",
                found=f"0 of {rows.sum()} respondents of wave {wave.id}",
                expected="a weight above 0 for those whom the figures are about",
                remedy="Name another column, or say the waves that have it (waves:).",
            )
    # What was drawn with this weight is another sample than that of the main one.
    others = respondents.drop(columns="sampled", errors="ignore")
    return (respondents if respondents[MAIN].gt(0).all() else others).assign(weight=values)[
        values > 0
    ]


def _weighted(respondents: pd.DataFrame) -> pd.DataFrame:
    """Return those who have the main weight."""
    there = respondents[MAIN].gt(0)
    return respondents if there.all() else respondents[there]


def by_weight(
    study: Study, respondents: pd.DataFrame, made: Callable[[pd.DataFrame], Made]
) -> Made:
    """Return a table or a grid of estimates, each row with the weights that the design gives it."""
    found = made(_weighted(respondents))
    table = found.table if isinstance(found, Estimates) else found
    keys = list(zip(table["indicator"], table["area_level"], strict=True))
    said = {key: weights_of(study, *key) for key in dict.fromkeys(keys)}
    for weights in sorted(set(said.values()) - {(MAIN,) * len(study.waves)}):
        rows = np.array([said[key] == weights for key in keys])
        found = _with_rows_of(found, made(with_weights_of(study, respondents, weights)), rows)
    return found


def _with_rows_of(found: Made, other: Made, rows: NDArray[np.bool_]) -> Made:
    """Return estimates with these rows of others."""
    if isinstance(found, Estimates):
        parts = ("table", "counts", "precision")
        taken = {p: _with_rows_of(getattr(found, p), getattr(other, p), rows) for p in parts}
        return replace(found, **taken)
    return found.mask(pd.Series(rows, index=found.index), other.set_axis(found.index))


#: How many wijken a wijk is compared with; half of the others in a small city.
_COMPARABLE = 5

Groupings = dict[str, tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, repr=False)
class StudyEstimates(ShowsItself):
    """All estimates of a study, before disclosure control.

    `estimates`: Value, interval and counts per indicator, area, wave and group. `changes`: Tidy,
    with `verdict`: the change from the first wave to each later one. `gaps`: Tidy, with `verdict`:
    the gap between the ends of each ordered grouping, and its change. `slopes`: Tidy: slope and
    relative index of inequality of each ordered grouping, and their change. `goal_changes`: The
    last change of every goal and of its gap in every wijk, judged together. `comparisons`: Each
    area against the city, and each wijk against the comparable ones: a verdict per indicator and
    wave. `comparable`: The comparable wijken of each wijk: ``area, comparable, rank, distance``.
    `sample`: The respondents that all of this was made from. `references`: Tidy: the populations
    above the study, see `estimate_references`. `population`: Whom all of this is about.
    """

    estimates: Estimates = field(repr=False)
    changes: pd.DataFrame = field(repr=False)
    gaps: pd.DataFrame = field(repr=False)
    slopes: pd.DataFrame = field(repr=False)
    goal_changes: pd.DataFrame = field(repr=False)
    comparisons: pd.DataFrame = field(repr=False)
    comparable: pd.DataFrame = field(repr=False)
    sample: Sample = field(repr=False)
    references: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    population: PopulationSettings = field(default_factory=PopulationSettings)

    def _facts(self) -> Mapping[str, object]:
        # Numbers of cells only: the notebook that shows this is kept with the reports.
        table = self.estimates.table
        return {
            "indicators": table["indicator"].nunique(),
            "estimates": f"{len(table):,}",
            "changes": f"{len(self.changes):,}",
            "gaps": f"{len(self.gaps):,}",
            "next": "release(study, estimates)",
        }


@made_once()
def estimate(study: Study, respondents: pd.DataFrame) -> StudyEstimates:
    """Estimate every indicator for every area, wave and group of a study.

    Parameters
    ----------
    respondents : DataFrame
        As `load_respondents` gives them.

    Returns
    -------
    StudyEstimates
        Not for readers yet: `release` comes between.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> wk.estimate(study, wk.load_respondents(study))
    <StudyEstimates: indicators 6, estimates 864, ...>
    """
    refuse_choice(study, respondents)
    goals = dict.fromkeys(goal.indicator for goal in study.goals)
    wanted = {key: study.indicators[key] for key in goals}
    level = adjusted_level(study.settings.evaluation.level, len(wanted))
    divided, ordered = groupings(study), groupings(study, ordered=True)
    gap = study.gap_grouping
    between = {} if gap is None else {gap.id: divided[gap.id]}

    def made(estimator: Callable[..., Made], *by: Groupings, of: Any = None, **more: Any) -> Made:
        args = (study.indicators if of is None else of, [wave.id for wave in study.waves], *by)
        more |= {"areas": _areas(study), "lonely_psu": study.codebook.design.lonely_psu}
        return by_weight(study, respondents, lambda rows: estimator(rows, *args, **more))

    grid = made(estimate_grid, divided)
    comparable = comparable_wijken(load_area_figures(study))
    against_alike = compare_comparable(grid, study.indicators, comparable_map(comparable))
    own_gaps = made(estimate_gap, between, of=wanted, confidence=level)
    return StudyEstimates(
        grid,
        with_sides(estimate_change(grid)),
        with_sides(made(estimate_gap, ordered)),
        made(estimate_slope, ordered),
        goal_changes(estimate_change(grid, confidence=level), own_gaps, wanted),
        pd.concat([made(compare), against_alike], ignore_index=True),
        comparable,
        sample_of(
            study,
            respondents,
            divided,
            _areas(study),
            _level_weights(study, respondents) if study.codebook.design.weights else {},
        ),
        estimate_references(study),
        study.settings.population,
    )


def _areas(study: Study) -> pd.DataFrame:
    return study.areas()[["wijk", "district", "arm"]]


def _level_weights(
    study: Study, respondents: pd.DataFrame
) -> dict[tuple[str, str], NDArray[np.float64]]:
    """Return the weight of each respondent by indicator and level; 0 for who is not counted."""
    waves = pd.Index([wave.id for wave in study.waves]).get_indexer(respondents["wave"])
    found = {}
    for key in study.indicators:
        for level in ("area", "city"):
            names = weights_of(study, key, level)
            columns = [respondents[name].to_numpy(float, na_value=np.nan) for name in names]
            found[key, level] = np.nan_to_num(np.stack(columns)[waves, np.arange(len(waves))])
    return found


def comparable_wijken(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the wijken most like each wijk on the first period of its area figures.

    The first period, because the programme cannot have changed it. Figures that count something
    or do not vary are left out; without figures no wijk is comparable.
    """
    rows = figures[figures["area_level"].eq("wijk") & figures["unit"].ne("count")]
    rows = rows[rows["period"].eq(rows["period"].min())]
    wide = rows.pivot(index="area", columns="figure", values="value")
    wide = wide.loc[:, wide.nunique() > 1]
    if wide.shape[1] == 0 or len(wide) < 3:
        return pd.DataFrame(columns=["area", "comparable", "rank", "distance"])
    size = min(_COMPARABLE, max(1, (len(wide) - 1) // 2))
    return comparable_neighbourhoods(wide, size=size)


def groupings(study: Study, ordered: bool = False) -> Groupings:
    """Return the study's groupings as the estimates take them: id -> column and group ids."""
    return {
        grouping.id: (grouping.column, tuple(group.id for group in grouping.groups))
        for grouping in study.groupings
        if grouping.ordered or not ordered
    }


# Estimates before disclosure control, for research on the machine that has the survey.

#: What of a survey's design makes an estimate weighted.
_DESIGN = ("stratum", "psu")


def unprotected_estimates(study: Study) -> dict[str, pd.DataFrame]:
    """Return the tidy estimates of a study with the survey's weights and without any.

    ``weighted`` with the survey's weights and design; ``unweighted`` as if every respondent was
    drawn alike.
    """
    respondents = _weighted(load_respondents(study))
    alike = respondents.assign(weight=1.0).drop(columns=list(_DESIGN), errors="ignore")
    waves = [wave.id for wave in study.waves]
    of = (study.indicators, waves, groupings(study))
    drawn = {"weighted": respondents, "unweighted": alike}
    return {
        name: estimate_grid(rows, *of, areas=_areas(study)).table for name, rows in drawn.items()
    }
