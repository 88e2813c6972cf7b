"""The least and the most that a cell of the registry may say."""

from __future__ import annotations

import pytest

from wijkkit.registry.tables import KINDS, MAXIMUM_TEXT
from wijkkit.registry.validation import clean_row


@pytest.mark.parametrize(
    ("kind", "column", "good", "wrong", "rule"),
    [
        ("documents", "date", ["1990-01-01", "31-12-2099"], ["1989-12-31", "2100-01-01"],
         "date_out_of_range"),
        ("activities", "quality", [0, "100", "99,5"], [-0.1, 100.1], "out_of_range"),
        ("steps", "cycle", [1], [0], "out_of_range"),
        ("steps", "cycle", ["2", 2.0], [1.5], "not_whole"),
        ("documents", "title", ["a" * MAXIMUM_TEXT], ["a" * (MAXIMUM_TEXT + 1)], "too_long"),
        # Three digits after one sign may be thousands.
        ("activities", "cost", ["1.25", "1000,5"], ["1.250"], "not_a_number"),
    ],
)  # fmt: skip
def test_a_cell_may_say_the_least_and_the_most_and_nothing_beyond(kind, column, good, wrong, rule):
    def rules(value: object) -> list[str]:
        _, problems = clean_row(KINDS[kind], {column: value}, {})
        return [problem.rule for problem in problems if problem.column == column]

    assert [rules(value) for value in good] == [[]] * len(good)
    assert [rules(value) for value in wrong] == [[rule]] * len(wrong)


@pytest.mark.parametrize(
    ("first", "last", "rules"),
    [("2021-01-01", "2021-01-01", []), ("2021-01-02", "2021-01-01", ["later"]), (None, "2021-01-01", [])],
)  # fmt: skip
def test_what_begins_ends_no_earlier(first, last, rules):
    _, problems = clean_row(KINDS["partners"], {"start": first, "end": last}, {})
    assert [one.rule for one in problems if one.column == "start"] == rules
