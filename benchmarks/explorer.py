"""How fast figure and table follow a choice in the explorer.

Run: python benchmarks/explorer.py

A demo city of 71 wijken, its respondents drawn again up to 60,000. Indicators, waves and groups
are chosen in turn, and now and then five wijken or all of them. Processor time of one core per
choice, from the change until figure and table are what the panel shows. Nothing is hidden here, so
that every figure is as full as it can be.
"""

from __future__ import annotations

import itertools
import os
import random
import tempfile
import time
from functools import partial
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402

import wijkkit as wk  # noqa: E402
from wijkkit.demo.project import make_demo  # noqa: E402
from wijkkit.estimates import estimate_grid  # noqa: E402
from wijkkit.pipeline.estimation import groupings  # noqa: E402
from wijkkit.released import CityView  # noqa: E402
from wijkkit.released.store import write_released  # noqa: E402
from wijkkit.workbench.explorer import explore_panel, released_code  # noqa: E402
from wijkkit.workbench.parameter_set import make_controls  # noqa: E402

RESPONDENTS, WIJKEN, CHOICES = 60_000, 71, 200


def make_city(folder: Path) -> CityView:
    """Make a demo city and the estimates of all its cells."""
    study = wk.open_study(make_demo(folder / "parameters", folder / "data", wijken=WIJKEN))
    people = wk.load_respondents(study).sample(RESPONDENTS, replace=True, random_state=1)
    waves = [wave.id for wave in study.waves]
    areas = study.areas()[["wijk", "district", "arm"]]
    grid = estimate_grid(people, study.indicators, waves, groupings(study), areas=areas)
    write_released(study, "estimates", grid.table)
    return wk.open_city(study)


def milliseconds(view: CityView) -> np.ndarray:
    """Return the processor time of each of a fixed series of choices."""
    controls = make_controls(view.study, view.language)
    code_of = partial(released_code, view.study)
    explore_panel(view.study, controls, code_of, {"study": view.study})
    free = random.Random(1)
    options = {name: [value for _, value in controls[name].options] for name in controls}
    names = itertools.cycle(("indicator", "wave", "group", "indicator", "wijken"))
    times = []
    while len(times) < CHOICES:
        name = next(names)
        value = free.choice(options[name])
        if name == "wijken":
            value = free.choice([(), tuple(free.sample(options[name], 5))])
        if value == controls[name].value:
            continue
        start = time.process_time()
        controls[name].value = value
        times.append((time.process_time() - start) * 1000)
    return np.array(times)


def main() -> None:
    """Print the measurements."""
    with tempfile.TemporaryDirectory() as folder:
        times = milliseconds(make_city(Path(folder)))
    print(
        f"{RESPONDENTS:,} respondents, {WIJKEN} wijken, {len(times)} choices, ms of processor time:"
    )
    parts = {"median": 50, "p95": 95, "largest": 100}
    print(", ".join(f"{name} {np.percentile(times, at):.0f}" for name, at in parts.items()))


if __name__ == "__main__":
    main()
