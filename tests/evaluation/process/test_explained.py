"""From registry, interviews and figures to verdicts: each explanation in all three ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from tests.evaluation.process.conftest import estimate_rows
from wijkkit.evaluation.explanations.rules import PROCESS
from wijkkit.evaluation.facts import Facts
from wijkkit.loaders.segments import GROUP_COLUMNS, SEGMENT_COLUMNS, GroupInterviews
from wijkkit.pipeline.process.explanations import evidence, explained
from wijkkit.study import Study

START = date(2010, 9, 1)
WIJKEN, ARMS = "abcd", {"a": "programme", "b": "programme", "c": "comparator", "d": "comparator"}


@dataclass(frozen=True)
class World:
    """What is known of two programme wijken (a, b) and two comparators in which all went well."""

    study: Study
    rows: dict[str, list[dict]]
    estimates: list[tuple]
    figures: dict[str, float]
    groups: list[tuple[str, str, str]]
    said: dict[str, tuple[str, ...]]

    def __call__(self, registry_table: Callable) -> tuple[Facts, GroupInterviews]:
        figures = [
            (wijk, "wijk", figure, figure, "2014", value, "ok")
            for wijk in WIJKEN
            for figure, value in self.figures.items()
        ]
        columns = ["area", "area_level", "figure", "label", "period", "value", "status"]
        facts = Facts(
            study=self.study,
            registry={kind: registry_table(kind, *rows) for kind, rows in self.rows.items()},
            as_of=date(2014, 7, 31),
            estimates=estimate_rows(*self.estimates),
            area_figures=pd.DataFrame(figures, columns=columns),
        )
        groups = pd.DataFrame(
            [(name, wijk, ARMS[wijk], wave, "network") for name, wijk, wave in self.groups],
            columns=GROUP_COLUMNS,
        )
        said = [(code, name) for code, names in self.said.items() for name in names]
        segments = pd.DataFrame(said, columns=["code", "group"]).merge(groups, on="group")
        segments = segments.reindex(columns=SEGMENT_COLUMNS)
        codes = {code: (code,) for code in self.said}
        return facts, GroupInterviews(groups, segments, codes, ())

    def without(self, *kinds: str) -> World:
        return replace(
            self, rows={kind: rows for kind, rows in self.rows.items() if kind not in kinds}
        )

    def with_values(self, kind: str, wijken: str = "ab", **values: object) -> World:
        rows = [row | (values if row["wijk"] in wijken else {}) for row in self.rows[kind]]
        return replace(self, rows=self.rows | {kind: rows})

    def with_estimate(self, indicator: str, **values: object) -> World:
        places = {"value": 6, "lower": 7, "upper": 8, "n": 9, "status": 11}
        changed = []
        for row in self.estimates:
            cells = list(row)
            for name, value in values.items():
                if row[0] == indicator:
                    cells[places[name]] = value
            changed.append(tuple(cells))
        return replace(self, estimates=changed)


def _registry() -> dict[str, list[dict]]:
    intervention = {"status": "running", "evidence": "3", "start": START + timedelta(days=60)}
    activity = {
        "intervention": "I1", "name": "play", "planned_sessions": 10, "delivered_sessions": 10,
        "planned_participants": 100, "participants": 97, "quality": 97.0, "quality_n": 10,
    }  # fmt: skip
    step = {"cycle": 1, "planned_end": date(2011, 1, 1), "actual_end": date(2010, 12, 1)}
    return {
        "interventions": [
            *({"wijk": wijk, "key": f"I{n}"} | intervention for wijk in "ab" for n in (1, 2, 3, 4)),
            *(
                {"wijk": wijk, "key": f"I{n}"} | intervention | {"status": "planned"}
                for wijk in "cd"
                for n in (1, 2)
            ),
        ],
        "activities": [{"wijk": wijk} | activity for wijk in "ab"],
        "stakeholders": [
            {"wijk": wijk, "key": f"P{n}", "organisation": f"o{n}", "start": START}
            for wijk in "ab"
            for n in range(10)
        ],
        "steps": [{"wijk": wijk, "step": step_} | step for wijk in "ab" for step_ in "123"],
        "goals": [{"wijk": "a", "key": "D1", "name": "Play", "study_goal": "outdoor"}],
    }


def _estimates() -> list[tuple]:
    rows = []
    for indicator in ("play", "sport"):
        for wijk in WIJKEN:
            for wave in ("2010", "2014"):
                row = (indicator, wijk, "wijk", wave, "", "all", 50, 40, 60, 60, "percent", "ok")
                rows.append(row)
        for group, n in (("low", 400), ("high", 600)):
            cells = (50, 40, 60, n, "percent", "ok")
            rows.append((indicator, "city", "city", "2014", "ses", group, *cells))
            rows += [
                (indicator, arm, "arm", "2014", "ses", group, *cells) for arm in set(ARMS.values())
            ]
    for indicator in ("ill", "moved"):
        cells = (5, 1, 9, 120, "percent", "ok")
        rows.append((indicator, "comparator", "arm", "2014", "", "all", *cells))
    return rows


@pytest.fixture
def world(small_study) -> World:
    study = small_study()
    waves = tuple(
        study.waves[0].model_copy(
            update={"id": str(year), "start": date(year, 4, 1), "end": date(year, 7, 31)}
        )
        for year in (2010, 2014)
    )
    settings = study.settings
    settings = settings.model_copy(
        update={
            "waves": waves,
            "programme": settings.programme.model_copy(update={"start": START}),
            "process": settings.process.model_copy(
                update={"participation": "ill", "moved": "moved"}
            ),
        }
    )
    return World(
        replace(study, settings=settings),
        _registry(),
        _estimates(),
        {"children": 1000.0, "low_education": 42.0},
        [(f"{wijk}{n}", wijk, "2014") for wijk in "abc" for n in range(1, 11)],
        dict.fromkeys(PROCESS, ()),
    )


def verdicts(world: World, registry_table) -> dict[str, str]:
    facts, interviews = world(registry_table)
    table = explained(facts, interviews)
    return dict(zip(table["explanation"], table["verdict"], strict=True))


def test_where_all_went_well_nothing_plays_a_part(world, registry_table):
    assert set(verdicts(world, registry_table).values()) == {"within"}


LATE = date(2013, 6, 1)
#: Of twenty groups of the programme.
SPOKEN = tuple(f"{wijk}{n}" for wijk in "ab" for n in range(1, 10))


@pytest.mark.parametrize(
    ("explanation", "change"),
    [
        ("period", lambda w: w.with_values("interventions", start=LATE)),
        ("coverage", lambda w: w.with_estimate("sport", status="not_asked")),
        ("coverage", lambda w: w.with_values("goals", study_goal=None, indicator=None)),
        ("contamination", lambda w: w.with_values("interventions", "cd", status="running")),
        ("contamination", lambda w: w.with_estimate("ill", value=40, lower=32, upper=48)),
        ("contamination", lambda w: w.with_estimate("moved", value=40, lower=32, upper=48)),
        ("response", lambda w: replace(w, figures=w.figures | {"low_education": 55.0})),
        ("evidence_levels", lambda w: w.with_values("interventions", evidence="1")),
        ("implemented", lambda w: w.with_values("activities", delivered_sessions=5)),
        ("implemented", lambda w: w.with_values("activities", participants=50)),
        ("implemented", lambda w: w.with_values("activities", quality=50.0)),
        ("staff_turnover", lambda w: w.with_values("stakeholders", end=date(2012, 1, 1))),
        ("unclear_execution", lambda w: w.with_values("steps", actual_end=date(2011, 6, 1))),
        *(
            (code, lambda w, code=code: replace(w, said=w.said | {code: SPOKEN}))
            for code in PROCESS
        ),
    ],
)
def test_each_explanation_is_supported_by_what_speaks_for_it(
    world, registry_table, explanation, change
):
    found = verdicts(change(world), registry_table)
    assert [name for name, verdict in found.items() if verdict == "plays"] == [explanation]


@pytest.mark.parametrize(
    ("explanations", "change"),
    [
        ({"period", "evidence_levels", "contamination"}, lambda w: w.without("interventions")),
        ({"period"}, lambda w: w.with_values("interventions", start=None)),
        ({"contamination"}, lambda w: w.with_estimate("moved", status="hidden")),
        ({"response"}, lambda w: replace(w, figures={"children": 1000.0})),
        ({"response"}, lambda w: replace(w, figures={"low_education": 42.0})),
        ({"evidence_levels"}, lambda w: w.with_values("interventions", "b", evidence=None)),
        ({"implemented"}, lambda w: w.without("activities")),
        ({"implemented"}, lambda w: w.with_values("activities", quality=None)),
        ({"implemented"}, lambda w: w.with_values("activities", "b", participants=None)),
        (set(PROCESS), lambda w: replace(w.without("stakeholders", "steps"), said={})),
        (set(PROCESS), lambda w: replace(w.without("stakeholders", "steps"), groups=w.groups[20:])),
    ],
)
def test_what_is_not_known_is_not_ruled_out(world, registry_table, explanations, change):
    found = verdicts(change(world), registry_table)
    undecided = {name for name, verdict in found.items() if verdict == "cannot_be_judged"}
    assert explanations <= undecided
    assert set(found.values()) == {"within", "cannot_be_judged"}


@pytest.mark.parametrize(
    ("explanations", "change"),
    [
        ({"coverage"}, lambda w: replace(w, estimates=w.estimates[-2:], study=_no_goals(w.study))),
        (
            {"period", "evidence_levels", "implemented"},
            lambda w: w.without("interventions", "activities", "steps", "stakeholders"),
        ),
        (
            set(PROCESS) - {"staff_turnover", "unclear_execution"},
            lambda w: replace(w, groups=w.groups[20:], study=_no_interviews(w.study)),
        ),
    ],
)
def test_what_needs_a_part_that_the_study_lacks_is_not_named(
    world, registry_table, explanations, change
):
    everything = set(verdicts(world, registry_table))
    assert set(verdicts(change(world), registry_table)) == everything - explanations


def _no_interviews(study: Study) -> Study:
    sources = study.settings.sources.model_copy(update={"group_interviews": None})
    return replace(study, settings=study.settings.model_copy(update={"sources": sources}))


def _no_goals(study: Study) -> Study:
    return replace(study, settings=study.settings.model_copy(update={"goals": ()}))


def test_covid_is_judged_by_the_days_of_the_programme(world, registry_table, small_study):
    through = replace(world, study=small_study())
    assert verdicts(through, registry_table)["covid"] == "plays"
    only_before = world.study.settings.model_copy(update={"waves": world.study.waves[:1]})
    before = replace(world, study=replace(world.study, settings=only_before))
    assert verdicts(before, registry_table)["covid"] == "cannot_be_judged"


def test_interviews_before_the_start_do_not_speak_of_the_programme(world, registry_table):
    early = [(f"early {n}", "a", "2010") for n in range(10)]
    both = replace(world, groups=world.groups + early, said=world.said | {"theory": SPOKEN})
    assert verdicts(both, registry_table)["theory"] == "plays"
    said = world.said | {"theory": tuple(name for name, _, _ in early)}
    assert verdicts(replace(both, said=said), registry_table)["theory"] == "within"


def test_the_comparators_do_not_speak_of_the_programme(world, registry_table):
    spoken = replace(world, said=world.said | {"theory": tuple(f"c{n}" for n in range(1, 11))})
    assert verdicts(spoken, registry_table)["theory"] == "within"


def test_a_code_above_others_is_mentioned_where_one_below_it_is(world, registry_table):
    facts, interviews = replace(world, said=world.said | {"theory": SPOKEN})(registry_table)
    below = replace(interviews, codes={**interviews.codes, "programme": ("programme", "theory")})
    assert evidence(facts, below).mentioned_by["programme"] == set(SPOKEN)


def test_a_wijk_that_registered_nothing_does_not_make_the_comparators_look_busy(
    world, registry_table
):
    running = world.with_values("interventions", "c", status="running")
    rows = [row for row in running.rows["interventions"] if row["wijk"] != "b"]
    silent = replace(running, rows=running.rows | {"interventions": rows})
    for one in (running, silent):
        facts, interviews = one(registry_table)
        assert evidence(facts, interviews).comparator_interventions == pytest.approx(1 / 4)


def test_planned_and_later_interventions_are_not_deployed(world, registry_table):
    for change in ({"status": "planned"}, {"start": date(2015, 1, 1)}):
        facts, interviews = world.with_values("interventions", "b", **change)(registry_table)
        found = evidence(facts, interviews)
        assert found.deployed == len(found.evidence_levels) == 4
        assert set(found.implementation_start) == {"a"}


def test_interventions_of_comparators_are_none_of_the_programme(world, registry_table):
    early = {"status": "running", "evidence": "none", "start": date(2005, 1, 1)}
    facts, interviews = world.with_values("interventions", "cd", **early)(registry_table)
    found = evidence(facts, interviews)
    assert found.deployed == 8 and set(found.evidence_levels.values()) == {3}
    assert set(found.implementation_start) == {"a", "b"}


def test_what_comparators_said_stands_between_its_limits(world, registry_table):
    wide = world.with_estimate("ill", value=20, lower=10, upper=35)
    found = evidence(*wide(registry_table))
    assert found.comparator_participation == pytest.approx(0.2)
    assert found.limits["participation"] == pytest.approx((0.10, 0.35))
    assert found.limits["moves"] == pytest.approx((0.01, 0.09))
    # Where the programme runs nothing, comparators cannot run a share of it.
    idle = world.with_values("interventions", "ab", status="planned")
    assert evidence(*idle(registry_table)).comparator_interventions is None


def test_a_goal_that_was_asked_once_shows_no_change(world, registry_table):
    rows = [row for row in world.estimates if row[0] != "play" or row[3] != "2010"]
    found = evidence(*replace(world, estimates=rows)(registry_table))
    assert found.goal_coverage == {"outdoor": 0.0, "sport": 1.0}


def test_a_hidden_figure_was_measured(world, registry_table):
    hidden = world.with_estimate("sport", status="hidden")
    assert verdicts(hidden, registry_table)["coverage"] == "within"
    few = world.with_estimate("sport", status="too_few")
    assert verdicts(few, registry_table)["coverage"] == "plays"


def test_the_gap_of_a_group_counts_wijken_by_their_children(world, registry_table):
    facts, interviews = world(registry_table)
    figures = facts.area_figures.copy()
    mine = figures["area"].eq("a")
    figures.loc[mine & figures["figure"].eq("children"), "value"] = 3000.0
    figures.loc[mine & figures["figure"].eq("low_education"), "value"] = 60.0
    found = evidence(replace(facts, area_figures=figures), interviews)
    # Of 6000 children half live where 60 % have little education, half where 42 % have.
    assert found.response_gaps == {"ses.low": pytest.approx(0.40 - 0.51)}


def test_without_figures_nothing_is_known_of_groups_and_comparators(world, registry_table):
    facts, interviews = world(registry_table)
    known = evidence(facts, interviews)
    assert known.group_coverage and known.comparator_moves is not None
    bare = evidence(replace(facts, estimates=pd.DataFrame()), interviews)
    assert bare.group_coverage == {} and bare.comparator_moves is None
    aimless = replace(facts, study=_no_goals(world.study))
    assert evidence(aimless, interviews).group_coverage == {}


@pytest.mark.parametrize(
    ("gone", "idle", "share"), [("", "", 0.5), ("cd", "", None), ("ab", "", None), ("", "ab", None)]
)
def test_interventions_are_compared_where_both_arms_keep_a_registry(
    world, registry_table, gone, idle, share
):
    rows = [
        row | {"status": "planned" if row["wijk"] in idle else "running"}
        for row in world.rows["interventions"]
        if row["wijk"] not in gone
    ]
    changed = replace(world, rows=world.rows | {"interventions": rows})
    assert evidence(*changed(registry_table)).comparator_interventions == share


@pytest.mark.parametrize(("start", "many"), [(date(2014, 7, 31), 20), (date(2014, 8, 1), 0)])
def test_groups_are_of_the_programme_where_their_wave_ended_after_its_start(
    world, registry_table, start, many
):
    settings = world.study.settings
    programme = settings.programme.model_copy(update={"start": start})
    study = replace(world.study, settings=settings.model_copy(update={"programme": programme}))
    assert evidence(*replace(world, study=study)(registry_table)).interviews == many


def test_the_limits_of_a_group_of_respondents_are_those_of_its_share(world, registry_table):
    found = evidence(*world(registry_table)).limits
    # 400 of 1000 respondents, where 42 % of the city are.
    n, p, z = 1000, 0.4, 1.959964
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    wilson = np.array([middle - half, middle + half]) / (1 + z**2 / n)
    assert found["ses.low"] == pytest.approx(tuple(wilson - 0.42), abs=1e-6)


def test_what_was_carried_out_is_a_share(world, registry_table):
    rows = dict(world.rows)
    rows["stakeholders"] = [
        row | ({"end": date(2012, 1, 1)} if row["key"] == "P0" else {})
        for row in rows["stakeholders"]
    ]
    made = replace(world, rows=rows).with_values("interventions", "b", evidence="none")
    found = evidence(*made(registry_table))
    assert found.dose == {"a": 1.0, "b": 1.0} and found.fidelity == {"a": 0.97, "b": 0.97}
    assert found.staff_turnover == pytest.approx(0.1)
    assert sorted(found.evidence_levels.values()) == [0] * 4 + [3] * 4
