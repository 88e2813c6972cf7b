"""What disclosure control costs: figures that are lost, time and memory; and whether it holds.

``python benchmarks/release.py`` prints one table of the demo, 71 wijken and a few random towns, all
made here and measured in one run; ``--all`` adds 1,000 towns, the wide monitor (106 indicators,
71 wijken, 4 groupings) and, where ``--data`` names the folder of real data, the monitor of a public
health service and two growth studies. docs/disclosure.md and docs/disclosure_method.md hold
the last one.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

import wijkkit as wk
from wijkkit.disclosure import GGD, policy_for
from wijkkit.disclosure.choice import Choice
from wijkkit.disclosure.derived import release_comparisons
from wijkkit.disclosure.policy import statuses
from wijkkit.disclosure.release import Made, Release, release_estimates
from wijkkit.disclosure.sample import Sample, cells_of
from wijkkit.disclosure.slopes import shown_beside
from wijkkit.estimates import compare
from wijkkit.estimates.change import estimate_change
from wijkkit.estimates.grid import Estimates, estimate_grid
from wijkkit.estimates.inequality import estimate_gap, estimate_slope
from wijkkit.pipeline.estimation import StudyEstimates, estimate, groupings

ROOT = Path(__file__).resolve().parents[1]
#: So many of a random town's hidden counts are attacked, drawn at random.
ATTACKED = 8
sys.path.insert(0, str(ROOT / "tests" / "disclosure"))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="everything, in some 20 minutes")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--towns", type=int, help="number of random towns")
    parser.add_argument("--first", type=int, default=0, help="seed of the first town")
    parser.add_argument("--skip", nargs="*", default=(), help="parts to leave out")
    options = parser.parse_args()
    parts = {
        "studies": lambda: studies(options.data, options.all),
        "optimum": lambda: optimum(150 if options.all else 20),
        "twenty": lambda: cities(24 if options.all else 4),
        "towns": lambda: towns(options.towns or (1000 if options.all else 12), options.first),
        "wide": lambda: wide() if options.all else iter(()),
    }
    print("| what | figure |\n|---|---|")
    for name, part in parts.items():
        for what, figure in part() if name not in options.skip else ():
            print(f"| {what} | {figure} |", flush=True)


def studies(data: Path, every: bool) -> Iterator[tuple[str, str]]:
    """Yield what is hidden of each study, and how long that took."""
    with tempfile.TemporaryDirectory() as folder:
        found = {"demo": demo(Path(folder) / "6", 6), "demo-71": demo(Path(folder) / "71", 71)}
        if data.is_dir():
            found |= {"GGD": copied(data / "ggd", Path(folder) / "ggd") / "study"}
            found |= {"growth": growth(data, Path(folder) / "growth")}
        for name, path in found.items():
            study = wk.open_study(path)
            made = estimate(study, wk.load_respondents(study))
            outcomes = tuple({goal.indicator for goal in study.goals})
            also = Made(
                [made.changes, made.gaps],
                made.comparisons,
                made.comparable,
                made.goal_changes,
                made.slopes,
                outcomes,
            )
            start = time.process_time()
            released = release_estimates(made.estimates, made.sample, policy_for(study), also)
            used = time.process_time() - start
            yield from lost(name, made.estimates, made.sample, released)
            yield (
                f"{name}: figures further from the exact one than half their step",
                off(made.estimates.table, released.table),
            )
            yield (
                f"{name}: clear verdicts that stand, of those whose figures are shown",
                verdicts(made, released),
            )
            yield (
                f"{name}: slopes of the city that stand, in their finest step; relative indices",
                slopes_of_the_city(made.slopes, released),
            )
            yield f"{name}: seconds of one core", f"{used:.1f}"


def demo(folder: Path, wijken: int) -> Path:
    """Make the demo study with so many wijken."""
    command = [sys.executable, "-m", "wijkkit", "demo", "--wijken", str(wijken), "--folder", folder]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def copied(source: Path, folder: Path) -> Path:
    shutil.copytree(source, folder, copy_function=shutil.copyfile)
    folder.chmod(0o755)
    return folder


def growth(data: Path, folder: Path) -> Path:
    """Make the study of two growth studies."""
    shutil.copytree(ROOT / "tests" / "real" / "growth", folder)
    path = folder / "study.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("{data}", str(data)), "utf-8")
    return folder


def lost(
    name: str, estimates: Estimates, sample: Sample, released: Release
) -> Iterator[tuple[str, str]]:
    """Yield how many cells the rules hide, and how many besides."""
    table = estimates.table.reset_index(drop=True)
    rules = statuses(cells_of(sample).assign(status=table["status"]), released.policy)
    out = released.table
    may = rules == "ok"
    besides = may & out["status"].ne("ok").to_numpy()
    coarse = (out["status"].eq("ok") & (out["step"] > 1 + 1e-9) & out["unit"].eq("percent")).sum()
    wijk = out["area_level"].eq("wijk").to_numpy() & out["group_by"].eq("").to_numpy()
    larger = out["area_level"].isin(["arm", "city"]).to_numpy()
    asked = table["status"].eq("ok").sum()
    yield (
        f"{name}: cells; hidden by rules; besides",
        f"{asked}; {(~may & table['status'].eq('ok')).sum()}; {besides.sum()}",
    )
    yield (
        f"{name}: of wijken for everybody hidden besides",
        f"{besides[wijk].sum()} of {may[wijk].sum()}",
    )
    yield (
        f"{name}: of arms and city hidden besides",
        f"{besides[larger].sum()} of {may[larger].sum()}",
    )
    yield f"{name}: shown in a step other than 1", f"{coarse} of {out['status'].eq('ok').sum()}"
    yield f"{name}: indicators left out", str(len(released.left_out))


def off(exact: pd.DataFrame, out: pd.DataFrame) -> str:
    apart = (out["value"] - exact["value"].to_numpy()).abs() > out["step"] / 2 + 1e-9
    return f"{apart.sum()} of {out['value'].notna().sum()}"


def verdicts(made: StudyEstimates, released: Release) -> str:
    exact = made.comparisons.reset_index(drop=True)
    of_cells = release_comparisons(exact, made.comparable, released.table, 1.0)
    shown = release_comparisons(exact, made.comparable, released.table, 1.0, released.unjudged)
    clear = exact["verdict"].isin(["higher", "lower", "better", "worse"])
    clear &= of_cells["status"].eq("ok")
    return f"{(shown['verdict'] == exact['verdict'])[clear].sum()} of {clear.sum()}"


def slopes_of_the_city(exact: pd.DataFrame, released: Release) -> str:
    shown = shown_beside(released.slopes, released.table)
    of_city = (exact["area_level"].eq("city") & exact["status"].eq("ok")).to_numpy()
    there = of_city & shown["status"].eq("ok").to_numpy()
    ratio = exact["unit"].eq("ratio").to_numpy()
    # Of most indicators, whose slope is in percentage points.
    fine = there & ~ratio & (shown["step"] <= 1).to_numpy()
    return (
        f"{(there & ~ratio).sum()} of {(of_city & ~ratio).sum()}, {fine.sum()}; "
        f"{(there & ratio).sum()} of {(of_city & ratio).sum()}"
    )


def towns(number: int, first: int = 0) -> Iterator[tuple[str, str]]:
    """Yield how many hidden counts of random towns an attacker finds; each town goes to stderr."""
    from attacker import Attacker, found_of
    from towns import random_town

    kinds = ("", "proportional", "oversampled")
    names = "hidden counts attacked; recovered; narrower; attack wrong; with an indicator left out"
    tried = {kind: np.zeros(6, int) for kind in kinds}
    for seed in range(first, first + number):
        kind = kinds[seed % 3]
        # Of three wijken, and now and then of more: larger towns take as much as twenty small ones.
        made = random_town(seed, kind, *((6, (20, 150)) if seed % 20 < 3 else (4, (20, 80))))
        table = made.estimates.table.reset_index(drop=True)
        rules = statuses(made.cells.assign(status=table["status"]), GGD)
        released = made.release(GGD)
        secret = np.flatnonzero((rules != "ok") & table["status"].eq("ok").to_numpy())
        secret = np.sort(np.random.default_rng(seed).permutation(secret)[:ATTACKED])
        rows, enough = released.table.iloc[secret], GGD.protection
        found = found_of(Attacker((made, released.table)), made, rows, enough=enough)
        width = found["high"] - found["low"]
        narrow = width < np.minimum(enough, found["n"]) - 1e-6
        wrong = (found["true"] < found["low"] - 1e-6) | (found["true"] > found["high"] + 1e-6)
        counts = (len(found), (width < 0.5) & (found["n"] > 0), narrow, wrong, released.left_out)
        new = [1, *(int(np.sum(one)) for one in counts[:4]), int(bool(counts[4]))]
        tried[kind] += new
        print(seed, kind or "unweighted", *new[1:], file=sys.stderr, flush=True)
    for kind, found in tried.items():
        yield f"towns, {kind or 'unweighted'}: towns; {names}", "; ".join(map(str, found))


def optimum(number: int) -> Iterator[tuple[str, str]]:
    """Yield what is hidden in small towns besides the rules, and the least that can be."""
    from towns import areas_of, people_of, town_of

    ours = least = solved = 0
    areas = areas_of(3, 1).assign(district="", arm="none")
    for seed in range(number):
        random = np.random.default_rng(seed)
        people = people_of(areas, random, size=(60, 140), share=(0.04, 0.3))
        made = town_of(people, areas, {"play": "percent"}, {"sex": ("sex", ("girl", "boy"))})
        for one in made.release(GGD).settled:
            ours += int(((one.multiple == 0) & (one.choice.first > 0)).sum())
            least, solved = least + fewest(one.choice), solved + 1
    yield (
        "small towns (3 wijken, 12 figures): towns; figures hidden besides; the least that can be",
        f"{solved}; {ours}; {least}",
    )


def cities(number: int) -> Iterator[tuple[str, str]]:
    """Yield what is hidden besides the rules in cities of 20 wijken, two of them very small."""
    from towns import twenty

    start, found = time.process_time(), []
    for seed in range(number):
        table = twenty(seed).table
        hidden = table[table["status"].eq("hidden")]
        whole = hidden["area_level"].eq("wijk") & hidden["group_by"].eq("")
        found.append((whole.sum(), len(hidden), (table["step"] > 1).sum(), len(table)))
    lost, hidden, coarser, cells = np.sum(found, axis=0)
    used = (time.process_time() - start) / number
    what = "wijken for everybody hidden besides; hidden besides or by count; another step; figures"
    yield f"{number} cities of 20 wijken: {what}", f"{lost}; {hidden}; {coarser}; {cells}"
    yield f"{number} cities of 20 wijken: seconds of one core each", f"{used:.1f}"


def fewest(choice: Choice) -> int:
    """Return how few figures must be hidden, whatever step each of the others is in.

    Each figure of a larger area has the room of whichever step has most on that side, so that no
    choice can hide fewer.
    """
    system, reach = choice.shown.system, choice.shown._reach
    reach[np.inf] = tuple(np.max(side, axis=0) for side in zip(*reach.values(), strict=True))
    start = np.where((system.level != "wijk") & (choice.first > 0), np.inf, choice.first)
    may = np.flatnonzero(choice.first > 0)
    for many in range(len(may)):
        for hidden in combinations(may, many):
            multiple = start.copy()
            multiple[list(hidden)] = 0.0
            if not len(choice.narrow(multiple)):
                return many
    return len(may)


def wide() -> Iterator[tuple[str, str]]:
    """Yield what a wide monitor takes: each item of the SDQ as four indicators, 4 groupings.

    Of the figures alone, and with what is made of them.
    """
    with tempfile.TemporaryDirectory() as folder:
        study = wk.open_study(demo(Path(folder) / "71", 71))
        people = wk.load_respondents(study)
        more = {}
        for item in (f"sdq_{number:02d}" for number in range(1, 26)):
            score = people[item].astype(float)
            levels = {
                "not": score == 0,
                "some": score == 1,
                "certain": score == 2,
                "any": score >= 1,
            }
            more |= {f"{item}_{k}": v.astype(float).where(score.notna()) for k, v in levels.items()}
        more["ages"] = np.digitize(people["age"], [4, 8]).astype(str)
        marks = pd.util.hash_array(people["respondent"].astype(str).to_numpy())
        more["half"] = np.where(marks % 3, "x", "y")
        people = pd.concat([people, pd.DataFrame(more)], axis=1)
        divided = groupings(study) | {
            "ages": ("ages", ("0", "1", "2")),
            "half": ("half", ("x", "y")),
        }
        new = SimpleNamespace(unit="percent", ages=None, waves=(), direction="higher")
        asked = {**study.indicators, **{k: new for k in more if k.startswith("sdq")}}
        waves = tuple(wave.id for wave in study.waves)
        areas = study.areas()[["wijk", "district", "arm"]]
        made = estimate_grid(people, asked, waves, divided, areas=areas)
        sample = Sample(people, dict.fromkeys(asked, "percent"), waves, divided, areas)
        by = {name: one for name, one in divided.items() if name != "sex"}
        between = [
            one(people, asked, waves, by, areas=areas) for one in (estimate_gap, estimate_slope)
        ]
        compared = compare(people, asked, waves, areas=areas)
        alike = pd.DataFrame(columns=["area", "comparable", "rank", "distance"])
        with_those = Made([estimate_change(made), between[0]], compared, alike)
        besides = {
            "figures alone": None,
            "changes, gaps, comparisons": with_those,
            "and slopes": replace(with_those, slopes=between[1]),
        }
        for what, also in besides.items():
            name = f"{len(asked)} indicators, 71 wijken, 4 groupings, {what}"
            start = time.process_time()
            released = release_estimates(made, sample, GGD, also)
            used = time.process_time() - start
            yield f"{name}: seconds of one core", f"{used:.0f}"
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
            yield f"{name}: GB at most, with the survey", f"{memory:.2f}"
            yield from lost(name, made, sample, released)


if __name__ == "__main__":
    main()
