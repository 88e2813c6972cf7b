"""Release a thousand random towns and attack each: a line of figures per town.

Run from the repository's root: ``python tests/disclosure/sweep.py FILE [FIRST LAST]``. Towns that
are in the file already are left out, so that a sweep that was stopped goes on where it was.
``python tests/disclosure/sweep.py FILE`` ends with the figures of all towns in the file.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).parent)]

import attacker  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from test_towns import POLICIES, random_town  # noqa: E402

from wijkkit.disclosure import release  # noqa: E402
from wijkkit.errors import DisclosureError  # noqa: E402

#: Of one town in so many, an attacker with whole numbers asks for some of the hidden counts.
EVERY, ASKED = 10, 4


def attacked(seed: int) -> dict[str, object]:
    """Release a town, attack it, and return what was found."""
    made, policy = random_town(seed), POLICIES[seed % 3]
    start = time.process_time()
    attacker.SECONDS = 2
    row = {"seed": seed, "policy": policy.name, "cells": len(made.counts)}
    try:
        out = release(made.estimates, made.counts, areas=made.areas, policy=policy)
    except DisclosureError as error:
        return row | {"error": str(error)}
    seconds = time.process_time() - start
    learned = attacker.attack_town(
        out.table,
        made.counts,
        made.areas,
        policy,
        out.hidden,
        np.random.default_rng(seed),
        ASKED if seed % EVERY == 0 else 0,
    )
    widths = [high - low for low, high, _ in learned.values()]
    return row | {
        "hidden": len(out.hidden),
        "linked": int((out.hidden["reason"] == "linked").sum()),
        "together": int((out.hidden["reason"] == "together").sum()),
        "narrowest": out.audit["narrowest"] / policy.protection,
        "asked": len(widths),
        "exact": sum(width == 0 for width in widths),
        "narrowest_whole": min(widths, default=np.nan) / policy.protection,
        "wrong": sum(not low <= truth <= high for low, high, truth in learned.values()),
        "seconds": seconds,
    }


def main(path: Path, first: int = 0, last: int = 1000) -> None:
    done = set()
    if path.exists():
        done = {json.loads(line)["seed"] for line in path.read_text().splitlines()}
    for seed in range(first, last):
        if seed not in done:
            with path.open("a") as file:
                file.write(json.dumps(attacked(seed)) + "\n")
    found = pd.DataFrame([json.loads(line) for line in path.read_text().splitlines()])
    narrowest = ["narrowest", "narrowest_whole"]
    print(len(found), "towns", found.get("error", pd.Series(dtype=str)).count(), "refused")
    print(found.select_dtypes("number").drop(columns=["seed", *narrowest]).sum().to_string())
    print(found[narrowest].min().to_string())


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
