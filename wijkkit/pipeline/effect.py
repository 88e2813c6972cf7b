"""The effect evaluation as released tables: the exact one, rounded, where its figures are shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from wijkkit.disclosure.effects import (
    Comparison,
    Contrast,
    everything_known,
    shown_effects,
)
from wijkkit.disclosure.release import Settled
from wijkkit.disclosure.rounding import around, limits, to_step
from wijkkit.evaluation.effect.evaluate import EffectResults, concluded
from wijkkit.evaluation.effect.methods import RECOMMENDED
from wijkkit.evaluation.effect.outcome_arrays import is_turned
from wijkkit.evaluation.effect.outcomes import compared_waves, earlier_waves
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.staggered_study import STAGGERED
from wijkkit.study import Study
from wijkkit.tables import EVERYBODY

#: The steps in which an effect on a percentage is tried, in points, and on a score.
STEPS = {"points": (1.0, 2.0, 5.0), "score": (0.1, 0.2, 0.5, 1.0, 2.0), "sd": (0.01,)}
#: Odds ratios stand in two decimals, p-values in three.
RATIO, RATIO_STEP, P_STEP = "odds_ratio", 0.01, 0.001
#: Where a p-value stands as below a threshold only, these are the thresholds.
THRESHOLDS = (0.01, 0.05)
#: Reasons that tell of a count: nobody is asked somewhere, or all answer alike.
_TELLING = ("empty_cell", "separation", "no_variation")

#: Of an outcome: how many times its finest step each part is rounded to; what is not there is
#: hidden. Parts are the contrasts (``all``, a group, ``first-last``), ``methods`` (the other
#: methods), and the checks of the assumptions.
Shown = Mapping[str, Mapping[str, float]]


def effect_tables(
    study: Study, results: EffectResults, respondents: pd.DataFrame, shown: Shown
) -> dict[str, pd.DataFrame]:
    """Return the released tables of the effect evaluation.

    Every number is the exact one, rounded to its step; a part that is not in `shown` is hidden.
    Where the step is not the finest, the other methods, odds ratios and p-values are absent, and
    `p_below` says whether p is below 0.01 or 0.05.

    Parameters
    ----------
    study : Study
    results : EffectResults
    respondents : DataFrame
    shown : mapping
        By outcome, see `Shown`.
    """
    effects = _gated(results.effects, shown, _part_of_effect)
    detectable = _gated(results.detectable, shown, lambda row: "detectable")
    assumptions = _gated(results.assumptions, shown, lambda row: str(row["check"]))
    # Concluded from the exact numbers that are shown; only then is anything rounded.
    conclusions = concluded(study, respondents, effects, detectable)
    return {
        "effects": _rounded(effects),
        "detectable": _rounded(detectable, ("detectable", "ceiling", "baseline", "relevant")),
        "effect_assumptions": _rounded(assumptions).drop(columns="p", errors="ignore"),
        "effect_conclusions": _rounded_conclusions(conclusions, effects),
    }


def _part_of_effect(row: Mapping[str, object]) -> str:
    return STAGGERED if row["method"] == STAGGERED else str(row["group"])


def _gated(
    rows: pd.DataFrame, shown: Shown, part: Callable[[Mapping[str, object]], str]
) -> pd.DataFrame:
    """Return rows with a `step`, without the numbers of those that are not shown."""
    records = rows.to_dict("records")
    factor = np.array(
        [shown.get(str(row["outcome"]), {}).get(part(row), np.nan) for row in records], float
    )
    scale = rows["scale"].astype(str) if "scale" in rows else pd.Series("", index=rows.index)
    base = np.array([STEPS[one][0] if one in STEPS else RATIO_STEP for one in scale], float)
    fine, ok = factor <= 1, rows["status"].eq("ok").to_numpy()
    finest_only = scale.eq(RATIO).to_numpy()
    if "method" in rows:
        finest_only = finest_only | rows["method"].ne(RECOMMENDED).to_numpy()
    methods = np.array(["methods" in shown.get(str(row["outcome"]), {}) for row in records], bool)
    if "group" in rows:
        methods &= rows["group"].eq(EVERYBODY).to_numpy()
    there = ~np.isnan(factor) & (fine & methods | ~finest_only)
    hide = (ok & ~there) | (rows["reason"].isin(_TELLING).to_numpy() & ~(factor <= 1))
    numbers = [name for name in rows if rows[name].dtype.kind == "f"]
    # A table without rows may have any type.
    numbers = [name for name in numbers if name not in ("status", "reason")]
    return rows.assign(
        **{name: rows[name].mask(hide) for name in numbers},
        status=rows["status"].mask(hide, "hidden"),
        reason=rows["reason"].mask(hide, "hidden"),
        step=np.where(ok & ~hide, base * np.where(there, factor, 1.0), np.nan),
        coarse=ok & ~hide & ~fine,
    )


def _rounded(
    rows: pd.DataFrame, sizes: tuple[str, ...] = ("estimate", "lower", "upper")
) -> pd.DataFrame:
    """Return rows with their numbers rounded to the step."""
    out, step = rows.drop(columns="coarse"), rows["step"].to_numpy(float)
    coarse = rows["coarse"].to_numpy(bool)
    for name in sizes:
        out[name] = to_step(rows[name], step)
    if "lower" in sizes:
        fine = limits(rows["lower"], rows["upper"], step, np.inf)
        wide = around(rows["estimate"], rows["lower"], rows["upper"], step)
        out["lower"] = np.where(coarse, wide[0], fine[0])
        out["upper"] = np.where(coarse, wide[1], fine[1])
    if "p" in rows:
        out["p_below"] = _below(rows["p"].to_numpy(float), coarse)
        for name in ("p", "p_holm", "p_bh", "floor"):
            if name in rows:
                out[name] = to_step(rows[name].mask(coarse), P_STEP)
    for name in ("before", "after"):
        if name in rows:
            out[name] = to_step(rows[name], 1.0)
    return out


def _below(p: np.ndarray, coarse: np.ndarray) -> np.ndarray:
    """Return below which threshold p is, where that is all that stands: 1.0 for none."""
    found = np.select([p < threshold for threshold in THRESHOLDS], THRESHOLDS, 1.0)
    return np.where(coarse & ~np.isnan(p), found, np.nan)


def _rounded_conclusions(conclusions: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """Return conclusions with the numbers in their fields as they are shown."""
    main = effects[effects["method"].eq(RECOMMENDED) & effects["scale"].ne(RATIO)]
    main = main[main["group"].eq(EVERYBODY) | main["contrast"].eq("ddd")]
    steps = {(row.outcome, row.contrast): (row.step, row.coarse) for row in main.itertuples()}
    rows = []
    for row in conclusions.to_dict("records"):
        key = (row["outcome"], "ddd" if row["part"] == "gap" else "did")
        step, coarse = steps.get(key, (np.nan, False))
        fields = _rounded_fields(json.loads(str(row["fields"])), step, coarse)
        rows.append(row | {"fields": json.dumps(fields)})
    return pd.DataFrame(rows, columns=list(conclusions))


def _rounded_fields(fields: dict[str, object], step: float, coarse: bool) -> dict[str, object]:
    out = dict(fields)
    if "lower" in out:
        ends = limits([out["lower"]], [out["upper"]], [step], np.inf)
        if coarse:
            ends = around([out["estimate"]], [out["lower"]], [out["upper"]], [step])
        out |= {"estimate": float(to_step(out["estimate"], step)), "step": float(step)}
        out |= {"lower": float(ends[0][0]), "upper": float(ends[1][0])}
    elif "estimate" in out:
        out["estimate"] = float(to_step(out["estimate"], step))
    finest = STEPS.get(str(out.get("scale", "")), (0.0,))[0]
    for name in ("relevant", "smallest", "ceiling"):
        if name in out and finest:
            out[name] = float(to_step(out[name], finest))
    for name in ("p", "p_holm", "floor"):
        if name in out:
            p = float(out[name])
            out[name] = (
                float(_below(np.array([p]), np.array([True]))[0])
                if coarse
                else float(to_step(p, P_STEP))
            )
    return out


def shown_parts(
    study: Study, results: EffectResults, table: pd.DataFrame, settled: Sequence[Settled]
) -> dict[str, dict[str, float]]:
    """Return what of the effect on each outcome may be shown, in multiples of its finest step.

    A part of which a figure of an arm is hidden is hidden. Where hidden counts stay open although
    the count of everybody in each wijk were known, all that is made of these is shown; otherwise
    the recommended effect alone, in the finest step in which they do.

    Parameters
    ----------
    study : Study
    results : EffectResults
    table : DataFrame
        The released estimates.
    settled : sequence of Settled
        What the release shows of each system.
    """
    arms = table[table["area_level"].eq("arm") & table["status"].eq("ok")]
    there = set(
        arms[["indicator", "area", "wave", "group_by", "group"]].itertuples(index=False, name=None)
    )
    shown = {}
    for outcome in results.effects["outcome"].unique():
        names = _open(study, outcome, there)
        if names:
            shown[outcome] = _in_steps(study, results, outcome, names, settled)
    return shown


def _in_steps(
    study: Study,
    results: EffectResults,
    outcome: str,
    names: list[str],
    settled: Sequence[Settled],
) -> dict[str, float]:
    compared = _comparison(study)
    known = everything_known(settled, outcome, compared)
    contrasts = [
        one
        for one in _contrasts(study, results, outcome, names)
        if not (known and one.name == "all")
    ]
    shown = shown_effects(settled, outcome, compared, contrasts, known)
    if known:
        before = everything_known(settled, outcome, compared, earlier_waves(study))
        names = [name for name in names if before or name not in ("pre_trend", "bounds")]
        checks = [name for name in names if name not in ("all", *(one.name for one in contrasts))]
        return {"all": 1.0, "methods": 1.0, **dict.fromkeys(checks, 1.0), **shown}
    return shown | {"composition": 1.0} if EVERYBODY in shown else {}


def _comparison(study: Study) -> Comparison:
    hoods = [hood for hood in study.neighbourhoods.values() if hood.arm != "none"]
    before, after = compared_waves(study)
    return Comparison(
        {hood.wijk: hood.arm == "programme" for hood in hoods},
        before,
        after,
        ("", *(grouping.id for grouping in study.groupings)),
        {one.id: tuple(group.id for group in one.groups) for one in study.groupings},
    )


def _contrasts(
    study: Study, results: EffectResults, outcome: str, names: list[str]
) -> Iterator[Contrast]:
    """Yield the effects by cluster means that may be shown, of the indicator as it is named."""
    rows, grouping = results.effects, study.gap_grouping
    rows = rows[rows["outcome"].eq(outcome) & rows["method"].eq(RECOMMENDED)]
    rows = rows[rows["scale"].ne(RATIO) & rows["status"].eq("ok") & rows["group"].isin(names)]
    ends = ["estimate", "lower", "upper"]
    for row in rows.to_dict("records"):
        value = [float(row[end]) for end in ends]
        if is_turned(study.indicators[outcome]):
            value = [-value[0], -value[2], -value[1]]
        name = str(row["group"])
        parts = ((grouping.id if grouping and name != EVERYBODY else "", name, 1.0),)
        if row["contrast"] == "ddd":
            first, last = grouping.groups[0].id, grouping.groups[-1].id
            parts = ((grouping.id, first, 1.0), (grouping.id, last, -1.0))
        yield Contrast(name, parts, *value, STEPS[str(row["scale"])][0])


def _open(study: Study, outcome: str, there: set[tuple[str, ...]]) -> list[str]:
    try:
        waves, earlier = compared_waves(study), earlier_waves(study)
    except NotEstimable:
        return []
    asked = study.indicators[outcome].waves
    before = [wave for wave in earlier if not asked or wave in asked]

    def known(when: tuple[str, ...], group_by: str, group: str) -> bool:
        cells = [(arm, wave) for arm in ("programme", "comparator") for wave in when]
        return all((outcome, arm, wave, group_by, group) in there for arm, wave in cells)

    parts = [EVERYBODY] if known(waves, "", EVERYBODY) else []
    if not parts:
        return []
    grouping = study.gap_grouping
    if grouping is not None:
        groups = [group.id for group in grouping.groups]
        shown = [group for group in groups if known(waves, grouping.id, group)]
        ends = [groups[0], groups[-1]]
        parts += shown + (["-".join(ends)] if set(ends) <= set(shown) else [])
    parts += [
        "detectable",
        "contamination",
        "composition",
        "reweighted",
        "missing",
        "leave_one_out",
    ]
    every = [wave.id for wave in study.waves if not asked or wave.id in asked]
    if known(tuple(every), "", EVERYBODY):
        parts.append(STAGGERED)
    if known(tuple(before), "", EVERYBODY):
        parts += ["pre_trend", "bounds"]
    return parts
