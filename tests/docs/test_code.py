"""All code in the README and the documentation runs, page by page, in a project as a user has it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import matplotlib
import pytest
import typer.main

from tests.conftest import ROOT
from tests.docs.pages import PAGES, blocks, perform
from wijkkit.cli import app

RUN = {page: [b for b in blocks(page) if not b.said.startswith("not run: ")] for page in PAGES}
NAMES = {page: page.relative_to(ROOT).as_posix() for page in PAGES}
#: Pages that name indicators or goals which the demo of few indicators does not have.
WHOLE = {"docs/howto/interactive.md", "docs/howto/record_what_was_done.md"}
#: Pages that run or publish a study again: `.ci/run` asks these besides.
SLOW = {
    "docs/howto/add_a_notebook.md",
    "docs/howto/corrected_weights.md",
    "docs/howto/house_style.md",
    "docs/howto/interactive.md",
    "docs/howto/publish_a_release.md",
    "docs/tutorial.md",
}
#: ``wijkkit <command> ...`` wherever it stands in a page.
COMMANDS = [
    (NAMES[page], found)
    for page in PAGES
    for found in re.findall(
        r"(?:^ *|`)(wijkkit [a-z][^\n`]*)", page.read_text("utf-8"), flags=re.MULTILINE
    )
]


@pytest.fixture
def project(page: Path, request, tmp_path: Path, monkeypatch) -> Path:
    """A copy of the executed demo, as the working folder."""
    made = request.getfixturevalue("demo_run" if NAMES[page] in WHOLE else "small_run")
    folder = shutil.copytree(made, tmp_path / "project")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    matplotlib.use("agg")
    return folder


@pytest.mark.parametrize(
    "page",
    [pytest.param(p, marks=[pytest.mark.slow] * (NAMES[p] in SLOW)) for p in PAGES if RUN[p]],
    ids=NAMES.get,
)
def test_the_code_of_a_page_runs(page, project):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    names: dict[str, object] = {}
    for block in RUN[page]:
        perform(block, project, names, path)


def test_every_how_to_and_the_tutorial_run_something():
    shown = [NAMES[page] for page in PAGES if RUN[page]]
    expected = {"README.md", "docs/tutorial.md"}
    expected |= {name for name in NAMES.values() if "/howto/" in name and "index" not in name}
    assert expected <= set(shown)


def test_code_that_is_not_run_says_why():
    reasons = [
        b.said.removeprefix("not run: ") for p in PAGES for b in blocks(p) if b not in RUN[p]
    ]
    assert all(len(reason.split()) >= 4 for reason in reasons)


def test_every_block_of_code_has_a_language():
    for page in PAGES:
        fences = re.findall(r"^```(.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
        known = len(list(blocks(page)))
        assert sum(bool(fence) for fence in fences) == known, NAMES[page]


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_a_command_that_a_page_names_exists_with_its_options(page, line):
    command = typer.main.get_command(app)
    words = line.split()[1:]
    while words and words[0] != "--help" and hasattr(command, "commands"):
        assert words[0] in command.commands, line
        command = command.commands[words.pop(0)]
    options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
    assert set(re.findall(r"(?<!\S)\[?(--[\w-]+)", " ".join(words))) <= options | {"--help"}, line


def test_every_make_command_that_a_page_names_is_a_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, flags=re.MULTILINE))
    for page in PAGES:
        named = set(
            re.findall(r"(?:^|`)make ([\w-]+)", page.read_text("utf-8"), flags=re.MULTILINE)
        )
        assert named <= targets, NAMES[page]


@pytest.mark.parametrize("page", (*PAGES, ROOT / "CONTRIBUTING.md"), ids=lambda page: page.name)
def test_the_code_that_a_page_names_is_there(page):
    named = re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?)`", page.read_text(encoding="utf-8"))
    ours = [name for name in named if re.match(r"(wijkkit|tests|docs|benchmarks)/|.*\.py$", name)]
    own = {"parameters/indicators.py"}  # the study's, which a how-to adds
    found = {name for name in ours if any((ROOT / at / name).exists() for at in ("", "wijkkit"))}
    assert set(ours) - found <= own


@pytest.mark.parametrize("page", PAGES, ids=NAMES.get)
def test_links_and_images_of_a_page_are_there(page):
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        target = (page.parent / link).resolve()
        assert target.exists(), link
        assert "docs" not in page.parts or target.is_relative_to(ROOT / "docs"), (
            f"{link} leaves the site"
        )
        assert target.suffix != ".png" or target.stat().st_size <= 300_000, link
