"""Only what went through publish, and was released, can be in a report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import yaml

import wijkkit as wk
from wijkkit.errors import DisclosureError, EstimationError, ParameterError, ReportError
from wijkkit.released.unreleased import outputs_folder, released_output
from wijkkit.reports.pages import metadata
from wijkkit.reports.staged_notebook import with_released

WHY = "Een model over de hele stad, zonder kleine groepen."


@pytest.fixture
def study(folder: Path, tmp_path: Path) -> wk.study.Study:
    """The demo's study in a folder of its own, with one named output."""
    shutil.copytree(folder, tmp_path / "parameters")
    (tmp_path / "data").symlink_to(folder.parent / "data")
    path = tmp_path / "parameters" / "study.yml"
    named = {label: {"why": WHY} for label in ("tbl-model", "tbl-wijken", "fig-los")}
    path.write_text(path.read_text() + "\n" + yaml.safe_dump({"outputs": named}))
    return wk.open_study(tmp_path / "parameters")


@pytest.fixture
def people(study, respondents, process):
    process.opened = True
    return wk.people(study, respondents)


@pytest.fixture
def published(study, people, estimates):
    """Publish the estimates, as the first notebook does."""
    wk.publish(estimates, study=study)
    return study


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


def output_rows(study, label: str) -> pd.DataFrame:
    """The released rows that an output shows."""
    return pd.read_parquet(outputs_folder(study) / label / "rows.parquet")


class Raw:
    """What pandas and matplotlib show by themselves."""

    def __init__(self, html: str):
        self.html = html

    def _repr_mimebundle_(self):
        return {"text/html": self.html, "text/plain": ""}, {}


def test_a_result_goes_out_as_it_was_released(published, people):
    found = people.proportion("outdoor_play", by=["wijk", "wave"])
    wk.publish(found, label="fig-spelen", caption="Buiten spelen")
    wk.release(published)
    rows = output_rows(published, "fig-spelen")
    table = wk.open_city(published).table("estimates")
    both = rows.merge(table, on=["indicator", "area", "area_level", "wave", "group_by", "group"])
    assert len(both) == len(rows) == 12
    for name in ("value", "lower", "upper", "n", "status"):
        assert both[f"{name}_x"].equals(both[f"{name}_y"])
    assert both["status_x"].ne("ok").any()
    output = released_output(published, "fig-spelen")
    words = output["metadata"]["wijkkit"]["alt"].split("; ")
    absent = rows["status"].ne("ok").tolist()
    assert ["te weinig kinderen" in one or "privacy" in one for one in words] == absent


def test_an_own_division_is_held_against_the_rules(published, people):
    found = people.proportion("psychosocial_problems", by=["sex", "wijk"])
    few = found.frame.eval("n < 30 or x < 5 or n - x < 5")
    assert few.any()
    wk.publish(found, label="tbl-sekse")
    wk.release(published)
    rows = output_rows(published, "tbl-sekse")
    assert rows.loc[few.to_numpy(), "value"].isna().all()
    # Where one group of an area is hidden the other would give it back.
    for _, area in rows.groupby("wijk"):
        assert area["value"].isna().nunique() == 1


def test_a_choice_is_hidden_where_the_others_are_few(published, people):
    almost = people[people.respondent.ne("x") & ~people.respondent.isin(some_of(people, 3))]
    assert len(almost) == len(people) - 3
    wk.publish(almost.proportion("outdoor_play"), label="tbl-bijna")
    wk.release(published)
    assert output_rows(published, "tbl-bijna")["value"].isna().all()


def some_of(people, n: int) -> list:
    last = people.frame[people.frame["wave"].eq("2021") & people.frame["outdoor_play"].notna()]
    return last["respondent"].head(n).tolist()


def test_a_change_is_absent_where_one_of_its_cells_is(published, people):
    wk.publish(people.change("outdoor_play", by="wijk"), label="tbl-verandering")
    wk.release(published)
    rows = output_rows(published, "tbl-verandering").set_index("wijk")
    cells = wk.open_city(published).table("estimates")
    cells = cells.query("indicator == 'outdoor_play' and area_level == 'wijk' and group == 'all'")
    shown = cells.groupby("area")["status"].apply(lambda found: found.eq("ok").all())
    assert rows["value"].notna().to_dict() == shown.to_dict()
    exact = people.change("outdoor_play", by="wijk").frame.set_index("wijk")["value"]
    assert (rows["value"] - exact).abs().max() <= 0.5


def test_a_labelled_groupby_is_refused(people, study):
    table = people.frame.groupby("wijk")["psychosocial_problems"].agg(["sum", "count"])
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
    model = people[people.wave == "2021"].model("psychosocial_problems ~ wijk", family="binomial")
    with pytest.raises(DisclosureError) as error:
        wk.publish(model, label="tbl-wijken")
    assert "respondents, at least 30" in str(error.value) or "of an answer" in str(error.value)
    with pytest.raises(DisclosureError, match="cannot read"):
        wk.publish(people.model("sport ~ age"), label="tbl-ander")


def test_a_model_that_meets_the_rules_waits_for_the_second_person(published, people):
    model = people.model("psychosocial_problems ~ ses + age", family="binomial")
    wk.publish(model, label="tbl-model", caption="Model")
    wk.release(published)
    assert "ses: high" in released_output(published, "tbl-model")["data"]["text/html"]


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


def test_an_own_drawing_is_made_again_of_released_rows(published, people):
    def draw(rows):
        return "; ".join(f"{row.wijk} {row.value:.2f}" for row in rows.itertuples())

    shown = wk.publish(people.proportion("sport", by="wijk"), label="zin-sport", draw=draw)
    assert "unreleased" in shown.bundle[1]["wijkkit"]
    wk.release(published)
    words = released_output(published, "zin-sport")["data"]["text/markdown"].replace("\\", "")
    numbers = [float(part.split(" ")[1]) for part in words.split("; ")]
    assert all(np.isnan(n) or n == round(n) for n in numbers)


def test_an_own_figure_goes_with_its_alt_text_to_the_report(published, people):
    def draw(rows):
        return rows.plot.scatter("value", "n").figure

    result, alt = people.proportion("sport", by="wijk"), "Per wijk een punt."
    with pytest.raises(ParameterError, match="who cannot see it"):
        wk.publish(result, label="fig-eigen", draw=draw)
    shown = wk.publish(result, label="fig-eigen", alt=alt, draw=draw)
    assert repr(shown) == alt
    notebook = executed(
        published.runs / "stad" / "2_eigen.ipynb", ("wk.publish(result, label='fig-eigen')", shown)
    )
    wk.release(published)
    cells = with_released(published, notebook, ["fig-eigen"])["cells"]
    (staged,) = (c for c in cells if c["source"].startswith("#| label: fig-eigen"))
    (output,) = staged["outputs"]
    assert output["metadata"]["wijkkit"]["alt"] == alt and "image/svg+xml" in output["data"]


def test_a_view_is_drawn_of_the_released_tables(published, people):
    def draw(view):
        table = view.table("estimates")
        return f"{table['value'].notna().sum()} getallen"

    exact = wk.publish(wk.draft(published), label="zin-tel", draw=draw)
    wk.release(published)
    released = released_output(published, "zin-tel")["data"]["text/markdown"]
    assert int(repr(exact).split()[0]) > int(released.split()[0]) > 0


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


def test_reports_take_what_was_published_and_released(published, people):
    raw = people.frame.groupby("wijk")["psychosocial_problems"].agg(["sum", "count"])
    shown = wk.publish(people.proportion("sport", by="wijk"), label="tbl-sport")
    notebook = executed(
        published.runs / "stad" / "2_eigen.ipynb",
        ("#| label: tbl-groepen\ntable", Raw(raw.to_html())),
        ("wk.publish(found, label='tbl-sport')", shown),
    )
    for label in ("tbl-groepen", "tbl-sport"):
        with pytest.raises(ReportError, match="not published|not released"):
            with_released(published, notebook, [label])
    wk.release(published)
    cells = with_released(published, notebook, ["tbl-sport"])["cells"]
    staged = next(c for c in cells if c["source"].startswith("#| label: tbl-sport"))
    assert "unreleased" not in json.dumps(staged["outputs"])
    with pytest.raises(ReportError, match="was not published"):
        with_released(published, notebook, ["tbl-groepen"])


def test_what_else_a_cell_shows_is_left_out(published, people, process):
    wk.release(published)
    process.opened = False
    shown = wk.publish(wk.show.said(wk.open_city(published).absent()), label="zin-verborgen")
    notebook = executed(published.runs / "stad" / "4_leren.ipynb", ("publish", shown))
    content = json.loads(notebook.read_text())
    raw = {"output_type": "display_data", "data": {"text/html": "<table>"}, "metadata": {}}
    content["cells"][0]["outputs"].insert(0, raw)
    notebook.write_text(json.dumps(content))
    cell = with_released(published, notebook, ["zin-verborgen"])["cells"][0]
    assert len(cell["outputs"]) == 1 and "<table>" not in json.dumps(cell)


def test_changed_values_of_released_rows_are_refused(published, people, process):
    wk.release(published)
    process.opened = False
    view = wk.open_city(published)
    rows = view.table("estimates").query("status == 'ok'").head(4)
    shown = wk.publish(rows, label="tbl-vrij", draw=lambda frame: frame[["area", "value"]])
    assert shown.bundle[1]["wijkkit"]["published"] == "tbl-vrij"
    with pytest.raises(DisclosureError, match="was not released"):
        wk.publish(rows.assign(value=rows["value"] + 0.4), label="tbl-anders")
    hidden = view.table("estimates").query("status == 'hidden'").head(2).assign(value=12.0)
    with pytest.raises(DisclosureError, match="was not released"):
        wk.publish(hidden, label="tbl-anders")
    with pytest.raises(DisclosureError, match="was not released"):
        wk.publish(rows.assign(area="elders"), label="tbl-anders")


def test_a_raw_table_in_a_notebook_of_released_tables_is_named_too(published, process):
    wk.release(published)
    process.opened = False
    with pytest.raises(DisclosureError, match="cannot read this output"):
        wk.publish(pd.DataFrame({"a": [1]}), label="tbl-los")


def test_the_release_itself_opens_sources_for_nobody_else(published, process):
    process.opened = False
    wk.release(published)
    assert process.opened is False


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


def test_one_argument_changed_is_said_where_the_effect_is_shown(published, people):
    asked = {"covariates": ["age"], "method": "cr2", "without": ["zilverhof"]}
    wk.publish(wk.evaluate_effect(published, people.frame, **asked), study=published)
    view = wk.draft(published)
    columns = ["label", "method", "value"]
    wk.publish(view, "tbl-effect", draw=lambda view: wk.show.table(view.methods(), columns))
    wk.publish(view, "zin-conclusie", draw=lambda view: wk.show.conclusions(view))
    wk.release(published)
    caption = released_output(published, "tbl-effect")["metadata"]["wijkkit"]["caption"]
    page = metadata(published, "stad")["text"]["method_design"]
    for words in (caption, page):
        assert "leeftijd; in de opzet: leeftijd en " in words
        assert "(CR2); in de opzet: Gemiddelden per wijk en meting" in words
        assert "Wijken die niet meetellen: Zilverhof; in de opzet: geen." in words
    kept = wk.open_city(published).table("effects").query("method == 'cr2' and group == 'all'")
    assert kept["clusters"].eq(5).all()
    assert wk.open_city(published).evaluated.settings.evaluation.covariates == ("age",)
