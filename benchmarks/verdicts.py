"""How often the verdict on an effect is wrong, and how often it finds an effect of the printed size.

Studies of five outcomes in two cross-sections, drawn together: shares per cluster and wave have a
beta distribution with the intra-cluster correlation of their arm, half of it lasting over the
waves (a normal copula); answers are binomial. Clusters' sizes differ by a factor within an arm.
The verdict is the project's own: the recommended test, Holm over the outcomes.

Run: python benchmarks/verdicts.py [studies]
Writes a table to standard output; docs/effect.md holds the last one.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy import special

from wijkkit.evaluation.effect.power import Design, detectable_effect
from wijkkit.evaluation.effect.two_arms import critical_value, statistic_error, worst_p

OUTCOMES = 5
ALPHA = 0.05
LASTING = 0.5
#: Respondents per cluster before and after, with and without the programme.
SIZES = {
    "164/69": ((164, 69), (164, 69)),
    "30/25 v 450/225": ((30, 25), (450, 225)),
    "450/225 v 30/25": ((450, 225), (30, 25)),
    "40/40": ((40, 40), (40, 40)),
}
ARMS = ((2, 2), (3, 3), (3, 6), (2, 10), (6, 6), (3, 30))
CORRELATIONS = ((0.0, 0.0), (0.01, 0.01), (0.05, 0.05), (0.10, 0.01), (0.01, 0.10))
SHARES = (0.05, 0.30, 0.50)
#: Relative sizes of an arm's clusters, repeated.
UNEVEN = (1.0, 0.6, 1.6)


@dataclass(frozen=True)
class Setting:
    """One cell of the table."""

    arms: tuple[int, int]
    icc: tuple[float, float]
    sizes: str
    share: float

    def cluster_sizes(self) -> np.ndarray:
        """Return the (G, 2) respondents, the programme's clusters first."""
        rows = [
            np.array(size) * UNEVEN[i % len(UNEVEN)]
            for size, clusters in zip(SIZES[self.sizes], self.arms, strict=True)
            for i in range(clusters)
        ]
        return np.maximum(np.array(rows).round().astype(int), 10)

    def design(self, outcomes: int = OUTCOMES) -> Design:
        """Return the design with which the project gives its size, the correlation as it is."""
        sizes = self.cluster_sizes()
        before, after = len(sizes) / (1 / sizes).sum(axis=0)
        inverse = (1 / sizes).sum(axis=1)
        treated = np.arange(len(sizes)) < self.arms[0]
        return Design(
            *self.arms,
            before,
            after,
            self.share * (1 - self.share),
            self.icc[0],
            LASTING,
            ALPHA,
            outcomes,
            inverse[treated].mean() / inverse[~treated].mean(),
            share=self.share,
        )


def drawn_changes(
    setting: Setting, studies: int, seed: int, effect: np.ndarray | None = None
) -> np.ndarray:
    """Return (studies, OUTCOMES, G) changes; `effect` per outcome is taken off the treated after."""
    rng = np.random.default_rng(seed)
    sizes = setting.cluster_sizes()
    treated = np.arange(len(sizes)) < setting.arms[0]
    icc = np.where(treated, *setting.icc)
    effect = np.zeros(OUTCOMES) if effect is None else effect
    shape = (studies, OUTCOMES, len(sizes))
    lasting = rng.standard_normal(shape)
    shares = []
    for wave in (0, 1):
        mean = np.full(shape[1:], setting.share)
        if wave:
            mean = mean - effect[:, None] * treated
        passing = rng.standard_normal(shape)
        level = special.ndtr(np.sqrt(LASTING) * lasting + np.sqrt(1 - LASTING) * passing)
        p = np.broadcast_to(mean, shape)
        if icc.any():
            scale = 1 / np.maximum(icc, 1e-9) - 1
            p = special.betaincinv(mean * scale, (1 - mean) * scale, level)
        shares.append(rng.binomial(sizes[:, wave], np.clip(p, 0, 1)) / sizes[:, wave])
    return shares[1] - shares[0]


def tested(setting: Setting, changes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (studies, OUTCOMES) differences, half widths and p-values."""
    design, first = setting.design(), setting.arms[0]
    arms = changes[..., :first], changes[..., first:]
    squares = [((arm - arm.mean(-1, keepdims=True)) ** 2).sum(-1) for arm in arms]
    error = statistic_error(*squares, setting.arms, design.ratios)
    effect = arms[0].mean(-1) - arms[1].mean(-1)
    grid = np.geomspace(1e-3, 1e4, 600)
    p = worst_p(grid, setting.arms, design.ratios)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_t = np.log(np.abs(effect) / error)
    found = np.exp(np.interp(log_t, np.log(grid), np.log(np.maximum(p, 1e-300))))
    found = np.where(error > 0, found, 1.0)
    return effect, critical_value(ALPHA, setting.arms, design.ratios) * error, found


def shown(p: np.ndarray) -> np.ndarray:
    """Return which outcomes are shown: Holm's p-value is below the level."""
    order = np.argsort(p, axis=1)
    steps = np.take_along_axis(p, order, 1) * np.arange(p.shape[1], 0, -1)
    holm = np.maximum.accumulate(steps, axis=1)
    return np.take_along_axis(holm, np.argsort(order, axis=1), 1) < ALPHA


def measured(setting: Setting, studies: int, seed: int = 1) -> dict[str, float]:
    """Return percentages of one cell; power is absent where the printed size cannot be."""
    effect, reach, p = tested(setting, drawn_changes(setting, studies, seed))
    found = shown(p)
    signs = (p < ALPHA) & ~found
    row = {
        "p < 0.05": (p < ALPHA).mean(),
        "any shown": found.any(1).mean(),
        "coverage": (np.abs(effect) <= reach).mean(),
        "a sign": signs.any(1).mean(),
    }
    size = detectable_effect(setting.design())
    if size < setting.share and setting.icc[0] == setting.icc[1]:
        one = np.array([size, *[0.0] * (OUTCOMES - 1)])
        effect, reach, p = tested(setting, drawn_changes(setting, studies, seed + 1, one))
        row["power"] = shown(p)[:, 0].mean()
        row["coverage, effect"] = (np.abs(effect + one)[:, 0] <= reach[:, 0]).mean()
        row["printed size"] = size
    return {name: 100 * value for name, value in row.items()}


def table_of(studies: int) -> pd.DataFrame:
    """Return one row per cell: its setting and its percentages."""
    rows = []
    for arms, icc, sizes, share in product(ARMS, CORRELATIONS, SIZES, SHARES):
        where = {"arms": f"{arms[0]} v {arms[1]}", "ICC": f"{icc[0]:g} / {icc[1]:g}"}
        where |= {"sizes": sizes, "share": share}
        rows.append(where | measured(Setting(arms, icc, sizes, share), studies))
        print(*where.values(), file=sys.stderr, flush=True)
    return pd.DataFrame(rows)


def summary(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the worst cells of each setting, and the smallest and largest power."""
    return (
        table.groupby(by, sort=False)
        .agg(
            per_outcome=("p < 0.05", "max"),
            family=("any shown", "max"),
            coverage=("coverage", "min"),
            coverage_with_effect=("coverage, effect", "min"),
            sign=("a sign", "max"),
            least_power=("power", "min"),
            mean_power=("power", "mean"),
            most_power=("power", "max"),
        )
        .round(1)
    )


def main(studies: int) -> None:
    table = table_of(studies)
    print(table.round(1).to_string())
    for by in (["arms", "ICC"], ["arms", "sizes"], ["share"]):
        print(summary(table, by).to_string())
    print(f"{studies} studies a cell.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
