"""Mutants of the control code: each is a small mistake that some test must notice.

Run from the repository's root: ``python tests/disclosure/mutants.py [FIRST LAST]``. It copies the
package to a temporary folder, makes one mistake at a time and runs the quick tests and the examples
of the docstrings on it, the likeliest and the cheapest first.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = Path(__file__).parent

#: File, what stands there, what the mistake makes of it.
MUTANTS = [
    ("primary", '"too_few": n < policy.min_n', '"too_few": n <= policy.min_n - 2'),
    ("primary", '"few_inside": x < policy.min_count', '"few_inside": x < policy.min_count - 1'),
    ("primary", '"few_outside": n - x < policy.min_count', '"few_outside": x - n > 0'),
    ("primary", '"large_share": wide & (x > most)', '"large_share": wide & (x > 2 * most)'),
    ("primary", "(n - x > most) & policy.max_share_both", "(n - x > most) & False"),
    ("primary", "wide = n >= policy.wide_n", "wide = n >= 0"),
    ("primary", '(reasons == "large_share") & ~above, "large_count"', 'above, ""'),
    ("primary", 'np.where((now == "") & above, "large_estimate", now)', "now"),
    ("told", '"linked", "stated"', '"stated"'),
    ("told", 'x_high=where(reasons == "few_inside", small, np.inf) + slack', "x_high=n_high"),
    ("told", "where(np.isin(reasons, _LARGE), most,", "where(np.isin(reasons, _LARGE), 0,"),
    ("told", 'where(reasons == "few_outside", small, np.inf)', "where(few, np.inf, np.inf)"),
    ("primary", ".to_numpy(float) > policy.max_dominance", ".to_numpy(float) > 2"),
    ("primary", "if policy.max_dominance is None or", "if True or"),
    ("rounding", "shown_n = to_step(n, policy.count_base)", "shown_n = n + 0.0"),
    ("rounding", "count=np.mean(_edges(index, shown_n, policy), axis=0)", "count=scaled"),
    ("rounding", "// policy.count_class, 0,", "// 1, 0,"),
    ("rounding", "share_low=np.where(score, 0.0, low)", "share_low=np.where(score, 0.0, 0 * low)"),
    (
        "rounding",
        "share_high=np.where(score, 1.0, high)",
        "share_high=np.where(score, 1.0, 1 + 0 * high)",
    ),
    ("numbers", "shown.count / shown.n - x / n", "0 * shown.count"),
    (
        "numbers",
        "shown_value = to_step(np.clip(moved, 0, 100 * policy.max_share), policy.percent_step)",
        "shown_value = moved",
    ),
    (
        "numbers",
        "low, high = wilson(shown_value / 100, effective_n)",
        "low, high = lower / 100, upper / 100",
    ),
    ("numbers", 'return numbers | {"n": shown.n}', 'return numbers | {"n": n}'),
    ("numbers", "np.maximum(np.ceil(needed / policy.mean_step), 1)", "0.1"),
    ("protect", 'np.where(hidden & (given == ""), "linked", given)', "given"),
    ("protect", "            policy.protection,\n", "            0.0,\n"),
    ("protect", 'if (reasons == "").all():', "if True:"),
    ("protect", 'given = np.where(block, "together", reasons)', "given = reasons"),
    ("told", 'few | (reasons == "together"), 0.0', "few, 0.0"),
    ("policy", "made.protection >= made.min_count", "False"),
    ("release", "np.isin(reasons[which], ABOVE)", "reasons[which] != ''"),
    ("release", "summary = audit(", "summary = (lambda *a, **k: {'narrowest': 9.9})("),
    (
        "release",
        'np.select([reasons == "", reasons == "too_few"], ["ok", "too_few"], "hidden")',
        '"ok"',
    ),
    ("release", "if ledger is not None:", "if False:"),
    ("release", "earlier = read_ledger(ledger)", "earlier = read_ledger(None)"),
    ("links", "sums=_area_sums(position, areas)\n", "sums=[]\n"),
    ("links", "+ _group_sums(keys, position)", ""),
    ("links", "+ _crossed_sums(position, composition)", ""),
    ("links", "part_sums=_part_sums(position, composition)", "part_sums=[]"),
    ("told", "np.where(few, policy.min_n - 1, np.inf)", "np.where(few, np.inf, np.inf)"),
    ("knowledge", "np.minimum(hiding.n_high, self.most), shown.n_high)", "self.most, self.most)"),
    ("requirements", "(few, 0, 1))", "(few & ~few, 0, 1))"),
    ("requirements", "rest = few | (hidden & np.isin(reasons, _RESTS))", "rest = few"),
    ("requirements", ">= width - _TOLERANCE", ">= -1"),
    ("earlier", "same = was_shown & _fits(x, n, old)", "same = np.zeros(len(n), bool)"),
    ("earlier", 'reasons[was_hidden & ~doubled & (reasons == "")] = "earlier"', "pass"),
    ("earlier", "_tells(shown, old, policy) & (reasons", "False & (reasons"),
    ("earlier", "reasons = np.where(still, old_reason, reasons)", "pass"),
    ("earlier", "np.where(still, margin, 0.0)", "0 * margin"),
    ("earlier", "return high - low < policy.protection", "return high < low"),
    ("earlier", 'reasons[stated & (reasons == "")] = "stated"', "pass"),
    ("ledger_file", 'keep="last"', 'keep="first"'),
    ("earlier", '"hidden": "together"', '"hidden": "earlier"'),
    ("earlier", '"too_few": "too_few", "hidden"', '"too_few": "", "hidden"'),
    ("earlier", 'if reason not in ("", *REASONS):', "if False:"),
    ("comparisons", "-1.0 / alike.groupby", "-1.0 + 0 * alike.groupby"),
    ("comparisons", 'area="city", sign=-1.0)', 'area="city", sign=0.0)'),
    ("comparisons", 'judged[(rows["verdict"] == "unknown").to_numpy()] = "unknown"', "pass"),
    ("derived", "down = (sign * np.where(sign > 0,", "down = (sign * np.where(sign < 0,"),
    ("derived", 'parts["status"].eq(name).groupby(parts["row"]).any().reindex(own.index)', "False"),
    (
        "derived",
        '"value": np.round(np.round(back(total), 6).round() * step, 10)',
        '"value": back(total) * step + 0.01',
    ),
    (
        "cells",
        "if problems:\n        raise DisclosureError(problems)\n    return cells",
        "return cells",
    ),
    (
        "cells",
        '"no counts for this estimate": n.isna() | (percent & x.isna())',
        '"no counts": n < -1',
    ),
    ("policy", "value > floor if smaller else value < floor", "False"),
    ("policy", "if problems:", "if False:"),
    ("audit", "if problems:", "if False:"),
    ("audit", "found < policy.protection - 1e-4", "found < -1"),
    (
        "audit",
        '"n is finer than the policy": shown & _off(cells["n"], policy.count_base)',
        '"n": n < 0',
    ),
    ("audit", "new & (x < policy.min_count)", "new & (x < 0)"),
    ("audit", "new & (n < policy.min_n)", "new & (n < 0)"),
    (
        "audit",
        'rules[f"{name} is finer than the policy"] = shown & _off(cells[name], step)',
        "pass",
    ),
    ("audit_sums", "_areas(cells, areas), _groups(cells)", "_areas(cells, areas)"),
    ("audit_sums", "_areas(cells, areas), _groups(cells)", "_groups(cells)"),
    ("audit_evidence", "share_min[new], share_max[new] = _shares(x[new], n[new], policy)", "pass"),
    ("audit_attack", "return most - least\n", "return np.full(len(least), 99.0)\n"),
    ("audit_evidence", '"few_inside": {"x_max": small}', '"few_inside": {}'),
    ("audit_evidence", '"rest_max": small, ', ""),
    ("audit_evidence", '"x_min": policy.min_count,\n        "rest_min"', '"rest_min"'),
    ("audit_evidence", '"large_share": {"share_min": most, ', '"large_share": {'),
    ("audit", 'wrong = ~agrees | ((cells["status"] != "ok") & ~true)', "wrong = ~agrees"),
    ("audit", "wrong = ~agrees |", "wrong = (cells['n'] < 0) |"),
    ("reach", "few = counts < policy.min_count", "few = counts < 0"),
    ("reach", "np.floor(counts / policy.count_base + 0.5) * policy.count_base", "counts"),
    ("scan", 'yield "the id of a respondent"', "pass"),
    ("scan", 'yield "free text"', "pass"),
    ("scan", 'yield "a row of the survey"', "pass"),
    ("scan", 'yield "a path of a machine"', "pass"),
    ("publication", "if start is None or path.is_symlink()", "if path.is_symlink()"),
    ("publication", "_refuse_findings(staged, forbidden)", "pass"),
    (
        "publication",
        "record = audit_of(study)",
        'record = {"policy": {"name": "ggd"}, "audit": {}}',
    ),
    (
        "sign_off",
        "found.checked_by.strip().casefold() != found.prepared_by.strip().casefold()",
        "True",
    ),
    ("sign_off", "and found.fingerprint == fingerprint(study)", ""),
    ("sign_off", "and found.approved", ""),
    ("record", 'if content["fingerprint"] != fingerprint(study):', "if False:"),
]


#: The tests that are likeliest to notice the mistakes of a module.
LIKELIEST = {
    "earlier": ("test_ledger", "test_attacks_on_tables.py::test_what_was_hidden_once"),
    "comparisons": ("test_comparisons",),
    "derived": ("test_attacks_on_tables.py::test_a_change", "test_comparisons"),
    "scan": ("test_attacks_on_files",),
    "publication": ("test_publication",),
    "sign_off": ("test_publication",),
    "record": ("test_publication",),
    "release": ("test_audit", "test_ledger"),
} | dict.fromkeys(("audit", "audit_sums", "audit_evidence", "audit_attack"), ("test_audit",))
#: They try the mutants, or need what is not installed.
LEFT_OUT = ("test_mutants", "test_oracle")
#: An example that starts where the demo has run.
NEEDS_A_RUN = "wijkkit/disclosure/record.py::wijkkit.disclosure.record.bind_tables"
#: They are read once: a process with tests begins as a copy of this one.
LIBRARIES = ("geopandas", "matplotlib.pyplot", "openpyxl", "pandera.pandas", "scipy.optimize")
#: How long each test took without a mistake; written by the first run in a copy.
_SECONDS = Path("seconds.json")


def pytest_collection_modifyitems(items: list) -> None:
    """Put the likeliest and then the cheapest tests first."""
    if _SECONDS.exists():
        seconds = json.loads(_SECONDS.read_text(encoding="utf-8"))
        first = os.environ["LIKELIEST"].split()
        items.sort(
            key=lambda item: (
                not any(name in item.nodeid for name in first),
                seconds.get(item.nodeid, 0.0),
            )
        )


def pytest_terminal_summary(terminalreporter: object) -> None:
    if not _SECONDS.exists():
        reports = terminalreporter.stats.get("passed", [])
        seconds = {report.nodeid: report.duration for report in reports}
        _SECONDS.write_text(json.dumps(seconds), encoding="utf-8")


def survives(mutant: tuple[str, str, str], copy: Path) -> bool:
    """Whether all tests pass though the mistake is there."""
    name, before, after = mutant
    path = copy / "wijkkit" / "disclosure" / f"{name}.py"
    original = path.read_text(encoding="utf-8")
    if before not in original:
        raise ValueError(f"{name}: there is no {before!r}")
    path.write_text(original.replace(before, after, 1), encoding="utf-8")
    try:
        return passes(copy, (f"disclosure/{name}.py", *LIKELIEST.get(name, ())))
    finally:
        path.write_text(original, encoding="utf-8")


def passes(copy: Path, first: tuple[str, ...] = ()) -> bool:
    """Whether the quick tests and the examples pass; not when they take a quarter of an hour."""
    for library in LIBRARIES:
        importlib.import_module(library)
    run = multiprocessing.get_context("fork").Process(target=_run_tests, args=(copy, first))
    run.start()
    run.join(900)
    run.kill()
    run.join()
    return run.exitcode == 0


def _run_tests(copy: Path, first: tuple[str, ...]) -> None:
    """Run the tests of a copy in this process, those of `first` first, and end it."""
    os.environ["LIKELIEST"] = " ".join(first)
    os.chdir(copy)
    sys.path[:0] = [str(copy), str(copy / "tests" / "disclosure")]
    sys.dont_write_bytecode = True
    sys.stdout = sys.stderr = Path("tests.log").open("w", buffering=1)
    tests = [path for path in copy.glob("tests/disclosure/test_*.py") if path.stem not in LEFT_OUT]
    options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "mutants", "-m", "not slow"]
    options += [f"--deselect={NEEDS_A_RUN}", "wijkkit/disclosure", *map(str, sorted(tests))]
    os._exit(pytest.main(options))


def surviving(mutants: list[tuple[str, str, str]] = MUTANTS) -> list[tuple[str, str, str]]:
    """Return the mutants that no test notices; say of each how it went."""
    left = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("wijkkit", "parameters"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(TESTS, copy / "tests" / "disclosure")
        shutil.copy(ROOT / "pyproject.toml", copy)
        if not passes(copy):
            raise RuntimeError("the tests fail without a mistake")
        for mutant in mutants:
            if survives(mutant, copy):
                left.append(mutant)
            fate = "survives" if mutant in left else "killed"
            print(f"{fate}: {mutant[0]}: {mutant[1]!r} -> {mutant[2]!r}", flush=True)
    return left


if __name__ == "__main__":
    chosen = MUTANTS[slice(*map(int, sys.argv[1:3]))] if len(sys.argv) > 2 else MUTANTS
    left = surviving(chosen)
    print(f"{len(chosen) - len(left)} of {len(chosen)} killed")
