"""Every element of the programme is where the documentation says it is."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from tests.conftest import ROOT
from wijkkit.evaluation.explanations.evidence import Evidence
from wijkkit.evaluation.explanations.explain import explanations
from wijkkit.registry import COLUMNS, KINDS
from wijkkit.study import open_study
from wijkkit.study.model import StudyFile
from wijkkit.study.settings.programme import BOXES, LogicModelSettings
from wijkkit.study.strict_yaml import _models_in

PAGE = (ROOT / "docs" / "programme.md").read_text(encoding="utf-8")
PARTS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
NAMES = sorted(set(re.findall(r"`([^`]+)`", PAGE)))
LABEL = re.compile(r"(fig|tbl|zin)-[a-z-]+")


def rows(part: str) -> list[list[str]]:
    """Return the cells of a part's table, without its head."""
    lines = [line for line in PARTS[part].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def keys(part: str) -> set[str]:
    return {name for row in rows(part) for name in re.findall(r"`([a-z_]+)`", row[-1])}


@pytest.mark.parametrize("name", [name for name in NAMES if LABEL.fullmatch(name)])
def test_a_figure_table_or_sentence_is_in_a_report(name):
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "reports").glob("*.qmd")]
    assert any(f"#{name} >}}}}" in source for source in sources)


@pytest.mark.parametrize(
    "name", [name for name in NAMES if re.fullmatch(r"[a-z_]+\.(?!yml)[a-z_]+", name)]
)
def test_a_column_or_a_setting_is_there(name):
    first, second = name.split(".")
    if first in KINDS and second in COLUMNS[first]:
        return
    setting = StudyFile.model_fields[first]
    kind = setting.annotation
    assert second in kind.model_fields, name


def test_the_logic_model_has_these_elements_and_no_others():
    model = LogicModelSettings()
    found = [(row[0], *re.findall(r"`([a-z_]+)`", row[2])) for row in rows("The logic model")]
    assert [row for row in found if row[0] in BOXES] == [
        (element.box, element.id) for element in model.elements
    ]
    assert {item.id for item in model.assumptions} <= keys("The logic model")


def test_the_explanations_are_these_and_no_others():
    table = explanations(open_study(ROOT / "parameters"), Evidence())
    assert keys("Why little effect") == set(table["explanation"])


def test_every_step_and_every_element_is_somewhere():
    assert [row[0][:2] for row in rows("The six steps")[:6]] == [f"{n} " for n in range(1, 7)]
    for part in PARTS:
        for row in rows(part):
            assert all(row), (part, row)


def thresholds() -> list[tuple[str, float]]:
    """Return the settings that the page of thresholds names, with the default it says."""
    page = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    found = []
    for settings, defaults in re.findall(
        r"^\| (`.+?) \| ([\d./, ]+?)(?: points)? \|", page, re.MULTILINE
    ):
        values = [float(Fraction(value)) for value in defaults.split(", ")]
        names = [name.replace("…", "evaluation.explanations.") for name in _quoted(settings)]
        prefix = names[0].rpartition(".")[0]
        names = [name if "." in name else f"{prefix}.{name}" for name in names]
        found += zip(names, values if len(values) > 1 else values * len(names), strict=True)
    return found


def _quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def default(name: str) -> object:
    """Return the default of a setting of study.yml, by its place."""
    *path, field = name.split(".")
    model = StudyFile
    for part in path:
        (model,) = _models_in(model.model_fields[part].annotation)
    return model.model_fields[field].default


def test_the_page_of_thresholds_says_the_defaults():
    named = thresholds()
    assert len(named) > 25
    assert {name: value for name, value in named if default(name) != pytest.approx(value)} == {}
