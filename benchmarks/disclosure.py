"""Time the release of a large city: 71 wijken, two waves, three groupings, twelve indicators.

Run from the repository's root: ``python benchmarks/disclosure.py [indicators]``.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "disclosure"))

from towns import town  # noqa: E402

from wijkkit.disclosure import GGD, release  # noqa: E402


def main(indicators: int) -> None:
    for wijken, districts in ((6, 2), (71, 14)):
        made = town(
            1,
            wijken=wijken,
            districts=districts,
            size=(150, 700),
            indicators=[f"indicator_{number}" for number in range(indicators)],
            groupings=("ses", "sex"),
            waves=("1", "2"),
        )
        start, cpu = time.perf_counter(), time.process_time()
        out = release(made.estimates, made.counts, areas=made.areas, policy=GGD)
        print(
            f"{wijken} wijken, {len(made.counts)} cells, {out.audit['hidden']} hidden: "
            f"{time.perf_counter() - start:.1f} s ({time.process_time() - cpu:.1f} s of one core)"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
