"""A made-up study and its respondents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wijkkit.study.codebook import Codebook
from wijkkit.study.indicators import Indicator
from wijkkit.study.model import Neighbourhood, StudyFile
from wijkkit.study.study import Study


def _study(**evaluation: object) -> Study:
    waves = [
        {"id": "w14", "label": "2014", "start": date(2014, 5, 1), "end": date(2014, 7, 1)},
        {"id": "w18", "label": "2018", "start": date(2018, 5, 1), "end": date(2018, 7, 1)},
        {"id": "w21", "label": "2021", "start": date(2021, 5, 1), "end": date(2021, 7, 1)},
    ]
    education = {
        "id": "education",
        "label": "Opleiding",
        "column": "education",
        "groups": tuple({"id": key, "label": key} for key in ("low", "middle", "high")),
    }
    settings = StudyFile.model_validate(
        {
            "title": "Made up",
            "city": {"name": "Anywhere"},
            "programme": {"name": "Programme", "start": date(2019, 1, 1)},
            "waves": tuple(waves),
            "groupings": (education,),
            "goals": (
                {"id": "g1", "label": "Buiten", "indicator": "play", "domain": "gezond"},
                {"id": "g2", "label": "Veilig", "indicator": "strain", "domain": "veilig"},
            ),
            "sources": {"survey": ({"id": "s", "path": "s.csv"},)},
            "evaluation": {"grouping": "education", "replications": 999, **evaluation},
        },
    )
    common = {"function": "answers", "columns": {}, "question_version": "v1"}
    indicators = {
        "play": Indicator(label="Buitenspelen", direction="higher", **common),
        "strain": Indicator(label="Spanning", direction="lower", waves=("w18", "w21"), **common),
        "score": Indicator(label="Score", direction="lower", unit="score", **common),
        "late": Indicator(label="Laat", direction="higher", waves=("w21",), **common),
        "area": Indicator(label="Model", direction="higher", source="modelled", **common),
    }
    arms = ["programme"] * 3 + ["comparator"] * 3
    hoods = {
        f"wijk-{i}": Neighbourhood(
            wijk=f"wijk-{i}", name=f"Wijk {i}", code=f"BU{i}", arm=arm, pair=f"p{i % 3}"
        )
        for i, arm in enumerate(arms)
    }
    return Study(Path(), settings, Codebook(columns={}), indicators, hoods)


@pytest.fixture(scope="session")
def make_study() -> Callable[..., Study]:
    """A study of six wijken, three waves and five indicators; arguments change its evaluation."""
    return _study


@pytest.fixture(scope="session")
def respondents() -> pd.DataFrame:
    """Its respondents: about 80 per wijk and wave, no effect."""
    rng = np.random.default_rng(20)
    n = 1400
    wijk = rng.integers(0, 6, n)
    table = pd.DataFrame(
        {
            "respondent": np.arange(n).astype(str),
            "wave": rng.choice(["w14", "w18", "w21"], n, p=[0.2, 0.5, 0.3]),
            "wijk": [f"wijk-{i}" for i in wijk],
            "arm": np.where(wijk < 3, "programme", "comparator"),
            "pair": [f"p{i % 3}" for i in wijk],
            "age": rng.uniform(4, 12, n),
            "weight": 1.0,
            "education": rng.choice(["low", "middle", "high", None], n, p=[0.35, 0.2, 0.35, 0.1]),
            "sex": rng.choice(["boy", "girl"], n),
        }
    )
    table["play"] = (rng.random(n) < 0.6).astype(float)
    table["strain"] = (rng.random(n) < 0.3).astype(float)
    table["score"] = rng.normal(10, 4, n)
    table["late"] = np.where(table["wave"] == "w21", rng.integers(0, 2, n), np.nan)
    table["area"] = 0.5
    table.loc[rng.random(n) < 0.08, "play"] = np.nan
    return table
