"""The sources use what both engines render, and nothing else."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from tests.reports.features import unsupported

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


#: Figures whose data are not in a table of the same name.
DATA = {"indicatoren": "metingen"}
PAGES = ("index.qmd", "stad.qmd", "wijk.qmd")


def source_of(name: str) -> str:
    return (ROOT / "reports" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_has_its_data_in_a_part_of_its_section_that_unfolds(name):
    for section in re.split(r"(?m)^##+ .*\{#sec-.*$", source_of(name)):
        folded = "".join(part[0] for part in re.finditer(FOLDED, section, re.DOTALL))
        for label in re.findall(r"#fig-([\w-]+) >", section):
            assert f"#tbl-{DATA.get(label, label)} >" in folded, label


@pytest.mark.parametrize("name", PAGES)
def test_no_two_parts_that_unfold_share_a_title(name):
    titles = re.findall(r'collapse="true"\}\n## (.*)', source_of(name))
    assert len(titles) == len(set(titles)), titles


def test_the_documentation_lists_every_feature():
    documented = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    from tests.reports.features import ATTRIBUTES, DIVS, FRONT_MATTER

    for name in (*DIVS, *ATTRIBUTES, *FRONT_MATTER):
        assert f"`{name}" in documented or f".{name}" in documented, name
