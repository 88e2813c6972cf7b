"""The effect evaluation of a study: every outcome, group and method in tables for release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from wijkkit.display import ShowsItself
from wijkkit.errors import EstimationError
from wijkkit.estimates.design import made_once
from wijkkit.evaluation.effect.assumptions import asked_earlier, assumption_table
from wijkkit.evaluation.effect.conclusions import CONCLUSION_COLUMNS, conclude, favourable_sign
from wijkkit.evaluation.effect.did import did, unavailable
from wijkkit.evaluation.effect.outcomes import (
    arguments_table,
    arrays_of,
    as_asked,
    compared_waves,
    outcomes,
)
from wijkkit.evaluation.effect.power import DETECTABLE_COLUMNS, design_of, detectable_row
from wijkkit.evaluation.effect.sample import NotEstimable, Sample, sample_of
from wijkkit.evaluation.effect.staggered import staggered_rows
from wijkkit.study import Study
from wijkkit.study.settings import PopulationSettings
from wijkkit.study.settings.evaluation import Method
from wijkkit.tables import EVERYBODY

# Adjust p-values for testing several outcomes: Holm, and Benjamini and Hochberg.


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Return Holm's adjusted p-values: the chance of any false alarm in the family is held.

    `p`: Absent (NaN) p-values belong to no family and stay absent.

    Holm S (1979), Scand J Stat 6:65-70.
    """
    return _adjusted(p, lambda s: np.maximum.accumulate(s * np.arange(len(s), 0, -1)))


def judged_together(value: ArrayLike, p: ArrayLike, level: float) -> list[str]:
    """Return better, worse, not_distinguishable or unknown for values that are tested together.

    Better is above zero, where Holm's adjusted p-value is below 1 - level.

    >>> judged_together([2.0, -1.0, 3.0], [0.01, 0.04, np.nan], 0.95)
    ['better', 'worse', 'unknown']
    >>> judged_together([2.0, -1.0, 3.0], [0.02, 0.04, 0.9], 0.95)
    ['not_distinguishable', 'not_distinguishable', 'not_distinguishable']
    """
    adjusted = holm(p)
    way = np.where(np.asarray(value, dtype=float) > 0, "better", "worse")
    found = np.where(adjusted < 1 - level, way, "not_distinguishable")
    return np.where(np.isnan(adjusted), "unknown", found).tolist()


def benjamini_hochberg(p: ArrayLike) -> NDArray[np.float64]:
    """Return Benjamini and Hochberg's adjusted p-values: the share of false alarms is held.

    Benjamini Y, Hochberg Y (1995), J R Stat Soc B 57:289-300.
    """
    return _adjusted(p, stats.false_discovery_control)


def _adjusted(p: ArrayLike, step) -> NDArray[np.float64]:
    values = np.asarray(p, dtype=float)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    adjusted[order] = np.minimum(step(values[order]), 1.0)
    return adjusted


EFFECT_COLUMNS = tuple(
    "outcome group contrast method scale estimate lower upper p floor df p_holm p_bh n clusters "
    "status reason pole".split()
)


@dataclass(frozen=True, slots=True, repr=False)
class EffectResults(ShowsItself):
    """The effect evaluation of a study, exact: `release` makes of it what may be shown.

    `effects`: One row per outcome, group, contrast, method and scale: columns `EFFECT_COLUMNS`.
    ``contrast`` is ``did``, for ``group`` all or one group of the grouping, or ``ddd``, the effect
    in the first group minus that in the last, where ``group`` names both. ``p_holm`` and ``p_bh``
    are adjusted over the outcomes. Rows without numbers have a status and a reason. `detectable`:
    Smallest detectable effect per outcome. `assumptions`: Per outcome what speaks for and against
    the assumptions, see `assumption_table`. `conclusions`: Sentence keys and fields per outcome;
    `conclusion_sentences` puts them into words. `arguments`: What was
    asked for beside what study.yml says, see `arguments_table`. `population`: Whom this is about.
    """

    effects: pd.DataFrame = field(repr=False)
    detectable: pd.DataFrame = field(repr=False)
    assumptions: pd.DataFrame = field(repr=False)
    conclusions: pd.DataFrame = field(repr=False)
    arguments: pd.DataFrame = field(repr=False)
    population: PopulationSettings = field(default_factory=PopulationSettings)


def refuse_choice(study: Study, respondents: pd.DataFrame) -> None:
    """Raise EstimationError where respondents are a choice of people that no page would name."""
    chosen, own = respondents.attrs.get("chosen"), study.settings.population.model_dump_json()
    population = respondents.attrs.get("population", own)
    if chosen or population != own:
        raise EstimationError(
            f"this is about {study.among or 'everybody in the study'}, and these are other people",
            place="respondents",
            found=chosen or population,
            remedy="Name them under population: in study.yml, so that every page says so; or "
            "publish a result of people beside it.",
        )


@made_once()
def evaluate_effect(
    study: Study,
    respondents: pd.DataFrame,
    *,
    method: Method | Literal[""] = "",
    covariates: Sequence[str] | None = None,
    without: Sequence[str] | None = None,
    pole: Literal["", "favourable", "adverse"] = "",
) -> EffectResults:
    """Evaluate the effect of a study's programme on its outcomes, by every method.

    Where an argument is not what study.yml says, the reports name both, in the chapter on methods
    and under the figures.

    Parameters
    ----------
    respondents : DataFrame
        Respondents with a column per indicator, as `wijkkit.indicators.compute` returns them.
    method : str
        The method that conclusions rest on; the study's where empty.
    covariates : sequence of str, optional
        Columns that the models adjust for; the study's where absent.
    without : sequence of str, optional
        Wijken (slugs) that are left out; the study's where absent.
    pole : {"favourable", "adverse"}
        Which answer is modelled as 1; each indicator's own where empty.

    Returns
    -------
    EffectResults
        What the data do not allow (an outcome that was not asked, one cluster in an arm, empty
        cells, separation) is a row with its reason, never an exception. A study that names no
        outcome has tables without rows.

    Raises
    ------
    EstimationError
        The study's family names modelled figures; or these are a choice of people, of which no
        page would say so: they are named under ``population`` in study.yml. Or an argument
        names what is not there.
    """
    refuse_choice(study, respondents)
    asked = as_asked(study, list(map(str, respondents)), method, covariates, without, pole)
    keys = outcomes(asked)
    found = [_effects(asked, respondents, key) for key in keys]
    effects = adjusted(_stacked(found, EFFECT_COLUMNS))
    detectable = detectable_table(asked, respondents)
    return EffectResults(
        effects,
        detectable,
        assumption_table(asked, respondents, keys),
        concluded(asked, respondents, effects, detectable),
        arguments_table(study, asked),
        study.settings.population,
    )


def concluded(
    study: Study, respondents: pd.DataFrame, effects: pd.DataFrame, detectable: pd.DataFrame
) -> pd.DataFrame:
    """Return the conclusions that effects allow, exact ones or those that are shown."""
    tested = int(detectable["outcomes"].max()) if detectable["outcomes"].notna().any() else 1
    conclusions = []
    for key in outcomes(study):
        mine, design = (table[table["outcome"] == key] for table in (effects, detectable))
        try:
            earlier = len(asked_earlier(study, respondents, key))
        except NotEstimable:
            earlier = 0
        left_out = getattr(_sample(study, respondents, key), "left_out", ())
        conclusions.append(conclude(study, key, mine, design, earlier, tested, left_out))
    return _stacked(conclusions, CONCLUSION_COLUMNS)


def _stacked(tables: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(columns))


def contrasts(study: Study) -> list[tuple[str | None, str, str]]:
    """Return (selector of `arrays_of`, group, contrast) of every contrast."""
    found: list[tuple[str | None, str, str]] = [(None, EVERYBODY, "did")]
    grouping = study.gap_grouping
    if grouping is not None:
        groups = [group.id for group in grouping.groups]
        found += [(group, group, "did") for group in groups]
        found.append(("*", f"{groups[0]}-{groups[-1]}", "ddd"))
    return found


def _effects(study: Study, respondents: pd.DataFrame, outcome: str) -> pd.DataFrame:
    binary = study.indicators[outcome].unit == "percent"
    tables = []
    for selector, group, contrast in contrasts(study):
        try:
            arrays = arrays_of(study, respondents, outcome, compared_waves(study), selector)
            table = did(**arrays, settings=study.settings.evaluation)
        except NotEstimable as error:
            table = unavailable(contrast, error.reason, binary)
        if selector is None:
            table = pd.concat([table, *staggered_rows(study, respondents, outcome)])
        tables.append(table.assign(outcome=outcome, group=group))
    pole = study.indicators[outcome].pole if binary else "score"
    return pd.concat(tables, ignore_index=True).assign(pole=pole)


def adjusted(effects: pd.DataFrame) -> pd.DataFrame:
    """Add p-values adjusted over the outcomes, per contrast, group and method.

    Differences in points and in scores are one family; odds ratios, of percentages alone, another.
    """
    ratio = effects["scale"].eq("odds_ratio")
    by = effects.groupby(["contrast", "group", "method", ratio], sort=False)["p"]
    effects = effects.assign(p_holm=by.transform(holm), p_bh=by.transform(benjamini_hochberg))
    return effects[list(EFFECT_COLUMNS)]


def detectable_table(study: Study, respondents: pd.DataFrame) -> pd.DataFrame:
    """Return the smallest detectable effect per outcome, tested beside the others."""
    settings, keys = study.settings.evaluation, outcomes(study)
    found = {key: _sample(study, respondents, key) for key in keys}
    tested = sum(isinstance(sample, Sample) for sample in found.values())

    def row(key: str, sample: Sample | NotEstimable) -> dict[str, object]:
        if isinstance(sample, NotEstimable):
            return {"status": sample.status, "reason": sample.reason}
        try:
            design = design_of(sample, settings, tested, favourable_sign(study.indicators[key]))
        except NotEstimable as error:
            return {"status": error.status, "reason": error.reason}
        before = ~sample.post[sample.wave]
        level = float(np.average(sample.y[before], weights=sample.weight[before]))
        return detectable_row(design, level, settings)

    rows = [{"outcome": key} | row(key, sample) for key, sample in found.items()]
    return pd.DataFrame(rows, columns=list(DETECTABLE_COLUMNS))


def _sample(study: Study, respondents: pd.DataFrame, outcome: str) -> Sample | NotEstimable:
    try:
        return sample_of(arrays_of(study, respondents, outcome, compared_waves(study)))
    except NotEstimable as error:
        return error
