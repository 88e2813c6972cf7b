"""What notebooks published, kept by who did."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.studies import write_study
from wijkkit.errors import WijkkitError
from wijkkit.released.unreleased import (
    Publication,
    check_label,
    clear_outputs,
    publications,
    released_output,
    write_output,
    write_publication,
)
from wijkkit.study import open_study
from wijkkit.study.guard import NOTEBOOK


@pytest.fixture
def study(tmp_path):
    return open_study(write_study(tmp_path / "study"))


def test_what_somebody_tried_at_the_desk_is_no_part_of_a_run(study, monkeypatch):
    def names() -> list[str]:
        return [one.name for one in publications(study)]

    write_publication(study, Publication("b", "raw"))
    monkeypatch.setenv(NOTEBOOK, "1_analyse")
    write_publication(study, Publication("c", "raw"))
    write_publication(study, Publication("a", "raw"))
    assert names() == ["a", "c"]
    monkeypatch.delenv(NOTEBOOK)
    assert names() == ["a", "b", "c"]
    # One of the same name is replaced, whoever published it.
    write_publication(study, Publication("c", "view"))
    assert [one.kind for one in publications(study)] == ["raw", "raw", "view"]


def test_an_output_is_read_as_it_was_written_until_outputs_are_cleared(study):
    rows = pd.DataFrame({"value": [1.0]})
    write_output(study, "fig-a", ({"text/plain": "één"}, {"wijkkit": {"alt": "x"}}), rows)
    found = released_output(study, "fig-a")
    assert found["data"] == {"text/plain": "één"} and found["metadata"]["wijkkit"]["alt"] == "x"
    (folder,) = (study.runs / "released" / "outputs").iterdir()
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "rows.parquet"), rows)
    assert released_output(study, "fig-b") is None
    clear_outputs(study)
    assert released_output(study, "fig-a") is None


@pytest.mark.parametrize(("label", "good"), [("fig-1a", True), ("1a", False), ("a--b", False)])
def test_a_label_is_words_and_hyphens(label, good):
    if good:
        assert check_label(label) == label
        return
    with pytest.raises(WijkkitError):
        check_label(label)
