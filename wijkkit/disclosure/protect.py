"""Protect one system of linked cells: hide a few more, or a whole block of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from wijkkit.disclosure.cells import name_of
from wijkkit.disclosure.knowledge import knowledge
from wijkkit.disclosure.links import Links
from wijkkit.disclosure.policy import Policy
from wijkkit.disclosure.requirements import requirements
from wijkkit.disclosure.rounding import Published
from wijkkit.disclosure.secondary import choose_hidden
from wijkkit.disclosure.told import told
from wijkkit.errors import DisclosureError

#: What is lost when a cell is hidden: an area counts for more than a group in it.
LOSS = {"wijk": 1.0, "gebied": 3.0, "arm": 10.0, "city": 20.0}


def protect(
    cells: pd.DataFrame,
    shown: Published,
    reasons: np.ndarray,
    slack: np.ndarray,
    links: Links,
    policy: Policy,
) -> np.ndarray:
    """Return why each cell of one system is hidden, the linked ones too.

    Where few respondents are spread over many cells, the reasons of hidden cells together may
    give one of them away though everything is hidden. Then the cells of a grouping, or of all
    groupings, or all cells get one reason that says nothing of any of them.

    Parameters
    ----------
    cells : DataFrame
        Key columns, `x`, `n`.
    shown : Published
    reasons : ndarray of str, shape (m,)
        Why rules or earlier releases hide a cell; empty where they do not.
    slack : ndarray, shape (m,)
        By how many respondents a reason may be off.
    links : Links
    policy : Policy

    Raises
    ------
    DisclosureError
        Not even that protects: an earlier release showed too much.
    """
    if (reasons == "").all():
        return reasons
    scores = cells["x"].isna().to_numpy()
    everybody = np.where(cells["group_by"] == "", 2.0, 1.0)
    loss = cells["area_level"].map(LOSS).to_numpy(float) * everybody
    for block in _blocks(cells["group_by"].to_numpy(str), loss):
        given = np.where(block, "together", reasons)
        known = knowledge(cells, shown, told(given, scores, policy, slack), links)
        hidden = choose_hidden(
            known,
            given != "",
            loss,
            lambda chosen, given=given: requirements(chosen, given, scores),
            policy.protection,
        )
        if hidden is not None:
            return np.where(hidden & (given == ""), "linked", given)
    raise DisclosureError(
        "hiding everything does not protect this table",
        place=name_of(next(cells.itertuples())),
        found=f"{len(cells)} cells",
        remedy="Leave this indicator out, or pool its areas or waves.",
    )


def _blocks(group_by: np.ndarray, loss: np.ndarray) -> Iterator[np.ndarray]:
    """Return what may be hidden together, the least first: nothing, groupings, everything."""
    yield np.zeros(len(loss), bool)
    groupings = [group_by == name for name in np.unique(group_by) if name]
    yield from sorted(groupings, key=lambda block: loss[block].sum())
    if len(groupings) > 1:
        yield group_by != ""
    yield np.ones(len(loss), bool)
