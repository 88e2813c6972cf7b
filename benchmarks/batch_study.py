"""The project's own neighbourhood notebooks: the batch and papermill, and a whole city.

``python benchmarks/batch_study.py [--study PATH] [--rounds N]`` executes the six notebooks of the
first wijk of a study with papermill, serial and in two processes, and those of all its wijken with
the batch, interleaved. ``--city PATH`` runs all neighbourhood notebooks of a study anew, makes its
reports, and does both again with nothing changed. The city's notebooks of both studies must have
run. Processor time is that of all processes together, and says more than the clock where the
machine does other work.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

from wijkkit.batch.plan import output_path  # noqa: E402
from wijkkit.study import Study, open_study  # noqa: E402

Cost = tuple[float, float]
NOTEBOOKS = sorted(Path("notebooks/wijk").glob("*.ipynb"))


def cost(work: Callable[[], object]) -> Cost:
    """Seconds by the clock and of all processors that `work` takes."""
    before, started = _processor(), time.perf_counter()
    work()
    return time.perf_counter() - started, _processor() - before


def _processor() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def papermill_one(path: Path, parameters: dict[str, str], folder: str) -> None:
    import papermill

    out = str(Path(folder) / path.name)
    papermill.execute_notebook(str(path), out, parameters, progress_bar=False)


def papermill_all(study: Study, processes: int) -> None:
    """Execute the notebooks of the first wijk."""
    hood = next(iter(study.neighbourhoods.values()))
    parameters = {"study": str(study.folder), **hood.model_dump(mode="json")}
    with tempfile.TemporaryDirectory() as folder:
        one = partial(papermill_one, parameters=parameters, folder=folder)
        if processes == 1:
            list(map(one, NOTEBOOKS))
        else:
            with ProcessPoolExecutor(processes) as pool:
                list(pool.map(one, NOTEBOOKS))


def batch(study: Study, expected: int) -> None:
    """Run all neighbourhood notebooks with the command that users give."""
    for slug in study.neighbourhoods:
        for notebook in NOTEBOOKS:
            (study.runs / output_path(slug, notebook.stem)).unlink(missing_ok=True)
    said = command("run", study)
    if not said.startswith(f"{expected} notebooks ran"):
        raise SystemExit(said)


def command(name: str, study: Study) -> str:
    """Run a command of wijkkit and return its last line."""
    line = [sys.executable, "-c", "from wijkkit.cli import main; main()", name]
    done = subprocess.run(
        [*line, "--study", str(study.folder)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip().splitlines()[-1]


def compare(study: Study, rounds: int) -> None:
    """Print what a notebook costs with each way, medians of `rounds`."""
    many = len(study.neighbourhoods) * len(NOTEBOOKS)
    ways = {
        "papermill, serial": (partial(papermill_all, study, 1), len(NOTEBOOKS)),
        "papermill, two processes": (partial(papermill_all, study, 2), len(NOTEBOOKS)),
        "wijkkit run, two at a time": (partial(batch, study, many), many),
    }
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (way, n) in ways.items():
            clock, processor = cost(way)
            costs[name].append((clock / n, processor / n))
    middle = {
        name: tuple(statistics.median(part) for part in zip(*each, strict=True))
        for name, each in costs.items()
    }
    ours = middle["wijkkit run, two at a time"]
    print("| way | notebooks | s per notebook | times wijkkit | processor, s | times wijkkit |")
    print("|---|---|---|---|---|---|")
    for name, (clock, processor) in middle.items():
        ratios = clock / ours[0], processor / ours[1]
        print(
            f"| {name} | {ways[name][1]} | {clock:.2f} | {ratios[0]:.1f} "
            f"| {processor:.2f} | {ratios[1]:.1f} |",
            flush=True,
        )


def city(study: Study) -> None:
    """Print what a whole city costs, and what it costs again with nothing changed."""
    many = len(study.neighbourhoods) * len(NOTEBOOKS)
    shutil.rmtree(study.site, ignore_errors=True)
    steps = {
        f"{many} notebooks": partial(batch, study, many),
        "all reports": partial(command, "report", study),
        "wijkkit run, nothing changed": partial(command, "run", study),
        "wijkkit report, nothing changed": partial(command, "report", study),
    }
    print(f"| {len(study.neighbourhoods)} wijken | s | processor, s |\n|---|---|---|")
    for name, step in steps.items():
        clock, processor = cost(step)
        print(f"| {name} | {clock:.1f} | {processor:.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", default="parameters")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--city", help="study of which everything is run; nothing is compared")
    options = parser.parse_args()
    if options.city:
        city(open_study(options.city))
    else:
        compare(open_study(options.study), options.rounds)


if __name__ == "__main__":
    main()
