"""The sources use what both engines render, and nothing else."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from wijkkit.reports.features import unsupported

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


def test_the_documentation_lists_every_feature():
    documented = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    from wijkkit.reports.features import ATTRIBUTES, DIVS, FRONT_MATTER

    for name in (*DIVS, *ATTRIBUTES, *FRONT_MATTER):
        assert f"`{name}" in documented or f".{name}" in documented, name
