"""Who took part and how alike the arms were at the start, as released tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure import Policy
from wijkkit.disclosure.rounding import to_step
from wijkkit.disclosure.rules import percent_step, score_step
from wijkkit.evaluation.baseline import baseline_balance, children_of, participants, timeline
from wijkkit.loaders import load_area_figures
from wijkkit.study import Study
from wijkkit.tables import EVERYBODY

#: Standardised differences stand in two decimals.
_DIFFERENCE_STEP = 0.01
_ARMS = ("programme", "comparator")
_LEVELS = [*_ARMS, "difference"]


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
    shown = {name: to_step(table[name].where(there), step) for name in _ARMS}
    shown["difference"] = to_step(table["difference"].where(there), _DIFFERENCE_STEP)
    counts = {f"n_{arm}": table[f"n_{arm}"].where(there) for arm in _ARMS}
    return table.drop(columns=["x_programme", "x_comparator"]).assign(
        **shown, **counts, status=status
    )


def _of_outcomes(table: pd.DataFrame, estimates: pd.DataFrame) -> np.ndarray:
    """Return the status that the released estimates of the arms have, the first that is not ok."""
    cells = estimates[estimates["area_level"].eq("arm") & estimates["group"].eq(EVERYBODY)]
    status = cells.set_index(["indicator", "wave", "area"])["status"]

    def of(row) -> str:
        found = [status.get((row.key, row.wave, arm), "missing") for arm in _ARMS]
        worst = next((one for one in found if one != "ok"), "ok")
        return "hidden" if worst == "above" else worst

    return np.array([of(row) for row in table.itertuples()], dtype=object)


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
    worst = together.groupby(["kind", "key"])["own"].transform(
        lambda found: next((one for one in found if one != "ok"), "ok")
    )
    return worst.to_numpy(object)
