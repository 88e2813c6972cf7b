"""The page about the batch holds the table of what the tests inject."""

from __future__ import annotations

from injected import IN_NOTEBOOK, IN_RUN, with_table


def test_the_table_of_injected_failures_is_that_of_the_tests(pytestconfig):
    page = (pytestconfig.rootpath / "docs" / "batch.md").read_text(encoding="utf-8")
    assert with_table(page) == page, "run: python tests/batch/injected.py"
    assert len(IN_NOTEBOOK) + len(IN_RUN) >= 30
