"""Only what went through publish, and was released, can be in a report."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import yaml

import wijkkit as wk
from wijkkit.analysis import People
from wijkkit.errors import DisclosureError, EstimationError, ParameterError, ReportError
from wijkkit.released.unreleased import outputs_folder, released_output
from wijkkit.reports.pages import metadata
from wijkkit.reports.staged_notebook import with_released
from wijkkit.study import guard

WHY = "Een model over de hele stad, zonder kleine groepen."


def written(folder: Path, to: Path) -> wk.study.Study:
    """The demo's study in a folder of its own, with named outputs."""
    shutil.copytree(folder, to / "parameters")
    (to / "data").symlink_to(folder.parent / "data")
    path = to / "parameters" / "study.yml"
    named = {label: {"why": WHY} for label in ("tbl-model", "tbl-wijken", "fig-los")}
    path.write_text(path.read_text() + "\n" + yaml.safe_dump({"outputs": named}))
    return wk.open_study(to / "parameters")


@pytest.fixture
def study(folder: Path, tmp_path: Path) -> wk.study.Study:
    return written(folder, tmp_path)


@pytest.fixture
def people(study, respondents, process):
    process.opened = True
    return wk.people(study, respondents)


@pytest.fixture
def published(study, people, estimates):
    """Publish the estimates, as the first notebook does."""
    wk.publish(estimates, study=study)
    return study


def output_rows(study, label: str) -> pd.DataFrame:
    """The released rows that an output shows."""
    return pd.read_parquet(outputs_folder(study) / label / "rows.parquet")


def executed(path: Path, *cells: tuple[str, object]) -> Path:
    """Write an executed notebook: the source of each cell and what it showed."""
    made = []
    for source, shown in cells:
        data, metadata = shown._repr_mimebundle_()
        output = {"output_type": "execute_result", "data": data, "metadata": metadata}
        made.append({"cell_type": "code", "source": source, "outputs": [output]})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": made}))
    return path


class Raw:
    """What pandas and matplotlib show by themselves."""

    def __init__(self, html: str):
        self.html = html

    def _repr_mimebundle_(self):
        return {"text/html": self.html, "text/plain": ""}, {}


def spoken(rows: pd.DataFrame) -> str:
    return "; ".join(f"{row.wijk} {row.value:.2f}" for row in rows.itertuples())


def scattered(rows: pd.DataFrame) -> plt.Figure:
    return rows.plot.scatter("value", "n").figure


def methods(view):
    return wk.show.table(view.methods(), ["label", "method", "value"])


def counted(view) -> str:
    return f"{view.table('estimates')['value'].notna().sum()} getallen"


@dataclass(frozen=True)
class Released:
    """A study of which everything below was published and released at once.

    `exact`: What was published. `shown`: What its cell showed then. `opened`: Whether the process
    counts as one that opened a source, before the release and after it.
    """

    study: wk.study.Study
    people: People
    exact: dict[str, object]
    shown: dict[str, object]
    opened: tuple[bool, bool]


@pytest.fixture(scope="module")
def released(folder, respondents, estimates, tmp_path_factory) -> Released:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "_process", process := guard._Process())
        process.opened = True
        study = written(folder, tmp_path_factory.mktemp("released"))
        people = wk.people(study, respondents)
        last = people.frame.query("wave == '2021' and outdoor_play.notna()")["respondent"]
        almost = people[~people.respondent.isin(last.head(3).tolist())]
        assert len(almost) == len(people) - 3
        wijken = people.proportion("sport", by="wijk")
        wk.publish(estimates, study=study)
        wk.publish(
            wk.evaluate_effect(
                study, people.frame, covariates=["age"], method="cr2", without=["zilverhof"]
            ),
            study=study,
        )
        exact: dict[str, tuple[object, dict]] = {
            "fig-spelen": (people.proportion("outdoor_play", by=["wijk", "wave"]), {}),
            "tbl-sekse": (people.proportion("outdoor_play", by=["sex", "wijk"]), {}),
            "tbl-bijna": (almost.proportion("outdoor_play"), {}),
            "tbl-verandering": (people.change("outdoor_play", by="wijk"), {}),
            "tbl-model": (
                people.model("outdoor_play ~ ses + age", family="binomial"),
                {"caption": "Model"},
            ),
            "tbl-sport": (wijken, {}),
            "zin-sport": (wijken, {"draw": spoken}),
            "fig-eigen": (wijken, {"draw": scattered, "alt": "Per wijk een punt."}),
            "zin-tel": (view := wk.draft(study), {"draw": counted}),
            "tbl-effect": (view, {"draw": methods}),
            "zin-conclusie": (view, {"draw": lambda view: wk.show.conclusions(view)}),
        }
        shown = {
            label: wk.publish(what, label=label, **said) for label, (what, said) in exact.items()
        }
        process.opened = False
        wk.release(study)
        opened = (False, process.opened)
    return Released(study, people, {k: v for k, (v, _) in exact.items()}, shown, opened)


def test_a_result_goes_out_as_it_was_released(released):
    rows = output_rows(released.study, "fig-spelen")
    table = wk.open_city(released.study).table("estimates")
    both = rows.merge(table, on=["indicator", "area", "area_level", "wave", "group_by", "group"])
    assert len(both) == len(rows) == 12
    for name in ("value", "lower", "upper", "n", "status"):
        assert both[f"{name}_x"].equals(both[f"{name}_y"])
    assert both["status_x"].ne("ok").any()
    output = released_output(released.study, "fig-spelen")
    words = output["metadata"]["wijkkit"]["alt"].split("; ")
    absent = rows["status"].ne("ok").tolist()
    assert ["te weinig kinderen" in one or "privacy" in one for one in words] == absent


def test_an_own_division_is_held_against_the_rules(released):
    few = released.exact["tbl-sekse"].frame.eval("n < 30 or x < 5 or n - x < 5")
    assert few.any()
    rows = output_rows(released.study, "tbl-sekse")
    assert rows.loc[few.to_numpy(), "value"].isna().all()
    # Where one group of an area is hidden the other would give it back.
    for _, area in rows.groupby("wijk"):
        assert area["value"].isna().nunique() == 1


def test_a_choice_is_hidden_where_the_others_are_few(released):
    assert output_rows(released.study, "tbl-bijna")["value"].isna().all()


def test_a_change_is_absent_where_one_of_its_cells_is(released):
    rows = output_rows(released.study, "tbl-verandering").set_index("wijk")
    cells = wk.open_city(released.study).table("estimates")
    cells = cells.query("indicator == 'outdoor_play' and area_level == 'wijk' and group == 'all'")
    shown = cells.groupby("area")["status"].apply(lambda found: found.eq("ok").all())
    assert rows["value"].notna().to_dict() == shown.to_dict()
    exact = released.exact["tbl-verandering"].frame.set_index("wijk")["value"]
    assert (rows["value"] - exact).abs().max() <= 0.5


def test_a_labelled_groupby_is_refused(people, study):
    table = people.frame.groupby("wijk")["outdoor_play"].agg(["sum", "count"])
    with pytest.raises(DisclosureError, match="cannot read this output"):
        wk.publish(table.reset_index(), label="tbl-groepen", study=study)


def test_a_raw_figure_is_refused_without_a_line_in_the_study(people, study):
    figure, axes = plt.subplots()
    axes.bar(["a"], [3])
    with pytest.raises(DisclosureError, match="outputs: {fig-eigen"):
        wk.publish(figure, label="fig-eigen", alt="Drie.", study=study)
    with pytest.raises(ParameterError, match="text for who cannot see it"):
        wk.publish(figure, label="fig-los", study=study)
    wk.publish(figure, label="fig-los", alt="Drie.", study=study)


def test_a_regression_with_a_dummy_per_wijk_is_refused_though_it_is_named(people):
    model = people[people.wave == "2021"].model("outdoor_play ~ wijk", family="binomial")
    with pytest.raises(DisclosureError) as error:
        wk.publish(model, label="tbl-wijken")
    assert "respondents, at least 30" in str(error.value) or "of an answer" in str(error.value)
    with pytest.raises(DisclosureError, match="cannot read"):
        wk.publish(people.model("sport ~ age"), label="tbl-ander")


def test_a_model_that_meets_the_rules_waits_for_the_second_person(released):
    assert "ses: high" in released_output(released.study, "tbl-model")["data"]["text/html"]


def test_a_drawing_function_holds_no_data(people):
    found = people.proportion("sport", by="wijk")
    frame, values = people.frame, found.frame["value"].to_numpy()
    for draw in (
        lambda rows: found.plot(),
        lambda rows: frame.groupby("wijk").size().to_frame(),
        lambda rows: str(values),
        lambda rows: people.mean("age").sentence(),
    ):
        with pytest.raises(DisclosureError, match="holds data of its own"):
            wk.publish(found, label="tbl-sport", draw=draw)


def test_a_drawing_function_may_not_open_a_source(published, people, study):
    def draw(rows):
        return str(len(wk.load_survey(study)))

    with pytest.raises(DisclosureError, match="may not open a source"):
        wk.publish(people.proportion("sport"), label="zin-sport", draw=draw)


def test_an_own_drawing_is_made_again_of_released_rows(released):
    assert "unreleased" in released.shown["zin-sport"].bundle[1]["wijkkit"]
    words = released_output(released.study, "zin-sport")["data"]["text/markdown"].replace("\\", "")
    numbers = [float(part.split(" ")[1]) for part in words.split("; ")]
    assert all(np.isnan(n) or n == round(n) for n in numbers)


def test_an_own_figure_has_a_text_for_who_cannot_see_it(people):
    with pytest.raises(ParameterError, match="who cannot see it"):
        wk.publish(people.proportion("sport", by="wijk"), label="fig-eigen", draw=scattered)


def test_an_own_figure_goes_with_its_alt_text_to_the_report(released, tmp_path):
    alt, shown = "Per wijk een punt.", released.shown["fig-eigen"]
    assert repr(shown) == alt
    cell = ("wk.publish(result, label='fig-eigen')", shown)
    notebook = executed(tmp_path / "stad" / "2_eigen.ipynb", cell)
    cells = with_released(released.study, notebook, ["fig-eigen"])["cells"]
    (staged,) = (c for c in cells if c["source"].startswith("#| label: fig-eigen"))
    (output,) = staged["outputs"]
    assert output["metadata"]["wijkkit"]["alt"] == alt and "image/svg+xml" in output["data"]


def test_a_view_is_drawn_of_the_released_tables(released):
    now = released_output(released.study, "zin-tel")["data"]["text/markdown"]
    assert int(repr(released.shown["zin-tel"]).split()[0]) > int(now.split()[0]) > 0


def test_exact_tables_are_a_source_also_where_nothing_else_was_opened(
    published, process, monkeypatch
):
    """A notebook without a source of its own cannot publish exact numbers as if released."""
    process.opened = False
    shown = wk.publish(wk.draft(published), label="zin-tel", draw=lambda view: "x")
    assert shown.bundle[1]["wijkkit"].get("unreleased") and "published" not in shown.bundle[1]
    process.opened = False
    monkeypatch.setenv("WIJKKIT_BATCH", "wijk")
    with pytest.raises(DisclosureError, match="may not open a source"):
        wk.draft(published)


def test_reports_take_what_was_published_and_released(published, people, released, tmp_path):
    raw = people.frame.groupby("wijk")["outdoor_play"].agg(["sum", "count"])
    cells = (
        ("#| label: tbl-groepen\ntable", Raw(raw.to_html())),
        ("wk.publish(found, label='tbl-sport')", released.shown["tbl-sport"]),
    )
    notebook = executed(tmp_path / "runs" / "stad" / "2_eigen.ipynb", *cells)
    wk.publish(people.proportion("sport", by="wijk"), label="tbl-sport")
    for label, said in (("tbl-groepen", "not published"), ("tbl-sport", "not released")):
        with pytest.raises(ReportError, match=said):
            with_released(published, notebook, [label])
    cells = with_released(released.study, notebook, ["tbl-sport"])["cells"]
    staged = next(c for c in cells if c["source"].startswith("#| label: tbl-sport"))
    assert "unreleased" not in json.dumps(staged["outputs"])
    with pytest.raises(ReportError, match="was not published"):
        with_released(released.study, notebook, ["tbl-groepen"])


def test_what_else_a_cell_shows_is_left_out(released, process, tmp_path):
    process.opened = False
    shown = wk.publish(
        wk.show.said(wk.open_city(released.study).absent()),
        label="zin-verborgen",
        study=released.study,
    )
    notebook = executed(tmp_path / "stad" / "4_leren.ipynb", ("publish", shown))
    content = json.loads(notebook.read_text())
    raw = {"output_type": "display_data", "data": {"text/html": "<table>"}, "metadata": {}}
    content["cells"][0]["outputs"].insert(0, raw)
    notebook.write_text(json.dumps(content))
    cell = with_released(released.study, notebook, ["zin-verborgen"])["cells"][0]
    assert len(cell["outputs"]) == 1 and "<table>" not in json.dumps(cell)


def test_changed_values_of_released_rows_are_refused(released, process):
    process.opened = False
    view = wk.open_city(released.study)
    rows = view.table("estimates").query("status == 'ok'").head(4)
    shown = wk.publish(
        rows, label="tbl-vrij", draw=lambda frame: frame[["area", "value"]], study=released.study
    )
    assert shown.bundle[1]["wijkkit"]["published"] == "tbl-vrij"
    with pytest.raises(DisclosureError, match="was not released"):
        wk.publish(rows.assign(value=rows["value"] + 0.4), label="tbl-anders", study=released.study)
    hidden = view.table("estimates").query("status == 'hidden'").head(2).assign(value=12.0)
    with pytest.raises(DisclosureError, match="was not released"):
        wk.publish(hidden, label="tbl-anders", study=released.study)
    with pytest.raises(DisclosureError, match="was not released"):
        wk.publish(rows.assign(area="elders"), label="tbl-anders", study=released.study)


def test_a_raw_table_in_a_notebook_of_released_tables_is_named_too(released, process):
    process.opened = False
    with pytest.raises(DisclosureError, match="cannot read this output"):
        wk.publish(pd.DataFrame({"a": [1]}), label="tbl-los", study=released.study)


def test_the_release_itself_opens_sources_for_nobody_else(released):
    assert released.opened == (False, False)


@pytest.mark.parametrize("label", ["Fig-a", "../x", "a b", "fig_a", "-x", ""])
def test_a_label_is_a_plain_name(people, label):
    found = people.proportion("sport")
    if label:
        with pytest.raises(ParameterError, match="not a label"):
            wk.publish(found, label=label)
    else:
        assert wk.publish(found) is found


def test_a_release_without_estimates_says_what_to_run(study, people):
    wk.publish(people.proportion("sport"), label="tbl-sport")
    with pytest.raises(Exception, match="Run the city notebooks"):
        wk.release(study)


def test_what_is_about_other_people_than_study_yml_says_goes_nowhere(study, people, estimates):
    girls = study.select(sex="girl")
    chosen = wk.people(girls)
    made = (chosen.proportion("sport", by="arm"), wk.evaluate_effect(girls, chosen.frame))
    for result in made:
        with pytest.raises(DisclosureError, match=r"girl; expected everybody.*population:"):
            wk.publish(result, label="tbl-effect", draw=lambda view: "x", study=study)
    with pytest.raises(EstimationError, match=r"other people.*population:"):
        wk.evaluate_effect(study, chosen.frame)
    # Published before study.yml chose: the release sees it, also where it is given the results.
    wk.publish(estimates, study=study)
    for arguments in ((), (estimates,)):
        with pytest.raises(DisclosureError, match=r"estimates.*found everybody; expected .*girl"):
            wk.release(girls, *arguments)


def test_a_covariate_that_only_one_notebook_made_is_refused_with_the_way_out(published, people):
    frame = people.assign(young=lambda p: p.age < 8).frame
    wk.publish(wk.evaluate_effect(published, frame, covariates=["young"]), study=published)
    with pytest.raises(DisclosureError, match=r"found young.*codebook\.yml.*people\.did"):
        wk.release(published)


def test_one_argument_changed_is_said_where_the_effect_is_shown(released):
    study = released.study
    caption = released_output(study, "tbl-effect")["metadata"]["wijkkit"]["caption"]
    page = metadata(study, "stad")["text"]["method_design"]
    for words in (caption, page):
        assert "leeftijd; in de opzet: leeftijd en " in words
        assert "(CR2); in de opzet: Gemiddelden per wijk en meting" in words
        assert "Wijken die niet meetellen: Zilverhof; in de opzet: geen." in words
    kept = wk.open_city(study).table("effects").query("method == 'cr2' and group == 'all'")
    assert kept["clusters"].eq(5).all()
    assert wk.open_city(study).evaluated.settings.evaluation.covariates == ("age",)
