"""What the wijken did: rows of the registry's kinds, as their advisors would write them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.demo.registry_activities import CITY_WIDE, interventions
from wijkkit.demo.registry_plan import learned, network, plan

#: What each programme wijk chose from the catalogue, in turn; comparators have the city's offer.
CHOSEN = (
    ("buitenspeeluur", "speelstraat", "buurtsportcoach", "samen-opvoeden", "klas-zonder-pesten"),
    ("buitenspeeluur", "speelplek-samen", "sportfonds", "oudercafe", "stevig-in-je-schoenen"),
    ("buitenspeeluur", "speelstraat", "clubproef", "opvoedmaatje", "kring-drukke-kinderen"),
)


def registry_rows(
    city: pd.DataFrame, catalogue: pd.DataFrame, seed: int
) -> dict[str, dict[str, pd.DataFrame]]:
    """Return what each wijk registered.

    Returns
    -------
    dict of str to dict of str to DataFrame
        Wijk -> kind -> rows. The third programme wijk registered no activities of its last two
        interventions; comparators registered the city's own offer and no steps.
    """
    rng = np.random.default_rng([seed, 8])
    made, number = {}, 0
    for wijk in city.itertuples():
        programme = wijk.arm == "programme"
        chosen = CHOSEN[number % len(CHOSEN)] if programme else CITY_WIDE
        unregistered = chosen[-2:] if programme and number % len(CHOSEN) == 2 else ()
        rows = interventions(chosen, catalogue, wijk, unregistered, rng)
        if programme:
            rows = network(rng) | plan(number, rng) | rows | learned(rng)
            number += 1
        made[wijk.wijk] = rows
    return made
