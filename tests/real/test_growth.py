"""Two real growth studies as a study of two waves and five regions, through parameters only."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import ROOT
from tests.reports.conftest import summary_lengths
from wijkkit.batch import run
from wijkkit.evaluation.effect.evaluate import evaluate_effect
from wijkkit.pipeline.estimation import estimate
from wijkkit.pipeline.respondents import load_respondents
from wijkkit.released import open_city, open_wijk
from wijkkit.reports.render import render
from wijkkit.study import Study, open_study

#: Boys aged 4 up to 12 with a BMI of 18 or more, and all measured boys of that age.
COUNTS = {
    ("cities", "1997"): (37, 153),
    ("cities", "2009"): (81, 311),
    ("east", "1997"): (68, 334),
    ("east", "2009"): (46, 258),
    ("north", "1997"): (37, 206),
    ("north", "2009"): (41, 115),
    ("south", "1997"): (73, 453),
    ("south", "2009"): (79, 411),
    ("west", "1997"): (88, 437),
    ("west", "2009"): (50, 276),
}


@pytest.fixture(scope="module")
def study(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("groei") / "studie"
    shutil.copytree(ROOT / "tests" / "real" / "growth", folder)
    path = folder / "study.yml"
    text = path.read_text(encoding="utf-8").replace("{data}", str(shared_data))
    path.write_text(text, encoding="utf-8")
    return open_study(folder)


def test_counts_per_region_and_wave_equal_those_of_the_source(study):
    counts = estimate(study, load_respondents(study)).estimates.counts
    rows = counts[(counts["area_level"] == "wijk") & (counts["group_by"] == "")]
    found = {(row.area, row.wave): (row.x, row.n) for row in rows.itertuples()}
    assert found == COUNTS


def test_the_study_gives_five_area_reports_and_a_city_report(study):
    result = run(study, notebooks=ROOT / "notebooks", jobs=2)
    assert [(job.scope, job.notebook, job.message) for job in result.failed] == []
    assert set(summary_lengths(study, study.folder / "kort").values()) == {2}
    made = render(study, engine="builtin")
    assert made.failed == {}
    pages = {path.name for path in study.site.glob("*.html")}
    assert {"index.html", "stad.html", *(f"{slug}.html" for slug in study.neighbourhoods)} <= pages
    page = (study.site / "cities.html").read_text(encoding="utf-8")
    assert "BMI van 18 of hoger" in page
    # What is shown is the count over the whole, in whole percents: 81 / 311 = 26 percent.
    assert round(open_wijk(study, "cities").goals()["own_value"].iloc[0]) == 26
    exact = _plain(evaluate_effect(study, load_respondents(study)).effects)
    assert exact["estimate"] == pytest.approx(0.9859, abs=5e-5)
    assert exact["lower"] == pytest.approx(0.6033, abs=5e-5)
    assert exact["upper"] == pytest.approx(1.6110, abs=5e-5)
    # What is shown is the exact one in two decimals.
    shown = _plain(open_city(study).table("effects"))
    for name in ("estimate", "lower", "upper"):
        assert shown[name] == round(exact[name], 2), name


def _plain(effects: pd.DataFrame) -> pd.Series:
    """Return the odds ratio of the plain model for everybody."""
    return effects[effects["method"].eq("model_based") & effects["scale"].eq("odds_ratio")].iloc[0]
