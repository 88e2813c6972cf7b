"""How often 95 % intervals of a weighted proportion hold the true one.

Run: python benchmarks/coverage.py [--replications 4000] [--out docs/coverage.csv]

Samples of n respondents from a population with proportion p: simple random, with unequal weights
that have nothing to do with the outcome (a design effect of about 1.6), and with such weights in
units of ten respondents whose outcomes correlate (0.02). The share of intervals that hold p is
that of the intervals that could be made: a zero or full cell has none.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from wijkkit.estimates.design import survey_design
from wijkkit.estimates.interval import proportion_limits
from wijkkit.estimates.linearisation import DomainMeans, domain_means, domains

SIZES = (30, 50, 100, 200, 500, 1000, 2000)
PROPORTIONS = (0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.98)
METHODS = ("logit", "beta", "xlogit", "mean")
DESIGNS = ("simple", "weights", "units")

#: Respondents per unit, and how much their outcomes correlate.
UNIT_SIZE, CORRELATION = 10, 0.02
#: Spread of the logarithm of the weights.
WEIGHT_SPREAD = 0.7


def simulate(
    design: str, n: int, p: float, replications: int, rng: np.random.Generator
) -> DomainMeans:
    """Estimate `replications` samples at once, each a stratum of its own."""
    rows = n * replications
    sample = np.repeat(np.arange(replications), n)
    frame = pd.DataFrame({"sample": sample, "weight": 1.0})
    chance, psu = np.full(rows, p), None
    if design != "simple":
        frame["weight"] = rng.lognormal(0, WEIGHT_SPREAD, rows)
    if design == "units":
        spread = (1 - CORRELATION) / CORRELATION
        units = rng.beta(p * spread, (1 - p) * spread, rows // UNIT_SIZE)
        chance, psu = np.repeat(units, UNIT_SIZE), "psu"
        frame["psu"] = np.arange(rows) // UNIT_SIZE
    outcome = (rng.random(rows) < chance).astype(float)
    made = survey_design(frame, weight="weight", strata="sample", psu=psu)
    return domain_means(outcome, domains(sample, replications, made))


def coverage(means: DomainMeans, p: float, method: str) -> tuple[float, float]:
    """Share of the intervals that hold `p`, and share of samples without interval."""
    lower, upper = proportion_limits(
        means.value, means.se, means.df, means.n, method=method, confidence=0.95
    )
    made = ~np.isnan(lower)
    inside = (lower <= p) & (p <= upper)
    return float(inside[made].mean()), float(1 - made.mean())


def main() -> None:
    """Print the coverage per design, size, proportion and method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=20180501)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    rows = []
    for design in DESIGNS:
        for n in SIZES:
            for p in PROPORTIONS:
                means = simulate(design, n, p, options.replications, rng)
                for method in METHODS:
                    held, without = coverage(means, p, method)
                    rows.append((design, n, p, method, held, without))
    table = pd.DataFrame(rows, columns=["design", "n", "p", "method", "coverage", "without"])
    if options.out:
        table.to_csv(options.out, index=False, float_format="%.4f", lineterminator="\n")
    wide = table.pivot_table(index=["design", "n", "p"], columns="method", values="coverage")
    wide = wide[list(METHODS)].assign(
        without=table.groupby(["design", "n", "p"])["without"].first()
    )
    with pd.option_context("display.max_rows", None, "display.float_format", "{:.3f}".format):
        print(wide.loc[list(DESIGNS)])
    held = table.assign(within=table["coverage"].between(0.93, 0.97))
    print(held.groupby(["design", "method"])["within"].agg(["sum", "size"]))


if __name__ == "__main__":
    main()
