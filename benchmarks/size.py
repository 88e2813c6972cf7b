"""How often each method reports an effect where there is none.

Two cross-sections of 0/1 outcomes in clusters, as many with as without the programme, no effect.
Cluster levels are normal on the log-odds scale: half of their variance lasts over the waves, half
comes and goes. The intra-cluster correlation is that of the latent logistic variable. Cluster
sizes differ as in a survey (coefficient of variation about 0.35).

Run: python benchmarks/size.py [simulations]
Writes a table to standard output; docs/effect.md holds the last one.
"""

from __future__ import annotations

import sys
from itertools import product

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.methods import METHODS, RECOMMENDED, Options
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Sample, make_sample
from wijkkit.evaluation.effect.target import Scale

CLUSTERS = (6, 12)
CORRELATIONS = (0.0, 0.01, 0.02, 0.05)
#: Respondents per cluster before and after, of the study that this follows.
SIZES = (164, 69)
SHARE = 0.3
LEVEL = 0.95
#: The recommended test is fast: its row is repeated with so many times the simulations.
MORE = 10


def simulate(rng: np.random.Generator, clusters: int, icc: float, share: float = SHARE) -> Sample:
    """Return one study without an effect."""
    spread = np.sqrt(icc / (1 - icc) * np.pi**2 / 3 / 2)
    lasting = rng.normal(0, spread, (clusters, 1))
    eta = np.log(share / (1 - share)) + lasting + rng.normal(0, spread, (clusters, 2))
    relative = rng.gamma(8, 1 / 8, (clusters, 1))
    sizes = np.maximum((relative * np.array(SIZES)).astype(int), 15)
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
    simulations: int,
    methods: tuple[str, ...] = tuple(METHODS),
    scale: Scale = "points",
    seed: int = 1,
    share: float = SHARE,
) -> pd.Series:
    """Return the share of simulated studies in which each method rejects.

    A method that gives no p-value in a study does not reject in it.
    """
    rng = np.random.default_rng([seed, clusters, int(1000 * icc)])
    # At this level no interval can be had by inversion, which would take most of the time;
    # p-values do not depend on it.
    options = Options(level=0.9999, replications=399)
    found: dict[str, list[float]] = {method: [] for method in methods}
    for _ in range(simulations):
        sample = simulate(rng, clusters, icc, share)
        for method in methods:
            try:
                p = METHODS[method](sample, scale, options).p
            except NotEstimable:
                p = np.nan
            found[method].append(p)
    return pd.DataFrame(found).le(1 - LEVEL).mean()


def main(simulations: int) -> None:
    columns = {}
    for clusters, icc in product(CLUSTERS, CORRELATIONS):
        column = rejections(clusters, icc, simulations)
        more = rejections(clusters, icc, MORE * simulations, (RECOMMENDED,))
        column[f"{RECOMMENDED}, {MORE} times as many"] = more[RECOMMENDED]
        columns[f"{clusters} clusters, ICC {icc:g}"] = column
        print(f"{clusters} clusters, ICC {icc:g}: done", file=sys.stderr, flush=True)
    table = (100 * pd.DataFrame(columns)).round(1)
    print(table.to_string())
    error = 100 * np.sqrt(0.05 * 0.95 / simulations)
    print(f"\nPercent of {simulations} simulations; Monte Carlo standard error {error:.1f}.")
    print(f"The recommended test is {RECOMMENDED}: at most {table.iloc[-1].max()} %.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
