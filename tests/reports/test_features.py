"""The sources use what both engines render, and nothing else."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from wijkkit.reports.features import unsupported

FOLDED = r'::: \{\.callout-note collapse="true"\}\n.*?\n:::\n'
SOURCES = sorted((ROOT / "reports").glob("*.qmd"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_source_uses_no_other_features(path):
    assert unsupported(path.read_text(encoding="utf-8"), path.name) == []


@pytest.mark.parametrize(
    "source",
    [
        "{{< include a.qmd >}}",
        "{{< embed ../a.ipynb#x >}}",
        "{{< video https://a.nl >}}",
        "::: {.column-margin}\na\n:::",
        "::: {.callout-note appearance=minimal}\na\n:::",
        '::: {.content-visible when-format="pdf"}\na\n:::',
        "## A {.smaller}",
        "```{python}\n1\n```",
        "![a](b.png)",
        "---\nexecute:\n  echo: false\n---\n",
        "::: {#lst-a}\na\n:::",
    ],
)
def test_any_other_feature_is_found(source):
    assert len(unsupported(source, "a.qmd")) == 1


@pytest.mark.parametrize("name", ["index.qmd", "stad.qmd", "wijk.qmd"])
def test_every_figure_is_followed_by_its_data_in_a_part_that_unfolds(name):
    source = (ROOT / "reports" / name).read_text(encoding="utf-8")
    folded = [part.span() for part in re.finditer(FOLDED, source, re.DOTALL)]
    embeds = re.finditer(r"#((?:fig|tbl)-[\w-]+) >", source)
    labels = [(embed[1], embed.start()) for embed in embeds]
    figures = [at for at, (label, _) in enumerate(labels) if label.startswith("fig-")]
    assert figures
    for at in figures:
        label, place = labels[at + 1]
        assert label.startswith("tbl-"), labels[at]
        assert any(start < place < end for start, end in folded), label


def test_the_documentation_lists_every_feature():
    documented = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    from wijkkit.reports.features import ATTRIBUTES, DIVS, FRONT_MATTER

    for name in (*DIVS, *ATTRIBUTES, *FRONT_MATTER):
        assert f"`{name}" in documented or f".{name}" in documented, name
