"""The fictional city: its wijken in pairs, in gebieden."""

from __future__ import annotations

import itertools
import math
from types import MappingProxyType

import numpy as np
import pandas as pd

CITY_CODE, CITY_NAME = "9999", "Lindestad"
#: An area of the city that is none of the study's.
ELSEWHERE = MappingProxyType(
    {"code": f"BU{CITY_CODE}9901", "name": "Haventerrein", "district": "Haven"}
)
SEVERITIES = ("low", "middle", "high")
#: Relative number of respondents: some wijken have little data.
SIZES = (1.25, 1.15, 1.05, 0.95, 1.0, 0.6)

_DISTRICTS = (
    "Noordoever", "Middenstad", "Zuidoever", "Oosterwaard", "Westerpolder", "Veldkwartier",
    "Havenkant", "Bosrand", "Duinzicht", "Stationsoord", "Singelbuurt", "Akkerland",
    "Rivierbocht", "Heidehoek",
)  # fmt: skip
_FIRST_NAMES = (
    "Molenkwartier", "Kastanjepark", "Zilverhof", "Wilgendreef", "Ankerveld", "Rietoord",
)  # fmt: skip
_BEGINNINGS = (
    "Appel", "Beuken", "Distel", "Elzen", "Fazanten", "Gouden", "Hazel", "Iepen", "Klaver",
    "Linden", "Merel", "Narcis", "Ooievaars",
)  # fmt: skip
_ENDINGS = ("gaarde", "hof", "kamp", "laan", "meent", "plein", "weide", "zoom")


def build_city(wijken: int, seed: int) -> pd.DataFrame:
    """Return the wijken of a fictional city.

    `wijken`: How many, 2 to 99. They come in pairs of a programme and a comparator wijk in one
    gebied; the last of an odd number belongs to no arm.

    >>> build_city(6, 1)[["wijk", "code", "arm", "pair"]].head(2).to_numpy().tolist()
    [['molenkwartier', 'BU99990101', 'programme', 'a'], ['kastanjepark', 'BU99990102', 'comparator', 'a']]
    """
    rng = np.random.default_rng([seed, 1])
    sizes = SIZES if wijken == len(SIZES) else rng.uniform(0.5, 1.5, wijken)
    districts = max(min(3, wijken // 2), min(len(_DISTRICTS), math.ceil(wijken / 5)))
    rows = []
    for number, name in enumerate(itertools.islice(_names(), wijken)):
        pair = number // 2
        district = pair % districts
        rows.append(
            {
                "wijk": name.lower(),
                "name": name,
                "code": f"BU{CITY_CODE}{district + 1:02d}{2 * (pair // districts) + number % 2 + 1:02d}",
                "district": _DISTRICTS[district],
                "district_code": f"WK{CITY_CODE}{district + 1:02d}",
                "arm": ("programme", "comparator")[number % 2],
                "pair": _pair_name(pair),
                "severity": SEVERITIES[pair % len(SEVERITIES)],
                "size": float(sizes[number]),
            }
        )
    if wijken % 2:
        rows[-1] |= {"arm": "none", "pair": None}
    return pd.DataFrame(rows)


def _names():
    yield from _FIRST_NAMES
    for ending, beginning in itertools.product(_ENDINGS, _BEGINNINGS):
        yield beginning + ending


def _pair_name(number: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return letters[number] if number < 26 else letters[number // 26 - 1] + letters[number % 26]
