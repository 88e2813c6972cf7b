"""Seconds per notebook of the fast engine and of its peers, interleaved in one run.

``python benchmarks/batch.py [--rounds N] [--notebooks N]`` prints a table. The ratios count, not
the seconds: they are of one machine at one time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

# Peers and plain scripts get the same one thread per process as the batch.
for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import nbformat  # noqa: E402

from wijkkit.batch.engine.client import ForkServer  # noqa: E402
from wijkkit.batch.engine.task import Task  # noqa: E402

CELLS = (
    "import numpy as np\nimport pandas as pd",
    "import matplotlib.pyplot as plt\nimport seaborn as sns\nimport statsmodels.api as sm",
    "rng = np.random.default_rng(seed)\nn = 1000",
    "people = pd.DataFrame({'x': rng.normal(size=n), 'group': rng.integers(0, 4, n)})",
    "people['y'] = (rng.random(n) < 1 / (1 + np.exp(-people.x))).astype(float)",
    "people['w'] = rng.uniform(0.5, 2, n)",
    "people.describe()",
    "sns.histplot(people, x='x')\nplt.show()",
    "people.groupby('group').y.mean().to_frame()",
    "sns.barplot(people, x='group', y='y', errorbar=None)\nplt.show()",
    "design = sm.add_constant(people[['x']])",
    "model = sm.GLM(people.y, design, family=sm.families.Binomial(), freq_weights=people.w).fit()",
    "model.params.to_frame('b')",
    "sns.regplot(people, x='x', y='y', ci=None, scatter_kws={'s': 4})\nplt.show()",
)
PRELOAD = ("numpy", "pandas", "matplotlib.pyplot", "seaborn", "statsmodels.api")


def make_notebook(folder: Path) -> Path:
    """Write the notebook of the benchmark."""
    cells = [nbformat.v4.new_code_cell("seed = 1", metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    path = folder / "notebook.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def papermill_one(path: str, seed: int) -> None:
    """Execute with papermill's own engine."""
    import papermill

    out = f"{path}.{seed}.out.ipynb"
    papermill.execute_notebook(path, out, {"seed": seed}, progress_bar=False)


def script_one(seed: int) -> None:
    """Do the same work without a notebook, figures rendered as PNG."""
    import io

    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    plt.show = lambda: (plt.savefig(io.BytesIO(), bbox_inches="tight"), plt.close("all"))
    space = {"seed": seed}
    for source in CELLS:
        exec(source, space)


def papermill_serial(path: Path, n: int) -> None:
    for seed in range(n):
        papermill_one(str(path), seed)


def papermill_pool(path: Path, n: int) -> None:
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(papermill_one, [str(path)] * n, range(n)))


def forked(path: Path, n: int) -> None:
    text = path.read_text()
    with ForkServer(PRELOAD) as server, ThreadPoolExecutor(2) as pool:
        tasks = [Task(text, {"seed": seed}, str(path.parent), "wijk") for seed in range(n)]
        outcomes = list(pool.map(server.run, tasks))
    failed = [outcome for outcome in outcomes if outcome.status != "ok" or outcome.cold]
    if failed:
        raise SystemExit(f"not all notebooks ran warm: {failed[0].message} {failed[0].cold}")


def plain_script(path: Path, n: int) -> None:
    processes = [
        subprocess.Popen([sys.executable, __file__, "--script", str(first), str(n)])
        for first in (0, 1)
    ]
    if any(process.wait() for process in processes):
        raise SystemExit("the plain script failed")


WAYS: dict[str, tuple[Callable[[Path, int], None], int]] = {
    "papermill, serial": (papermill_serial, 1),
    "papermill, two processes": (papermill_pool, 2),
    "wijkkit, two at a time": (forked, 8),
    "plain script, two processes": (plain_script, 8),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--notebooks", type=int, default=4, help="of the slowest way")
    parser.add_argument("--script", nargs=2, type=int)
    options = parser.parse_args()
    if options.script:
        first, n = options.script
        for seed in range(first, n, 2):
            script_one(seed)
        return
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        path = make_notebook(Path(folder))
        for _ in range(options.rounds):
            for name, (way, times) in WAYS.items():
                n = options.notebooks * times
                started = time.perf_counter()
                way(path, n)
                seconds[name].append((time.perf_counter() - started) / n)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ours = medians["wijkkit, two at a time"]
    print("| way | s per notebook | times wijkkit |\n|---|---|---|")
    for name, value in medians.items():
        print(f"| {name} | {value:.2f} | {value / ours:.2f} |")


if __name__ == "__main__":
    main()
