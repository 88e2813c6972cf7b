"""A small study of two wijken and two waves, for tests that need one."""

from __future__ import annotations

import csv
from pathlib import Path

import yaml

#: What is kept of the demo's indicators and groupings where it runs or is released again and again.
SMALL = {"outdoor_play", "psychosocial_problems", "sport"}, {"ses"}
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
    """Keep some indicators and groupings of a study: what costs by the cell costs less."""
    path = folder / "indicators.yml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert indicators <= set(found)
    path.write_text(yaml.safe_dump({key: found[key] for key in found if key in indicators}))
    path = folder / "study.yml"
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    study["goals"] = [goal for goal in study["goals"] if goal["indicator"] in indicators]
    if "service_use" not in indicators:
        for name in ("participation", "service_use"):
            study["process"].pop(name, None)
    if groupings is not None:
        study["groupings"] = [one for one in study["groupings"] if one["id"] in groupings]
    path.write_text(yaml.safe_dump(study, sort_keys=False))
    catalogue = folder.parent / "data" / "registry" / "catalogue.csv"
    if not catalogue.parents[1].is_symlink():
        _serve(catalogue, [goal["id"] for goal in study["goals"]])
    return folder


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
