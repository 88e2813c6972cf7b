"""Tau-Argus as a second opinion: nothing is hidden that its optimum for exact counts would show.

`pytauargus` is no dependency of the project: ``pip install pytauargus`` to run this.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from towns import KEYS, SES, estimate

from wijkkit.disclosure import GGD, release

tau_argus = pytest.importorskip("pytauargus", reason="the oracle pytauargus is not installed")


def random_table(seed: int) -> pd.DataFrame:
    """Counts of five wijken and their city by three groups; none has few respondents."""
    random = np.random.default_rng(seed)
    small = random.random((5, 3)) < 0.15
    inside = np.where(small, random.integers(1, 5, (5, 3)), random.integers(5, 45, (5, 3)))
    asked = 3 * inside + 40
    rows = []
    for level, names, x, n in (
        ("wijk", [f"w{number}" for number in range(5)], inside, asked),
        ("city", ["city"], inside.sum(axis=0)[None], asked.sum(axis=0)[None]),
    ):
        for at, name in enumerate(names):
            rows.append((level, name, "", "all", x[at].sum(), n[at].sum()))
            rows += [(level, name, "ses", SES[g], x[at, g], n[at, g]) for g in range(3)]
    columns = ["area_level", "area", "group_by", "group", "x", "n"]
    return pd.DataFrame(rows, columns=columns).assign(indicator="play", wave="1")[[*KEYS, "x", "n"]]


def hidden_by_tau_argus(counts: pd.DataFrame, folder) -> tuple[int, int]:
    """How many cells the minimum frequency rule and the optimal suppression hide."""
    inner = counts[(counts["area_level"] == "wijk") & (counts["group_by"] == "ses")]
    people = inner.loc[inner.index.repeat(inner["x"].astype(int)), ["area", "group"]]
    made = tau_argus.protect(
        people.reset_index(drop=True).assign(one=1.0),
        ["area", "group"],
        response="one",
        safety_rules=f"FREQ({GGD.min_count},30)",
        suppress="OPT(1)",
        workdir=str(folder),
    )
    status = pd.Series(made.tables[0].status())
    return int((status == "U").sum()), int((status == "M").sum())


@pytest.mark.parametrize("seed", range(12))
def test_no_more_is_hidden_than_the_optimum_of_tau_argus(seed, tmp_path):
    counts = random_table(seed)
    areas = pd.DataFrame({"wijk": [f"w{k}" for k in range(5)], "district": "d", "arm": "none"})
    out = release(estimate(counts), counts, areas=areas, policy=GGD)
    reasons = out.hidden["reason"].value_counts()
    primary, besides = hidden_by_tau_argus(counts, tmp_path)
    assert reasons.get("few_inside", 0) == primary
    assert reasons.get("linked", 0) <= 1.25 * besides
