"""The least and the most that a cell of the registry may say."""

from __future__ import annotations

from datetime import date

import pytest

from wijkkit.registry.tables import KINDS, MAXIMUM_TEXT
from wijkkit.registry.validation import clean_row


@pytest.mark.parametrize(
    ("kind", "column", "good", "wrong", "rule"),
    [
        ("documents", "date", ["1990-01-01", "31-12-2099"], ["1989-12-31", "2100-01-01"],
         "date_out_of_range"),
        ("documents", "date", ["1/2/2021", "1.2.2021", "2021/2/1", "2021-02-01 00:00:00"],
         ["1-2/2021", "1 feb 2021", "feb 2021", "29-2-2021", "13/13/2021", 44228], "not_a_date"),
        ("documents", "date", ["28/2/2021"], ["28/2/21"], "date_out_of_range"),
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
    "typed", ["3-4-2021", "03/04/2021", "3.4.2021", "2021/04/03", "2021-04-03 00:00"]
)
def test_a_day_that_is_typed_has_the_day_first_or_the_year(typed):
    row, _ = clean_row(KINDS["documents"], {"date": typed}, {})
    assert row["date"] == date(2021, 4, 3)


@pytest.mark.parametrize(
    ("first", "last", "rules"),
    [("2021-01-01", "2021-01-01", []), ("2021-01-02", "2021-01-01", ["later"]), (None, "2021-01-01", [])],
)  # fmt: skip
def test_what_begins_ends_no_earlier(first, last, rules):
    _, problems = clean_row(KINDS["partners"], {"start": first, "end": last}, {})
    assert [one.rule for one in problems if one.column == "start"] == rules
