"""Each area against the city that contains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.estimates.asked import asked_rows, not_asked
from wijkkit.estimates.covariance import covariance_with_all
from wijkkit.estimates.design import LonelyPsu
from wijkkit.estimates.domain_mean import DomainMeans, domain_means
from wijkkit.estimates.grid import SCALE, asked_outcome, wave_design
from wijkkit.estimates.interval import check_confidence
from wijkkit.estimates.layout import Block, blocks, keys
from wijkkit.estimates.linearisation import Domains, domains
from wijkkit.estimates.survey_interval import t_limits
from wijkkit.estimates.verdict import Directed, judged, no_comparisons


def compare(
    respondents: pd.DataFrame,
    indicators: Mapping[str, Directed],
    waves: Sequence[str],
    *,
    areas: pd.DataFrame | None = None,
    lonely_psu: LonelyPsu = "absent",
    confidence: float = 0.95,
) -> pd.DataFrame:
    r"""Compare every wijk, gebied and arm with the city it is part of.

    The area's respondents are in the city's estimate as well. With a for the area and c for the
    city the variance of the difference is :math:`V_a + V_c - 2\,\mathrm{cov}(a, c)`, all
    three design-based; taking the two as independent would make it too large.

    Parameters
    ----------
    respondents, indicators, waves, areas, lonely_psu, confidence
        As in `estimate_grid`; each indicator also has a `direction`.

    Returns
    -------
    DataFrame
        ``indicator, area, area_level, wave, against, difference, lower, upper, unit, verdict``.
        `against` is ``city``; `difference` is area minus city, in percentage points (unit
        ``points``) or in the unit of the score. `verdict`: ``better`` or ``worse`` where the
        interval lies on one side of no difference, ``not_distinguishable`` where it does not,
        ``unknown`` where there is none (or where the area is the whole city). "Better" follows
        the indicator's direction. Intervals are not adjusted for the number of areas: of 71 equal
        wijken, 3 or 4 stand out by chance.

    Examples
    --------
    >>> from wijkkit.study.indicators import Indicator
    >>> play = Indicator(label="Play", function="f", columns={}, question_version="1",
    ...                  direction="higher")
    >>> people = pd.DataFrame({"wave": "2018", "wijk": ["a"] * 20 + ["b"] * 80, "district": "d",
    ...     "arm": "none", "age": 5.0, "weight": 1.0,
    ...     "play": [1.0, 1, 1, 1, 0] * 4 + [1.0, 0] * 40})
    >>> compare(people, {"play": play}, ["2018"])[["area", "difference", "verdict"]].round(1)
      area  difference              verdict
    0    a        24.0               better
    1    b        -6.0                worse
    2    d         0.0              unknown
    """
    check_confidence(confidence)
    design = wave_design(respondents, lonely_psu)
    levels = ("wijk", "gebied", "arm", "city")
    *parts, city = blocks(respondents, waves, {}, areas=areas, levels=levels)
    rows = []
    for key, indicator in indicators.items():
        asked = asked_rows(respondents, indicator)
        outcome = asked_outcome(respondents, key, indicator, asked)
        everyone = domains(city.code, city.size, design)
        whole = domain_means(outcome, everyone)
        never = not_asked([city], indicator, asked)[""]
        for block in parts:
            skipped = np.tile(never, len(block.areas))
            rows.append(
                _against_city(block, key, indicator, outcome, whole, everyone, skipped, confidence)
            )
    return pd.concat(rows, ignore_index=True) if rows else no_comparisons()


def _against_city(
    block: Block,
    key: str,
    indicator: Directed,
    outcome: NDArray[np.float64],
    whole: DomainMeans,
    everyone: Domains,
    skipped: NDArray[np.bool_],
    confidence: float,
) -> pd.DataFrame:
    over = domains(block.code, block.size, everyone.design)
    means = domain_means(outcome, over)
    wave = np.arange(block.size) % len(block.waves)
    difference = means.value - whole.value[wave]
    used = ~np.isnan(outcome)
    shared = covariance_with_all(means.influence, whole.influence, over, everyone, wave, used)
    spread = means.se**2 + whole.se[wave] ** 2 - 2 * shared
    # Nothing but rounding is left where the area is the whole city.
    spread = np.where(spread > 1e-12 * whole.se[wave] ** 2, spread, np.nan)
    lower, upper = t_limits(difference, np.sqrt(spread), means.df, confidence)
    scale = SCALE[indicator.unit]
    table = keys([block], [key])[["indicator", "area", "area_level", "wave"]]
    numbers = (np.where(skipped, np.nan, part * scale) for part in (difference, lower, upper))
    return judged(table, "city", numbers, indicator)
