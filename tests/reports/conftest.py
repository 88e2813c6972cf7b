"""A small study with executed notebooks, made here: the reports need nothing else."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.conftest import ROOT
from wijkkit.reports.engine import make_pages
from wijkkit.reports.render import plan_of
from wijkkit.reports.runs import BRIEF, NotebookState, notebook_states
from wijkkit.reports.theme import load_house_style
from wijkkit.study import open_study

PNG = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
    )
).decode()
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="120" viewBox="0 0 400 120">'
    '<rect width="300" height="40" y="20" fill="#0b4f8a"/>'
    '<text x="10" y="100" font-family="sans-serif">41%</text></svg>'
)
STUDY = """
title: {nl: "Proefstudie", en: "Trial study"}
language: LANGUAGE
city: {name: "Stad"}
programme: {name: "Programma", start: 2019-01-01}
waves:
  - {id: w1, label: "2018", start: 2018-05-01, end: 2018-07-31}
sources:
  survey:
    - {id: s, path: s.csv, wave: w1}
report: {date: "2021-07-31"}
"""
CODEBOOK = """
columns:
  respondent: {source: id, type: code}
  area: {source: area, type: code}
  age: {source: age, type: number}
"""


def outputs_for(label: str, name: str = "Wijk A", word: str = "kinderen") -> list[dict]:
    """Return outputs as the project's own display objects make them."""
    kind = label.partition("-")[0]
    if kind == "fig":
        data = {"image/svg+xml": SVG, "text/plain": "alt"}
        about = {"alt": f"Balk van 41% in {name}", "caption": f"Figuur over {name}: {word}"}
    elif kind == "tbl":
        data = {
            "text/html": f"<table><thead><tr><th>Doel</th><th>{name}</th></tr></thead><tbody>"
            f"<tr><td>Buitenspelen</td><td>41%</td></tr></tbody></table>",
            "text/plain": "tabel",
        }
        about = {"caption": f"Tabel over {name}"}
    else:
        data, about = {"text/markdown": f"In **{name}** spelen 41% van de {word} buiten."}, {}
    return [{"output_type": "display_data", "data": data, "metadata": {"wijkkit": about}}]


def write_notebook(path: Path, labels: dict[str, list[dict]]) -> None:
    """Write an executed notebook in which each label was published."""
    cells = [
        {
            "cell_type": "code",
            "source": f"#| label: {label}\nshow()",
            "outputs": [_published(label, output) for output in outputs],
        }
        for label, outputs in labels.items()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}))


def _published(label: str, output: dict) -> dict:
    metadata = output.get("metadata", {})
    about = {**metadata.get("wijkkit", {}), "published": label}
    return {**output, "metadata": {**metadata, "wijkkit": about}}


def labels_of(notebook: Path) -> list[str]:
    """Return the labels that a notebook publishes."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return re.findall(r"\"((?:fig|tbl|zin)-[a-z0-9-]+)\"", code)


def make_study(folder: Path, language: str = "nl", wijken: tuple[str, ...] = ("wijk-a", "wijk-b")):
    """Make a study in `folder` with all notebooks executed; return it and their states."""
    (folder / "wijken").mkdir(parents=True)
    (folder / "study.yml").write_text(STUDY.replace("LANGUAGE", language))
    (folder / "codebook.yml").write_text(CODEBOOK)
    (folder / "indicators.yml").write_text("{}\n")
    for number, slug in enumerate(wijken):
        arm = "programme" if number == 0 else "comparator"
        name = slug.replace("-", " ").capitalize()
        (folder / "wijken" / f"{slug}.yml").write_text(
            f'wijk: "{slug}"\nname: "{name}"\ncode: "BU{number}"\ndistrict: "Gebied"\narm: {arm}\n'
        )
    study = open_study(folder)
    states = {}
    for source in sorted((ROOT / "notebooks").glob("[!.]*/*.ipynb")):
        for scope in ("stad",) if source.parent.name == "stad" else wijken:
            place = study.runs / ("stad" if scope == "stad" else f"wijk/{scope}") / source.name
            name = scope.replace("-", " ").capitalize()
            write_notebook(place, {label: outputs_for(label, name) for label in labels_of(source)})
            states[scope, source.stem] = NotebookState("ok")
    return study, states


@pytest.fixture(scope="session")
def house():
    """The house style of the project itself."""
    return load_house_style(ROOT / "reports" / "theme")


@pytest.fixture
def executed(tmp_path):
    return make_study(tmp_path / "study")


def summary_lengths(study, site: Path) -> dict[str, int]:
    """Make the summaries of all wijken and of the city, and return how many pages each has."""
    plan = plan_of(
        study, notebook_states(study), "builtin", ("html", "pdf"), study.neighbourhoods, False
    )
    tasks = [task for task in plan.tasks if task[0].stem.endswith(BRIEF)]
    site.mkdir(parents=True, exist_ok=True)
    make_pages(study, notebook_states(study), tasks, site, plan.house, "builtin", 2)
    return {path.stem: len(PdfReader(path).pages) for path in sorted(site.glob("*.pdf"))}
