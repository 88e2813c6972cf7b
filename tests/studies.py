"""A small study of two wijken and two waves, for tests that need one."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from pathlib import Path

import pyreadstat
import yaml

#: What is kept of the demo's indicators and groupings where it runs or is released again and again,
#: and the wijken of the monitor in the tutorial.
SMALL = {"outdoor_play", "sport"}, {"ses"}
SMALL_MONITOR = {"BU99990101", "BU99990102", "BU99990202"}
STUDY = """
title: Proef
city: {name: Proefstad}
programme: {name: Programma, start: 2018-09-01}
waves:
  - {id: "2018", label: meting 1, start: 2018-05-01, end: 2018-07-31}
  - {id: "2021", label: {nl: meting 2, en: wave 2}, start: 2021-04-01, end: 2021-07-31}
groupings:
  - id: ses
    label: opleiding
    column: ses
    groups: [{id: low, label: laag}, {id: high, label: hoog}]
goals:
  - {id: play, label: Meer buitenspelen, indicator: play, domain: gezond, target: {value: 60, wave: "2021"}}
sources:
  survey:
    - {id: enquete, path: enquete.csv}
"""
CODEBOOK = """
columns:
  respondent: {source: nr, type: code}
  area: {source: buurt, type: code}
  age: {source: leeftijd, type: integer}
  wave: {source: meting, type: code}
  ses: {source: opl, type: category, values: {"1": low, "2": high}}
  days: {source: dagen, type: integer}
"""
INDICATORS = """
play:
  label: Speelt voldoende buiten
  function: outdoor_play_days
  columns: {days: days}
  question_version: proef
  direction: higher
  goal: play
"""
WIJKEN = {
    "noord": "wijk: noord\nname: Noord\ncode: BU1\narm: programme\npair: a\n",
    "zuid": "wijk: zuid\nname: Zuid\ncode: BU2\narm: comparator\npair: a\n",
}


def write_study(folder: Path) -> Path:
    """Write the study's files to `folder` and return it."""
    (folder / "wijken").mkdir(parents=True)
    (folder / "study.yml").write_text(STUDY, encoding="utf-8")
    (folder / "codebook.yml").write_text(CODEBOOK, encoding="utf-8")
    (folder / "indicators.yml").write_text(INDICATORS, encoding="utf-8")
    for slug, content in WIJKEN.items():
        (folder / "wijken" / f"{slug}.yml").write_text(content, encoding="utf-8")
    return folder


def replace(folder: Path, file: str, old: str, new: str) -> None:
    """Replace a text that must be there in one of the study's files."""
    path = folder / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")


def keep(folder: Path, indicators: set[str], groupings: set[str] | None = None) -> Path:
    """Keep some indicators and groupings of the demo: what costs by the cell costs less."""
    path = folder / "indicators.yml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert indicators <= set(found)
    path.write_text(yaml.safe_dump({key: found[key] for key in found if key in indicators}))
    path = folder / "study.yml"
    text = path.read_text(encoding="utf-8")
    goals = {goal["id"]: goal["indicator"] for goal in yaml.safe_load(text)["goals"]}
    kept = [goal for goal, indicator in goals.items() if indicator in indicators]
    text = _with(text, "goals", kept)
    if groupings is not None:
        text = _with(text, "groupings", groupings)
    if "service_use" not in indicators:
        text = re.sub(r"(?m)^  (participation|service_use):.*\n", "", text)
    path.write_text(text, encoding="utf-8")
    catalogue = folder.parent / "data" / "registry" / "catalogue.csv"
    if not catalogue.parents[1].is_symlink():
        _serve(catalogue, kept)
    return folder


def keep_wijken(monitor: Path, codes: set[str]) -> None:
    """Keep some wijken of the demo's youth monitor, with all that its file says of the columns."""
    rows, said = pyreadstat.read_sav(monitor)
    kept = rows[rows["buurtcode"].isin(codes)]
    assert codes == set(kept["buurtcode"])
    labels = {
        "column_labels": said.column_labels,
        "variable_value_labels": said.variable_value_labels,
    }
    pyreadstat.write_sav(kept, monitor, **labels)


def _with(text: str, section: str, kept: Collection[str]) -> str:
    """Keep some entries of a list in study.yml, and the other lines as they are written."""
    head, entries = re.search(rf"(?ms)^{section}:\n(?=((?:^ .*?\n)+))", text).group(0, 1)
    parts = re.findall(r"(?ms)^  - id: (\w+)\n(.*?)(?=^  - id: |\Z)", entries)
    new = "".join(f"  - id: {name}\n{rest}" for name, rest in parts if name in kept)
    assert kept and new.count("  - id: ") == len(kept)
    return text.replace(head + entries, head + new)


def _serve(catalogue: Path, goals: list[str]) -> None:
    """Let the interventions of a catalogue serve goals that are there."""
    with catalogue.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        named = [name.strip() for name in row["goals"].split(";")]
        row["goals"] = ";".join([name for name in named if name in goals] or goals[:1])
    with catalogue.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
