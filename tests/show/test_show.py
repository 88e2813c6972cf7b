"""What is shown equals what was released, also in words, and nothing else."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import warnings
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from tests.studies import replace, write_study
from wijkkit import show
from wijkkit.errors import DisclosureError
from wijkkit.estimates.compare import sides
from wijkkit.language import text as worded
from wijkkit.released import open_city, open_wijk
from wijkkit.released.goals import target_state
from wijkkit.released.outcomes import trend
from wijkkit.released.store import write_released
from wijkkit.reports.pages import metadata
from wijkkit.reports.paper import cut, fitting
from wijkkit.show import diagrams, panels
from wijkkit.show.output import ALT_LENGTH, Nothing
from wijkkit.show.values import shown_value
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


def judged(table: pd.DataFrame, **numbers: float) -> pd.DataFrame:
    """Differences with the verdict that the release gives them."""
    table = tidy(table.assign(**numbers))
    return table.assign(verdict=sides(table["lower"], table["upper"]))


def changes() -> pd.DataFrame:
    return judged(
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
    rows = changes().assign(group_by="ses", group="low-high")
    return judged(rows, value=-4.0, lower=-9.0, upper=1.0)


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
    write_released(study, "changes", judged(changed))


GOALS = ["name", "first", "own", "city", "target", "state"]


def goals_figure(view):
    return show.intervals(
        view.goals(), {"own": view.name, "city": view.everywhere}, target="target"
    )


def test_goals_say_first_and_last_value_all_wijken_target_and_where_it_stands(folder):
    view = open_wijk(folder, "noord")
    cells = show.table(view.goals(), GOALS).data.iloc[0].tolist()
    assert cells == [
        "Meer buitenspelen",
        "41% (36–46)",
        "52% (47–57)",
        "48% (43–53)",
        "60% (de stad)",
        "nog niet gehaald",
    ]
    said = show.sentences(view.goals(), show.goal_sentence).markdown
    assert said == (
        "- **Meer buitenspelen**. Speelt voldoende buiten: 52% (47–57) van de kinderen (meting 2). "
        "Dat is niet duidelijk anders dan in de twee wijken samen (48%). Dat haalt de "
        "streefwaarde van de stad (60%) nog niet."
    )


def register(folder, **row) -> pd.DataFrame:
    registered = {
        "wijk": "noord", "key": "D1", "name": "Buiten zijn", "study_goal": "play", "domain": "gezond",
        "indicator": "play", "baseline": 30.0, "target": 72.0, "status": "adopted",
    }  # fmt: skip
    write_released(open_study(folder), "goals", pd.DataFrame([registered | row]))
    return open_wijk(folder, "noord").goals()


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("gebiedsadviseur", "met de gebiedsadviseur en 1 organisatie."),
        ("school", "met 2 organisaties."),
    ],
)
def test_an_adviser_who_was_at_no_meeting_is_not_in_the_network(role, words):
    names = ["gebiedsadviseur" if role == "gebiedsadviseur" else "School", "Politie"]
    places = pd.DataFrame(
        {"organisation": names, "role": [role, "police"], "degree": 1.0, "rank": 1}
    )
    places.attrs["language"] = "nl"
    ties = pd.DataFrame({"one": names[:1], "other": names[1:], "meetings": 2})
    found = diagrams.network(ties, places)
    legend = [one.get_text() for one in found.figure.axes[0].get_legend().get_texts()]
    assert words in found.alt and len(legend) == 1 + (role == "gebiedsadviseur")


def test_the_goals_are_those_that_the_wijk_chose_under_the_name_that_the_study_gives_them(folder):
    goals = register(folder)
    assert goals[["name", "target", "target_of", "chosen"]].to_numpy().tolist() == [
        ["Meer buitenspelen", 72.0, "wijk", True]
    ]
    assert register(folder, target=float("nan"))["target_of"].tolist() == ["study"]
    for other in ({"wijk": "zuid"}, {"status": "dropped"}):
        goals = register(folder, **other)
        assert goals[["target", "target_of"]].to_numpy().tolist() == [[60.0, "study"]]
    nowhere = register(folder, target=float("nan"), study_goal=None)
    assert show.table(nowhere, ["label", "state"]).data.iloc[0].tolist() == [
        "Buiten zijn",
        "geen streefwaarde",
    ]
    own = register(folder, study_goal=None, indicator=None)
    assert own[["label", "own_status"]].to_numpy().tolist() == [["Buiten zijn", "missing"]]
    assert open_wijk(folder, "zuid").goals().empty


def test_a_target_that_was_reached_at_the_first_measurement_is_said(folder):
    goals = register(folder, target=41.0)
    assert goals["reached_before"].tolist() == [True]
    view = open_wijk(folder, "noord")
    said = show.sentences(view.goals(), show.goal_sentence).markdown
    assert "Al in 2018 lag het cijfer (41%) op de streefwaarde." in said
    assert "Het register noemt 30% als begin." in said
    assert register(folder, target=42.0)["reached_before"].tolist() == [False]


def test_what_was_asked_once_has_not_changed_yet_and_nor_has_its_gap(folder):
    indicators = (folder / "indicators.yml").read_text(encoding="utf-8")
    once = indicators.replace("play:", "play:\n  waves: ['2021']", 1)
    (folder / "indicators.yml").write_text(once, encoding="utf-8")
    view = open_wijk(folder, "noord")
    said = show.sentences(view.outcomes(), show.change_sentence).markdown
    assert said.endswith(
        "nog maar één keer gemeten. Wat er verandert, is pas na een volgende meting te zeggen."
    )
    assert list(show.table(view.outcomes(), ["label", "trend"]).data) == ["Indicator"]
    now = tidy(gaps().assign(wave="2021")).assign(verdict="lower")
    write_released(open_study(folder), "gaps", now)
    said = show.gap_summary(open_wijk(folder, "noord").gaps()).markdown
    assert "Een duidelijk verschil in meting 2" in said and "kleiner of groter" not in said


@pytest.mark.parametrize(
    ("gone", "said"), [(["noord"], True), ([], False), (["noord", "zuid"], False)]
)
def test_wijken_that_joined_later_are_named_where_changes_are_explained(folder, gone, said):
    rows = [
        {"area": area, "area_level": "wijk", "wave": wave, "n": 60.0,
         "status": "missing" if area in gone and wave == "2018" else "ok"}
        for area in ("noord", "zuid") for wave in ("2018", "2021")
    ]  # fmt: skip
    study = open_study(folder)
    write_released(study, "participants", pd.DataFrame(rows))
    words = metadata(study, "stad")["text"]["method_survey"]
    assert ("Zonder gegevens in meting 1: Noord." in words) == said == ("precies dezelfde" in words)


def test_a_target_of_a_score_is_no_percentage_and_a_mean_is_of_no_share(folder):
    indicators = (folder / "indicators.yml").read_text(encoding="utf-8")
    score = indicators.replace("play:", "play:\n  unit: score", 1)
    (folder / "indicators.yml").write_text(score, encoding="utf-8")
    numbers = {"value": 7.2, "lower": 6.9, "upper": 7.5, "unit": "score"}
    write_released(open_study(folder), "estimates", estimates().assign(**numbers))
    goals = register(folder, target=7.5, baseline=8.1)
    assert show.table(goals, ["target", "registered_baseline"]).data.iloc[0].tolist() == [
        "7,5 (de wijk)",
        "8,1",
    ]
    said = show.sentences(goals, show.goal_sentence).markdown
    assert "gemiddeld 7,2 (6,9–7,5) bij kinderen (meting 2)" in said and "(7,5)" in said
    assert "%" not in said


def test_a_difference_in_a_score_has_a_sign_and_the_decimals_of_its_score(folder):
    outcome = open_wijk(folder, "noord").outcomes()
    change = {"value": 0.2, "lower": -0.2, "upper": 0.6, "unit": "score"}
    changed = {f"change_{name}": value for name, value in change.items()}
    outcome = outcome.assign(**changed, own_unit="score", first_unit="score", trend="unknown")
    assert show.table(outcome, ["change"]).data.iloc[0, 0] == "+0,2 (−0,2 tot +0,6)"
    assert "(+0,2, marge −0,2 tot 0,6)" in show.sentences(outcome, show.change_sentence).markdown
    effect = pd.DataFrame({"outcome": ["play"], "scale": ["score"], "status": ["ok"], **change})
    effect.attrs |= {"language": "nl", "differences": ("value",)}
    assert show.table(effect, ["value"]).data.iloc[0, 0] == "+0,2 (−0,2 tot +0,6)"
    own = pd.DataFrame(
        {"label": ["Cijfer"], "status": ["ok"], **change, "value": 7.2, "lower": 6.9}
    )
    own.attrs["language"] = "nl"
    assert show.table(own, ["value"]).data.iloc[0, 0] == "7,2 (6,9–0,6)"
    for kind in ("effects", "methods", "design_checks", "slopes"):
        ratio = effect.assign(unit="ratio", value=1.4, lower=0.9, upper=2.0)
        frame = open_city(folder).framed(kind, pd.concat([effect, ratio]))
        assert show.table(frame, ["outcome", "value"]).data.iloc[:, 1].tolist() == [
            "+0,2 (−0,2 tot +0,6)",
            "1,40 (0,90–2,00)",
        ]


def test_a_target_is_reached_only_when_the_whole_interval_is_beyond_it():
    number = {"value": 12.0, "lower": 9.0, "upper": 15.0, "status": "ok"}
    found = [target_state(number, target, "lower") for target in (16.0, 15.0, 10.0, 9.0, 8.0, None)]
    assert found == ["reached", "reached", "unclear", "unclear", "not_reached", "unclear"]


def test_numbers_in_frames_are_numbers(folder):
    view = open_wijk(folder, "noord")
    for frame in (view.goals(), view.outcomes(), view.waves(), view.wijken(), view.gaps()):
        numbers = [name for name in frame if name.endswith(("value", "lower", "upper", "_n"))]
        assert numbers and all(frame[name].dtype == float for name in numbers)


def test_alt_texts_hold_the_numbers_of_the_figure_and_are_short(folder):
    view = open_wijk(folder, "noord")
    texts = {
        "52% (47–57), de twee wijken samen 48%": goals_figure(view),
        "2018 41%, 2021 52%": show.slopes(view.waves()),
        "laag 46%, hoog 58%": show.dumbbells(view.gaps()),
        "Speelt voldoende buiten: 52% (47–57).": show.position(view.wijken()),
        "Zuid: 45% (40–50)": show.intervals(view.places("play")),
    }
    for words, figure in texts.items():
        assert words in figure.alt and len(figure.alt) <= ALT_LENGTH
    many = pd.concat([view.outcomes()] * 30).assign(label=[f"uitkomst {n}" for n in range(30)])
    figure = show.intervals(many, {"own": "Noord"})
    assert len(figure.alt) <= ALT_LENGTH and figure.alt.endswith("De rest staat in de tabel.")
    assert len(figure.data) == 30


def test_a_rank_stands_only_where_the_wijk_differs_clearly_from_all_together(folder):
    def shown() -> str:
        return show.position(open_wijk(folder, "noord").wijken()).alt

    assert "plaats" not in shown()
    study = open_study(folder)
    table = open_city(folder).table("comparisons").assign(verdict="better")
    write_released(study, "comparisons", table)
    assert "52% (47–57), plaats 1 van 2" in shown()


def test_a_change_is_called_one_only_when_its_interval_excludes_zero(folder):
    view = open_wijk(folder, "noord")
    outcomes = view.outcomes()
    assert show.sentences(outcomes, show.change_sentence).markdown == (
        "- **Speelt voldoende buiten**: verbeterd, van 41% naar 52% (+11 procentpunt, marge 2 tot 20)."
    )
    columns = ["label", "first", "own", "change", "trend"]
    assert show.table(outcomes, columns).data.iloc[0].tolist() == [
        "Speelt voldoende buiten",
        "41% (36–46)",
        "52% (47–57)",
        "+11 procentpunt (+2 tot +20)",
        "verbeterd",
    ]
    row = pd.Series({"value": 5.0, "status": "ok", "verdict": "not_distinguishable"})
    assert trend(row, "higher") == "not_distinguishable"
    assert trend(None, "higher") == trend(row.replace("ok", "hidden"), "higher") == "unknown"
    fell = pd.Series({"value": -5.0, "status": "ok", "verdict": "lower"})
    assert [trend(fell, way) for way in ("lower", "higher", "none")] == [
        "better",
        "worse",
        "unknown",
    ]


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("hidden", "niet getoond (privacy)"),
        ("too_few", "te weinig kinderen"),
        ("missing", "geen gegevens"),
        ("not_asked", "niet gevraagd"),
    ],
)
def test_an_absent_number_is_one_word_everywhere_and_never_a_zero(folder, status, word):
    hide(folder, status)
    view = open_wijk(folder, "noord")
    figures = [goals_figure(view), show.slopes(view.waves()), show.position(view.wijken())]
    assert all(word in figure.alt for figure in figures)
    texts = [
        show.sentences(view.goals(), show.goal_sentence).markdown,
        show.sentences(view.outcomes(), show.change_sentence).markdown,
        show.table(view.goals(), ["own"]).data.iloc[0, 0],
        *(figure.alt for figure in figures),
    ]
    for text in texts:
        assert word in text
        assert "52%" not in text and "41%" not in text and "0% (" not in text
    assert isinstance(show.gap_summary(view.gaps()), Nothing)


def test_a_share_above_a_limit_and_a_coarse_number_say_so(folder):
    study, table = open_study(folder), estimates()
    at = table["area"].eq("noord") & table["wave"].eq("2021")
    above = table.assign(
        status=table["status"].mask(at, "above"), lower=table["lower"].mask(at, 90.0)
    )
    write_released(study, "estimates", tidy(above))
    view = open_wijk(folder, "noord")
    assert show.table(view.goals(), ["own"]).data.iloc[0, 0] == "meer dan 90%"
    write_released(study, "estimates", tidy(table.assign(step=5.0)))
    assert show.table(view.goals(), ["own"]).data.iloc[0, 0] == "ongeveer 52% (47–57)"
    changes = show.slopes(view.waves())
    assert "2021 ongeveer 52%" in changes.alt
    assert {"ca. 41%", "ca. 52%"} <= {label.get_text() for label in changes.axes[0].texts}


def test_an_effect_of_coarse_steps_says_so_where_it_is_drawn():
    row = {"label": "Sport", "scale": "points", "value": 16.0, "lower": 0.0, "upper": 35.0}
    row |= {"status": "ok", "unit": "points", "step": 5.0, "certainty": "sign"}
    frame = pd.DataFrame([row])
    drawn = show.intervals(frame)
    assert "ongeveer +16 (0 tot +35)" in {text.get_text() for text in drawn.axes[0].texts}
    assert "ongeveer +16 (0 tot +35)" in drawn.alt
    methods = pd.concat([frame.assign(method=method) for method in ("cr1", "cr2")])
    why = show.forest(methods.assign(status=["ok", "hidden"]))
    assert isinstance(why, Nothing) and str(why) == why.markdown  # as the explorer says it
    assert "ongeveer +16" in show.forest(methods).alt
    alone = frame.assign(method="cr1", label="Spelen")
    assert "Spelen" not in show.forest(pd.concat([methods, alone])).alt
    exact = show.intervals(frame.assign(step=1.0)).alt + show.forest(methods.assign(step=1.0)).alt
    assert "ongeveer" not in exact


def test_each_panel_has_the_scale_of_its_own_unit(folder):
    waves = open_wijk(folder, "noord").waves()
    score = waves.assign(label="Cijfer", unit="score")
    for name in ("value", "lower", "upper"):
        score[name] = waves[name] / 10
    percent, marks = show.slopes(pd.concat([waves, score])).axes
    assert percent.get_ylim() == (0, 100) and marks.get_ylim()[1] < 10
    assert marks.yaxis.get_tick_params()["labelleft"]
    _, right = show.slopes(pd.concat([waves, waves.assign(label="Sport")])).axes
    assert right.get_ylim() == (0, 100) and not right.yaxis.get_tick_params()["labelleft"]


def test_a_difference_in_a_coarse_step_keeps_the_verdict_of_its_exact_limits(folder):
    study = open_study(folder)
    found = {"value": -30.0, "lower": -60.0, "upper": 0.0, "step": 10.0}
    rows = {wave: gaps().assign(wave=wave, **found) for wave in ("2018-2021", "2021")}
    rounded = "De marge is ruim afgerond; daardoor ligt nul erin."
    for verdict, moved in (("lower", "verslechterd"), ("not_distinguishable", "geen duidelijke")):
        table = pd.concat(rows.values()).assign(verdict=verdict)
        write_released(study, "gaps", table)
        write_released(study, "changes", changes().assign(**found, verdict=verdict))
        view = open_wijk(folder, "noord")
        said = show.gap_summary(view.gaps()).markdown
        clear = verdict == "lower"
        assert ("Een duidelijk verschil in" in said) == clear
        assert said.count(rounded) == (2 if clear else 0)  # of the gap, and of its change
        assert ("duidelijk bij: speelt voldoende buiten (ongeveer −30" in said) == clear
        changed = show.sentences(view.outcomes(), show.change_sentence).markdown
        assert moved in changed and (rounded in changed) == clear
        cell = show.table(view.outcomes(), ["label", "trend"]).data.iloc[0, 1]
        assert moved in cell and ("(gezien voor het afronden)" in cell) == clear
    # Two groups that stand alike in a coarse step are said to be so far apart, not to be alike.
    write_released(study, "gaps", pd.concat(rows.values()).assign(verdict="lower"))
    levels = estimates().assign(group_by="ses", value=50.0, lower=30.0, upper=70.0, step=10.0)
    alike = pd.concat([estimates(), *(levels.assign(group=group) for group in ("low", "high"))])
    write_released(study, "estimates", tidy(alike))
    said = show.gap_summary(open_wijk(folder, "noord").gaps()).markdown
    assert (
        "speelt voldoende buiten (ongeveer −30 procentpunt)" in said and "ongeveer 50%" not in said
    )
    for name, table in (("gaps", pd.concat(rows.values())), ("changes", changes().assign(**found))):
        write_released(study, name, table.assign(verdict="unknown"))
    view = open_wijk(folder, "noord")
    said = show.gap_summary(view.gaps()).markdown
    assert "tonen we niet of een verschil of een verandering meer is dan toeval" in said
    assert "geen duidelijk verschil" not in said and "geen enkele uitkomst" not in said
    changed = show.sentences(view.outcomes(), show.change_sentence).markdown
    assert ": van " in changed and "duidelijk" not in changed and "onbekend" not in changed


def test_the_city_names_the_wijken_outside_the_funnel_together(folder):
    assert open_city(folder).outside().empty
    far = estimates()
    at = far["area_level"].eq("wijk") & far["wave"].eq("2021")
    far.loc[at, ["value", "lower", "upper", "n"]] = 95.0, 94.0, 96.0, 900
    write_released(open_study(folder), "estimates", tidy(far))
    said = show.table(open_city(folder).outside(), ["label", "position", "name"]).data
    assert said.values.tolist() == [
        ["Speelt voldoende buiten", "veel hoger (99,8%)", "Noord en Zuid"]
    ]


def test_a_wijk_is_outside_the_funnel_where_its_children_are_many_and_far(folder):
    def positions() -> list[str]:
        return open_city(folder).wijken()["position"].tolist()

    assert positions() == ["inside", "inside"]
    far = estimates()
    far.loc[far["area"].eq("zuid"), ["value", "lower", "upper", "n"]] = 95.0, 94.0, 96.0, 900
    write_released(open_study(folder), "estimates", tidy(far))
    assert positions() == ["inside", "high998"]
    figure = show.funnel(open_wijk(folder, "noord").wijken())
    assert "buiten de grenzen van 95 procent ligt Zuid" in figure.alt
    # p(1-p)(z/h)^2 of 52 % with a half width of 5 points is 384; no more than the 60 asked.
    assert open_city(folder).wijken()["effective_n"].round().tolist() == [60, 900]


def test_a_figure_carries_alt_text_and_caption_and_can_still_be_changed(folder):
    figure = goals_figure(open_wijk(folder, "noord"))
    data, metadata = figure._repr_mimebundle_()
    assert set(data) == {"image/svg+xml", "text/plain"}
    assert metadata["wijkkit"] == {"alt": data["text/plain"], "caption": "De doelen van Noord"}
    figure.axes[0].set_title("eigen titel")
    assert "eigen titel" in figure.svg(letters="text")


def test_the_same_figure_gives_the_same_file_without_date_or_program(folder):
    first, second = (goals_figure(open_wijk(folder, "noord")).svg() for _ in range(2))
    assert first == second
    assert "dc:date" not in first and "Matplotlib" not in first


def test_what_has_no_rows_says_why_to_the_researcher_and_is_marked_for_the_report(folder):
    view = open_wijk(folder, "zuid")
    for shown in (
        show.intervals(view.goals()),
        show.table(view.goals(), GOALS),
        show.sentences(view.goals(), show.goal_sentence),
    ):
        data, metadata = shown._repr_mimebundle_()
        assert data["text/markdown"] and metadata == {"wijkkit": {"empty": True}}


def test_an_own_frame_is_drawn_and_listed_as_any_other():
    frame = pd.DataFrame(
        {"label": ["a", "b"], "value": [40.0, None], "lower": [30.0, None],
         "upper": [50.0, None], "status": ["ok", "too_few"], "unit": "percent"}
    )  # fmt: skip
    assert show.table(frame, ["label", "value"]).data.to_numpy().tolist() == [
        ["a", "40% (30–50)"],
        ["b", "te weinig kinderen"],
    ]
    assert show.intervals(frame).alt == (
        "Per rij een punt met een lijn voor de marge. a: 40% (30–50). b: te weinig kinderen."
    )


def test_names_are_shown_as_they_stand_and_never_run(folder):
    replace(folder, "wijken/noord.yml", "name: Noord", 'name: "<script>alert(1)</script> *x*"')
    replace(
        folder, "indicators.yml", "label: Speelt voldoende buiten", 'label: "<img src=x onerror=y>"'
    )
    view = open_wijk(folder, "noord")
    links = {"<script>alert(1)</script> *x*": '"><script>'}
    table = show.table(view.wijken(), ["name", "value"], links=links)
    figure = goals_figure(view)
    assert "<script>" not in table.html() + view._repr_html_() + figure.svg()
    for say, frame in ((show.goal_sentence, view.goals()), (show.change_sentence, view.outcomes())):
        assert not re.search(r"(?<!\\)<", show.sentences(frame, say).markdown)


_LONG = "Heeft in de afgelopen twaalf maanden (heel) vaak last gehad van eenzaamheid, somberheid, "
_LONG += "onzekerheid over de eigen toekomst of zorgen over werk, opleiding en een huis om te wonen"


@pytest.mark.parametrize("label", ["Wijk $5_$ en $^$", _LONG])
def test_a_figure_shows_names_as_they_are_written_and_keeps_its_size(folder, label):
    replace(folder, "wijken/noord.yml", "name: Noord", f'name: "{label[:60]}"')
    replace(folder, "indicators.yml", "label: Speelt voldoende buiten", f'label: "{label}"')
    view = open_wijk(folder, "noord")
    drawn = (
        goals_figure(view),
        show.intervals(view.outcomes(), {"change": ""}),
        show.position(view.wijken()),
        show.funnel(view.wijken()),
        show.dumbbells(view.gaps()),
        show.matrix(view.wijken(), state="verdict"),
    )
    for figure in drawn:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            figure.svg()
        box = figure.figure.axes[0].get_window_extent()
        assert box.width > 0.15 * figure.figure.bbox.width, figure.alt
        assert box.height > 0.15 * figure.figure.bbox.height, figure.alt


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


def test_a_figure_of_an_area_stands_beside_the_municipality_in_every_period(folder):
    figure = {"figure": "low", "label": "Laag inkomen", "unit": "percent", "source": "cbs"}
    values = [("noord", "wijk", "2018", 18.8), ("noord", "wijk", "2021", 18.0)]
    values += [("city", "city", "2021", 11.7)]
    columns = ["area", "area_level", "period", "value"]
    table = pd.DataFrame(values, columns=columns).assign(status="ok", **figure)
    write_released(open_study(folder), "area_figures", table)
    shown = show.table(open_wijk(folder, "noord").profile(), ["label", "value"], across="place")
    assert list(shown.data) == ["Kenmerk", "Noord 2018", "Noord 2021", "Proefstad 2021"]
    assert shown.data.iloc[0].tolist() == ["Laag inkomen", "19%", "18%", "12%"]


SECTIONS = {"wijk_summary", "city_summary", "effect_summary", "conclusions", "explanations"}
MODULES = [*Path(show.__file__).parent.glob("*.py")]


def test_only_what_is_a_whole_section_takes_a_view():
    public = [getattr(show, name) for name in show.__all__]
    takes_view = {one.__name__ for one in public if "view" in inspect.signature(one).parameters}
    assert takes_view == SECTIONS


def test_no_two_modules_of_figures_and_sentences_share_a_function_s_name():
    names = [
        node.name
        for path in MODULES
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    ]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_the_room_of_figures_and_sentences_stays_small():
    assert sum(len(path.read_text("utf-8").splitlines()) for path in MODULES) <= 2500


def test_rows_without_a_number_that_say_the_same_are_one_row():
    frame = pd.DataFrame(
        {
            "label": ["Sport"] * 4 + ["Buiten"],
            "method": ["cr1", "cluster_period", "cr2", "hierarchical", "cr1"],
            "value": [float("nan"), 3.0, float("nan"), float("nan"), float("nan")],
            "status": ["hidden", "ok", "hidden", "not_asked", "hidden"],
            "unit": "points",
        }
    )
    frame.attrs = {"language": "nl", "together": "method"}
    shown = show.table(frame, ["label", "method", "value"]).data
    cr1, cr2, cluster, hierarchical = (
        worded(f"effect_show.short.{name}", "nl")
        for name in ("cr1", "cr2", "cluster_period", "hierarchical")
    )
    assert shown.values.tolist() == [
        ["Sport", f"{cr1} en {cr2}", "niet getoond (privacy)"],
        ["Sport", cluster, "+3 procentpunt"],
        ["Sport", hierarchical, "niet gevraagd"],
        ["Buiten", cr1, "niet getoond (privacy)"],
    ]


def marks_at(axes) -> list[float]:
    """Where on the axis the first row and the second have marks: row numbers."""
    return sorted(
        {float(y) for line in axes.lines for y in line.get_ydata() if line.get_marker() == "o"}
    )


@pytest.mark.parametrize(
    ("units", "rows"), [(("percent", "score"), [0.0]), (("score", "score"), [0.0, 1.0])]
)
def test_a_score_has_a_mark_on_an_axis_of_scores_and_none_among_percentages(units, rows):
    values = [60.0 if unit == "percent" else 7.2 for unit in units]
    number = {"value": values, "lower": [one - 1 for one in values], "upper": [one + 1 for one in values],
              "unit": units, "status": "ok", "step": 0.1}  # fmt: skip
    frame = pd.DataFrame({"label": ["Buiten", "Cijfer"], **number})
    ends = {f"{end}_{key}": each for end in ("first", "last") for key, each in number.items()}
    groups = {"grouping": "opleiding", "first_group": "laag", "last_group": "hoog"}
    dots = frame.assign(
        name="Noord", own=True, city_value=values, verdict="unknown", direction="higher"
    )
    for figure in (
        show.intervals(frame),
        show.dumbbells(frame[["label"]].assign(**ends, **groups)),
        show.position(dots),
    ):
        (axes,) = figure.axes
        assert [round(at) for at in marks_at(axes)] == rows
        assert "7,2" in figure.alt


def test_what_is_not_known_of_an_assumption_is_not_a_comparison():
    frame = pd.DataFrame({"to_box": ["input"], "label": ["Een plan"], "verdict": ["unknown"]})
    frame.attrs = {"language": "nl"}
    assert show.table(frame, ["label", "verdict"]).data.iloc[0, 1] == "niet te zeggen"


def test_a_column_without_anything_is_left_out_of_a_table_but_never_the_first():
    frame = pd.DataFrame({"label": ["", ""], "target": [None, None], "p": [0.2, None]})
    assert list(show.table(frame, {"label": "A", "target": "B", "p": "C"}).data) == ["A", "C"]
    alone = frame.assign(alike="unknown")
    assert list(show.table(alone, ["label", "alike", "p"]).data)[1:] == ["p-waarde"]


@pytest.mark.parametrize(
    ("status", "reason", "word"),
    [
        ("too_few", "one_cluster_in_an_arm", "niet te schatten"),
        ("missing", "no_baseline", "niet te schatten"),
        ("hidden", "no_baseline", "niet getoond (privacy)"),
        ("too_few", "", "te weinig kinderen"),
        ("too_few", float("nan"), "te weinig kinderen"),
    ],
)
def test_an_effect_that_cannot_be_estimated_is_no_small_number_of_children(status, reason, word):
    assert shown_value({"value": None, "status": status, "reason": reason}, "nl") == word


def test_what_has_no_better_side_is_not_judged_rather_than_unknown(folder):
    outcome = open_wijk(folder, "noord").outcomes().assign(trend="unknown", verdict="unknown")
    columns = ["label", "trend", "verdict"]
    neither = outcome.assign(direction="none")
    words = show.table(neither, columns).data.iloc[0, 1:].tolist()
    assert words == ["niet beoordeeld", "niet beoordeeld"]
    # A change whose verdict is withheld stands there as well.
    assert show.table(outcome, columns).data.iloc[0, 1:].tolist() == ["niet beoordeeld"]
    hidden = neither.assign(change_status="hidden", own_status="hidden")
    assert show.table(hidden, columns).data.iloc[0, 1:].tolist() == ["verandering onbekend"]


def test_programme_wijken_of_which_nothing_is_registered_are_still_there(folder):
    view = open_city(folder)
    rows = pd.DataFrame(columns=["steps_done", "dose", "reach_of_plan", "registered"])
    said = {"Er zijn geen interventies geregistreerd.": rows.reindex([0])}
    said["Deze studie heeft geen programmawijken."] = rows
    for words, frame in said.items():
        assert show.done_summary(view.framed("side_by_side", frame)).markdown == words
    mixed = rows.reindex(range(3)).assign(steps_done=[3.0, 3.0, None]).astype(float)
    assert show.done_summary(view.framed("side_by_side", mixed)).markdown.splitlines() == [
        "- Twee programmawijken hebben elk 3 van de 6 stappen klaar.",
        "- Van één programmawijk is geen stap geregistreerd.",
    ]


@pytest.mark.parametrize(
    ("unit", "own", "city", "low", "high"),
    [("percent", 96, 94, 0, 100), ("percent", 2, 2, 0, 100), ("score", 7.2, 7.4, 6.9, 7.6)],
)
def test_values_beside_their_marks_do_not_touch_nor_leave_the_panel(unit, own, city, low, high):
    _, axes = plt.subplots()
    axes.set_ylim(low, high)
    rows = {True: own, False: city}
    series = {
        key: [(0.0, pd.Series({"value": float(value), "unit": unit, "status": "ok"}))]
        for key, value in rows.items()
    }
    panels._label_values(axes, series, 0, "right", "nl")
    (first, second) = (written.get_position()[1] for written in axes.texts)
    assert (first > second) == (own >= city)
    assert abs(first - second) == pytest.approx(max(abs(own - city), 0.18 * (high - low)))
    assert low < min(first, second) and max(first, second) < high
    words = ["7,2", "7,4"] if unit == "score" else [f"{own}%", f"{city}%"]
    assert [written.get_text() for written in axes.texts] == words
    plt.close()


def test_no_cell_of_a_table_is_empty_without_a_word():
    hidden = {"status": "hidden", "value": float("nan"), "p": float("nan"), "p_below": float("nan")}
    known = {"status": "ok", "value": 16.0, "p": float("nan"), "p_below": 0.05}
    rows = [{"label": "Sport", **known}, {"label": "Buiten", **hidden}]
    frame = pd.DataFrame(rows).assign(unit="points", lower=float("nan"), upper=float("nan"))
    said = show.table(frame, ["label", "value", "p"]).data.iloc[:, 2].tolist()
    assert said == ["< 0,05", "niet getoond (privacy)"]
    waves = [("Sport", "2018", "1"), ("Sport", "2021", "2"), ("Gebruik", "2021", "3")]
    frame = pd.DataFrame(waves, columns=["label", "wave", "mentioned"])
    wide = show.table(frame, ["label", "mentioned"], across="wave").data
    assert wide.iloc[1].tolist() == ["Gebruik", "niet gevraagd", "3"]
    roles = show.table(
        frame.rename(columns={"wave": "role"}), ["label", "mentioned"], across="role"
    )
    assert roles.data.iloc[1].tolist() == ["Gebruik", "geen gegevens", "3"]


@pytest.mark.parametrize(("names", "heads"), [(6, 6), (6, 37), (71, 6), (5, 67)])
def test_heads_of_a_grid_stay_apart_and_a_high_figure_is_cut_between_its_panels(names, heads):
    cells = [(f"Wijk {n}", f"Ervaart gezondheid {h}") for n in range(names) for h in range(heads)]
    frame = pd.DataFrame(cells, columns=["name", "label"]).assign(state="done")
    shown = show.matrix(frame)
    svg = shown.svg()
    for axes in shown.axes:
        boxes = [label.get_window_extent() for label in axes.get_xticklabels()]
        assert all(a.x1 <= b.x0 for a, b in itertools.pairwise(boxes))
    found = [tick for axes in shown.axes for tick in axes.get_xticklabels()]
    assert len(found) >= heads and (len(shown.axes) == 1) == (names == heads)
    parts = [part.decode() for part in cut(svg.encode())]
    begins = [float(re.search(r'viewBox="0 ([\d.]+) ', part)[1]) for part in parts]
    height, points = 72 * shown.figure.get_figheight(), 72 / shown.figure.dpi
    for axes in shown.axes:
        box = axes.get_tightbbox()
        top, bottom = (height - edge * points for edge in (box.y1, box.y0))
        assert not any(top + 1 < at < bottom - 1 for at in begins)
    assert all(fitting(part.encode())[0] > 10 for part in parts)


def test_waves_stand_in_the_order_of_the_study_and_sentences_call_them_by_their_label(folder):
    for name in ("study.yml", "indicators.yml"):
        path = folder / name
        text = path.read_text(encoding="utf-8").replace('"2018"', '"voor-2018"')
        path.write_text(text.replace('"2021"', '"na-2021"'), encoding="utf-8")
    study = open_study(folder)
    keys = {"2018": "voor-2018", "2021": "na-2021"}
    levels = estimates().assign(wave=estimates()["wave"].replace(keys))
    write_released(study, "estimates", tidy(levels))
    now = tidy(gaps().assign(wave="na-2021")).assign(verdict="lower")
    write_released(study, "gaps", now)
    view = open_wijk(folder, "noord")
    waves = view.waves()
    shown = show.table(waves[waves["own"]], ["label", "value"], across="wave").data
    assert list(shown)[1:] == ["voor-2018", "na-2021"]
    assert "Een duidelijk verschil in meting 2" in show.gap_summary(view.gaps()).markdown
