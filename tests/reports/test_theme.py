"""The house style is checked when it is read."""

from __future__ import annotations

import shutil

import pytest

from tests.conftest import ROOT
from wijkkit.errors import ReportError
from wijkkit.reports.theme import contrast, load_house_style, stylesheet

THEME = ROOT / "reports" / "theme"


@pytest.fixture
def theme(tmp_path):
    shutil.copytree(THEME, tmp_path / "theme")
    return tmp_path / "theme"


def change(theme, old, new):
    path = theme / "house.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_style_of_the_project_is_readable_and_becomes_a_style_sheet():
    css = stylesheet(load_house_style(THEME))
    assert "--link: #0b4f8a;" in css and "--on-brand: #ffffff;" in css


def test_too_faint_a_colour_is_named_with_its_contrast(theme):
    change(theme, 'link: "#0b4f8a"', 'link: "#8ab4d8"')
    with pytest.raises(ReportError) as error:
        load_house_style(theme)
    assert [problem.place for problem in error.value.problems] == ["colours.link"] * 2
    assert "2.19" in error.value.problems[0].found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('link: "#0b4f8a"', 'link: "red; } body { display: none"'),
        ('"Arial"', '"Arial; } * { color: red"'),
        ('logo: ""', 'logo: "../../etc/passwd"'),
        ('logo: ""', 'logo: "absent.svg"'),
        ('font_file: ""', 'font_file: "x.exe"'),
        ("contact:", "contcat:"),
    ],
)
def test_a_wrong_value_never_reaches_the_style_sheet(theme, old, new):
    change(theme, old, new)
    with pytest.raises(ReportError):
        load_house_style(theme)


def test_contrast_is_that_of_wcag():
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#ffffff", "#000000") == 21
