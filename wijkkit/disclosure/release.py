"""Release estimates: what no rule forbids as it is, what one forbids not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from wijkkit.disclosure.audit import audited
from wijkkit.disclosure.choice import Choice, Settled
from wijkkit.disclosure.derived import relations
from wijkkit.disclosure.differences import Differences
from wijkkit.disclosure.knowledge import Known, Relation, Shown, known
from wijkkit.disclosure.ledger import Entry
from wijkkit.disclosure.loss import STEPS
from wijkkit.disclosure.policy import Policy, finest_steps, statuses
from wijkkit.disclosure.rounding import Places, limits, to_step
from wijkkit.disclosure.sample import Sample, apart, cells_of, weight_of_cells
from wijkkit.disclosure.slopes import with_slopes
from wijkkit.disclosure.system import System, systems
from wijkkit.disclosure.together import opened
from wijkkit.disclosure.tolerance import at_least
from wijkkit.display import ShowsItself
from wijkkit.errors import DisclosureError, Problem
from wijkkit.estimates.grid import Estimates
from wijkkit.tables import ESTIMATE_KEYS, tidy


@dataclass(frozen=True, slots=True, repr=False)
class Release(ShowsItself):
    """Released estimates.

    Parameters
    ----------
    table : DataFrame
        Tidy; every number is the estimate rounded to its `step`, or absent with its `status`.
    audit : mapping
        What the audit attacked and how wide the narrowest interval was.
    policy : Policy
    left_out : tuple of str
        Indicators that could not be protected otherwise.
    settled : tuple of Settled
        What is shown of each system of linked cells.
    unjudged : (m,) array of bool
        Rows of `table` of which no verdict is shown in a coarser step: it would cost a wijk.
    slopes : DataFrame
        Slopes and relative indices as they may stand where their cells are shown.
    """

    table: pd.DataFrame
    audit: Mapping[str, float]
    policy: Policy = field(repr=False)
    left_out: tuple[str, ...] = ()
    settled: tuple[Settled, ...] = field(default=(), repr=False)
    unjudged: np.ndarray = field(default_factory=lambda: np.zeros(0, bool), repr=False)
    slopes: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """What is made of the estimates and shown beside them, exact.

    `derived`: Changes and gaps. `judged`: Changes of which the verdict alone is shown. `slopes`:
    Slopes and relative indices of inequality. `outcomes`: Indicators on which an effect is shown.
    `beside`: The released estimates and what is shown of each system -> what is shown of each when
    the effects are shown beside them.
    """

    derived: list[pd.DataFrame] = field(default_factory=list)
    comparisons: pd.DataFrame = field(default_factory=pd.DataFrame)
    comparable: pd.DataFrame = field(default_factory=pd.DataFrame)
    judged: pd.DataFrame = field(default_factory=pd.DataFrame)
    slopes: pd.DataFrame = field(default_factory=pd.DataFrame)
    outcomes: tuple[str, ...] = ()
    beside: Callable[[pd.DataFrame, tuple[Settled, ...]], tuple[Settled, ...]] | None = None


def release_estimates(
    estimates: Estimates,
    sample: Sample,
    policy: Policy,
    made: Made | None = None,
    earlier: pd.DataFrame | None = None,
    entries: Sequence[Entry] = (),
) -> Release:
    """Release all estimates of a study together.

    `earlier`: The cells that stand as they were published, with their ``status, step, then``.
    `entries`: The publications that stand: what they and this release tell together is held open.
    Raises DisclosureError: The estimates are not those of the respondents.
    """
    cells = cells_of(sample)
    table = estimates.table.reset_index(drop=True)
    _check(table, cells)
    cells = cells.assign(status=table["status"])
    status, finest = statuses(cells, policy), finest_steps(cells, policy)
    status = np.where((status == "ok") & _tells_of_few(sample, cells, policy), "hidden", status)
    kept, kept_step, then = _kept(table, earlier)
    status = np.where(kept != "", kept, status)
    may = status == "ok"
    # What is made of a figure that is kept is as it was published, or not shown.
    new = may & np.isnan(then)
    made = made or Made()
    others = made.judged, made.comparisons, made.comparable
    told = list(relations(made.derived, *others, table, new, finest))
    reach = known(table, finest, told)
    unspoken: dict[float, tuple[np.ndarray, np.ndarray]] = {}
    multiple = np.where(may, _coarseness(kept_step / finest), 0.0)
    unjudged = np.zeros(len(table), bool)
    settled: list[Settled] = []

    value = table["value"].to_numpy(float)

    def chosen(system: System, reach: Known) -> Choice:
        seen = Shown(system, value, reach, status, policy, made.outcomes, then)
        return Choice(seen, multiple[system.rows], kept[system.rows] == "ok")

    def settle(choice: Choice, relations: Sequence[Relation]) -> Settled:
        seen = choice.shown
        # In a large system what each says of a figure by itself is all that is held.
        lines = relations if choice.small else ()
        differences = Differences(seen.system, seen.unit, value, lines)
        found = audited(choice, choice.settled(), back=True, differences=differences)
        choice.moves.forget()
        found = np.zeros(len(seen.count)) if found is None else found
        wave = str(table["wave"].iloc[seen.system.rows[0]])
        return Settled(seen.system, wave, choice, found, seen.unit, differences)

    for system in systems(sample, table, policy.min_count):
        one = settle(chosen(system, reach), told)
        if told and (lost := one.choice.wijken_lost(one.multiple)):
            # A verdict on a figure in a coarser step is missed less than a figure of a wijk.
            quiet = [replace(relation, judged=False) for relation in told]
            unspoken = unspoken or known(table, finest, quiet)
            choice = chosen(system, unspoken)
            # What is lost whatever is shown of larger areas no other choice gives back.
            if choice.wijken_lost(choice.within_wijken()) < lost:
                other = settle(choice, quiet)
                if choice.wijken_lost(other.multiple) < lost:
                    one, unjudged[system.rows] = other, True
        multiple[system.rows] = one.multiple
        settled.append(one)

    def released(settled: Iterable[Settled]) -> pd.DataFrame:
        for one in settled:
            multiple[one.system.rows] = one.multiple
        held = np.where((status == "ok") & (multiple == 0), "hidden", status)
        return shown(table, held, finest * np.maximum(multiple, 1.0), policy)

    by_rule = ~may & (kept == "")
    standing = kept == "ok"
    multiple, public = opened(
        sample, entries, table, multiple, finest, reach, by_rule, standing, policy
    )
    rows = [one.system.rows for one in settled]
    final = tuple(
        replace(one, choice=one.choice.keeping(public[at]), multiple=multiple[at])
        for one, at in zip(settled, rows, strict=True)
    )
    final, slopes = with_slopes(made.slopes, table, weight_of_cells(sample), finest, new, final)
    if made.beside is not None:
        final = made.beside(released(final), final)
    # Nothing is shown of a system of which the rules forbid not everything.
    absent = (one for one in settled if one.choice.first.any() and not one.multiple.any())
    gone = dict.fromkeys(name for one in absent for name in one.system.indicators)
    return Release(released(final), _attacked(final), policy, tuple(gone), final, unjudged, slopes)


def _tells_of_few(sample: Sample, cells: pd.DataFrame, policy: Policy) -> np.ndarray:
    """Return which figures of the city differ from those of its areas by a small group.

    Who knows both knows what the people have that only one of them counts: they must be as many
    as those of any figure, and where all are in the same one, so must those with the answer be.
    """
    rest = apart(sample)
    n, x = rest["n"].to_numpy(float), rest["x"].to_numpy(float)
    few = (x < policy.min_count) | (n - x < policy.min_count)
    few &= rest["one_sided"].to_numpy(bool) & cells["unit"].eq("percent").to_numpy()
    return (n > 0) & ((n < policy.min_n) | few)


def _attacked(settled: Sequence[Settled]) -> dict[str, float]:
    """Return how many cells the audit saw, and how many of them are hidden and stay open."""
    hidden = sum(len(one.choice.secrets(one.multiple)) for one in settled)
    return {"cells": float(sum(len(one.multiple) for one in settled)), "hidden": float(hidden)}


def _kept(
    table: pd.DataFrame, earlier: pd.DataFrame | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the status and step that cells keep, and what they were: empty and NaN for none."""
    status = np.full(len(table), "", object)
    step, then = np.full((2, len(table)), np.nan)
    if earlier is not None and len(earlier):
        at = Places(table).of(earlier)
        status[at[at >= 0]] = earlier["status"].to_numpy(object)[at >= 0]
        step[at[at >= 0]] = earlier["step"].to_numpy(float)[at >= 0]
        then[at[at >= 0]] = earlier["then"].to_numpy(float)[at >= 0]
    return status, step, then


def _coarseness(multiple: np.ndarray) -> np.ndarray:
    """Return the multiple that is known of each step: the next finer one, 1 for none."""
    fits = at_least(multiple[:, None], STEPS)
    return np.where(fits, STEPS, 1.0).max(axis=1)


def shown(
    table: pd.DataFrame, status: np.ndarray, step: np.ndarray, policy: Policy
) -> pd.DataFrame:
    """Return the estimates as they are shown with this status and step."""
    score = table["unit"].eq("score").to_numpy()
    finest = np.where(score, 10.0**-policy.score_decimals, 10.0**-policy.decimals)
    lower, upper = limits(table["value"], table["lower"], table["upper"], step, step > finest)
    # The limits of a percentage are none outside 0-100, whatever the step.
    lower = np.where(score, lower, np.maximum(lower, 0))
    upper = np.where(score, upper, np.minimum(upper, 100))
    if policy.max_share is not None:
        lower = np.where(status == "above", 100 * policy.max_share, lower)
    value = to_step(table["value"], step)
    return tidy(table.assign(value=value, lower=lower, upper=upper, status=status, step=step))


def _check(table: pd.DataFrame, cells: pd.DataFrame) -> None:
    keys = list(ESTIMATE_KEYS)
    if len(table) == len(cells) and (table[keys] == cells[keys]).all(axis=None):
        apart = (table["n"] != cells["n"]) & table["status"].eq("ok")
        if not apart.any():
            return
        table = table[apart]
    raise DisclosureError(
        [
            Problem(
                "estimates of other respondents",
                place="release",
                found=", ".join(map(str, row)),
                remedy="Give the estimates and the respondents of one and the same 'estimate'.",
            )
            for row in table[keys].head(5).itertuples(index=False)
        ]
    )
