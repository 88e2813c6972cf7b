"""The fictional city: its wijken, what is true of them, their area figures and borders."""

from __future__ import annotations

import itertools
import math
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from wijkkit.files import replacing

CITY_CODE, CITY_NAME = "9999", "Lindestad"
#: An area of the city outside the study.
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
    """Return 2 to 99 wijken: pairs of a programme and a comparator wijk; an odd one is in no arm.

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


# What is true in the demo study, so that estimates can be held against it.
#
# Chances are on the log-odds scale. Outdoor play improves in the programme wijken; nothing else
# changes there more than elsewhere; the gap between SES groups is the same in both waves.

WAVES = ("2018", "2021")

#: Respondents of the default demo, per wave.
RESPONDENTS = MappingProxyType({"2018": 984, "2021": 413})

#: Respondents per wijk and wave of a demo of another size.
RESPONDENTS_PER_WIJK = 240


@dataclass(frozen=True, slots=True)
class Outcome:
    """Log-odds of the favourable outcome; `trend` and the true `effect` are added in wave 2."""

    base: float
    low: float
    high: float
    trend: float
    effect: float = 0.0


#: The true effect on outdoor play as an odds ratio of the adverse outcome (too little play).
OUTDOOR_PLAY_ODDS_RATIO = 0.5

OUTCOMES = MappingProxyType(
    {
        "outdoor_play": Outcome(0.30, -0.35, 0.35, -0.15, 0.6931471805599453),
        "sport": Outcome(0.15, -0.60, 0.60, -0.10),
        "general_health": Outcome(2.60, -0.40, 0.40, 0.0),
        "parenting_support": Outcome(-0.50, 0.10, -0.10, 0.05),
    }
)

#: Psychosocial problems: the shift of the latent score behind the SDQ items.
PSYCHOSOCIAL = Outcome(base=0.0, low=0.35, high=-0.30, trend=0.05)

#: Standard deviation of the wijk's own level, and of its own change between waves.
BETWEEN_WIJKEN, WITHIN_WIJK_OVER_TIME = 0.12, 0.04

#: Chance to have used the programme's offer and to have moved in since its start, second wave.
USED_INTERVENTIONS, MOVED = 0.36, 0.12

#: Shares of children by parent's education in a wijk of low, middle and high problem severity.
EDUCATION = MappingProxyType(
    {
        "low": (0.04, 0.14, 0.27, 0.13, 0.26, 0.16),
        "middle": (0.08, 0.21, 0.30, 0.11, 0.19, 0.11),
        "high": (0.14, 0.28, 0.31, 0.09, 0.12, 0.06),
    }
)

#: How readily parents answer, by education: the reason for the weights.
RESPONSE = (0.55, 0.70, 0.95, 1.05, 1.25, 1.35)


# Write area figures as CBS publishes them, and borders as a GeoPackage.

#: What CBS writes where a figure is secret.
SECRET = -99997
#: Areas with fewer inhabitants have secret incomes here.
SMALL = 2_600

_LOW_INCOME = {"low": 7.5, "middle": 13.0, "high": 19.5}
_CENTRE, _RADIUS = (192_000.0, 471_000.0), 3_500.0


def write_area_figures(city: pd.DataFrame, folder: Path, seed: int) -> None:
    """Write ``kerncijfers_<year>.csv`` with CBS's names, padding and -99997 for what is secret."""
    rng = np.random.default_rng([seed, 4])
    buurten = _buurten(city, rng)
    for year, shift in (("2018", 0), ("2021", 1)):
        grown = buurten.assign(
            inhabitants=(buurten["inhabitants"] * (1 + 0.03 * shift)).round(),
            low_income=buurten["low_income"] - 0.8 * shift,
            income=buurten["income"] + 1.9 * shift,
        )
        total = grown.assign(kind="Gemeente", code=f"GM{CITY_CODE}", name=CITY_NAME)
        wijken = grown.assign(kind="Wijk", code=grown["district_code"], name=grown["district"])
        table = pd.concat([_pooled(total), _pooled(wijken), grown], ignore_index=True)
        with replacing(folder / f"kerncijfers_{year}.csv") as temporary:
            form = {"sep": ";", "encoding": "utf-8-sig", "lineterminator": "\r\n"}
            _published(table, shift).to_csv(temporary, index=False, **form)


def _buurten(city: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    n = len(city)
    low_income = city["severity"].map(_LOW_INCOME).to_numpy() + rng.normal(0, 0.6, n)
    return pd.DataFrame(
        {
            "kind": "Buurt",
            "code": city["code"],
            "name": city["name"],
            "district_code": city["district_code"],
            "district": city["district"],
            "inhabitants": (4_200 * city["size"] + rng.normal(0, 120, n)).round(),
            "children": rng.normal(17, 1.2, n),
            "families": rng.normal(33, 2.5, n),
            "income": 33.5 - 0.62 * low_income + rng.normal(0, 0.4, n),
            "low_income": low_income,
            "density": rng.normal(6_400, 900, n),
        }
    )


def _pooled(buurten: pd.DataFrame) -> pd.DataFrame:
    shares = ["children", "families", "income", "low_income", "density"]
    weighted = buurten.assign(**{name: buurten[name] * buurten["inhabitants"] for name in shares})
    pooled = weighted.groupby(["kind", "code", "name"], sort=False)[["inhabitants", *shares]].sum()
    means = {name: pooled[name] / pooled["inhabitants"] for name in shares}
    return pooled.assign(**means).reset_index()


def _published(table: pd.DataFrame, shift: int) -> pd.DataFrame:
    """Return the table under CBS's names, rounded and with small areas hidden as CBS does."""
    secret = table["inhabitants"].lt(SMALL)
    incomes = {name: table[name].round(1).mask(secret, SECRET) for name in ("income", "low_income")}
    children = (table["inhabitants"] * table["children"] / 500).round() * 5
    return pd.DataFrame(
        {
            "ID": range(len(table)),
            "Gemeentenaam_1": CITY_NAME.ljust(40),
            "SoortRegio_2": table["kind"].str.ljust(10),
            "Codering_3": table["code"].str.ljust(10),
            "Naam_4": table["name"].str.ljust(40),
            "AantalInwoners_5": ((table["inhabitants"] / 5).round() * 5).astype(int),
            "k_0Tot15Jaar_8": children.astype(int),
            f"HuishoudensMetKinderen_{31 + shift}": table["families"].round().astype(int),
            f"Bevolkingsdichtheid_{33 + shift}": table["density"].round().astype(int),
            f"GemiddeldInkomenPerInwoner_{72 + shift}": incomes["income"],
            f"HuishoudensMetEenLaagInkomen_{78 + shift}": incomes["low_income"],
        }
    )


def write_borders(city: pd.DataFrame, path: Path, seed: int) -> None:
    """Write layers of buurten, wijken and the municipality, with a river and a harbour, in RD New."""
    land, river = _outline(), _river()
    cells = _divided(_points(city, np.random.default_rng([seed, 5])), land)
    buurten = gpd.GeoDataFrame(
        {
            "buurtcode": [*city["code"], ELSEWHERE["code"], f"BU{CITY_CODE}9902"],
            "buurtnaam": [*city["name"], ELSEWHERE["name"], "De Linde"],
            "wijkcode": [*city["district_code"], f"WK{CITY_CODE}99", f"WK{CITY_CODE}99"],
            "wijknaam": [*city["district"], ELSEWHERE["district"], ELSEWHERE["district"]],
            "water": ["NEE"] * (len(city) + 1) + ["JA"],
        },
        geometry=[*(cell.difference(river) for cell in cells), river.intersection(land)],
        crs="EPSG:28992",
    )
    dry = buurten[buurten["water"].eq("NEE")]
    wijken = dry.dissolve("wijkcode", as_index=False)[["wijkcode", "wijknaam", "geometry"]]
    whole = gpd.GeoDataFrame(
        {"gemeentecode": [f"GM{CITY_CODE}"], "gemeentenaam": [CITY_NAME]},
        geometry=[dry.union_all()],
        crs=dry.crs,
    )
    # The driver wants a name that ends in .gpkg.
    with replacing(path) as temporary, tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / path.name
        for layer, shapes in (("buurten", buurten), ("wijken", wijken), ("gemeenten", whole)):
            multi = [shapely.MultiPolygon(shapely.get_parts(shape)) for shape in shapes.geometry]
            flat = shapes.set_geometry(shapely.force_2d(multi)).set_crs(dry.crs)
            pyogrio.write_dataframe(flat, package, layer=layer, driver="GPKG")
        shutil.copyfile(package, temporary)


def _outline() -> shapely.Polygon:
    turn = np.linspace(0, 2 * np.pi, 73)[:-1]
    radius = _RADIUS * (1 + 0.10 * np.sin(3 * turn) + 0.06 * np.cos(5 * turn))
    x, y = _CENTRE[0] + radius * np.cos(turn), _CENTRE[1] + radius * np.sin(turn)
    return shapely.Polygon(np.column_stack([x, y]).round())


def _river() -> shapely.Polygon:
    x = np.linspace(_CENTRE[0] - 2 * _RADIUS, _CENTRE[0] + 2 * _RADIUS, 40)
    y = _CENTRE[1] - 400 + 500 * np.sin((x - _CENTRE[0]) / 2_200)
    return shapely.LineString(np.column_stack([x, y]).round()).buffer(90, cap_style="flat")


def _points(city: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Return one point per wijk, those of a gebied beside each other, and one for the harbour."""
    districts = city["district_code"].str[-2:].astype(int).to_numpy() - 1
    number = city.groupby("district_code").cumcount().to_numpy()
    count = districts.max() + 1
    middle = 2 * np.pi * districts / count + np.pi / 2
    turn = middle + (number % 3 - 0.5) * (2 * np.pi / count / 3.2)
    far = 0.45 + 0.18 * (number % 3) + rng.uniform(-0.05, 0.05, len(city))
    x, y = far * _RADIUS * np.cos(turn), far * _RADIUS * np.sin(turn)
    points = np.column_stack([x, y]) + rng.uniform(-150, 150, (len(city), 2))
    return np.vstack([points, [1.0 * _RADIUS, 0.1 * _RADIUS]]) + _CENTRE


def _divided(points: np.ndarray, land: shapely.Polygon) -> list[shapely.Geometry]:
    cells = shapely.voronoi_polygons(
        shapely.MultiPoint(points), extend_to=land.buffer(_RADIUS), ordered=True
    )
    return [shapely.set_precision(cell.intersection(land), 0.1) for cell in cells.geoms]
