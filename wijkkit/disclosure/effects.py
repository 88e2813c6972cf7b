"""In what steps effects stand: as fine as leaves every hidden count open beside the tables.

An effect by cluster means is a sum of the shares of wijken. Each of its numbers that is shown adds
a line to the program of all towns that look the same: what it is rounded to. What is not linear
(half the interval) is taken as linear near the truth. Of the other wave the attacker is granted
the truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from wijkkit.disclosure.arrays import Ints
from wijkkit.disclosure.audit import open_with
from wijkkit.disclosure.choice import Settled
from wijkkit.disclosure.differences import Line, Lines
from wijkkit.disclosure.rounding import around, to_step
from wijkkit.tables import EVERYBODY

#: Multiples of its finest step in which an effect is tried.
MULTIPLES = (1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Contrast:
    """One effect by cluster means, exact.

    `name`: ``all``, a group, or ``first-last``. `parts`: Grouping, group and by what its effect is
    multiplied. `estimate`, `lower`, `upper`: In points of the indicator itself, or of the score.
    """

    name: str
    parts: tuple[tuple[str, str, float], ...]
    estimate: float
    lower: float
    upper: float
    step: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: wijken by arm, before and after.

    `groups`: Of each grouping, in the order of the systems.
    """

    treated: Mapping[str, bool]
    before: str
    after: str
    groups: Mapping[str, tuple[str, ...]]


def everything_known(
    settled: Sequence[Settled], indicator: str, compared: Comparison, waves: Sequence[str] = ()
) -> bool:
    """Return whether all stays open for who knows the exact count of everybody in each wijk."""
    return all(
        open_with(one.choice, one.multiple, cells_compared(one, indicator, compared), one.lines)
        for one in of_waves(settled, indicator, waves or (compared.before, compared.after))
    )


def shown_effects(
    settled: Sequence[Settled],
    indicator: str,
    compared: Comparison,
    contrasts: Sequence[Contrast],
) -> dict[str, float]:
    """Return in what multiple of its finest step each contrast may be shown; others may not.

    For who knows the exact count of everybody in each wijk as well.
    """
    systems = list(of_waves(settled, indicator, (compared.before, compared.after)))
    exact = [cells_compared(one, indicator, compared) for one in systems]
    shown: dict[str, float] = {}
    lines = [one.lines for one in systems]
    for contrast in contrasts:
        used = _used(systems, indicator, compared, contrast)
        pull = _pull(systems, indicator, used, contrast)
        for multiple in MULTIPLES:
            told = (_lines(one, indicator, used, contrast, multiple, pull) for one in systems)
            pairs = zip(lines, told, strict=True)
            beside = [known + Lines.of(own, known.sums.shape[1]) for known, own in pairs]
            parts = zip(systems, exact, beside, strict=True)
            if all(open_with(one.choice, one.multiple, at, known) for one, at, known in parts):
                shown[contrast.name], lines = multiple, beside
                break
    return shown


def cells_compared(
    one: Settled,
    indicator: str,
    compared: Comparison,
    group_by: str = "",
    group: str = EVERYBODY,
) -> Ints:
    """Return the cell of each wijk that is compared, of those that are there."""
    system = one.system
    slot = ["", *compared.groups].index(group_by)
    number = 0 if group == EVERYBODY else compared.groups[group_by].index(group)
    here = (system.level == "wijk") & (system.slot == slot) & (system.group == number)
    here &= system.indicator == system.indicators.index(indicator)
    here &= np.isin(system.area, list(compared.treated))
    return np.flatnonzero(here)


def of_waves(settled: Sequence[Settled], indicator: str, waves: Sequence[str]) -> Iterator[Settled]:
    """Yield the systems of an indicator in these waves."""
    return (one for one in settled if indicator in one.system.indicators and one.wave in waves)


def _used(
    systems: Sequence[Settled], indicator: str, compared: Comparison, contrast: Contrast
) -> Comparison:
    """Return the comparison of the wijken with respondents of each part in both waves, as it was."""
    there = [
        set(one.system.area[cells_compared(one, indicator, compared, group_by, group)])
        for one in systems
        for group_by, group, _ in contrast.parts
    ]
    kept = set(compared.treated).intersection(*there)
    treated = {wijk: arm for wijk, arm in compared.treated.items() if wijk in kept}
    return replace(compared, treated=treated)


def _pull(
    systems: Sequence[Settled], indicator: str, compared: Comparison, contrast: Contrast
) -> dict[str, float]:
    """Return how half the interval moves with the change of each wijk, near the truth.

    It is a multiple of the root of the sum of squares around the means of the arms.
    """
    change = dict.fromkeys(compared.treated, 0.0)
    for one in systems:
        share = one.system.weighted() / one.system.respondents_weight()
        way = 1.0 if one.wave == compared.after else -1.0
        for group_by, group, sign in contrast.parts:
            for at in cells_compared(one, indicator, compared, group_by, group):
                change[one.system.area[at]] += way * sign * one.unit * share[at]
    from_mean: dict[str, float] = {}
    for arm in set(compared.treated.values()):
        names = [name for name, treated in compared.treated.items() if treated == arm]
        mean = float(np.mean([change[name] for name in names]))
        from_mean |= {name: change[name] - mean for name in names}
    # Where all changed alike, nothing moves it.
    squares = sum(value**2 for value in from_mean.values()) or 1.0
    half = (contrast.upper - contrast.lower) / 2
    return {name: half * value / squares for name, value in from_mean.items()}


def _lines(
    one: Settled,
    indicator: str,
    compared: Comparison,
    contrast: Contrast,
    multiple: float,
    pull: Mapping[str, float],
) -> Iterator[Line]:
    """Yield what the effect and its limits say of the weighted counts of a wave."""
    way = 1.0 if one.wave == compared.after else -1.0
    size = len(one.system.rows)
    total = one.system.respondents_weight()
    effect, half = np.zeros(size), np.zeros(size)
    for group_by, group, sign in contrast.parts:
        at = cells_compared(one, indicator, compared, group_by, group)
        arm = np.array([compared.treated[area] for area in one.system.area[at]], bool)
        number = np.array([max(arm.sum(), 1), max((~arm).sum(), 1)])
        each = np.where(arm, 1.0 / number[0], -1.0 / number[1])
        by_weight = way * sign * one.unit / total[at]
        effect[at] += by_weight * each
        half[at] += by_weight * np.array([pull[area] for area in one.system.area[at]])
    step = contrast.step * multiple
    shown = float(to_step(contrast.estimate, step))
    yield effect, shown - step / 2 - contrast.estimate, shown + step / 2 - contrast.estimate
    if not np.isfinite([contrast.lower, contrast.upper]).all():
        return
    if multiple > 1:
        # Limits of any effect that stands so: only how wide they are tells more.
        wide = (contrast.upper - contrast.lower) / 2
        below, above = around([contrast.estimate], [contrast.lower], [contrast.upper], step)
        most = min(shown - step / 2 - float(below[0]), float(above[0]) - shown - step / 2)
        yield half, min(most - step, wide) - wide, max(most, wide) - wide
        return
    for end, way_of_half in ((contrast.lower, -1.0), (contrast.upper, 1.0)):
        low = float(to_step(end, step)) - step / 2 - end
        yield effect + way_of_half * half, low, low + step
