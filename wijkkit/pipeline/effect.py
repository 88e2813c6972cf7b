"""The effect evaluation as released tables: the exact one, rounded, where its figures are shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.disclosure import Policy, policy_for
from wijkkit.disclosure.derived import RATIO_STEP
from wijkkit.disclosure.policy import finest_steps, percent_step, statuses
from wijkkit.disclosure.rounding import down, limits, to_step
from wijkkit.errors import DisclosureError
from wijkkit.evaluation.effect.did import RECOMMENDED
from wijkkit.evaluation.effect.evaluate import EffectResults, concluded
from wijkkit.evaluation.effect.outcomes import as_evaluated
from wijkkit.evaluation.effect.staggered import STAGGERED
from wijkkit.released import open_released
from wijkkit.study import Study
from wijkkit.tables import ESTIMATE_KEYS, EVERYBODY, REST, first_absence

#: The finest step of an effect: on a percentage in points, and on a score.
STEPS = {"points": 1.0, "score": 0.1, "sd": 0.01}
#: P-values stand in three decimals.
RATIO, P_STEP = "odds_ratio", 0.001
#: Where a p-value stands as below a threshold only, these are the thresholds.
THRESHOLDS = (0.01, 0.05)
#: Columns that say how a row is rounded.
_HOW = ("coarse", "lower_step", "upper_step", "threshold")
#: Reasons that tell of a count: nobody is asked somewhere, or all answer alike.
_TELLING = ("empty_cell", "separation", "no_variation", "collinear")

#: Of an outcome: how many times its finest step each part is rounded to; what is not there is
#: hidden. Parts are the contrasts (``all``, a group, ``first-last``), ``methods`` (the other
#: methods), and the checks of the assumptions. Where limits have steps of their own, ``lower`` and
#: ``upper`` are these and ``threshold`` the least p that is said to be passed.
Shown = Mapping[str, Mapping[str, float]]


def effect_tables(
    study: Study, results: EffectResults, respondents: pd.DataFrame, shown: Shown
) -> dict[str, pd.DataFrame]:
    """Return the released tables of the effect evaluation.

    Every number is the exact one, rounded to its step; a part that is not in `shown` is hidden.
    Where the step is not the finest, the other methods, odds ratios and p-values are absent, and
    `p_below` says whether p is below 0.01 or 0.05.
    """
    study = as_evaluated(study, results.arguments)
    effects = _gated(results.effects, shown, _part_of_effect)
    detectable = _gated(results.detectable, shown, lambda row: "detectable")
    assumptions = _gated(results.assumptions, shown, lambda row: str(row["check"]))
    # Concluded from the exact numbers that are shown; only then is anything rounded.
    conclusions = concluded(study, respondents, effects, detectable)
    return {
        "effects": _rounded(effects),
        "detectable": _rounded(detectable, ("detectable", "ceiling", "baseline", "relevant")),
        "effect_assumptions": _rounded(assumptions).drop(columns="p", errors="ignore"),
        "effect_conclusions": _rounded_conclusions(study, conclusions, effects),
        "effect_arguments": results.arguments,
    }


def require_same_arguments(
    tables: Mapping[str, pd.DataFrame], published: Sequence[Mapping[str, pd.DataFrame]]
) -> None:
    """Raise DisclosureError where effects that stay as published were evaluated otherwise then."""
    name = "effect_arguments"
    now, before = tables[name], [one[name]["used"] for one in published if name in one]
    then = before[-1] if before else now["planned"]
    if now["used"].tolist() != then.tolist():
        raise DisclosureError(
            "effects that stay as they were published were evaluated otherwise",
            place="evaluate_effect",
            found=", ".join(now["argument"] + " " + now["used"]),
            expected=", ".join(now["argument"] + " " + then),
            remedy="Evaluate with these arguments, or correct the publication "
            "(wijkkit release --corrects).",
        )


def _part_of_effect(row: Mapping[str, object]) -> str:
    return STAGGERED if row["method"] == STAGGERED else str(row["group"])


def _gated(
    rows: pd.DataFrame, shown: Shown, part: Callable[[Mapping[str, object]], str]
) -> pd.DataFrame:
    """Return rows with a `step`, without the numbers of those that are not shown."""
    parts = [shown.get(outcome, {}) for outcome in rows["outcome"].astype(str)]
    names = map(part, rows.to_dict("records"))
    factor = np.array(
        [one.get(name, np.nan) for one, name in zip(parts, names, strict=True)], float
    )
    scale = rows["scale"].astype(str) if "scale" in rows else pd.Series("", index=rows.index)
    base = np.array([STEPS.get(one, RATIO_STEP) for one in scale], float)
    fine, ok = factor <= 1, rows["status"].eq("ok").to_numpy()
    finest_only = scale.eq(RATIO).to_numpy()
    if "method" in rows:
        finest_only = finest_only | rows["method"].ne(RECOMMENDED).to_numpy()
    methods = np.array(["methods" in one for one in parts], bool)
    if "group" in rows:
        methods &= rows["group"].eq(EVERYBODY).to_numpy()
    there = ~np.isnan(factor) & (fine & methods | ~finest_only)
    hide = (ok & ~there) | (rows["reason"].isin(_TELLING).to_numpy() & ~fine)
    # A table without rows may have any type.
    words = ("status", "reason")
    numbers = [name for name in rows if rows[name].dtype.kind == "f" and name not in words]
    own = {
        f"{end}_step": base * np.array([one.get(end, np.nan) for one in parts], float)
        for end in ("lower", "upper")
    }
    fine = fine & np.isnan(own["lower_step"])
    return rows.assign(
        **{name: rows[name].mask(hide) for name in numbers},
        **own,
        threshold=np.array([one.get("threshold", 0.0) for one in parts], float),
        status=rows["status"].mask(hide, "hidden"),
        reason=rows["reason"].mask(hide, "hidden"),
        step=np.where(ok & ~hide, base * np.where(there, factor, 1.0), np.nan),
        coarse=ok & ~hide & ~fine,
    )


def _rounded(
    rows: pd.DataFrame, sizes: tuple[str, ...] = ("estimate", "lower", "upper")
) -> pd.DataFrame:
    """Return rows with their numbers rounded to the step."""
    out = rows.drop(columns=[*_HOW]).copy()
    step = rows["step"].to_numpy(float)
    coarse = rows["coarse"].to_numpy(bool)
    for name in sizes:
        out[name] = to_step(rows[name], step)
    if "lower" in sizes:
        ends = limits(rows["estimate"], rows["lower"], rows["upper"], step, coarse)
        for name, end, own in zip(("lower", "upper"), ends, outwards(rows), strict=True):
            out[name] = np.where(np.isnan(own), end, own)
    if "p" in rows:
        least = rows["threshold"].to_numpy(float)
        out["p_below"] = _below(rows["p"].to_numpy(float), coarse, least)
        for name in ("p", "p_holm", "p_bh", "floor"):
            if name in rows:
                out[name] = to_step(rows[name].mask(coarse), P_STEP)
    for name in ("before", "after"):
        if name in rows:
            out[name] = to_step(rows[name], 1.0)
    return out


def outwards(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return limits rounded outwards to steps of their own; NaN where these have none."""
    lower, upper = (rows[f"{end}_step"].to_numpy(float) for end in ("lower", "upper"))
    return down(rows["lower"], lower), -down(-rows["upper"], upper) + 0.0


def _below(p: np.ndarray, coarse: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Return below which threshold p is, where that is all that stands: 1.0 for none."""
    said = [(p < threshold) & (least <= threshold) for threshold in THRESHOLDS]
    found = np.select(said, THRESHOLDS, 1.0)
    return np.where(coarse & ~np.isnan(p), found, np.nan)


def _rounded_conclusions(
    study: Study, conclusions: pd.DataFrame, effects: pd.DataFrame
) -> pd.DataFrame:
    """Return conclusions with the numbers in their fields as they are shown."""
    method = study.settings.evaluation.method
    main = effects[effects["method"].eq(method) & effects["scale"].ne(RATIO)]
    main = main[main["group"].eq(EVERYBODY) | main["contrast"].eq("ddd")]
    rounded = _rounded(main).to_dict("records")
    steps = {
        (row["outcome"], row["contrast"]): (row, coarse)
        for row, coarse in zip(rounded, main["coarse"], strict=True)
    }
    rows = []
    for row in conclusions.to_dict("records"):
        key = (row["outcome"], "ddd" if row["part"] == "gap" else "did")
        shown, coarse = steps.get(key, ({}, False))
        fields = _rounded_fields(json.loads(str(row["fields"])), shown, bool(coarse))
        rows.append(row | {"fields": json.dumps(fields)})
    return pd.DataFrame(rows, columns=list(conclusions))


def _rounded_fields(
    fields: dict[str, Any], shown: Mapping[str, Any], coarse: bool
) -> dict[str, Any]:
    """Return fields with the numbers of the row of the effect as it is shown."""
    out = dict(fields)
    step = float(shown.get("step", np.nan))
    if "lower" in out:
        out |= {name: float(shown[name]) for name in ("estimate", "lower", "upper")}
        out["step"] = step
    finest = STEPS.get(str(out.get("scale", "")))
    if finest and "estimate" in out and "lower" not in out:
        # Of another method than the recommended one: these are shown in their finest step only.
        out["estimate"] = float(to_step(out["estimate"], finest))
    for name in ("relevant", "smallest", "ceiling"):
        if name in out and finest:
            out[name] = float(to_step(out[name], finest))
    for name in ("p", "p_holm", "floor"):
        if name in out and coarse:
            del out[name]
        elif name in out:
            out[name] = float(to_step(float(out[name]), P_STEP))
    if coarse and "lower" in out:
        out["p_below"] = float(shown["p_below"])
    return out


# Rows of published results: there where each cell that they rest on may be shown.

_KEYS = list(ESTIMATE_KEYS)
_RATIOS = ("ratio", "odds_ratio")
_COUNTS = ("n", "step", "effective_n")
_CHANCES = ("p", "floor")


def released_rows(study: Study, frame: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a published result as they are released."""
    policy = policy_for(study)
    judged = cells.assign(**cell_status(study, cells, policy))
    by_row = judged.groupby("row")
    worst = by_row["status"].agg(first_absence)
    at = pd.Series(range(len(frame)))
    held, step = at.map(worst).fillna("hidden"), at.map(by_row["step"].max())
    own = frame["status"].to_numpy()
    status = np.where(own == "ok", held, own)
    ratio, coarse = frame["unit"].isin(_RATIOS).to_numpy(), step > percent_step(policy)
    status = np.where(ratio & (status == "ok") & coarse, "hidden", status)
    step = np.where(ratio, RATIO_STEP, step)
    made = frame.drop(columns=["se", "df", "x"], errors="ignore").assign(status=status)
    numbers = [name for name in made if made[name].dtype.kind == "f" and name not in _COUNTS]
    lower, upper = limits(made["value"], made["lower"], made["upper"], step, coarse & ~ratio)
    rounded = {name: to_step(made[name], P_STEP if name in _CHANCES else step) for name in numbers}
    made = made.assign(**rounded | {"lower": lower, "upper": upper}, step=step)
    absent = made["status"].ne("ok").to_numpy()
    there = dict.fromkeys([*numbers, "n", "step"])
    blank = {name: np.where(absent, np.nan, made[name].astype(float)) for name in there}
    words = [name for name in ("verdict", "position") if name in made]
    return made.assign(**blank, **{name: made[name].mask(absent, "unknown") for name in words})


def cell_status(study: Study, cells: pd.DataFrame, policy: Policy) -> dict[str, np.ndarray]:
    """Return of each cell its status and step.

    A cell of the study's own tables has those that it was released with. Another one is held
    against the rules of the policy; and where one group of an area may not be shown, none of
    the area is, nor of one more area of its arm and district, so that no total gives it back.
    """
    known = _known(study, cells)
    there = cells.assign(status=np.where(cells["n"] > 0, "ok", "missing"))
    own, step = statuses(there, policy), finest_steps(there, policy)
    released = known["status"].notna().to_numpy()
    # Others of a division of the study are the release's own care; where there are none, all
    # is well.
    settled = cells["row"].isin(cells["row"][released]) | cells["n"].eq(0)
    own = np.where(cells["group"].eq(REST) & settled, "ok", own)
    status = np.where(released, known["status"], own)
    step = np.where(released, known["step"], step)
    grouped = cells["group_by"].ne("").to_numpy() & ~released
    if grouped.any():
        whole = _known(study, cells.assign(group_by="", group=EVERYBODY))["status"]
        # All groups of an area together are everybody there.
        absent = whole.notna().to_numpy() & whole.ne("ok").to_numpy()
        status = _protected(study.areas(), cells, status, grouped, absent)
    return {"status": status, "step": step}


def _known(study: Study, cells: pd.DataFrame) -> pd.DataFrame:
    """Return status and step of cells that the release itself holds; absent for others."""
    table = open_released(study).table("estimates").set_index(_KEYS)[["status", "step"]]
    keys = pd.MultiIndex.from_frame(cells[_KEYS].astype(str))
    return table.reindex(keys).reset_index(drop=True)


def _protected(
    areas: pd.DataFrame,
    cells: pd.DataFrame,
    status: np.ndarray,
    grouped: np.ndarray,
    absent: np.ndarray,
) -> np.ndarray:
    """Hide whole areas, and never a single one of those that make up a total.

    An area of which the figure of everybody is absent has none of groups either.
    """
    status = status.astype(object)
    family = cells[["indicator", "wave", "area_level", "group_by"]].agg("|".join, axis=1)
    areas = areas.set_index("wijk")
    for name in dict.fromkeys(family[grouped]):
        mine = family.eq(name).to_numpy() & grouped
        hidden = set(cells.loc[mine & ((status != "ok") | absent), "area"])
        sizes = cells[mine].groupby("area")["n"].sum()
        for column in ("arm", "district", None):
            inside = areas[column].reindex(sizes.index) if column else pd.Series("", sizes.index)
            for _, unit in sizes.groupby(inside.fillna("").to_numpy()):
                if len(hidden & set(unit.index)) == 1 and len(unit) > 1:
                    hidden.add(unit.drop(list(hidden & set(unit.index))).idxmin())
        inside = mine & cells["area"].isin(hidden).to_numpy() & (status == "ok")
        status[inside] = "hidden"
    return status
