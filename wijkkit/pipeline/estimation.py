"""Every number of the study, estimated at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.disclosure.sample import Sample
from wijkkit.display import ShowsItself
from wijkkit.errors import StudyError
from wijkkit.estimates import compare, compare_comparable
from wijkkit.estimates.change import adjusted_level, estimate_change, goal_changes
from wijkkit.estimates.comparable import comparable_map, comparable_neighbourhoods
from wijkkit.estimates.compare import with_sides
from wijkkit.estimates.design import made_once
from wijkkit.estimates.grid import Estimates, asked_outcome, estimate_grid
from wijkkit.estimates.inequality import estimate_gap, estimate_slope
from wijkkit.estimates.layout import asked_rows
from wijkkit.evaluation.effect.evaluate import refuse_choice
from wijkkit.loaders import load_area_figures
from wijkkit.pipeline.references import estimate_references
from wijkkit.pipeline.respondents import load_respondents
from wijkkit.study import Study
from wijkkit.study.settings import PopulationSettings

# Estimates with more than one weight: per level, indicator or wave, as the codebook's design says.

#: The standard column that weights whatever the design gives no other weight.
MAIN = "weight"
#: The weight of each wave, in the order of the waves.
Weights = tuple[str, ...]


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


def table_by_weight(
    study: Study, respondents: pd.DataFrame, made: Callable[[pd.DataFrame], pd.DataFrame]
) -> pd.DataFrame:
    """Return a table of estimates, each row made with the weights that the design gives it."""
    table = made(_weighted(respondents))
    for rows, people in _others(study, respondents, table):
        table = _taken(table, made(people), rows)
    return table


def grid_by_weight(
    study: Study, respondents: pd.DataFrame, made: Callable[[pd.DataFrame], Estimates]
) -> Estimates:
    """Return the estimates of a grid, each with the weights that the design gives it."""
    grid = made(_weighted(respondents))
    for rows, people in _others(study, respondents, grid.table):
        other = made(people)
        parts = ("table", "counts", "precision")
        taken = {p: _taken(getattr(grid, p), getattr(other, p), rows) for p in parts}
        grid = replace(grid, **taken)
    return grid


def _others(
    study: Study, respondents: pd.DataFrame, table: pd.DataFrame
) -> Iterator[tuple[NDArray[np.bool_], pd.DataFrame]]:
    """Yield the rows of a table that have other weights, with the respondents weighted so."""
    if not study.codebook.design.weights:
        return
    keys = list(zip(table["indicator"], table["area_level"], strict=True))
    said = {key: weights_of(study, *key) for key in dict.fromkeys(keys)}
    main = (MAIN,) * len(study.waves)
    for weights in sorted(set(said.values()) - {main}):
        rows = np.array([said[key] == weights for key in keys])
        yield rows, with_weights_of(study, respondents, weights)


def _taken(table: pd.DataFrame, other: pd.DataFrame, rows: NDArray[np.bool_]) -> pd.DataFrame:
    return table.mask(pd.Series(rows, index=table.index), other.set_axis(table.index))


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
    waves = [wave.id for wave in study.waves]
    areas = study.areas()[["wijk", "district", "arm"]]
    said = {"areas": areas, "lonely_psu": study.codebook.design.lonely_psu}
    divided, ordered = groupings(study), groupings(study, ordered=True)
    indicators = study.indicators
    grid = grid_by_weight(
        study, respondents, lambda rows: estimate_grid(rows, indicators, waves, divided, **said)
    )
    comparable = comparable_wijken(load_area_figures(study))
    against_city = table_by_weight(
        study, respondents, lambda rows: compare(rows, indicators, waves, **said)
    )
    against_alike = compare_comparable(grid, study.indicators, comparable_map(comparable))
    return StudyEstimates(
        grid,
        with_sides(estimate_change(grid)),
        with_sides(
            table_by_weight(
                study,
                respondents,
                lambda rows: estimate_gap(rows, indicators, waves, ordered, **said),
            )
        ),
        table_by_weight(
            study,
            respondents,
            lambda rows: estimate_slope(rows, indicators, waves, ordered, **said),
        ),
        _goal_changes(study, respondents, grid, said),
        pd.concat([against_city, against_alike], ignore_index=True),
        comparable,
        sample_of(study, respondents),
        estimate_references(study),
        study.settings.population,
    )


def _goal_changes(
    study: Study, respondents: pd.DataFrame, grid: Estimates, said: Mapping[str, Any]
) -> pd.DataFrame:
    keys = dict.fromkeys(goal.indicator for goal in study.goals)
    indicators = {key: study.indicators[key] for key in keys}
    level = adjusted_level(study.settings.evaluation.level, len(indicators))
    grouping, waves = study.gap_grouping, [wave.id for wave in study.waves]
    one = {} if grouping is None else {grouping.id: groupings(study)[grouping.id]}
    gaps = table_by_weight(
        study,
        respondents,
        lambda rows: estimate_gap(rows, indicators, waves, one, confidence=level, **said),
    )
    return goal_changes(estimate_change(grid, confidence=level), gaps, indicators)


def sample_of(study: Study, respondents: pd.DataFrame) -> Sample:
    """Return the respondents as disclosure control reads them: absent where nobody was asked."""
    asked = {
        key: asked_outcome(respondents, key, indicator, asked_rows(respondents, indicator))
        for key, indicator in study.indicators.items()
    }
    units = {key: indicator.unit for key, indicator in study.indicators.items()}
    return Sample(
        respondents.assign(**asked),
        units,
        tuple(wave.id for wave in study.waves),
        groupings(study),
        study.areas()[["wijk", "district", "arm"]],
        _level_weights(study, respondents) if study.codebook.design.weights else {},
    )


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
    alike = respondents.assign(weight=1.0)
    alike = alike.drop(columns=[column for column in _DESIGN if column in alike])
    return {
        "weighted": _grid(study, respondents),
        "unweighted": _grid(study, alike),
    }


def _grid(study: Study, respondents: pd.DataFrame) -> pd.DataFrame:
    waves = [wave.id for wave in study.waves]
    areas = study.areas()[["wijk", "district", "arm"]]
    grid = estimate_grid(respondents, study.indicators, waves, groupings(study), areas=areas)
    return grid.table
