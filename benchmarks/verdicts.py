"""How often the verdict on an effect is wrong, and how often it finds an effect of the printed size.

Studies of five outcomes in two cross-sections, drawn together: shares per cluster and wave have a
beta distribution with the intra-cluster correlation of their arm, half of it lasting over the
waves (a normal copula); answers are binomial. Clusters' sizes differ by a factor within an arm.
The verdict is the project's own: the recommended test, Holm over the outcomes.

A second table has every method on studies without an effect, as many clusters with as without the
programme; cluster levels are normal on the log-odds scale, half of their variance lasts, sizes
have a coefficient of variation of about 0.35.

Run: python benchmarks/verdicts.py [--studies 10000] [--methods 500] [--out cells.csv]
Writes Markdown to standard output; docs/effect.md holds the last one.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

from wijkkit.evaluation.effect.did import METHODS, RECOMMENDED
from wijkkit.evaluation.effect.fit import Scale
from wijkkit.evaluation.effect.power import Design, detectable_effect
from wijkkit.evaluation.effect.sample import NotEstimable, Sample, make_sample
from wijkkit.evaluation.effect.two_arms import half_width, statistic_error, worst_p
from wijkkit.study.settings import EvaluationSettings

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
#: Of the table of methods: clusters, latent correlations, respondents before and after, share.
CLUSTERS, LATENT = (6, 12), (0.0, 0.01, 0.02, 0.05)
FOLLOWED, SHARE = (164, 69), 0.3
#: The recommended test is fast: its row is repeated with so many times the studies.
MORE = 10


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


def drawn_shares(
    setting: Setting, studies: int, seed: int, effect: np.ndarray | None = None
) -> np.ndarray:
    """Return (2, studies, OUTCOMES, G) shares; `effect` is taken off the treated afterwards."""
    rng = np.random.default_rng(seed)
    sizes = setting.cluster_sizes()
    treated = np.arange(len(sizes)) < setting.arms[0]
    icc = np.where(treated, *setting.icc)
    effect = np.zeros(OUTCOMES) if effect is None else effect
    shape = (studies, OUTCOMES, len(sizes))
    lasting = rng.standard_normal(shape)
    shares = []
    for wave in (0, 1):
        mean = setting.share - wave * effect[:, None] * treated
        level = np.sqrt(LASTING) * lasting + np.sqrt(1 - LASTING) * rng.standard_normal(shape)
        p = np.broadcast_to(mean, shape).copy()
        for m, rho in {*zip(mean.ravel(), np.tile(icc, OUTCOMES), strict=True)} if any(icc) else ():
            own = (mean == m) & (icc == rho)
            p[:, own] = beta_quantile(level[:, own], m, rho)
        shares.append(rng.binomial(sizes[:, wave], np.clip(p, 0, 1)) / sizes[:, wave])
    return np.array(shares)


def beta_quantile(level: np.ndarray, mean: float, icc: float) -> np.ndarray:
    """Return the shares at normal scores, of a beta distribution with this correlation."""
    scale, grid = 1 / icc - 1, np.linspace(-7, 7, 4001)
    table = special.betaincinv(mean * scale, (1 - mean) * scale, special.ndtr(grid))
    return np.interp(level, grid, table)


def tested(setting: Setting, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (studies, OUTCOMES) differences, half widths and p-values."""
    design, first, changes = setting.design(), setting.arms[0], shares[1] - shares[0]
    arms = changes[..., :first], changes[..., first:]
    squares = [((arm - arm.mean(-1, keepdims=True)) ** 2).sum(-1) for arm in arms]
    error = statistic_error(*squares, setting.arms, design.ratios)
    effect = arms[0].mean(-1) - arms[1].mean(-1)
    grid = np.geomspace(1e-3, 1e4, 600)
    p = worst_p(grid, setting.arms, design.ratios)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_t = np.log(np.abs(effect) / error)
    found = np.exp(np.interp(log_t, np.log(grid), np.log(np.maximum(p, 1e-300))))
    sizes = setting.cluster_sizes()
    mean = np.einsum("wsog,gw->so", shares, sizes) / sizes.sum()
    inverse = (1 / sizes).sum(axis=1)
    spread = inverse[:first].mean() / first + inverse[first:].mean() / (len(sizes) - first)
    least = np.sqrt(mean * (1 - mean) * spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.maximum(found, 2 * special.ndtr(-np.abs(effect) / least))
    found = np.where(error > 0, found, 1.0)
    return effect, half_width(error, least, ALPHA, setting.arms, design.ratios), found


def shown(p: np.ndarray) -> np.ndarray:
    """Return which outcomes are shown: Holm's p-value is below the level."""
    order = np.argsort(p, axis=1)
    steps = np.take_along_axis(p, order, 1) * np.arange(p.shape[1], 0, -1)
    holm = np.maximum.accumulate(steps, axis=1)
    return np.take_along_axis(holm, np.argsort(order, axis=1), 1) < ALPHA


def measured(setting: Setting, studies: int, seed: int = 1) -> dict[str, float]:
    """Return percentages of one cell; power is absent where the printed size cannot be."""
    effect, reach, p = tested(setting, drawn_shares(setting, studies, seed))
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
        effect, reach, p = tested(setting, drawn_shares(setting, studies, seed + 1, one))
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


def simulate(rng: np.random.Generator, clusters: int, icc: float, share: float = SHARE) -> Sample:
    """Return one study without an effect."""
    spread = np.sqrt(icc / (1 - icc) * np.pi**2 / 3 / 2)
    lasting = rng.normal(0, spread, (clusters, 1))
    eta = np.log(share / (1 - share)) + lasting + rng.normal(0, spread, (clusters, 2))
    relative = rng.gamma(8, 1 / 8, (clusters, 1))
    sizes = np.maximum((relative * np.array(FOLLOWED)).astype(int), 15)
    cluster, wave = (level.ravel() for level in np.indices(sizes.shape))
    cell = np.repeat(np.arange(sizes.size), sizes.ravel())
    y = rng.random(len(cell)) < 1 / (1 + np.exp(-eta.ravel()[cell]))
    return make_sample(
        y.astype(float),
        cluster[cell] % 2 == 0,
        wave[cell] == 1,
        cluster[cell],
        pair=cluster[cell] // 2,
    )


def rejections(
    clusters: int,
    icc: float,
    studies: int,
    methods: tuple[str, ...] = tuple(METHODS),
    scale: Scale = "points",
    seed: int = 1,
    share: float = SHARE,
) -> pd.Series:
    """Return the share of studies in which each method rejects.

    A method that gives no p-value in a study does not reject in it.
    """
    rng = np.random.default_rng([seed, clusters, int(1000 * icc)])
    # At this level no interval can be had by inversion, which would take most of the time;
    # p-values do not depend on it.
    settings = EvaluationSettings(level=0.9999, replications=399)
    found: dict[str, list[float]] = {method: [] for method in methods}
    for _ in range(studies):
        sample = simulate(rng, clusters, icc, share)
        for method in methods:
            try:
                p = METHODS[method](sample, scale, settings).p
            except NotEstimable:
                p = np.nan
            found[method].append(p)
    return pd.DataFrame(found).le(ALPHA).mean()


def methods_table(studies: int) -> pd.DataFrame:
    """Return the percentage of studies in which each method rejects, per setting."""
    columns = {}
    for clusters, icc in product(CLUSTERS, LATENT):
        column = rejections(clusters, icc, studies)
        more = rejections(clusters, icc, MORE * studies, (RECOMMENDED,))
        column[f"{RECOMMENDED}, {MORE * studies:,} studies"] = more[RECOMMENDED]
        columns[f"{clusters} clusters, ICC {icc:g}"] = column
        print(f"{clusters} clusters, ICC {icc:g}", file=sys.stderr, flush=True)
    return (100 * pd.DataFrame(columns)).round(1)


def summary(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the worst cells of each setting, and the smallest and largest power."""
    worst = {
        "p < 0.05 per outcome": ("p < 0.05", "max"),
        "any of five shown": ("any shown", "max"),
        "coverage": ("coverage", "min"),
        "coverage under the effect": ("coverage, effect", "min"),
        "a sign by chance": ("a sign", "max"),
        "least power": ("power", "min"),
        "most power": ("power", "max"),
    }
    return table.groupby(by, sort=False).agg(**worst).round(1)


def markdown(table: pd.DataFrame) -> str:
    """Return a table of Markdown, absent numbers empty."""
    rows = [[*table.index.names, *table.columns], ["---"] * (table.index.nlevels + table.shape[1])]
    for key, values in zip(table.index, table.to_numpy(), strict=True):
        cells = ["" if value != value else f"{value:.1f}" for value in values]
        rows.append([*(key if isinstance(key, tuple) else (key,)), *cells])
    return "\n".join("| " + " | ".join(str(cell or "") for cell in row) + " |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--studies", type=int, default=10_000)
    parser.add_argument("--methods", type=int, default=500)
    parser.add_argument("--out", type=Path, help="every cell, as CSV")
    options = parser.parse_args()
    if options.studies:
        table = table_of(options.studies)
        if options.out:
            table.round(2).to_csv(options.out, index=False)
        for by in (["arms", "ICC"], ["sizes"], ["share"]):
            print(markdown(summary(table, by)), end="\n\n")
        power = table["power"].dropna()
        print(
            f"{len(table)} cells of {options.studies} studies; power in {len(power)} of them, ",
            end="",
        )
        print(f"between 78 and 82 in {power.between(78, 82).sum()}.")
    if options.methods:
        print(markdown(methods_table(options.methods).rename_axis("method")))


if __name__ == "__main__":
    main()
