"""Survey estimates equal the published results of R's survey package on its own data."""

from __future__ import annotations

import pandas as pd
import pytest

from wijkkit.estimates import (
    poststratify,
    survey_mean,
    survey_proportion,
    survey_total,
)


@pytest.fixture(scope="module")
def api(shared_data):
    return lambda name: pd.read_csv(shared_data / "survey_api" / f"{name}.csv")


CLUSTERS = {"weight": "pw", "psu": "dnum", "fpc": "fpc"}
TWO_STAGES = {"weight": "pw", "psu": ["dnum", "snum"]}


@pytest.mark.parametrize(
    ("name", "design", "value", "se", "digits"),
    [
        ("apistrat", {"weight": "pw", "strata": "stype", "fpc": "fpc"}, 662.28736, 9.408941, 1e-5),
        ("apiclus1", CLUSTERS, 644.17, 23.542, 5e-3),
        ("apiclus2", {**TWO_STAGES, "fpc": ["fpc1", "fpc2"]}, 670.81, 30.099, 5e-3),
        ("apiclus2", TWO_STAGES, 670.81, 30.712, 5e-3),
    ],
)
def test_a_mean_equals_the_published_one(api, name, design, value, se, digits):
    row = survey_mean(api(name), "api00", **design).iloc[0]
    assert [row["value"], row["se"]] == pytest.approx([value, se], abs=digits)


@pytest.mark.parametrize(
    ("name", "design", "value", "se"),
    [
        ("apistrat", {"weight": "pw", "strata": "stype", "fpc": "fpc"}, 3687178, 114642),
        ("apiclus1", CLUSTERS, 3404940, 932235),
    ],
)
def test_a_total_equals_the_published_one(api, name, design, value, se):
    row = survey_total(api(name), "enroll", **design).iloc[0]
    assert [row["value"], row["se"]] == pytest.approx([value, se], abs=0.5)


def test_means_of_domains_equal_the_published_ones(api):
    found = survey_mean(api("apiclus1"), "ell", by="stype", **CLUSTERS).set_index("stype")
    expected = {"E": (29.69444, 1.411617), "H": (15.0, 5.347065), "M": (22.68, 2.952862)}
    for domain, (value, se) in expected.items():
        own = found.loc[domain]
        assert [own["value"], own["se"]] == pytest.approx([value, se], abs=5e-6)


def test_a_proportion_equals_the_published_one(api):
    schools = api("apiclus1")
    schools["wide"] = (schools["sch.wide"] == "Yes").astype(float)
    row = survey_proportion(schools, "wide", **CLUSTERS).iloc[0]
    # The published value leaves out schools with any of 21 variables missing.
    assert row["value"] == pytest.approx(0.8726, abs=0.01)


def test_a_mean_after_poststratification_equals_the_published_one(api):
    schools = api("apiclus1")
    weights = poststratify(schools, "stype", {"E": 4421, "H": 755, "M": 1018}, weight="pw")
    row = survey_mean(schools, "api00", weight=weights, psu="dnum", fpc="fpc").iloc[0]
    assert [row["value"], row["se"]] == pytest.approx([642.31, 23.921], abs=5e-3)
    plain = survey_mean(
        schools.assign(new=weights.weight), "api00", weight="new", psu="dnum", fpc="fpc"
    ).iloc[0]
    assert plain["se"] != pytest.approx(row["se"], rel=1e-3)


def test_domains_of_a_nested_design_equal_the_published_ones(api):
    frame = api("fpc").assign(large=lambda t: t["x"] > 4)
    options = {"weight": "weight", "strata": "stratid", "psu": "psuid"}
    found = survey_mean(frame, "x", by="large", **options).set_index("large")
    for large, want in ((True, (6.195, 0.7555129)), (False, (3.314286, 0.3117042))):
        assert found.loc[large, ["value", "se"]].tolist() == pytest.approx(want, abs=5e-7)


def test_a_domain_of_a_two_stage_design_equals_the_published_one(api):
    frame = api("mu284")
    sampled = frame["id1"].nunique()
    within = frame.groupby("id1")["id2"].transform("size")
    frame["w"] = frame["n1"] / sampled * frame["n2"] / within
    frame["large"] = frame["y1"] > 40
    options = {"weight": "w", "psu": ["id1", "id2"], "fpc": ["n1", "n2"]}
    found = survey_mean(frame, "y1", by="large", **options).set_index("large").loc[True]
    assert [found["value"], found["se"]] == pytest.approx([48.69014, 1.108825], abs=5e-6)
