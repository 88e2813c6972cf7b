"""Fictional towns with a programme: two arms, two waves, and an effect evaluation of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from towns import SES, Town, areas_of, people_of, town_of

from wijkkit.disclosure import Policy, Release, policy_for, record_audit, release
from wijkkit.evaluation.effect.evaluate import EffectResults, evaluate_effect
from wijkkit.pipeline.effect import release_effect
from wijkkit.released import open_released, write_released
from wijkkit.study.codebook import Codebook
from wijkkit.study.indicators import Indicator
from wijkkit.study.model import Neighbourhood, StudyFile
from wijkkit.study.study import Study

ARMS = ("programme", "comparator")


@dataclass(frozen=True)
class Evaluated:
    """A town, what was estimated of its effect, and what was released."""

    town: Town
    study: Study
    released: Release
    exact: EffectResults

    @property
    def policy(self) -> Policy:
        return self.released.policy

    def table(self, name: str) -> pd.DataFrame:
        return open_released(self.study).table(name)


def people_in_arms(
    seed: int, wijken: int = 4, **options: object
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Random respondents of two waves in as many wijken, in turns with and without programme."""
    areas = areas_of(wijken, 1)
    areas["arm"] = [ARMS[number % 2] for number in range(wijken)]
    options = {"missing_ses": 0.0, "waves": ("1", "2")} | options
    return people_of(areas, np.random.default_rng(seed), **options), areas


def evaluated(
    people: pd.DataFrame, areas: pd.DataFrame, folder: Path, **disclosure: object
) -> Evaluated:
    """The town of these respondents, with its effect, released in this folder."""
    town = town_of(people, areas)
    study = study_of(areas, folder, disclosure)
    ledger = folder / "ledger.jsonl"
    out = release(town.estimates, town.counts, areas=areas, policy=policy_for(study), ledger=ledger)
    write_released(study, "estimates", out.table)
    write_released(study, "hidden", out.hidden)
    record_audit(study, out, ("estimates", "hidden"))
    respondents = people.assign(age=8.0, weight=1.0, pair=None)
    exact = evaluate_effect(study, respondents)
    release_effect(study, exact, respondents)
    return Evaluated(town, study, out, exact)


def study_of(areas: pd.DataFrame, folder: Path, disclosure: dict[str, object]) -> Study:
    days = {"1": date(2018, 5, 1), "2": date(2021, 5, 1)}
    groups = tuple({"id": group, "label": group} for group in SES)
    settings = StudyFile.model_validate(
        {
            "title": "Town",
            "city": {"name": "Town"},
            "programme": {"name": "Programme", "start": date(2019, 1, 1)},
            "waves": tuple(
                {"id": w, "label": w, "start": day, "end": day} for w, day in days.items()
            ),
            "groupings": ({"id": "ses", "label": "ses", "column": "ses", "groups": groups},),
            "goals": ({"id": "g", "label": "Play", "indicator": "play", "domain": "gezond"},),
            "sources": {"survey": ({"id": "s", "path": "s.csv"},)},
            "evaluation": {"grouping": "ses", "replications": 99},
            "output": {"runs": "runs", "site": "site"},
            "disclosure": disclosure,
        }
    )
    play = Indicator(
        label="Play", function="answers", columns={}, question_version="v1", direction="higher"
    )
    hoods = {
        row.wijk: Neighbourhood(
            wijk=row.wijk, name=row.wijk, code=row.wijk, arm=row.arm, district=row.district
        )
        for row in areas.itertuples()
    }
    return Study(folder, settings, Codebook(columns={}), {"play": play}, hoods)
