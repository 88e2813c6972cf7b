"""Fictional towns with known truth: respondents, their estimates, and what is released of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd

from wijkkit.disclosure import GGD, Policy, Release
from wijkkit.disclosure.knowledge import Shown, known
from wijkkit.disclosure.policy import finest_steps, statuses
from wijkkit.disclosure.release import Made, release_estimates
from wijkkit.disclosure.sample import Sample, cells_of
from wijkkit.disclosure.system import systems
from wijkkit.estimates import compare
from wijkkit.estimates.grid import Estimates, estimate_grid
from wijkkit.estimates.inequality import estimate_gap

SES = ("low", "middle", "high")
SEX = ("girl", "boy")
GROUPINGS = {"ses": ("ses", SES), "sex": ("sex", SEX)}


@dataclass(frozen=True)
class Town:
    """A town: its respondents, estimates and the sample that is controlled."""

    sample: Sample
    estimates: Estimates

    @property
    def cells(self) -> pd.DataFrame:
        """The true counts of every cell, in the order of the estimates."""
        return cells_of(self.sample)

    def release(self, policy: Policy, **options: object) -> Release:
        return release_estimates(self.estimates, self.sample, policy, **options)


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


def by_rules(made: Town, policy: Policy) -> tuple[Shown, np.ndarray]:
    """What is known of a town's first system, and which of its cells the rules leave."""
    table = made.estimates.table
    cells = made.cells.assign(status=table["status"])
    status, reach = statuses(cells, policy), known(table, finest_steps(cells, policy), [])
    system = next(systems(made.sample, table, policy.min_count))
    shown = Shown(system, table["value"].to_numpy(float), reach, status, policy)
    return shown, (status[system.rows] == "ok").astype(float)


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
    weights: str = "",
) -> pd.DataFrame:
    """Respondents of a random town; `weights` is "", "proportional" or "oversampled"."""
    frames = []
    for wave in waves:
        for number, row in enumerate(areas.itertuples()):
            n = int(random.integers(*size))
            children = 1500.0 if weights == "oversampled" else n * random.uniform(9, 30)
            if weights == "oversampled" and number % 2:
                n, children = int(random.integers(200, 400)), random.uniform(500, 1500)
            ses = random.choice(SES, n, p=random.dirichlet([2, 3, 3])).astype(object)
            ses[random.random(n) < missing_ses] = None
            frame = pd.DataFrame({"wijk": row.wijk, "wave": wave, "ses": ses})
            frame["weight"] = children / n if weights else 1.0
            frame["sex"] = random.choice(SEX, n)
            for indicator in indicators:
                frame[indicator] = (random.random(n) < random.uniform(*share)).astype(float)
            frames.append(frame)
    people = pd.concat(frames, ignore_index=True)
    people.insert(0, "respondent", [f"r{number:05d}" for number in range(len(people))])
    return people.merge(areas, on="wijk").assign(age=6.0)


def town_of(
    people: pd.DataFrame,
    areas: pd.DataFrame,
    units: Mapping[str, str],
    groupings: Mapping[str, tuple[str, tuple[str, ...]]] | None = None,
) -> Town:
    """The town of these respondents; `units` says of each indicator percent or score."""
    groupings = GROUPINGS if groupings is None else groupings
    waves = tuple(dict.fromkeys(people["wave"]))
    asked = {
        key: SimpleNamespace(unit=unit, ages=None, waves=(), direction="higher")
        for key, unit in units.items()
    }
    grid = estimate_grid(people, asked, waves, groupings, areas=areas)
    return Town(Sample(people, dict(units), waves, groupings, areas), grid)


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
    chosen = {name: GROUPINGS[name] for name in groupings}
    return town_of(people, areas, dict.fromkeys(indicators, "percent"), chosen)


def random_town(
    seed: int, weights: str = "", most: int = 6, size: tuple[int, int] = (20, 150)
) -> Town:
    """A random town: 1 to 4 related indicators, up to 3 groupings, 3 to `most` wijken."""
    random = np.random.default_rng(seed + 10_000)
    areas = areas_of(int(random.integers(3, most + 1)), int(random.integers(1, 3)))
    people = people_of(areas, random, indicators=(), weights=weights, size=size)
    score = random.beta(*random.uniform(0.8, 4, 2), len(people))
    cuts = np.sort(random.uniform(0.1, 0.9, int(random.integers(1, 5))))[::-1]
    names = [f"from {number}" for number in range(len(cuts))]
    levels = {name: (score > cut).astype(float) for name, cut in zip(names, cuts, strict=True)}
    age = {"ages": random.choice(["young", "old"], len(people))}
    people = people.assign(**levels, **age)
    every = GROUPINGS | {"ages": ("ages", ("young", "old"))}
    chosen = random.permutation(list(every))[: random.integers(0, 4)]
    return town_of(
        people, areas, dict.fromkeys(names, "percent"), {name: every[name] for name in chosen}
    )


def twenty(seed: int) -> Release:
    """What is released of a city of 20 wijken, two of which have 25 and 9 children."""
    random = np.random.default_rng(seed)
    areas = areas_of(20, 5).assign(arm=["programme"] * 6 + ["comparator"] * 12 + ["none"] * 2)
    size = random.integers(70, 250, 20)
    size[2], size[8] = 25, 9
    people = areas.loc[areas.index.repeat(size)].reset_index(drop=True)
    people["ses"] = random.choice(SES, len(people))
    people["play"] = (random.random(len(people)) < 0.3).astype(float)
    people[["wave", "weight", "age"]] = "1", 1.0, 8
    asked = {"play": SimpleNamespace(unit="percent", ages=None, waves=(), direction="higher")}
    what = people, asked, ("1",), {"ses": GROUPINGS["ses"]}
    made = estimate_grid(*what, areas=areas)
    beside = compare(people, asked, ("1",), areas=areas)
    alike = pd.DataFrame(columns=["area", "comparable", "rank", "distance"])
    also = Made([estimate_gap(*what, areas=areas)], beside, alike)
    sample = Sample(people, {"play": "percent"}, what[2], what[3], areas)
    return release_estimates(made, sample, GGD, also)
