"""The effect as released: the exact numbers, rounded, of the parts that may be shown."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.studies import write_study
from wijkkit.errors import DisclosureError
from wijkkit.evaluation.effect.evaluate import evaluate_effect
from wijkkit.evaluation.effect.staggered import STAGGERED
from wijkkit.pipeline.effect import effect_tables, released_rows, require_same_arguments
from wijkkit.released.store import write_released
from wijkkit.study import open_study
from wijkkit.tables import REST, tidy

KEYS = ["outcome", "group", "method", "scale"]
ENDS = ["estimate", "lower", "upper"]
MAIN = "cluster_period"


@pytest.fixture(scope="module")
def evaluated(make_study, respondents):
    study = make_study(family=("play", "score"))
    return study, evaluate_effect(study, respondents), respondents


def effects(evaluated, shown) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The exact effects and the released ones, row by row."""
    exact = evaluated[1].effects.set_index(KEYS)
    released = effect_tables(evaluated[0], evaluated[1], evaluated[2], shown)["effects"]
    return exact, released.set_index(KEYS).loc[exact.index]


def steps_of(rows: pd.DataFrame) -> np.ndarray:
    scale = rows.index.get_level_values("scale")
    return scale.map({"points": 1.0, "score": 0.1, "odds_ratio": 0.01, "sd": 0.01}).to_numpy(float)


def test_in_its_finest_step_each_number_is_the_exact_one_rounded(evaluated):
    exact, found = effects(evaluated, {"play": {"all": 1.0, "methods": 1.0, "low": 1.0}})
    outcome, group = (found.index.get_level_values(name) for name in ("outcome", "group"))
    ok, play = exact["status"].eq("ok"), outcome == "play"
    everybody = ok & play & (group == "all")
    rows, was = found[everybody], exact[everybody]
    assert len(rows) > 6 and rows["status"].eq("ok").all()
    assert (rows["step"] == steps_of(rows)).all()
    for name in ENDS:
        there = rows[np.isfinite(was[name])]
        assert (rows.drop(there.index)[name] == was.drop(there.index)[name]).all()
        assert ((there[name] - was.loc[there.index, name]).abs() <= there["step"] / 2 + 1e-9).all()
        assert (there[name] / there["step"]).round(6).mod(1).eq(0).all()
    for name in ("p", "p_holm", "floor"):
        assert rows[name].to_numpy() == pytest.approx(was[name].round(3).to_numpy(), nan_ok=True)
    assert rows["p_below"].isna().all()
    # Of a group the recommended method alone, and no odds ratio.
    of_low = play & (group == "low")
    assert found.index[of_low & found["status"].eq("ok")].tolist() == [
        ("play", "low", MAIN, "points")
    ]
    hidden = found[ok & ~everybody & ~of_low]
    assert len(hidden) and hidden["status"].eq("hidden").all()
    assert hidden["reason"].eq("hidden").all()
    assert hidden[[*ENDS, "p", "step"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("outcome", "scale", "finest"), [("play", "points", 1), ("score", "score", 0.1)]
)
@pytest.mark.parametrize("multiple", [2.0, 5.0])
def test_in_a_coarser_step_stands_the_recommended_effect_alone(
    evaluated, outcome, scale, finest, multiple
):
    exact, found = effects(evaluated, {outcome: {"all": multiple, "methods": 1.0}})
    key = (outcome, "all", MAIN, scale)
    assert found.index[found["status"].eq("ok")].tolist() == [key]
    row, was, step = found.loc[key], exact.loc[key], finest * multiple
    assert row["step"] == pytest.approx(step)
    assert row["estimate"] == pytest.approx(step * np.round(was["estimate"] / step))
    # As wide as the exact limits around any estimate that stands so, outwards to the step.
    low = row["estimate"] - step / 2 - (was["estimate"] - was["lower"])
    high = row["estimate"] + step / 2 + (was["upper"] - was["estimate"])
    assert row["lower"] == pytest.approx(step * np.floor(low / step))
    assert row["upper"] == pytest.approx(step * np.ceil(high / step))
    assert np.isnan(row[["p", "p_holm", "floor"]].to_numpy(float)).all()
    assert row["p_below"] == 1.0 and was["p"] > 0.05


GAPS = {"all": 1.0, "methods": 1.0, "low": 1.0, "high": 1.0, "low-high": 1.0}


@pytest.mark.parametrize(
    ("shown", "part", "contrast"),
    [(GAPS, "effect", "did"), (GAPS, "gap", "ddd"), ({"all": 2.0}, "effect", "did"),
     ({"all": 1.0, "lower": 5.0, "upper": 5.0, "threshold": 0.05}, "effect", "did")],
)  # fmt: skip
def test_what_is_concluded_says_the_numbers_that_stand_in_the_table(
    evaluated, shown, part, contrast
):
    tables = effect_tables(*evaluated, {"play": shown})
    said = tables["effect_conclusions"].query("outcome == 'play' and part == @part")
    said = json.loads(said["fields"].item())
    row = tables["effects"].query("outcome == 'play' and method == @MAIN and scale == 'points'")
    row = row[row["contrast"].eq(contrast) & row["group"].isin(["all", "low-high"])].iloc[0]
    assert [said[name] for name in (*ENDS, "step")] == row[[*ENDS, "step"]].tolist()
    for name in ("p", "p_holm", "p_below"):
        assert (name in said) == (part == "effect" and not np.isnan(row[name]))
        assert said.get(name, row[name]) == pytest.approx(row[name], nan_ok=True)


def test_one_wijk_in_an_arm_is_told_its_difference(make_study, respondents):
    table = respondents.assign(
        arm=np.where(respondents["wijk"] == "wijk-0", "programme", "comparator")
    )
    study = make_study(family=("play", "score"))
    results = evaluate_effect(study, table)
    shown = {"play": {"all": 1.0, "methods": 1.0}, "score": {"all": 1.0, "methods": 1.0}}
    said = effect_tables(study, results, table, shown)["effect_conclusions"]
    said = said[said["part"].eq("effect")].set_index("outcome")
    exact = results.effects[results.effects["method"].eq("randomisation")]
    exact = exact[exact["group"].eq("all") & exact["scale"].ne("odds_ratio")].set_index("outcome")
    for outcome, decimals in (("play", 0), ("score", 1)):
        assert said.loc[outcome, "key"] == "cannot_test"
        found = json.loads(said.loc[outcome, "fields"])["estimate"]
        assert found == pytest.approx(round(exact.loc[outcome, "estimate"], decimals))


@pytest.mark.parametrize(
    ("p", "least", "below"),
    [
        (0.004, 0.01, 0.01),
        (0.004, 0.05, 0.05),
        (0.01, 0.01, 0.05),
        (0.03, 0.01, 0.05),
        (0.05, 0.01, 1.0),
    ],
)
def test_limits_with_steps_of_their_own_go_outwards_and_p_passes_thresholds(
    evaluated, p, least, below
):
    study, results, respondents = evaluated
    mine = results.effects.set_index(KEYS).index.get_loc(("play", "all", MAIN, "points"))
    changed = results.effects.copy()
    names = [changed.columns.get_loc(name) for name in (*ENDS, "p")]
    changed.iloc[mine, names] = [-13.4, -21.0, -5.8, p]
    results = replace(results, effects=changed)
    shown = {"play": {"all": 1.0, "lower": 10.0, "upper": 5.0, "threshold": least}}
    row = effects((study, results, respondents), shown)[1].iloc[mine]
    assert row[ENDS].tolist() == [-13, -30, -5]
    assert np.isnan(row["p"]) and row["p_below"] == below


def test_a_reason_that_tells_of_a_count_is_said_where_the_part_is_shown_in_full(
    make_study, respondents
):
    study = make_study(family=("play",), grouping=None)
    alike = respondents.assign(play=respondents["play"].where(respondents["play"].isna(), 1.0))
    evaluated = study, evaluate_effect(study, alike), alike
    for step, reasons in ((1.0, {"no_variation"}), (2.0, {"hidden"})):
        exact, found = effects(evaluated, {"play": {"all": step, STAGGERED: step, "methods": 1.0}})
        telling = exact["reason"].eq("no_variation")
        telling &= exact.index.get_level_values("group") == "all"
        assert telling.any() and set(found.loc[telling, "reason"]) == reasons


def test_checks_and_what_can_be_detected_stand_where_they_are_named(evaluated):
    study, results, respondents = evaluated
    shown = {"play": {"all": 1.0, "detectable": 1.0, "leave_one_out": 1.0}}
    tables = effect_tables(study, results, respondents, shown)
    size = tables["detectable"].set_index("outcome")
    exact = results.detectable.set_index("outcome")
    assert size["status"].to_dict() == {"play": "ok", "score": "hidden"}
    for name in ("detectable", "ceiling", "baseline", "before", "after"):
        assert size.loc["play", name] == pytest.approx(exact.loc["play", name].round(), nan_ok=True)
    checks = tables["effect_assumptions"]
    there = checks["status"].eq("ok")
    assert set(checks.loc[there, "check"]) == {"leave_one_out"}
    assert set(checks.loc[there, "outcome"]) == {"play"} and "p" not in checks


@pytest.fixture
def small(tmp_path):
    """A study of two wijken with released figures of play: of low ses in noord too few."""
    study = open_study(write_study(tmp_path / "study"))
    rows = [
        KEPT | {"area": area, "group_by": by, "group": group, "value": 40.0, "step": step}
        for area, step in (("noord", 1.0), ("zuid", 5.0))
        for by, group in (("", "all"), ("ses", "low"), ("ses", "high"))
    ]
    table = tidy(pd.DataFrame(rows))
    few = table["area"].eq("noord") & table["group"].eq("low")
    write_released(
        study, "estimates", tidy(table.assign(status=few.map({True: "too_few", False: "ok"})))
    )
    return study


KEPT = {"indicator": "play", "area_level": "wijk", "wave": "2021", "n": 60.0}


def of_cells(*cells: tuple[str, str, str], n: float = 60, x: float = 24) -> pd.DataFrame:
    """Cells by the row that they are in, area, grouping and group."""
    return pd.DataFrame(
        [
            KEPT
            | {"row": row, "area": area, "group_by": by, "group": group, "n": n, "x": x}
            | {"unit": "percent", "source": "survey"}
            for row, (area, by, group) in enumerate(cells)
        ]
    )


def result(**columns: object) -> pd.DataFrame:
    """One row of a published result."""
    numbers = {"value": 12.44, "lower": -3.2, "upper": 27.6, "p": 0.12345, "n": 60.0, "se": 7.7}
    row = {"area": "noord", "unit": "points", "status": "ok", "verdict": "not_distinguishable"}
    return pd.DataFrame([row | numbers | columns])


EVERYBODY = ("noord", "", "all")


@pytest.mark.parametrize(
    ("cells", "columns", "expected"),
    [
        ([EVERYBODY], {}, ["ok", 12, -3, 28, 1]),
        # In the coarsest step of its cells, with limits of any value from 7.5 to 12.5; not where one
        # of these is not shown.
        ([EVERYBODY, ("zuid", "", "all")], {}, ["ok", 10, -10, 30, 5]),
        ([EVERYBODY, ("noord", "ses", "low")], {}, ["too_few"]),
        ([EVERYBODY], {"status": "missing"}, ["missing"]),
        # Of a share limits go to the nearest where it is shown in its finest step.
        ([("zuid", "", "all")], {"unit": "percent"}, ["ok", 10, -10, 30, 5]),
        ([EVERYBODY], {"unit": "percent"}, ["ok", 12, -3, 28, 1]),
        ([EVERYBODY], {"unit": "ratio"}, ["ok", 12.44, -3.2, 27.6, 0.01]),
        ([("zuid", "", "all")], {"unit": "odds_ratio"}, ["hidden"]),
        # No cell is known of it at all.
        ([], {}, ["hidden"]),
    ],
)
def test_a_published_row_is_shown_as_coarse_as_its_cells(small, cells, columns, expected):
    rows = of_cells(*cells) if cells else of_cells(EVERYBODY).assign(row=9)
    found = released_rows(small, result(**columns), rows.assign(row=0 if cells else 9)).iloc[0]
    assert found["status"] == expected[0] and "se" not in found
    numbers = found[["value", "lower", "upper", "step"]].astype(float)
    if len(expected) > 1:
        assert numbers.tolist() == pytest.approx(expected[1:])
        assert (found["p"], found["n"]) == (0.123, 60)
        assert found["verdict"] == "not_distinguishable"
    else:
        assert numbers.isna().all() and np.isnan(found["p"]) and np.isnan(found["n"])
        assert found["verdict"] == "unknown"


@pytest.mark.parametrize(
    ("n", "x", "expected"),
    [
        (60, 24, "ok"),
        (30, 5, "ok"),
        (29, 12, "too_few"),
        (60, 4, "hidden"),
        (60, 56, "hidden"),
        (0, 0, "too_few"),
    ],
)
def test_an_own_division_is_held_against_the_rules_and_hides_the_whole_area(small, n, x, expected):
    mine = of_cells(("noord", "own", "a"), n=n, x=x)
    other = of_cells(("noord", "own", "b"), ("zuid", "own", "a"), ("zuid", "own", "b"))
    cells = pd.concat([mine, other], ignore_index=True).assign(row=range(4))
    frame = pd.concat([result()] * 4, ignore_index=True)
    found = released_rows(small, frame, cells)["status"].tolist()
    # One area alone is not hidden: the total of the city would give it back.
    assert found == ([expected] + ["hidden"] * 3 if expected != "ok" else ["ok"] * 4)


@pytest.mark.parametrize(("n", "status"), [(0, "missing"), (1, "too_few"), (30, "ok")])
def test_a_figure_of_everybody_that_the_release_has_not_is_held_against_the_rules(small, n, status):
    cells = of_cells(EVERYBODY, n=n, x=n / 2).assign(indicator="sport")
    assert released_rows(small, result(), cells)["status"].item() == status


def test_the_others_of_a_division_are_shown_with_it_and_of_nobody_there_is_nothing_to_hide(small):
    shown = of_cells(("noord", "ses", "high"), ("noord", "ses", REST), n=9, x=1).assign(row=0)
    assert released_rows(small, result(), shown)["status"].item() == "ok"
    alone = shown.iloc[1:]
    assert released_rows(small, result(), alone)["status"].item() == "too_few"
    assert released_rows(small, result(), alone.assign(n=0, x=0))["status"].item() == "ok"


def arguments(used: str) -> dict[str, pd.DataFrame]:
    table = pd.DataFrame({"argument": ["method"], "planned": ["a"], "used": [used]})
    return {"effect_arguments": table}


@pytest.mark.parametrize(
    ("used", "before", "right"),
    [("a", [], True), ("b", [], False), ("b", ["a", "b"], True), ("a", ["a", "b"], False)],
)
def test_effects_that_stay_are_evaluated_as_last_published_or_else_as_planned(used, before, right):
    published = [*map(arguments, before), {}]
    if right:
        require_same_arguments(arguments(used), published)
        return
    with pytest.raises(DisclosureError, match="evaluated otherwise"):
        require_same_arguments(arguments(used), published)
