"""The explorer follows what is chosen, keeps it on request and shows nothing hidden."""

from __future__ import annotations

import html
import re

import geopandas
import ipywidgets as widgets
import pandas as pd
import pytest
from shapely.geometry import box

import wijkkit as wk
from wijkkit import show
from wijkkit.errors import ParameterError
from wijkkit.released.store import write_released
from wijkkit.tables import tidy
from wijkkit.workbench.parameter_set import (
    QUESTIONS,
    ParameterSet,
    load_parameter_set,
    save_parameter_set,
)


def every(panel: widgets.Widget) -> list[widgets.Widget]:
    below = [child for inner in getattr(panel, "children", ()) for child in every(inner)]
    return [panel, *below]


def control(panel: widgets.Widget, description: str) -> widgets.Widget:
    (found,) = [w for w in every(panel) if getattr(w, "description", "") == description]
    return found


def run(panel: widgets.Widget, **names: object) -> object:
    """Run the code that a panel shows, as a researcher who copies it, and return its last line."""
    code = html.unescape(re.search("<code>(.*)</code>", said(panel), re.DOTALL)[1])
    *before, last = code.split("\n")
    space = {"wk": wk, **names}
    exec("\n".join(before), space)
    return eval(last, space)


def said(panel: widgets.Widget) -> str:
    return "\n".join(w.value for w in every(panel) if isinstance(w, widgets.HTML))


def test_the_last_wave_of_the_first_goal_is_shown_first(view):
    panel = wk.explorer(view)
    assert control(panel, "Indicator").label == "Doel: Meer buitenspelen"
    assert "Noord: 63% (58–68)." in said(panel)


def test_a_changed_wave_changes_the_figure_its_alt_text_the_table_and_the_code(view):
    panel = wk.explorer(view)
    control(panel, "Meting").value = "2018"
    shown = said(panel)
    assert "Noord: 41% (36–46). Zuid: 52% (47–57)." in shown
    assert "63%" not in shown
    assert "wave=&#x27;2018&#x27;" in shown


def test_chosen_wijken_and_group_are_all_that_is_shown(view):
    panel = wk.explorer(view)
    control(panel, "Wijken").value = ("noord",)
    control(panel, "Groep").value = ("ses", "low")
    shown = said(panel)
    assert "Noord: 38% (33–43)." in shown
    assert "Zuid" not in shown


@pytest.mark.parametrize(
    ("group", "word"), [(("", "all"), "niet getoond (privacy)"), (("ses", "low"), "weinig")]
)
def test_a_cell_that_is_not_released_has_a_word_and_no_number(view, group, word):
    panel = wk.explorer(view)
    control(panel, "Groep").value = group
    control(panel, "Wijken").value = ("zuid",)
    shown = said(panel)
    assert word in shown
    assert "12%" not in shown and "33%" not in shown


def test_the_code_that_is_shown_makes_the_figure_that_is_shown(view):
    panel = wk.explorer(view)
    control(panel, "Meting").value = "2018"
    control(panel, "Wijken").value = ("zuid",)
    assert run(panel, study=view.study).alt in said(panel)


@pytest.fixture
def whole(view):
    """The small study with changes, gaps and borders as well."""
    keys = {"indicator": "play", "area_level": "wijk", "unit": "points", "status": "ok"}
    change = {"area": "noord", "wave": "2018-2021", "group": "all", "value": 22.0}
    gap = {"area": "zuid", "wave": "2021", "group_by": "ses", "group": "low-high", "value": -9.0}
    for name, row in (("changes", change), ("gaps", gap)):
        rows = pd.DataFrame([keys | row])
        rows = rows.assign(lower=rows["value"] - 5, upper=rows["value"] + 5)
        write_released(view.study, name, tidy(rows))
    borders = {"area": ["noord", "zuid"], "name": ["Noord", "Zuid"], "area_level": "wijk"}
    shapes = [box(0, at, 100, at + 100) for at in (100, 0)]
    write_released(
        view.study, "borders", geopandas.GeoDataFrame(borders, geometry=shapes, crs=28992)
    )
    return view


ANSWERS = {
    "wijk": "Noord: 63% (58–68).",
    "change": "Noord: +22 (+17 tot +27). Zuid: geen gegevens.",
    "gap": "Noord: geen gegevens. Zuid: −9 (−14 tot −4).",
    "age": "laag: geen gegevens.",
    "scatter": "Noord: 63%, 63%. de twee wijken samen: 49%, 49%.",
    "map": "Noord: 63% (58–68).",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_has_its_figure_and_runs_as_it_is_printed(whole, question):
    panel = wk.explorer(whole)
    control(panel, "Vraag").value = question
    made = run(panel, study=whole.study)
    assert ANSWERS[question] in made.alt and made.alt in html.unescape(said(panel))
    assert "12" not in made.alt  # Zuid is hidden in 2021
    if question == "scatter":  # in the table as it is said, a score with its decimal
        assert made.data[["first_words", "second_words"]].iloc[0].tolist() == ["63%"] * 2
        assert "<td>63%</td>" in said(panel)
    assert control(panel, "Tweede indicator").disabled is (question != "scatter")


def test_what_was_saved_is_shown_again_when_it_is_opened(view, tmp_path):
    panel = wk.explorer(view)
    control(panel, "Meting").value = "2018"
    control(panel, "Wijken").value = ("zuid",)
    control(panel, "Map").value, control(panel, "Naam").value = str(tmp_path / "sets"), "zuid"
    control(panel, "Bewaren").click()
    assert [path.name for path in (tmp_path / "sets").iterdir()] == ["zuid.yml"]
    other = wk.explorer(view)
    control(other, "Map").value, control(other, "Naam").value = str(tmp_path / "sets"), "zuid"
    control(other, "Openen").click()
    assert control(other, "Meting").value == "2018"
    assert "Zuid: 52% (47–57)." in said(other)


@pytest.mark.parametrize(
    ("folder", "name", "word"), [("", "a", "no folder"), ("sets", "../a", "cannot name a file")]
)
def test_a_place_that_cannot_be_saved_to_is_said_in_the_panel(view, folder, name, word):
    panel = wk.explorer(view)
    control(panel, "Map").value, control(panel, "Naam").value = folder, name
    control(panel, "Bewaren").click()
    assert word in said(panel)


def test_without_keeping_there_is_nothing_that_writes(view):
    panel = wk.explorer(view, keep=False)
    assert not [w for w in every(panel) if isinstance(w, (widgets.Button, widgets.Text))]


def test_a_parameter_set_that_does_not_fit_the_study_says_everything(view, tmp_path):
    unfit = ParameterSet(indicator="chess", wave="1999", wijken=["west"], group_by="x", group="y")
    path = save_parameter_set(tmp_path, "unfit", unfit)
    with pytest.raises(ParameterError) as error:
        load_parameter_set(path, view.study)
    places = [problem.place for problem in error.value.problems]
    assert places == ["indicator", "wave", "group", "wijken"]
    path.write_text("question: chess\nindicator: play\nwave: '2021'\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="question"):
        load_parameter_set(path, view.study)


def test_a_wijk_that_is_hidden_has_no_mark_in_the_figure(view):
    marks = [
        [line.get_xdata()[0] for line in shown.figure.axes[0].lines if line.get_marker() == "o"]
        for shown in (show.intervals(view.places("play", wave)) for wave in ("2018", "2021"))
    ]
    assert marks == [[41, 52, 47], [63, 49]]
