"""One release: estimates, effect and process pass disclosure control together."""

from __future__ import annotations

import logging
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from wijkkit.disclosure import Policy, Release, policy_for
from wijkkit.disclosure.derived import (
    joined,
    parts_of,
    release_comparisons,
    release_derived,
    withheld,
)
from wijkkit.disclosure.policy import percent_step, score_step
from wijkkit.disclosure.release import Made, release_estimates
from wijkkit.disclosure.rounding import to_step
from wijkkit.disclosure.sign_off import record_audit
from wijkkit.disclosure.slopes import shown_beside
from wijkkit.evaluation.baseline import baseline_balance, children_of, participants, timeline
from wijkkit.evaluation.effect.evaluate import EffectResults
from wijkkit.loaders.area_figures import load_area_figures
from wijkkit.loaders.areas import area_names
from wijkkit.loaders.borders import RD_NEW, load_borders
from wijkkit.pipeline.earlier import earlier_of, known_elsewhere, named_sample, prepare
from wijkkit.pipeline.effect import effect_tables
from wijkkit.pipeline.effect_parts import Effects
from wijkkit.pipeline.estimation import StudyEstimates, estimate
from wijkkit.pipeline.process import ProcessResults, evaluate_process
from wijkkit.pipeline.references import release_references
from wijkkit.pipeline.respondents import load_respondents
from wijkkit.released.store import write_released
from wijkkit.study import Study
from wijkkit.tables import ARMS, EVERYBODY, first_absence

# Area figures and borders as released tables: public data, joined to the study's areas.

#: Borders are drawn at the size of a page; corners closer than this (m) make no difference there.
SIMPLIFIED = 15.0


def release_areas(study: Study) -> None:
    """Write the study's area figures and borders to its released tables.

    They are published by others and hold nothing of a respondent, so no control is needed.
    The table ``borders`` of a study without borders is empty.
    """
    write_released(study, "area_figures", load_area_figures(study))
    words: dict[str, list[str]] = {"area": [], "area_level": [], "name": []}
    parts = [gpd.GeoDataFrame(words, geometry=[], crs=RD_NEW).astype(dict.fromkeys(words, "str"))]
    for level in (source.level for source in study.settings.sources.borders):
        borders = load_borders(study, level)
        borders = borders.assign(
            area=borders["code"].map(area_names(study, level)).fillna(""),
            area_level=level,
            geometry=borders.geometry.simplify(SIMPLIFIED),
        )
        parts.append(borders[[*words, "geometry"]])
    write_released(study, "borders", gpd.GeoDataFrame(pd.concat(parts)))


# Who took part and how alike the arms were at the start, as released tables.

#: Standardised differences stand in two decimals.
_DIFFERENCE_STEP = 0.01


def baseline_tables(
    study: Study, respondents: pd.DataFrame, estimates: pd.DataFrame, policy: Policy
) -> dict[str, pd.DataFrame]:
    """Return the tables ``participants, baseline, timeline`` as they are released."""
    children = children_of(study, load_area_figures(study))
    return {
        "participants": _shown_participants(participants(study, respondents, children), policy),
        "baseline": _shown_balance(baseline_balance(study, respondents), estimates, policy),
        "timeline": timeline(study).astype({"start": "datetime64[ns]", "end": "datetime64[ns]"}),
    }


def _shown_participants(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    few = table["n"].between(1, policy.min_n, inclusive="left")
    status = np.select([table["n"].eq(0), few], ["missing", "too_few"], "ok")
    there = status == "ok"
    return table.assign(
        n=table["n"].where(there).astype(float),
        response=to_step(table["response"].where(there), percent_step(policy)),
        status=status,
    )


def _shown_balance(table: pd.DataFrame, estimates: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    own = table["kind"].eq("indicator")
    status = np.where(own, _of_outcomes(table, estimates), _of_composition(table, policy))
    there = status == "ok"
    percent = table["unit"].eq("percent")
    step = np.where(percent, percent_step(policy), score_step(policy))
    shown = {name: to_step(table[name].where(there), step) for name in ARMS}
    shown["difference"] = to_step(table["difference"].where(there), _DIFFERENCE_STEP)
    counts = {f"n_{arm}": table[f"n_{arm}"].where(there) for arm in ARMS}
    return table.drop(columns=["x_programme", "x_comparator"]).assign(
        **shown, **counts, status=status
    )


def _of_outcomes(table: pd.DataFrame, estimates: pd.DataFrame) -> np.ndarray:
    """Return the status that the released estimates of the arms have, the first that is not ok."""
    cells = estimates[estimates["area_level"].eq("arm") & estimates["group"].eq(EVERYBODY)]
    status = cells.set_index(["indicator", "wave", "area"])["status"]
    found = [
        first_absence(status.get((row.key, row.wave, arm), "missing") for arm in ARMS)
        for row in table.itertuples()
    ]
    return pd.Series(found, dtype=object).replace("above", "hidden").to_numpy()


def _of_composition(table: pd.DataFrame, policy: Policy) -> np.ndarray:
    """Return the status of groups and covariates: all categories of one, or none."""
    n = table[["n_programme", "n_comparator"]].min(axis=1)
    x = table[["x_programme", "x_comparator"]]
    others = table[["n_programme", "n_comparator"]].to_numpy() - x
    least = np.fmin(x.min(axis=1), others.min(axis=1))
    own = np.select(
        [n.eq(0), n < policy.min_n, least < policy.min_count],
        ["missing", "too_few", "hidden"],
        "ok",
    )
    together = pd.DataFrame({"kind": table["kind"], "key": table["key"], "own": own})
    return together.groupby(["kind", "key"])["own"].transform(first_absence).to_numpy(object)


_LOG = logging.getLogger(__name__)


def release(
    study: Study,
    estimates: StudyEstimates | None = None,
    effect: EffectResults | None = None,
    process: ProcessResults | None = None,
) -> Release:
    """Release a study: control everything together, write what may be shown.

    What no rule forbids is written as it is, rounded; what a rule forbids is absent, and so is as
    little else as keeps it open. Changes, gaps, comparisons and the effect are the exact ones,
    there where each figure they are made of is shown. The process is evaluated again on the
    released figures.

    Writes ``estimates, references, changes, gaps, slopes, goal_changes, comparisons, comparable,
    participants, baseline, timeline, area_figures, borders``, and where they are given the tables
    of the effect and of the process.

    What was published before, by the study's ledgers, stands as it was and is known to anyone.
    `estimates`: Estimated here where not given. Raises DisclosureError: The estimates are not those
    of the respondents.
    """
    if estimates is None:
        estimates = estimate(study, load_respondents(study))
    policy = policy_for(study)
    sample, comparable = named_sample(study, estimates.sample), estimates.comparable
    earlier = earlier_of(study, sample, policy)
    effects = None if effect is None else Effects(study, effect, sample.weighted)
    made = Made(
        [estimates.changes, estimates.gaps],
        estimates.comparisons,
        comparable,
        estimates.goal_changes,
        estimates.slopes,
        *((effects.outcomes, effects.beside) if effects is not None else ()),
    )
    public = known_elsewhere(study, estimates.estimates.table, policy)
    stands = pd.concat([earlier.kept[list(public)], public]) if len(public) else earlier.kept
    released = release_estimates(estimates.estimates, sample, policy, made, stands, earlier.entries)
    table = earlier.figures(released.table)
    to_release = (table, percent_step(policy), released.unjudged)
    shown = {
        "changes": release_derived(estimates.changes, *to_release),
        "gaps": release_derived(estimates.gaps, *to_release),
        "slopes": shown_beside(released.slopes, table),
        "goal_changes": _shown_verdicts(estimates.goal_changes, *to_release),
    }
    of_cells = {name: earlier.derived(name, rows, table) for name, rows in shown.items()}
    compared = release_comparisons(estimates.comparisons, comparable, *to_release)
    counts = estimates.estimates.counts
    tables = {
        "estimates": table,
        "references": release_references(estimates.references, counts, table, policy),
        **of_cells,
        "comparisons": earlier.derived("comparisons", compared, table, comparable),
        "comparable": comparable,
        **earlier.baseline(baseline_tables(study, sample.weighted, table, policy)),
    }
    if effects is not None:
        parts = effects.parts(table, released.settled)
        tables |= earlier.outcomes(effect_tables(study, effects.results, sample.weighted, parts))
    for name, content in tables.items():
        write_released(study, name, content)
    release_areas(study)
    if process is not None:
        for name, content in evaluate_process(study).tables.items():
            write_released(study, name, content)
    released = replace(released, table=table, audit={**released.audit, "kept": len(earlier.kept)})
    record_audit(study, released, tuple(tables))
    for key in released.left_out:
        _LOG.warning("Nothing of '%s' is released: its small counts would not stay open.", key)
    prepare(study, sample, earlier, tables)
    return released


def _shown_verdicts(
    changes: pd.DataFrame, table: pd.DataFrame, finest: float, unjudged: np.ndarray
) -> pd.DataFrame:
    """Return the exact verdicts on changes where each cell is shown, without their numbers."""
    rows = changes.reset_index(drop=True)
    at = parts_of(rows, table)
    status, step = joined(rows["status"], table, at)
    there = (status == "ok") & ~withheld(at, step, finest, unjudged)
    names = ["indicator", "area", "area_level", "wave", "group_by", "group", "looked_at"]
    return rows[names].assign(status=status, verdict=rows["verdict"].where(there, "unknown"))
