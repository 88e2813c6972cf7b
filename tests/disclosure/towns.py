"""Fictional towns with known truth: respondents, their counts and estimates from those."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from wijkkit.disclosure.primary import primary_reasons
from wijkkit.tables import ESTIMATE_KEYS, tidy

KEYS = list(ESTIMATE_KEYS)
SES = ("low", "middle", "high")
SEX = ("girl", "boy")


@dataclass(frozen=True)
class Town:
    """A town: its respondents, how its areas nest, the true counts and the estimates."""

    people: pd.DataFrame
    areas: pd.DataFrame
    counts: pd.DataFrame
    estimates: pd.DataFrame

    def truth(self, **key: str) -> pd.Series:
        """The counts of one cell."""
        return pick(self.counts, **key)


def pick(table: pd.DataFrame, **key: str) -> pd.Series:
    """The one row of a table with these keys; everybody in the city at wave 1 unless told."""
    key = {
        "indicator": "play",
        "area": "city",
        "area_level": "city",
        "wave": "1",
        "group_by": "",
        "group": "all",
    } | key
    found = table[(table[list(key)] == pd.Series(key)).all(axis=1)]
    assert len(found) == 1, key
    return found.iloc[0]


def areas_of(wijken: int, districts: int) -> pd.DataFrame:
    names = [f"w{number:02d}" for number in range(wijken)]
    return pd.DataFrame(
        {
            "wijk": names,
            "district": [f"d{number % districts}" for number in range(wijken)],
            "arm": [("programme", "comparator", "none")[number % 3] for number in range(wijken)],
        }
    )


def people_of(
    areas: pd.DataFrame,
    random: np.random.Generator,
    *,
    size: tuple[int, int] = (20, 150),
    indicators: Iterable[str] = ("play",),
    waves: Iterable[str] = ("1",),
    share: tuple[float, float] = (0.05, 0.6),
    missing_ses: float = 0.05,
) -> pd.DataFrame:
    """Respondents of a random town: wijk, wave, ses, sex and 0/1 indicators."""
    frames = []
    for wave in waves:
        for row in areas.itertuples():
            n = int(random.integers(*size))
            ses = random.choice(SES, n, p=random.dirichlet([2, 3, 3])).astype(object)
            ses[random.random(n) < missing_ses] = None
            frame = pd.DataFrame({"wijk": row.wijk, "wave": wave, "ses": ses})
            frame["sex"] = random.choice(SEX, n)
            for indicator in indicators:
                frame[indicator] = (random.random(n) < random.uniform(*share)).astype(float)
            frames.append(frame)
    people = pd.concat(frames, ignore_index=True)
    people.insert(0, "respondent", [f"r{number:05d}" for number in range(len(people))])
    return people.merge(areas, on="wijk")


def count(
    people: pd.DataFrame,
    indicators: Iterable[str] = ("play",),
    groupings: Iterable[str] = ("ses",),
    levels: Iterable[str] = ("wijk", "gebied", "arm", "city"),
) -> pd.DataFrame:
    """The true counts of every area, wave and group."""
    column = {"wijk": "wijk", "gebied": "district", "arm": "arm", "city": "city"}
    people = people.assign(city="city")
    frames = []
    for indicator in indicators:
        asked = people.dropna(subset=[indicator])
        for level in levels:
            for group_by in ("", *groupings):
                by = [column[level], "wave", *([group_by] if group_by else [])]
                table = asked.groupby(by)[indicator].agg(x="sum", n="count").reset_index()
                table = table.rename(columns={column[level]: "area", group_by: "group"})
                frames.append(
                    table.assign(
                        indicator=indicator,
                        area_level=level,
                        group_by=group_by,
                        group=table["group"] if group_by else "all",
                    )
                )
    return pd.concat(frames, ignore_index=True)[[*KEYS, "x", "n"]]


def estimate(counts: pd.DataFrame) -> pd.DataFrame:
    """Unweighted percentages with Wilson's interval."""
    x, n = counts["x"].to_numpy(float), counts["n"].to_numpy(float)
    z = norm.ppf(0.975)
    middle, half = (x + z**2 / 2) / (n + z**2), z / (n + z**2) * np.sqrt(x * (n - x) / n + z**2 / 4)
    return tidy(
        counts.assign(
            value=100 * x / n,
            lower=100 * (middle - half),
            upper=100 * (middle + half),
            unit="percent",
            method="wilson",
            source="survey",
        )
    )


def town(
    seed: int,
    wijken: int = 6,
    districts: int = 2,
    *,
    indicators: Iterable[str] = ("play",),
    groupings: Iterable[str] = ("ses",),
    **options: object,
) -> Town:
    """A random town."""
    random = np.random.default_rng(seed)
    areas = areas_of(wijken, districts)
    people = people_of(areas, random, indicators=indicators, **options)
    return town_of(people, areas, indicators=indicators, groupings=groupings)


def town_of(
    people: pd.DataFrame,
    areas: pd.DataFrame,
    *,
    indicators: Iterable[str] = ("play",),
    groupings: Iterable[str] = ("ses",),
) -> Town:
    """The town of these respondents."""
    counts = count(people, indicators, groupings)
    return Town(people, areas, counts, estimate(counts))


def linked(table: pd.DataFrame, counts: pd.DataFrame, policy) -> pd.DataFrame:
    """The true reasons for what a table hides: a rule, or because it is linked."""
    absent = table[~table["status"].isin(["ok", "missing", "not_asked"])]
    cells = absent[KEYS].merge(counts, on=KEYS)
    reasons = primary_reasons(cells, policy)
    return cells[KEYS].assign(reason=reasons.mask(reasons == "", "linked"))
