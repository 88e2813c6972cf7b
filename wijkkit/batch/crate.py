"""Export a run as an RO-Crate: its results with a machine-readable account of how they were made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from wijkkit.batch.manifest import kept_runs, read_manifest
from wijkkit.batch.plan import output_path
from wijkkit.errors import BatchError
from wijkkit.study import Study
from wijkkit.tables import ESTIMATE_KEYS

_KINDS = {".ipynb": "application/x-ipynb+json", ".parquet": "application/vnd.apache.parquet"}


def export_crate(study: Study, folder: str | Path) -> Path:
    """Write the last run of `study` as an RO-Crate 1.1 in a new folder; BatchError where it cannot."""
    try:
        from rocrate.model.contextentity import ContextEntity
        from rocrate.rocrate import ROCrate
    except ImportError:
        raise BatchError(
            "the package rocrate is not installed", remedy="Install wijkkit[ro-crate]."
        ) from None
    manifest = read_manifest(study)
    folder = Path(folder)
    if folder.exists():
        raise BatchError("the folder is there already", file=folder.name, remedy="Give a new one.")
    crate = ROCrate()
    crate.name = manifest["study"]
    crate.description = f"Run {manifest['run']}: executed notebooks and released tables."
    crate.license = "Not for redistribution without consent of the study's owner."
    files = [
        crate.add_file(study.runs / path, path, properties=said)
        for path, said in _results(study, manifest)
    ]

    def added(key: str, kind: str, **about: str) -> Any:
        return crate.add(ContextEntity(crate, f"#{key}", properties={"@type": kind, **about}))

    action = added(
        manifest["run"],
        "CreateAction",
        name=f"Run {manifest['run']}",
        startTime=manifest["started"],
        endTime=manifest["ended"],
    )
    action["instrument"] = [
        added(name, "SoftwareApplication", name=name, softwareVersion=version)
        for name, version in manifest["versions"].items()
    ]
    action["result"] = files
    crate.root_dataset["mentions"] = [action]
    crate.write(folder)
    return folder


def _results(study: Study, manifest: dict) -> list[tuple[str, dict[str, str]]]:
    """Return the run's files, relative to the runs folder, and what is said of each."""
    found = [("manifest.json", {"name": "Manifest", "encodingFormat": "application/json"})]
    for name, mark in manifest["released"].items():
        found.append(
            (f"released/{name}.parquet", _said(f"Released table {name}", ".parquet", mark))
        )
    for job in manifest["jobs"]:
        if job["status"] == "ok":
            title = f"Notebook {job['notebook']} ({job['scope']})"
            path = output_path(job["scope"], job["notebook"])
            found.append((path, _said(title, ".ipynb", job["output"])))
    return found


def _said(name: str, kind: str, mark: str) -> dict[str, str]:
    return {"name": name, "encodingFormat": _KINDS[kind], "sha256": mark}


# Which published numbers differ between two runs, and by how much.

COLUMNS = ("table", "where", "column", "before", "after", "change")


def changed_numbers(before: Path, after: Path) -> pd.DataFrame:
    """Return the numbers that differ between two folders of released tables, as `COLUMNS`."""
    names = sorted({path.stem for folder in (before, after) for path in folder.glob("*.parquet")})
    parts = []
    for name in names:
        one, two = (_long(folder / f"{name}.parquet") for folder in (before, after))
        both = pd.concat([one.rename("before"), two.rename("after")], axis=1)
        same = both["before"].eq(both["after"]) | both.isna().all(axis=1)
        differing = both[~same].reset_index()
        differing.insert(0, "table", name)
        parts.append(differing)
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS[:5])
    table["change"] = table["after"] - table["before"]
    return table[list(COLUMNS)]


def _says_numbers(column: pd.Series) -> bool:
    """Return whether a column holds sentences with numbers, which are no name of a row."""
    return bool(column.astype(str).str.contains(r"\d.*[.]$").any())


def _long(path: Path) -> pd.Series:
    """Return a table's numbers, indexed by the row they are in (in words) and their column."""
    empty = pd.MultiIndex.from_arrays([[], [], []], names=["where", "repeat", "column"])
    if not path.is_file():
        return pd.Series([], index=empty, dtype=float).droplevel("repeat")
    table = pq.read_table(path, partitioning=None).to_pandas()
    numbers = [c for c in table if pd.api.types.is_numeric_dtype(table[c]) and c != "status"]
    # A change stands in points, as a ratio and as an odds ratio.
    known = [key for key in ESTIMATE_KEYS if key in table]
    keys = [key for key in (*known, "unit") if known and key in table] or [
        column
        for column in table
        if column not in numbers and column != "geometry" and not _says_numbers(table[column])
    ]
    if not numbers or not len(table):
        return pd.Series([], index=empty, dtype=float).droplevel("repeat")
    where = (
        table[keys].astype(str).fillna("").agg(" | ".join, axis=1)
        if keys
        else pd.Series("", table.index)
    )
    repeat = where.groupby(where).cumcount()
    where = where.where(repeat.eq(0), where + " #" + (repeat + 1).astype(str))
    long = table[numbers].astype(float).set_axis(where, axis=0).rename_axis(index="where")
    return long.rename_axis(columns="column").stack(future_stack=True)


def run_tables(study: Study, run: str) -> Path:
    """Return the folder of a run's released tables; BatchError where it is not the name of one."""
    if Path(run).is_dir():
        folder = Path(run)
        return folder / "released" if (folder / "released").is_dir() else folder
    kept = kept_runs(study.runs)
    named = {"last": kept[-1:], "previous": kept[-2:-1]}
    found = named.get(run, [name for name in kept if name.startswith(run)])
    if len(found) != 1:
        what = f"{'more than one run' if found else 'no run'} is called '{run}'"
        expected = ", ".join([*kept[-10:], *(name for name in named if named[name])])
        remedy = "Give the name of one of these runs." if expected else "Run first: wijkkit run."
        raise BatchError(what, found=run, expected=expected, remedy=remedy)
    return study.runs / "history" / found[0] / "released"
