"""Parents' use of services: wijken are the units, and one wave says nothing of change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from wijkkit.evaluation.effect.two_arms import change_test
from wijkkit.evaluation.process.key_figures import service_use, service_use_sentences
from wijkkit.tables import tidy


@pytest.fixture
def study(small_study):
    return small_study(replace=("process:", "process:\n  service_use: [sport]"))


def estimates(values: dict[str, float], status: str = "ok") -> pd.DataFrame:
    rows = [
        {"indicator": "sport", "area": wijk, "area_level": "wijk", "wave": wave, "group_by": "",
         "group": "all", "value": value if wave == "2021" else None, "unit": "percent",
         "status": status if wave == "2021" else "not_asked"}
        for wijk, value in values.items()
        for wave in ("2018", "2021")
    ]  # fmt: skip
    return tidy(pd.DataFrame(rows))


def test_the_interval_is_that_of_a_t_test_on_wijken(study):
    table = service_use(study, estimates({"a": 40, "b": 50, "c": 30, "d": 34}))
    pooled = stats.ttest_ind([40, 50], [30, 34]).confidence_interval(0.95)
    expected = change_test(np.array([40.0, 50, 30, 34]), np.arange(4) < 2, 0.95)
    row = table.iloc[0]
    assert row["value"] == 13
    assert (row["lower"], row["upper"]) == pytest.approx((expected.lower, expected.upper))
    # The arms may vary unequally: wider than the pooled test's.
    assert row["lower"] < pooled.low and row["upper"] > pooled.high
    assert (row["wave"], row["wijken"], row["status"]) == ("2021", 4, "ok")


def test_a_difference_is_called_one_only_when_wijken_agree(study):
    said = service_use_sentences(
        service_use(study, estimates({"a": 40, "b": 50, "c": 30, "d": 34})), "nl"
    )
    assert "Dat verschil kan toeval zijn." in said
    sure = service_use_sentences(
        service_use(study, estimates({"a": 60, "b": 61, "c": 30, "d": 31})), "nl"
    )
    assert "Dat is een duidelijk verschil." in sure
    assert "Of het is veranderd, is niet bekend." in sure[-1]


def test_too_few_wijken_give_no_numbers(study):
    table = service_use(study, estimates({"a": 40, "c": 30, "d": 34}))
    assert table.loc[0, "status"] == "too_few"
    assert table.loc[0, ["value", "lower", "programme"]].isna().all()
    assert service_use_sentences(table, "en") == ["Use of interventions was not asked."]


def test_what_was_never_asked_is_said(study):
    nothing = estimates({"a": 40}, status="not_asked")
    assert service_use(study, nothing).loc[0, "status"] == "not_asked"


def test_indicators_are_judged_together(small_study):
    both = "process:\n  service_use: [sport, ill]"
    study = small_study(replace=("process:", both))
    values = {"a": 50.0, "b": 56.0, "c": 30.0, "d": 34.0}
    one = estimates(values)
    alone = service_use(small_study(replace=("process:", "process:\n  service_use: [sport]")), one)
    other = one.assign(indicator="ill")
    noise = other.assign(
        value=other["value"].where(other["value"].isna(), [0, 5, 0, 9, 0, 7, 0, 6])
    )
    beside = service_use(study, tidy(pd.concat([one, noise])))
    assert alone["verdict"].tolist() == ["better"]
    assert beside["verdict"].tolist() == ["not_distinguishable"] * 2
    assert beside["looked_at"].tolist() == [2, 2]
    said = service_use_sentences(beside, "nl")
    assert beside.loc[0, "lower"] > 0 and said.count("Dat verschil kan toeval zijn.") == 2
