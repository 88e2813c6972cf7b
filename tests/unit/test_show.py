"""What is shown equals what was released, also in words, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from tests.studies import replace, write_study
from wijkkit.errors import DisclosureError
from wijkkit.released import open_city, open_wijk, write_released
from wijkkit.show import (
    change_figure,
    change_sentences,
    change_table,
    explore_figure,
    funnel_figure,
    gap_figure,
    gap_sentences,
    goals_figure,
    goals_sentences,
    goals_table,
    position_figure,
    profile_table,
)
from wijkkit.show.change import trend
from wijkkit.study import open_study
from wijkkit.study.guard import STAGE, require_sources
from wijkkit.tables import tidy

VALUES = {
    ("noord", "wijk", "2018"): 41.0,
    ("noord", "wijk", "2021"): 52.0,
    ("zuid", "wijk", "2018"): 44.0,
    ("zuid", "wijk", "2021"): 45.0,
    ("city", "city", "2018"): 43.0,
    ("city", "city", "2021"): 48.0,
}


def estimates() -> pd.DataFrame:
    rows = []
    for (area, level, wave), value in VALUES.items():
        for group_by, group, shift in (("", "all", 0), ("ses", "low", -6), ("ses", "high", 6)):
            rows.append(
                {
                    "indicator": "play",
                    "area": area,
                    "area_level": level,
                    "wave": wave,
                    "group_by": group_by,
                    "group": group,
                    "value": value + shift,
                    "lower": value + shift - 5,
                    "upper": value + shift + 5,
                    "n": 60,
                    "unit": "percent",
                    "method": "logit",
                    "source": "survey",
                    "status": "ok",
                }
            )
    return tidy(pd.DataFrame(rows))


def changes() -> pd.DataFrame:
    return tidy(
        pd.DataFrame(
            {
                "indicator": ["play"],
                "area": ["noord"],
                "area_level": ["wijk"],
                "wave": ["2018-2021"],
                "group": ["all"],
                "value": [11.0],
                "lower": [2.0],
                "upper": [20.0],
                "unit": ["points"],
                "status": ["ok"],
            }
        )
    )


def gaps() -> pd.DataFrame:
    return changes().assign(group_by="ses", group="low-high", value=-4.0, lower=-9.0, upper=1.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_study(tmp_path / "studie")
    study = open_study(folder)
    write_released(study, "estimates", estimates())
    write_released(study, "changes", changes())
    write_released(study, "gaps", gaps())
    verdicts = pd.DataFrame(
        {
            "indicator": ["play"],
            "area": ["noord"],
            "area_level": ["wijk"],
            "wave": ["2021"],
            "against": ["city"],
            "verdict": ["not_distinguishable"],
        }
    )
    write_released(study, "comparisons", verdicts)
    return folder


def hide(folder: Path, status: str) -> None:
    study = open_study(folder)
    table = estimates()
    table.loc[table["area"] == "noord", ["status", "lower"]] = status, 90.0
    write_released(study, "estimates", tidy(table))
    changed = changes()
    changed["status"] = "hidden" if status == "above" else status
    write_released(study, "changes", tidy(changed))


def test_goals_say_value_interval_city_target_and_verdict(folder):
    view = open_wijk(folder, "noord")
    cells = goals_table(view).data.iloc[0].tolist()
    assert cells == [
        "Meer buitenspelen",
        "52% (47–57)",
        "48%",
        "60%",
        "niet duidelijk anders",
        "niet te vergelijken",
    ]
    said = goals_sentences(view).markdown
    assert "52% (47–57)" in said
    assert "De streefwaarde (60%) is nog niet gehaald." in said


def test_the_target_is_the_one_that_the_wijk_set_itself(folder):
    def target(**row) -> str:
        goals = pd.DataFrame([{"wijk": "noord", "study_goal": "play", "status": "adopted", **row}])
        write_released(open_study(folder), "goals", goals)
        return goals_table(open_wijk(folder, "noord")).data.iloc[0, 3]

    assert target(target=72.0) == "72%"
    for other in ({"wijk": "zuid"}, {"status": "dropped"}, {"study_goal": "sport"}):
        assert target(target=72.0, **other) == "60%"
    assert target(target=float("nan")) == "60%"


def test_alt_texts_hold_the_numbers_of_the_figure(folder):
    view = open_wijk(folder, "noord")
    assert "52% (47–57) in Noord, 48% in de stad" in goals_figure(view).alt
    assert "Noord van 41% (36–46) naar 52% (47–57)" in change_figure(view).alt
    assert "laag 46% (41–51), hoog 58% (53–63)" in gap_figure(view).alt
    assert "plaats 1 van 2" in position_figure(view).alt
    assert "Zuid: 45% (40–50)" in explore_figure(view, "play", "2021").alt


def test_a_change_is_called_one_only_when_its_interval_excludes_zero(folder):
    view = open_wijk(folder, "noord")
    assert "verbeterd" in change_sentences(view).markdown
    assert change_table(view).data.iloc[0].tolist() == [
        "Meer buitenspelen",
        "41% (36–46)",
        "52% (47–57)",
        "+11 procentpunt",
        "verbeterd",
    ]
    row = pd.Series({"lower": -1.0, "upper": 20.0, "status": "ok"})
    assert trend(row, "higher") == "not_distinguishable"
    assert trend(None, "higher") == "unknown"
    assert trend(pd.Series({"lower": -9.0, "upper": -1.0, "status": "ok"}), "lower") == "better"


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("hidden", "niet getoond (privacy)"),
        ("too_few", "te weinig kinderen"),
        ("missing", "geen gegevens"),
        ("not_asked", "niet gevraagd"),
    ],
)
def test_an_absent_number_is_a_word_everywhere_and_never_a_zero(folder, status, word):
    hide(folder, status)
    view = open_wijk(folder, "noord")
    shown = [goals_figure(view), change_figure(view), position_figure(view)]
    assert all(word in figure.alt or "geen plaats" in figure.alt for figure in shown)
    texts = [
        goals_sentences(view).markdown,
        change_sentences(view).markdown,
        gap_sentences(view).markdown,
    ]
    for text in [*texts, *(figure.alt for figure in shown)]:
        assert "52" not in text and "41%" not in text and "0% (" not in text
    assert goals_table(view).data.iloc[0, 1] == word


def test_a_wijk_whose_groups_are_hidden_gets_the_gap_of_the_city_and_is_told_so(folder):
    hide(folder, "hidden")
    view = open_wijk(folder, "noord")
    city = open_city(folder)
    assert gap_figure(view).caption == gap_figure(city).caption
    said = gap_sentences(view).markdown
    assert said.startswith("Voor Noord tonen we het verschil tussen groepen niet")
    assert "laag 42% (37–47), hoog 54% (49–59)" in said


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("too_few", "te weinig kinderen"),
        ("above", "meer dan 90%"),
        ("hidden", "niet getoond (privacy)"),
    ],
)
def test_an_absent_number_says_why_at_its_row(folder, status, word):
    hide(folder, status)
    view = open_wijk(folder, "noord")
    assert goals_table(view).data.iloc[0, 1] == word
    assert word in goals_figure(view).alt
    assert change_table(view).data.iloc[0, 2] == word


def test_a_change_of_the_gap_is_said_to_be_unclear_when_its_interval_holds_zero(folder):
    said = gap_sentences(open_wijk(folder, "noord")).markdown
    assert "laag 46% (41–51), hoog 58% (53–63)" in said
    assert "is niet duidelijk (−4 procentpunt, marge −9 tot 1)" in said


def test_the_funnel_of_a_wijk_lists_it_and_the_wijken_outside_and_that_of_the_city_all(folder):
    def listed(view) -> set[str]:
        return set(funnel_figure(view).data.iloc[:, 1])

    assert listed(open_city(folder)) == {"Noord", "Zuid"}
    assert listed(open_wijk(folder, "noord")) == {"Noord"}
    far = estimates()
    far.loc[far["area"].eq("zuid"), ["value", "lower", "upper", "n"]] = 95.0, 94.0, 96.0, 900
    write_released(open_study(folder), "estimates", tidy(far))
    assert listed(open_wijk(folder, "noord")) == {"Noord", "Zuid"}


def test_every_figure_carries_alt_text_and_caption_in_its_output(folder):
    data, metadata = goals_figure(open_wijk(folder, "noord"))._repr_mimebundle_()
    assert set(data) == {"image/svg+xml", "text/plain"}
    assert metadata["wijkkit"]["alt"] == data["text/plain"]
    assert metadata["wijkkit"]["caption"] == "De doelen van Noord in één oogopslag, meting 2"


def test_the_same_figure_gives_the_same_file_without_date_or_program(folder):
    first, second = (goals_figure(open_wijk(folder, "noord")).svg() for _ in range(2))
    assert first == second
    assert "dc:date" not in first and "Matplotlib" not in first


def test_names_are_shown_as_they_stand_and_never_run(folder):
    replace(folder, "wijken/noord.yml", "name: Noord", 'name: "<script>alert(1)</script> *x*"')
    replace(
        folder, "indicators.yml", "label: Speelt voldoende buiten", 'label: "<img src=x onerror=y>"'
    )
    view = open_wijk(folder, "noord")
    assert (
        "<script>" not in goals_table(view).html() + view._repr_html_() + goals_figure(view).svg()
    )
    for shown in (goals_sentences(view), change_sentences(view)):
        assert not re.search(r"(?<!\\)<", shown.markdown)


def test_a_view_without_wijk_takes_the_first_and_knows_only_its_own_rows(folder):
    view = open_wijk(folder)
    assert view.slug == "noord"
    assert set(view.own("estimates")["area"]) == {"noord"}
    assert open_city(folder).table("estimates").shape[0] == 18


def test_a_neighbourhood_notebook_in_a_batch_cannot_open_a_source(monkeypatch):
    require_sources("survey")
    monkeypatch.setenv(STAGE, "wijk")
    with pytest.raises(
        DisclosureError, match="survey: a neighbourhood notebook may not open a source"
    ):
        require_sources("survey")


def test_a_figure_of_an_area_has_as_many_decimals_in_every_period(folder):
    figure = {"figure": "low", "label": "Laag inkomen", "unit": "percent", "source": "cbs"}
    values = [("noord", "wijk", "2018", 18.8), ("noord", "wijk", "2021", 18.0)]
    values += [("city", "city", "2021", 11.7)]
    columns = ["area", "area_level", "period", "value"]
    table = pd.DataFrame(values, columns=columns).assign(status="ok", **figure)
    write_released(open_study(folder), "area_figures", table)
    shown = profile_table(open_wijk(folder, "noord")).data.iloc[0].tolist()
    assert shown == ["Laag inkomen", "18,8%", "18,0%", "11,7%"]
