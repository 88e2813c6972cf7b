"""What is made of cells: exact, and there where each of its cells is shown."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.disclosure.knowledge import Relation
from wijkkit.disclosure.rounding import Places, limits, to_step
from wijkkit.errors import DisclosureError, Problem
from wijkkit.estimates.compare import with_sides
from wijkkit.tables import ESTIMATE_KEYS, EVERYBODY, tidy

#: Odds ratios and ratios are rounded to this, and only shown of cells in their finest step.
RATIO_STEP = 0.01
_RATIOS = ("ratio", "odds_ratio")
#: Why a figure is absent when one of its cells is; the first that holds.
_ORDER = ("hidden", "above", "too_few", "not_asked", "missing")


def release_derived(
    derived: pd.DataFrame, table: pd.DataFrame, finest: float, unjudged: np.ndarray | None = None
) -> pd.DataFrame:
    """Release changes, gaps and changes of gaps: the exact ones, rounded, with their verdict.

    A row is made of several cells where its `wave` or its `group` names several, joined by
    hyphens: wave ``2018-2021`` is the change from 2018 to 2021, group ``low-high`` the gap, low
    minus high, group ``low-middle-high`` what is made of all three. Where one of its cells is not
    shown, the figure is not; its step is the coarsest of its cells'. Ratios and odds ratios stand
    in two decimals, and are ``hidden`` where a cell has a coarser step than the finest.

    `finest`: Finest step of a percentage. `unjudged`: Cells of which no verdict is shown in a
    coarser step (`Release.unjudged`). Tidy, and `verdict`: by the exact limits the whole difference
    is ``higher`` or ``lower`` than zero, or ``not_distinguishable`` from it; ``unknown`` where it
    is absent or withheld, and of ratios. Raises DisclosureError: Rows whose wave and group name no
    cells.
    """
    rows = derived.reset_index(drop=True)
    if rows.empty:
        return tidy(rows).assign(verdict="")
    at = parts_of(rows, table)
    status, step = joined(rows["status"], table, at)
    ratio, coarse = rows["unit"].isin(_RATIOS).to_numpy(), step > finest
    status = np.where(ratio & coarse & (status == "ok"), "hidden", status)
    step = np.where(ratio, RATIO_STEP, step)
    lower, upper = limits(rows["value"], rows["lower"], rows["upper"], step, coarse & ~ratio)
    value = to_step(rows["value"], step)
    verdict = with_sides(rows.assign(status=status))["verdict"]
    verdict = verdict.mask(withheld(at, step, finest, unjudged), "unknown")
    shown = rows.assign(value=value, lower=lower, upper=upper, status=status, step=step)
    return tidy(shown).assign(verdict=verdict)


def withheld(
    at: np.ndarray, step: np.ndarray, finest: float, unjudged: np.ndarray | None
) -> np.ndarray:
    """Return of which figures, made of the cells at (P, m) places, the verdict is not shown."""
    if unjudged is None or not len(unjudged):
        return np.zeros(at.shape[1], bool)
    return (step > finest) & ((at >= 0) & unjudged[at]).any(axis=0)


def release_comparisons(
    comparisons: pd.DataFrame,
    comparable: pd.DataFrame,
    table: pd.DataFrame,
    finest: float,
    unjudged: np.ndarray | None = None,
) -> pd.DataFrame:
    """Release comparisons with the city and with comparable wijken: the exact ones, rounded.

    The same columns and ``status, step``; the verdict is ``unknown`` where a cell is absent. Of a
    cell in a coarser step the verdict stands alone: the differences of all wijken with a city would
    together give its figure. Where that is withheld too it is ``hidden``.
    """
    rows = comparisons.reset_index(drop=True)
    at, _ = compared_cells(rows, comparable, table)
    status, step = joined(pd.Series("ok", index=rows.index), table, at)
    status = np.where((status == "ok") & withheld(at, step, finest, unjudged), "hidden", status)
    absent = status != "ok"
    bare = absent | (step > finest)
    numbers = {name: to_step(rows[name], step) for name in ("difference", "lower", "upper")}
    return rows.assign(
        **{name: np.where(bare, np.nan, value) for name, value in numbers.items()},
        verdict=rows["verdict"].mask(absent, "unknown"),
        status=status,
        step=np.where(bare, np.nan, step),
    )


def compared_cells(
    rows: pd.DataFrame, comparable: pd.DataFrame, table: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Return where the cells of each comparison are, (P, m), and by what each is multiplied."""
    everybody = rows.assign(group_by="", group=EVERYBODY)
    city = everybody["against"].eq("city").to_numpy()
    places = Places(table)
    own = places.of(everybody)
    whole = places.of(everybody.assign(area="city", area_level="city"))
    at, sign = [own, np.where(city, whole, own)], [np.ones(len(rows)), np.where(city, -1.0, 0.0)]
    others = comparable.groupby("area")["comparable"].agg(list).to_dict()
    pairs = zip(city, rows["area"], strict=True)
    lists = [[] if of_city else others.get(area, []) for of_city, area in pairs]
    number = np.array([max(len(one), 1) for one in lists])
    for rank in range(max(map(len, lists), default=0)):
        names = [one[rank] if rank < len(one) else None for one in lists]
        there = np.array([name is not None for name in names])
        at.append(np.where(there, places.of(everybody.assign(area=names)), own))
        sign.append(np.where(there, -1.0 / number, 0.0))
    return np.stack(at), np.stack(sign)


def joined(own: pd.Series, table: pd.DataFrame, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the status and the step of figures made of the cells at these places, (P, m)."""
    status = np.where(at >= 0, table["status"].to_numpy(object)[at], "missing")
    step = np.where(at >= 0, table["step"].to_numpy(float)[at], np.nan)
    kinds = [(own.to_numpy(object) == name) | (status == name).any(axis=0) for name in _ORDER]
    worst = np.select(kinds, ["hidden" if name == "above" else name for name in _ORDER], "ok")
    return worst, step.max(axis=0)


def parts_of(rows: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """Return where the cells of each derived row are: (k, m), a cell again where there are fewer."""
    wave, group = _named(rows, table)
    keys = list(zip(rows["group_by"], rows["group"], strict=True))
    unnamed = [not wave[one] or not group[two] for one, two in zip(rows["wave"], keys, strict=True)]
    if any(unnamed):
        raise DisclosureError([_unnamed(row) for row in rows[unnamed].itertuples()])
    places = Places(table)
    named = rows[list(ESTIMATE_KEYS)]
    most = [max((len(found) for found in by.values()), default=1) for by in (wave, group)]
    return np.stack(
        [
            places.of(
                named.assign(
                    wave=[_at(wave[one], first) for one in rows["wave"]],
                    group=[_at(group[two], second) for two in keys],
                )
            )
            for first in range(most[0])
            for second in range(most[1])
        ]
    )


def signs_of(rows: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """Return by what each cell of `parts_of` is multiplied: later minus first, first minus last."""
    waves, groups = _named(rows, table)
    names = zip(rows["wave"], rows["group_by"], rows["group"], strict=True)
    number = np.array([(len(waves[wave]), len(groups[by, group])) for wave, by, group in names]).T
    wave = np.where(number[0] > 1, [[-1.0], [1.0]], [[1.0], [0.0]])[: number[0].max()]
    group = np.where(number[1] > 1, [[1.0], [-1.0]], [[1.0], [0.0]])[: number[1].max()]
    return np.stack([one * two for one in wave for two in group])


def _named(
    rows: pd.DataFrame, table: pd.DataFrame
) -> tuple[dict[str, tuple[str, ...]], dict[tuple[str, str], tuple[str, ...]]]:
    """Return the waves that each wave of the rows names, and the groups that each group does."""
    waves = set(table["wave"])
    groups = {by: set(named) for by, named in table.groupby("group_by")["group"].unique().items()}
    pairs = rows[["group_by", "group"]].drop_duplicates()
    return (
        {name: names_in(name, waves) for name in rows["wave"].unique()},
        {
            (by, group): names_in(group, groups.get(by, set()))
            for by, group in pairs.itertuples(index=False, name=None)
        },
    )


def names_in(name: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the parts that a name names, joined by hyphens; none where they are not known.

    >>> names_in("a-b-c", {"a", "b-c"}), names_in("a-b", {"a"})
    (('a', 'b-c'), ())
    """
    if name in known:
        return (name,)
    for at, letter in enumerate(name):
        if letter == "-" and name[:at] in known and (rest := names_in(name[at + 1 :], known)):
            return (name[:at], *rest)
    return ()


def _at(parts: tuple[str, ...], position: int) -> str:
    return parts[min(position, len(parts) - 1)]


def _unnamed(row: Any) -> Problem:
    return Problem(
        "a derived figure of cells that are not in the release",
        place=f"{row.indicator}, {row.area_level} {row.area}",
        found=f"wave {row.wave}, group {row.group}",
        expected="waves and groups of the release, two of them joined by a hyphen",
        remedy="Release the cells it is derived from.",
    )


# What is made of cells and shown beside them: changes, gaps and comparisons tell of the cells.

_SCALES = {"linear": ("points", "score"), "log": ("ratio",), "logit": ("odds_ratio",)}


def relations(
    derived: list[pd.DataFrame],
    judged: pd.DataFrame,
    comparisons: pd.DataFrame,
    comparable: pd.DataFrame,
    table: pd.DataFrame,
    shown: np.ndarray,
    finest: np.ndarray,
) -> Iterator[Relation]:
    """Yield what a reader is told of the cells besides their own figures.

    `judged`: Rows as those of `derived` of which the verdict alone is shown. `shown`: Cells that
    may be shown: a figure is shown where all its cells may be.
    """
    for rows, most in (*((rows, np.inf) for rows in derived), (judged, 0.0)):
        if rows.empty or not (there := rows["status"].eq("ok")).any():
            continue
        rows = rows[there].reset_index(drop=True)
        at, sign = parts_of(rows, table), signs_of(rows, table)
        for scale, units in _SCALES.items():
            here = rows["unit"].isin(units).to_numpy()
            if here.any():
                yield _relation(rows[here], at[:, here], sign[:, here], scale, shown, finest, most)
    if len(comparisons):
        rows = comparisons.assign(value=comparisons["difference"]).reset_index(drop=True)
        at, sign = compared_cells(rows, comparable, table)
        yield _relation(rows, at, sign, "linear", shown, finest, most=1.0)


def _relation(
    rows: pd.DataFrame,
    at: np.ndarray,
    sign: np.ndarray,
    scale: str,
    shown: np.ndarray,
    finest: np.ndarray,
    most: float,
) -> Relation:
    there = ((at >= 0) & shown[at]).all(axis=0)
    step = np.where(there, finest[at].max(axis=0) if scale == "linear" else RATIO_STEP, np.nan)
    value, lower, upper = (rows[name].to_numpy(float) for name in ("value", "lower", "upper"))
    return Relation(
        at, sign, scale, value, lower, upper, np.where(np.isnan(value), np.nan, step), most
    )
