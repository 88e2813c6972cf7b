"""Telephone interviews with key figures: two waves, both arms, four scales."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.demo import truth
from wijkkit.files import write_whole

#: Scale -> mean score of (programme, comparator) in each wave: the comparators do better on three
#: of the four scales, collaboration differs nowhere, and nothing changes.
SCALES = {
    "coordinatie": (3.2, 3.7),
    "partijen": (3.3, 3.7),
    "strategie": (3.1, 3.5),
    "samenwerking": (3.5, 3.5),
}
ITEMS = 4
INTERVIEWS = 8
NO_ANSWER = 9
ROLES = ("wijkteam", "school", "welzijn", "jeugdgezondheidszorg", "politie", "gemeente")


def write_key_figures(city: pd.DataFrame, path: Path, seed: int) -> None:
    """Write the interviews as csv: semicolons, Dutch column names, 9 for no answer."""
    rng = np.random.default_rng([seed, 6])
    rows: list[dict[str, Any]] = []
    for wave in truth.WAVES:
        for wijk in city.itertuples():
            for number in range(INTERVIEWS):
                rows.append(
                    {
                        "nummer": f"S{len(rows) + 1:04d}",
                        "wijk": wijk.name,
                        "meting": wave,
                        "functie": ROLES[number % len(ROLES)],
                        **_answers(wijk.arm == "programme", rng),
                    }
                )
    table = pd.DataFrame(rows)
    write_whole(path, table.to_csv(sep=";", index=False, lineterminator="\n"))


def _answers(programme: bool, rng: np.random.Generator) -> dict[str, int]:
    answers = {}
    person = rng.normal(0, 0.45)
    for scale, means in SCALES.items():
        level = means[0 if programme else 1] + person + rng.normal(0, 0.35)
        for item in range(1, ITEMS + 1):
            answer = int(np.clip(np.rint(level + rng.normal(0, 0.6)), 1, 5))
            reverse = item == ITEMS
            answers[f"{scale}_{item}"] = 6 - answer if reverse else answer
            if rng.random() < 0.03:
                answers[f"{scale}_{item}"] = NO_ANSWER
    return answers
