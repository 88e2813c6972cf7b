"""What the process is judged on: the registry of the study's wijken, the day, the tables."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from tests.studies import write_study
from wijkkit.pipeline.process import evaluate
from wijkkit.pipeline.process.evaluate import facts_of, judged_on, registry_tables
from wijkkit.released import CityView
from wijkkit.study import Study, open_study


@pytest.fixture
def study(tmp_path):
    return open_study(write_study(tmp_path / "study"))


def having(study: Study, part: str, **values: object) -> Study:
    own = getattr(study.settings, part).model_copy(update=values)
    return replace(study, settings=study.settings.model_copy(update={part: own}))


def test_the_process_is_judged_on_the_last_day_of_the_last_wave_or_as_the_study_says(study):
    assert judged_on(study) == date(2021, 7, 31)
    assert judged_on(having(study, "process", as_of=date(2020, 1, 1))) == date(2020, 1, 1)


@pytest.mark.parametrize("kept", ["nowhere", "file", "url", "url_variable"])
def test_a_registry_is_that_of_the_wijken_of_the_study_wherever_it_is_kept(
    study, monkeypatch, kept
):
    goals = pd.DataFrame(
        {"wijk": ["noord", "zuid", "elsewhere"], "name": ["Own", "Own", "Own"],
         "study_goal": ["play", None, "play"]}
    )  # fmt: skip
    monkeypatch.setattr(evaluate, "open_registry", nullcontext)
    monkeypatch.setattr(evaluate, "tables_for_release", lambda registry: {"goals": goals})
    monkeypatch.setattr(evaluate, "shown_registry", lambda tables, policy: tables)
    monkeypatch.setattr(evaluate, "known_on", lambda tables, day: tables)
    if kept == "file":
        path = study.path(study.settings.registry.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    elif kept != "nowhere":
        study = having(study, "registry", **{kept: "somewhere"})
    found = registry_tables(study)
    if kept == "nowhere":
        assert found == {}
        return
    assert found["goals"]["wijk"].tolist() == ["noord", "zuid"]
    assert found["goals"]["name"].tolist() == ["Meer buitenspelen", "Own"]


def test_the_process_is_judged_on_the_tables_that_are_released_or_on_exact_ones(study, monkeypatch):
    monkeypatch.setattr(evaluate, "Facts", lambda study, registry, day, **tables: tables)
    monkeypatch.setattr(evaluate, "registry_tables", lambda study: {})
    monkeypatch.setattr(evaluate, "load_area_figures", lambda study: "figures of areas")
    monkeypatch.setattr(evaluate, "participants", lambda study, people: f"those of {people}")
    names = ("estimates", "changes", "gaps", "goal_changes")

    class Tables(dict):
        def table(self, name: str) -> str:
            return f"released {name}"

    monkeypatch.setattr(
        evaluate, "open_released", lambda study: Tables.fromkeys([*names[:2], "participants"])
    )
    there = ("estimates", "changes", "participants")
    released = {name: f"released {name}" for name in there}
    assert facts_of(study, "scales") == released | {"scales": "scales"}
    view = object.__new__(type("View", (CityView,), {"table": lambda self, name: f"exact {name}"}))
    more = {"scales": "scales", "area_figures": "figures of areas"}
    assert facts_of(study, "scales", view) == {name: f"exact {name}" for name in names} | more
    made = SimpleNamespace(
        estimates=SimpleNamespace(table="grid"),
        sample=SimpleNamespace(weighted="people"),
        **{name: name for name in names[1:]},
    )
    assert facts_of(study, "scales", made) == {
        "estimates": "grid",
        "participants": "those of people",
        **{name: name for name in names[1:]},
        **more,
    }
