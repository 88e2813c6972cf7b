"""Registry tables for the tests, in the registry's own columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

import pandas as pd
import pytest

from wijkkit.estimates.change import goal_changes
from wijkkit.evaluation.facts import Facts
from wijkkit.registry.registry import kind_frame
from wijkkit.registry.tables import COLUMNS, KINDS
from wijkkit.study import open_study
from wijkkit.tables import ESTIMATE_KEYS, tidy


@pytest.fixture(scope="session")
def registry_table() -> Callable[..., pd.DataFrame]:
    """Make a table of one kind from rows that name only some of its columns."""

    def make(kind: str, *rows: dict) -> pd.DataFrame:
        unknown = {name for row in rows for name in row} - set(COLUMNS[kind])
        assert not unknown, f"no columns of {kind}: {unknown}"
        kept = ({"key": f"x{n}", "version": 1} | row for n, row in enumerate(rows))
        cells = [[row.get(name) for name in COLUMNS[kind]] for row in kept]
        return kind_frame(KINDS[kind], cells)

    return make


STUDY = """
title: "Test"
language: {language}
city: {{name: Stad}}
programme: {{name: "Programma", start: 2018-09-01}}
waves:
  - {{id: "2018", label: "2018", start: 2018-05-01, end: 2018-07-31}}
  - {{id: "2021", label: "2021", start: 2021-04-01, end: 2021-06-30}}
groupings:
  - {{id: ses, label: "SES", column: ses, groups: [{{id: low, label: "low"}}, {{id: high, label: "high"}}]}}
goals:
  - {{id: outdoor, label: "More outdoor play", indicator: play, domain: gezond}}
  - {{id: sport, label: "More sport", indicator: sport, domain: talentontwikkeling}}
process:
  children_figure: children
  representativeness: {{ses.low: low_education}}
  key_figures:
    missing: ["9"]
    scales:
      coordination: {{label: "Coordination", items: [c1, c2, c3], reverse: [c3]}}
sources:
  survey: [{{id: s, path: s.csv, wave: "2018"}}]
  area_figures:
    - {{id: f, kind: file, level: wijk, period: "2021", path: f.csv, code_column: code, figures: {{children: children, low_education: low}}}}
  key_figures: {{path: key_figures.csv}}
  group_interviews: {{path: interviews.csv}}
  catalogue: {{path: catalogue.csv}}
"""
CODEBOOK = """
columns:
  area: {source: area, type: code}
  age: {source: age, type: number}
  ses: {source: ses, type: code}
  club: {source: club, type: integer}
"""
INDICATORS = """
{key}:
  label: "{label}"
  function: answer_in
  columns: {{answer: club}}
  options: {{values: [1]}}
  question_version: "v1"
  direction: {direction}
  logic_model: {box}
"""
WIJK = "wijk: {wijk}\nname: {name}\ncode: {code}\narm: {arm}\npair: {pair}\n"


@pytest.fixture(scope="session")
def small_study(tmp_path_factory):
    """Make a study of two pairs of wijken: a and b have the programme, c and d do not."""

    @cache
    def make(language: str = "nl", replace: tuple[str, str] = ("", "")):
        folder = tmp_path_factory.mktemp("process") / "study"
        (folder / "wijken").mkdir(parents=True, exist_ok=True)
        text = STUDY.format(language=language).replace(*replace)
        (folder / "study.yml").write_text(text)
        (folder / "codebook.yml").write_text(CODEBOOK)
        indicators = [("play", "Plays outside", "higher", "intermediate")]
        indicators += [("sport", "In a club", "higher", "intermediate")]
        indicators += [("ill", "Feels ill", "lower", "ultimate")]
        (folder / "indicators.yml").write_text(
            "".join(
                INDICATORS.format(key=k, label=name, direction=d, box=b)
                for k, name, d, b in indicators
            )
        )
        for number, wijk in enumerate("abcd"):
            (folder / "wijken" / f"{wijk}.yml").write_text(
                WIJK.format(
                    wijk=wijk,
                    name=f"Wijk-{wijk.upper()}",
                    code=f"W{number}",
                    arm="programme" if wijk in "ab" else "comparator",
                    pair=f"p{number % 2}",
                )
            )
        return open_study(folder)

    return make


def estimate_rows(*rows: tuple) -> pd.DataFrame:
    columns = ["indicator", "area", "area_level", "wave", "group_by", "group", "value", "lower"]
    columns += ["upper", "n", "unit", "status"]
    return tidy(pd.DataFrame(rows, columns=columns))


@pytest.fixture(scope="session")
def registered(registry_table):
    """A registry with gaps: a goal without intervention, an intervention without goal."""
    return {
        "goals": registry_table(
            "goals",
            {"wijk": "a", "key": "D1", "name": "Play", "study_goal": "outdoor",
             "baseline": 40.0, "target": 60.0, "status": "adopted"},
            {"wijk": "a", "key": "D2", "name": "Sport", "study_goal": "sport"},
            {"wijk": "a", "key": "D3", "name": "Old", "status": "dropped"},
            {"wijk": "b", "key": "D1", "name": "Sport", "study_goal": "sport"},
        ),
        "interventions": registry_table(
            "interventions",
            {"wijk": "a", "key": "I1", "name": "Square", "goal": "D1", "status": "running",
             "evidence": "2", "start": date(2019, 1, 1), "prevention": "universal",
             "target_size": 200, "target_low_ses": 100, "cost": 5000.0},
            {"wijk": "a", "key": "I2", "name": "Talk", "status": "running"},
            {"wijk": "a", "key": "I3", "name": "Gone", "status": "stopped"},
        ),
        "activities": registry_table(
            "activities",
            {"wijk": "a", "key": "A1", "intervention": "I1", "name": "play",
             "planned_sessions": 10, "delivered_sessions": 9, "planned_participants": 500,
             "participants": 100, "participants_ses_known": 100, "participants_low_ses": 10},
        ),
        "steps": registry_table(
            "steps",
            *({"wijk": "a", "cycle": 1, "step": str(n), "status": "done"} for n in (1, 2, 3)),
            {"wijk": "a", "cycle": 1, "step": "4", "status": "running",
             "planned_end": date(2021, 6, 1)},
        ),
        "decisions": registry_table(
            "decisions",
            {"wijk": "a", "key": "B1", "decision": "Open the square.", "status": "open",
             "date": date(2021, 1, 1), "due": date(2021, 5, 1)},
            {"wijk": "a", "key": "B2", "decision": "Start small.", "status": "taken",
             "date": date(2020, 1, 1), "reason": "Few partners."},
        ),
        "flags": registry_table(
            "flags",
            {"wijk": "a", "key": "K1", "what": "One provider for all.", "status": "open",
             "clash": "procurement", "programme": "Sport plan", "date": date(2021, 1, 1)},
            {"wijk": "b", "key": "K1", "what": "No room.", "status": "open",
             "clash": "procurement", "programme": "Sport plan", "date": date(2021, 1, 1)},
        ),
    }  # fmt: skip


@pytest.fixture
def facts(small_study, registered):
    """What is known of wijk a: outdoor play better, sport hidden, a registry with gaps."""

    def make(language: str = "nl", **changes):
        everyone = ("wijk", "2021", "", "all")
        estimates = estimate_rows(
            ("play", "a", "wijk", "2018", "", "all", 40, 35, 45, 120, "percent", "ok"),
            ("play", "a", *everyone, 55, 50, 60, 60, "percent", "ok"),
            ("play", "a", "wijk", "2021", "ses", "low", 50, 40, 60, 18, "percent", "ok"),
            ("play", "a", "wijk", "2021", "ses", "high", 60, 50, 70, 42, "percent", "ok"),
            ("sport", "a", *everyone, 50, 40, 60, 60, "percent", "hidden"),
            ("ill", "a", *everyone, 12, 5, 20, 60, "percent", "ok"),
            ("play", "city", "city", "2021", "", "all", 50, 49, 51, 900, "percent", "ok"),
        )
        moves = estimate_rows(
            ("play", "a", "wijk", "2018-2021", "", "all", 15, 8, 22, 60, "points", "ok"),
            ("play", "b", "wijk", "2018-2021", "", "all", 2, -6, 10, 60, "points", "ok"),
            ("sport", "b", "wijk", "2018-2021", "", "all", -9, -15, -3, 60, "points", "ok"),
        )
        gaps = estimate_rows(
            ("play", "a", "wijk", "2018", "ses", "low-high", -20, -30, -10, 50, "points", "ok"),
            ("play", "a", "wijk", "2018-2021", "ses", "low-high", 10, 1, 19, 18, "points", "ok"),
        )
        figures = pd.DataFrame(
            [
                ["a", "wijk", "children", "children", "2021", 1200.0, "count", "ok"],
                ["a", "wijk", "low_education", "", "2020", 42.0, "percent", "ok"],
            ],
            columns=["area", "area_level", "figure", "label", "period", "value", "unit", "status"],
        )
        known = {
            "registry": registered,
            "as_of": date(2021, 7, 1),
            "estimates": estimates,
            "changes": moves,
            "gaps": gaps,
            "goal_changes": None,
            "area_figures": figures,
        }
        study, known = small_study(language), known | changes
        if known["goal_changes"] is None:
            judged = goal_changes(known["changes"], known["gaps"], study.indicators)
            # As it is released: the verdicts alone.
            known["goal_changes"] = judged[[*ESTIMATE_KEYS, "looked_at", "status", "verdict"]]
        return Facts(study=study, **known)

    return make
