"""Each question of the page on interactive questions takes at most the lines it takes in R."""

from __future__ import annotations

import re

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "howto" / "interactive.md"
#: Lines in R with survey and ggplot2, without loading: of the questions that have a number.
ASKED = [5, 3, 2, 2, 2, 8, 3, 3, 1, 6, 2]


def questions() -> list[tuple[int, list[str]]]:
    found = re.findall(
        r"^## .*?\((\d+)\)\n\n```python\n(.*?)```", PAGE.read_text(), re.MULTILINE | re.DOTALL
    )
    return [(int(most), code.strip().splitlines()) for most, code in found]


def test_each_question_takes_at_most_the_lines_of_r():
    assert [most for most, _ in questions()] == ASKED
    for most, lines in questions():
        written = [line for line in lines if not line.startswith(("play.to_", "print"))]
        assert len(written) <= most, lines


def test_the_lines_are_no_wider_than_a_screen():
    assert all(len(line) <= 110 for _, lines in questions() for line in lines)
