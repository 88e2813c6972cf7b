"""What the batch itself costs per notebook, without the notebooks' own work.

``python benchmarks/batch_scale.py AREAS [AREAS ...]`` plans, fingerprints, checks, writes and logs
six notebooks per area that a stand-in executor returns at once, and then finds that nothing has
changed. The stand-in's own work, a notebook made and 100 kB written as JSON, is part of the figures.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Executor, Future
from pathlib import Path

import nbformat

from wijkkit.batch import run
from wijkkit.batch.engine.child import parametrised
from wijkkit.batch.engine.task import Outcome, Task

STUDY = """\
title: Scale
city: {name: Stad}
programme: {name: Programma, start: 2018-09-01}
sources: {}
"""
CODEBOOK = "columns:\n  area: {source: a, type: code}\n  age: {source: b, type: number}\n"
PARAMETERS = 'study = ""\nwijk = ""\nname = ""\ncode = ""\ndistrict = ""\narm = ""\npair = ""'


class AtOnce(Executor):
    """Returns each notebook executed, with 100 kB of output, without running it."""

    def submit(self, function, task: Task, *rest) -> Future:
        notebook = parametrised(task.notebook, task.parameters)
        for number, cell in enumerate(notebook.cells, 1):
            cell.execution_count = number
        data = {"image/png": "A" * 100_000}
        notebook.cells[-1].outputs = [nbformat.v4.new_output("display_data", data)]
        future: Future = Future()
        future.set_result(Outcome("ok", nbformat.writes(notebook), read=()))
        return future


def make(root: Path, areas: int) -> Path:
    """Write a study of so many areas and its six notebooks."""
    study = root / "parameters"
    (study / "wijken").mkdir(parents=True)
    (study / "study.yml").write_text(STUDY)
    (study / "codebook.yml").write_text(CODEBOOK)
    (study / "indicators.yml").write_text("{}\n")
    for n in range(areas):
        (study / "wijken" / f"a{n}.yml").write_text(f'wijk: a{n}\nname: A\ncode: "BU{n:06}"\n')
    folder = root / "notebooks" / "wijk"
    folder.mkdir(parents=True)
    for number in range(1, 7):
        first = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
        cells = [first, nbformat.v4.new_code_cell("1")]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{number}.ipynb")
    return study


def main() -> None:
    heads = (
        "areas",
        "ms per notebook",
        "of it processor",
        "second run, s",
        "of it processor",
        "MB",
    )
    print(f"| {' | '.join(heads)} |\n|---|---|---|---|---|---|", flush=True)
    for areas in map(int, sys.argv[1:]):
        # A process each: the largest memory of a process never falls.
        subprocess.run([sys.executable, __file__, "--one", str(areas)], check=True)


def one(areas: int) -> None:
    """Measure one number of areas and print its row."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        study = make(root, areas)
        seconds = []
        for _ in range(2):
            started, processor = time.perf_counter(), time.process_time()
            result = run(study, notebooks=root / "notebooks", executor=AtOnce())
            seconds += [time.perf_counter() - started, time.process_time() - processor]
            if result.exit_code:
                raise SystemExit(str(result.failed[0]))
    first, first_cpu = (part / areas / 6 * 1000 for part in seconds[:2])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {areas} | {first:.1f} | {first_cpu:.1f} | {seconds[2]:.1f} | {seconds[3]:.1f} "
        f"| {peak:.0f} |",
        flush=True,
    )


if __name__ == "__main__":
    one(int(sys.argv[2])) if sys.argv[1] == "--one" else main()
