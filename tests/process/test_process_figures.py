"""Figures of process and logic model: they hold every row, and their alt text says the same."""

from __future__ import annotations

from datetime import date

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from wijkkit.evaluation.logic_model import assumption_findings, box_findings, element_states
from wijkkit.evaluation.process.network import centrality, meeting_ties
from wijkkit.evaluation.process.pace import pace
from wijkkit.language import text
from wijkkit.show.logic_model import draw_logic_model, logic_model_alt
from wijkkit.show.network import draw_network, network_alt
from wijkkit.show.timeline import draw_pace, draw_timeline, pace_alt, timeline_alt

TODAY = date(2021, 7, 1)


def words(figure) -> str:
    """Return all text in a figure, its line breaks undone, and check that it can be drawn."""
    figure.canvas.draw()
    found = [item.get_text() for axes in figure.axes for item in axes.texts]
    found += [item.get_text() for axes in figure.axes for item in axes.get_yticklabels()]
    return " ".join(" ".join(found).split())


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_logic_model_shows_every_element_with_its_state_in_words(facts, language):
    known = facts(language)
    states, claims = element_states(box_findings(known, "a")), assumption_findings(known, "a")
    figure = draw_logic_model(states, claims, language)
    shown, alt = words(figure), logic_model_alt(states, claims, language)
    for row in states.itertuples():
        # A label may be wrapped beside its state: its words are all there.
        assert set(row.label.split()) <= set(shown.split())
        assert row.label in alt
        assert text(f"logic_model.state.{row.state}", language) in alt
    for row in claims.itertuples():
        assert row.label.rstrip(".") in shown and row.label.rstrip(".") in alt
    assert text("logic_model.monitoring", language) in shown


def test_text_of_the_logic_model_stays_within_the_figure(facts):
    known = facts()
    figure = draw_logic_model(
        element_states(box_findings(known, "a")), assumption_findings(known, "a"), "nl"
    )
    renderer = FigureCanvasAgg(figure).get_renderer()
    width, height = figure.get_size_inches() * figure.dpi
    for item in figure.axes[0].texts:
        box = item.get_window_extent(renderer)
        assert 0 <= box.x0 and box.x1 <= width and 0 <= box.y0 and box.y1 <= height, item


def test_the_timeline_shows_each_step_and_says_what_was_not_registered(facts):
    table = pace(facts().kept("steps"), ["a"], as_of=TODAY)
    figure = draw_timeline(table, TODAY, "nl")
    assert "4 Inzet van interventies" in words(figure)
    assert words(figure).count("niet geregistreerd") == 2  # steps 5 and 6
    alt = timeline_alt(table, "Wijk-A", "nl")
    assert "Stap 4, Inzet van interventies: bezig, over de geplande datum" in alt
    assert "Stap 6, Verbetercyclus: niet geregistreerd" in alt


def test_the_pace_of_all_wijken_marks_late_without_colour(facts):
    table = pace(facts().kept("steps"), ["a", "b"], as_of=TODAY)
    names = {"a": "Wijk-A", "b": "Wijk-B"}
    shown = words(draw_pace(table, names, "nl"))
    assert "◐!" in shown and shown.count("?") == 8
    assert "Wijk-B: 1 niet geregistreerd" in pace_alt(table, names, "nl")


def test_the_network_shows_who_met_and_names_the_advisor(registry_table):
    stakeholders = registry_table(
        "stakeholders",
        {"wijk": "a", "key": "P1", "organisation": "City", "role": "gebiedsadviseur"},
        {"wijk": "a", "key": "P2", "organisation": "School", "role": "school"},
    )
    meetings = registry_table("meetings", {"wijk": "a", "key": "O1", "date": TODAY})
    attendance = registry_table(
        "attendance",
        *({"wijk": "a", "meeting": "O1", "stakeholder": p, "presence": "present"} for p in
          ("P1", "P2")),
    )  # fmt: skip
    ties = meeting_ties(stakeholders, meetings, attendance)
    places = centrality(stakeholders, meetings, attendance)
    shown = words(draw_network(ties, places, "en"))
    assert "School" in shown and "area adviser" in shown
    alt = network_alt(ties, places, "Wijk-A", "all", "en")
    assert "2 organisations and 1 ties" in alt


def test_an_empty_network_says_so(registry_table):
    empty = [registry_table(kind) for kind in ("stakeholders", "meetings", "attendance")]
    ties, places = meeting_ties(*empty), centrality(*empty)
    assert "geen overleggen" in words(draw_network(ties, places, "nl"))
    assert "geen overleggen" in network_alt(ties, places, "a", "all", "nl")
