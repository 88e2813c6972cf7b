"""How fast a whole city is estimated, and how that compares with R.

Run: python benchmarks/estimates.py [--large]

Estimates 60,000 respondents x 71 wijken x 2 waves x 4 groupings x 12 indicators at once. Where R
with the survey package is installed, svyby does one indicator for the wijken (everybody and each
grouping) on the same data in the same run, and its time is multiplied by the indicators. Both are
processor time of one core. wijkkit's time is that of all of it plus the gebieden, arms and city,
so the ratio is on the safe side. --large shows that time and memory grow linearly up to
500,000 respondents x 3,000 wijken.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from wijkkit.estimates import estimate_grid  # noqa: E402
from wijkkit.study.indicators import Indicator  # noqa: E402

WAVES = ["2018", "2021"]
GROUPS = ["low", "middle", "high"]
GROUPINGS = {f"grouping{k}": (f"group{k}", GROUPS) for k in range(4)}
INDICATORS = {
    f"outcome{k}": Indicator(
        label="Outcome", function="f", columns={}, question_version="1", direction="higher"
    )
    for k in range(12)
}

SCRIPT = """
suppressMessages(library(survey))
d <- read.csv("people.csv")
design <- svydesign(~1, strata = ~wave, weights = ~weight, data = d)
invisible(svyby(~outcome0, ~wave, design, svymean))
start <- proc.time()[["user.self"]]
all <- svyby(~outcome0, ~wijk + wave, design, svymean, na.rm = TRUE)
for (k in 0:3) part <- svyby(~outcome0, as.formula(paste0("~wijk + wave + group", k)), design,
                             svymean, na.rm = TRUE)
cat(proc.time()[["user.self"]] - start, "\\n")
write.csv(all, "result.csv", row.names = FALSE)
"""


def make_people(n: int, wijken: int, seed: int = 1) -> pd.DataFrame:
    """Random respondents of `wijken` wijken, with weights that vary."""
    rng = np.random.default_rng(seed)
    wijk = rng.integers(0, wijken, n)
    columns = {
        "wave": np.array(WAVES)[rng.integers(0, 2, n)],
        "wijk": np.char.add("w", wijk.astype(str)),
        "district": np.char.add("g", (wijk // 5).astype(str)),
        "arm": np.array(["none", "programme", "comparator"])[np.minimum(wijk, 2)],
        "age": rng.uniform(0, 12, n),
        "weight": rng.lognormal(0, 0.7, n),
    }
    for k in range(4):
        columns[f"group{k}"] = np.array(GROUPS)[rng.integers(0, 3, n)]
    for k in range(12):
        columns[f"outcome{k}"] = np.where(rng.random(n) < 0.05, np.nan, rng.random(n) < 0.3)
    return pd.DataFrame(columns)


def seconds(people: pd.DataFrame, repeats: int) -> float:
    """The fastest of some runs, in seconds of one processor."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        estimate_grid(people, INDICATORS, WAVES, GROUPINGS)
        times.append(time.process_time() - start)
    return min(times)


def seconds_in_r(people: pd.DataFrame) -> float | None:
    """What svyby needs for one indicator in the wijken, or None without R and survey."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        people.to_csv(Path(folder) / "people.csv", index=False, na_rep="NA")
        found = subprocess.run(
            ["Rscript", "-e", SCRIPT], cwd=folder, capture_output=True, text=True, check=False
        )
        if found.returncode:
            print(f"R did not run: {found.stderr.strip().splitlines()[-1]}")
            return None
        _assert_equal(people, pd.read_csv(Path(folder) / "result.csv"))
        return float(found.stdout.split()[-1])


def _assert_equal(people: pd.DataFrame, by: pd.DataFrame) -> None:
    grid = estimate_grid(people, {"outcome0": INDICATORS["outcome0"]}, WAVES, {})
    ours = grid.table.assign(se=grid.precision["se"]).query("area_level == 'wijk'")
    by = by.assign(wave=by["wave"].astype(str))
    both = ours.merge(by, left_on=["area", "wave"], right_on=["wijk", "wave"], suffixes=("", "_r"))
    assert len(both) == len(by)
    np.testing.assert_allclose(both["value"], 100 * both["outcome0"], rtol=1e-8)
    np.testing.assert_allclose(both["se"], 100 * both["se_r"], rtol=1e-8)


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--one", nargs=2, type=int, metavar=("RESPONDENTS", "WIJKEN"))
    options = parser.parse_args()
    if options.one:
        people = make_people(*options.one)
        print(f"{options.one[0]:>9,} x {options.one[1]:>5,}: {seconds(people, 1):6.2f} s, ", end="")
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB at most")
        return
    people = make_people(60_000, 71)
    ours = seconds(people, 5)
    print(f"wijkkit, 12 indicators, everything: {ours:.2f} s")
    theirs = seconds_in_r(people)
    if theirs is not None:
        whole = theirs * len(INDICATORS)
        print(f"R svyby, 1 indicator, wijken only: {theirs:.1f} s; 12 indicators: {whole:.0f} s")
        print(f"ratio: {whole / ours:.0f} times faster; the wijken's numbers are equal to 1e-8")
    if options.large:
        for n, wijken in ((125_000, 750), (250_000, 1_500), (500_000, 3_000)):
            subprocess.run([sys.executable, __file__, "--one", str(n), str(wijken)], check=True)


if __name__ == "__main__":
    main()
