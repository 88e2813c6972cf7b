"""The built-in engine makes of a source what Quarto makes of it."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup

from tests.conftest import ROOT
from tests.reports.features import differences, read_structure
from wijkkit.reports.engine import render_html

EXAMPLE = ROOT.parent / "shared" / "quarto"


@pytest.mark.skipif(not EXAMPLE.is_dir(), reason="the example page of a real Quarto is not there")
def test_the_example_page_has_the_structure_that_quarto_gives_it(tmp_path):
    expected = json.loads((EXAMPLE / "voorbeeld.expected.json").read_text(encoding="utf-8"))
    page = render_html(EXAMPLE / "voorbeeld.qmd", tmp_path / "voorbeeld.html")
    found = read_structure(page)
    folds = BeautifulSoup(page.read_text(), "html.parser").select("summary")
    own = {" ".join(fold.get_text().split()) for fold in folds}
    # Quarto's own folds are named with their kind; here, and in the theme of its pages, not.
    for callout in expected["callouts"]:
        bare = callout["title"].partition(" ")[2]
        callout["title"] = bare if bare in own else callout["title"]
    assert own and differences(expected, found) == []
