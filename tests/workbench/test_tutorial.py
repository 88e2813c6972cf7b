"""The commands of the tutorial are commands that there are, with the options it names."""

from __future__ import annotations

import re

import pytest
import typer.main

from tests.conftest import ROOT
from wijkkit.cli import app

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^wijkkit (\w+)(.*)$", TUTORIAL, flags=re.MULTILINE)


def test_the_tutorial_has_commands_to_hold_against_the_command_line():
    assert [name for name, _ in COMMANDS] == ["new", "check", "run", "dashboard", "report"]


@pytest.mark.parametrize(("name", "rest"), COMMANDS)
def test_each_command_of_the_tutorial_exists_with_its_options(name, rest):
    command = typer.main.get_command(app).commands[name]
    options = {option for parameter in command.params for option in parameter.opts}
    assert set(re.findall(r"--\w+", rest)) <= options


def test_every_image_of_the_tutorial_is_there_and_small():
    images = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TUTORIAL)
    sizes = [(ROOT / "docs" / image).stat().st_size for image in images]
    assert sizes and max(sizes) <= 300_000
