"""Simulate the respondents of the fictional city, with the effects of `truth`."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyreadstat
from scipy.special import expit

from wijkkit.demo import city as truth
from wijkkit.demo.city import CITY_CODE, CITY_NAME, ELSEWHERE
from wijkkit.files import replacing

#: SDQ items whose certain answer is favourable, and the prosocial ones among them.
FAVOURABLE = (1, 4, 7, 9, 11, 14, 17, 20, 21, 25)
PROSOCIAL = (1, 4, 9, 17, 20)
#: How often each difficulty item is at least somewhat true, as log-odds, by subscale.
_ITEM_LEVEL = {"emotional": -1.4, "conduct": -1.6, "hyperactivity": -0.6, "peer": -1.6}
_SUBSCALES = {
    "emotional": (3, 8, 13, 16, 24),
    "conduct": (5, 7, 12, 18, 22),
    "hyperactivity": (2, 10, 15, 21, 25),
    "peer": (6, 11, 14, 19, 23),
}
_SDQ_FROM, _PLAY_FROM = 3, 4


def simulate(city: pd.DataFrame, seed: int) -> dict[str, pd.DataFrame]:
    """Return the respondents of each wave, in the survey's own answers."""
    rng = np.random.default_rng([seed, 2])
    levels = {
        name: rng.normal(0, truth.BETWEEN_WIJKEN, len(city))
        for name in (*truth.OUTCOMES, "psychosocial")
    }
    return {wave: _wave(city, wave, levels, rng) for wave in truth.WAVES}


def _wave(
    city: pd.DataFrame, wave: str, levels: dict[str, np.ndarray], rng: np.random.Generator
) -> pd.DataFrame:
    wijk = np.repeat(np.arange(len(city)), _allocation(city, wave))
    n = len(wijk)
    education = _education(city, wijk, rng)
    people = pd.DataFrame(
        {
            "area": city["code"].to_numpy()[wijk],
            "age": rng.integers(0, 13, n),
            "sex": rng.integers(1, 3, n),
            "education": education,
            "weight": _weights(education, rng),
        }
    )
    later = wave == truth.WAVES[1]
    treated = city["arm"].eq("programme").to_numpy()[wijk] & later

    def linear(name: str, outcome: truth.Outcome) -> np.ndarray:
        drift = rng.normal(0, truth.WITHIN_WIJK_OVER_TIME, len(city)) * later
        ses = np.select([education <= 2, education >= 5], [outcome.low, outcome.high], 0.0)
        level = outcome.base + (levels[name] + drift)[wijk] + ses
        return level + outcome.trend * later + outcome.effect * treated

    chances = {name: expit(linear(name, outcome)) for name, outcome in truth.OUTCOMES.items()}
    yes = {name: rng.random(n) < chance for name, chance in chances.items()}
    answers = [
        _outdoor_play(yes["outdoor_play"], people["age"], rng),
        _others(yes, people["age"], rng),
        _sdq(linear("psychosocial", truth.PSYCHOSOCIAL), people["age"], rng),
    ]
    if later:
        answers.append(_second_wave_only(n, rng))
    return pd.concat([people, *answers], axis=1)


def _allocation(city: pd.DataFrame, wave: str) -> np.ndarray:
    """Return respondents per wijk: exact totals, divided by size (largest remainders)."""
    default = len(city) == 6
    total = truth.RESPONDENTS[wave] if default else truth.RESPONDENTS_PER_WIJK * len(city)
    shares = total * city["size"].to_numpy() / city["size"].sum()
    counts = np.floor(shares).astype(int)
    counts[np.argsort(counts - shares, kind="stable")[: total - counts.sum()]] += 1
    return counts


def _education(city: pd.DataFrame, wijk: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    education = np.empty(len(wijk), dtype=int)
    for severity, shares in truth.EDUCATION.items():
        here = city["severity"].eq(severity).to_numpy()[wijk]
        answering = np.array(shares) * truth.RESPONSE
        education[here] = rng.choice(
            np.arange(1, 7), size=here.sum(), p=answering / answering.sum()
        )
    return education


def _weights(education: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    raw = 1 / np.array(truth.RESPONSE)[education - 1] * rng.lognormal(0, 0.15, len(education))
    return raw / raw.mean()


def _outdoor_play(enough: np.ndarray, age: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    n = len(enough)
    days = np.where(enough, rng.choice([6, 7], n, p=[0.45, 0.55]), rng.integers(0, 6, n))
    school = np.clip(rng.normal(2.2 + 1.4 * enough, 0.9, n).round(), 1, 5)
    weekend = np.clip(school + rng.choice([0, 1, 1, 2], n), 1, 5)
    answers = {"outdoor_days": days, "outdoor_school": school, "outdoor_weekend": weekend}
    return pd.DataFrame(answers).where(age >= _PLAY_FROM)


def _others(yes: dict[str, np.ndarray], age: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    n = len(age)
    good, bad = rng.choice([1, 2], n, p=[0.6, 0.4]), rng.choice([3, 4, 5], n, p=[0.85, 0.12, 0.03])
    sport = pd.Series(np.where(yes["sport"], 1.0, 2.0)).where(age >= _PLAY_FROM)
    return pd.DataFrame(
        {
            "sport_club": sport,
            "general_health": np.where(yes["general_health"], good, bad),
            "informal_support": np.where(yes["parenting_support"], 1, 2),
        }
    )


def _sdq(shift: np.ndarray, age: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """Return 25 answers 1-3 that share one latent score and one per subscale."""
    n = len(shift)
    general = rng.normal(shift, 0.8)
    answers = {}
    for subscale, items in _SUBSCALES.items():
        own = general + rng.normal(0, 0.6, n)
        for item in items:
            answers[item] = _item(_ITEM_LEVEL[subscale] + own, rng)
    kindness = rng.normal(0.0, 0.7, n)
    for item in PROSOCIAL:
        answers[item] = _item(-1.6 + kindness, rng)
    columns = {
        f"sdq_{item:02d}": 3 - answers[item] if item in FAVOURABLE else 1 + answers[item]
        for item in range(1, 26)
    }
    return pd.DataFrame(columns).where(age >= _SDQ_FROM)


def _item(level: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    draw = rng.random(len(level))
    return (draw < expit(level)).astype(int) + (draw < expit(level - 1.6))


def _second_wave_only(n: int, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "used_interventions": np.where(rng.random(n) < truth.USED_INTERVENTIONS, 1, 2),
            "moved": np.where(rng.random(n) < truth.MOVED, 1, 2),
        }
    )


# Write the survey as SPSS files, as a supplier would: value labels, user-missing, other names.

REFUSED, DO_NOT_KNOW = 9, 8

_SDQ = [f"sdq_{item:02d}" for item in range(1, 26)]

#: Wave -> answer -> its name in that wave's file.
NAMES = MappingProxyType({
    "2018": {
        "respondent": "respnr", "area": "buurtcode", "age": "leeftijd", "sex": "geslacht",
        "education": "opleiding", "weight": "weegfactor", "outdoor_days": "buiten_dagen",
        "outdoor_school": "buiten_school", "outdoor_weekend": "buiten_weekend",
        "sport_club": "sportclub", "general_health": "gezondheid",
        "informal_support": "steun_informeel", **{name: f"sdq{int(name[-2:])}" for name in _SDQ},
    },
    "2021": {
        "respondent": "id", "area": "bu_code", "age": "lft_kind", "sex": "gesl_kind",
        "education": "opl_ouder", "weight": "gewicht", "outdoor_days": "bs_dagen",
        "outdoor_school": "bs_schooldag", "outdoor_weekend": "bs_weekend",
        "sport_club": "lid_sport", "general_health": "erv_gezondheid",
        "informal_support": "steun_familie", "used_interventions": "aanbod_gebruikt",
        "moved": "verhuisd", **{name: name.upper() for name in _SDQ},
    },
})  # fmt: skip

Labels = dict[int | float, str]


def _numbered(*labels: str) -> Labels:
    return dict(enumerate(labels, start=1))


_YES_NO = _numbered("ja", "nee")
_MINUTES = _numbered(
    "niet", "minder dan 30 minuten", "30 tot 60 minuten", "60 tot 120 minuten", "meer dan 120 minuten"
)  # fmt: skip
_LABELS: dict[str, Labels] = {
    "sex": _numbered("jongen", "meisje"),
    "education": _numbered(
        "geen of basisonderwijs", "lbo, vmbo of mavo", "mbo", "havo of vwo", "hbo", "wo"
    ),
    "general_health": _numbered("heel goed", "goed", "gaat wel", "slecht", "heel slecht"),
    **dict.fromkeys(("outdoor_school", "outdoor_weekend"), _MINUTES),
    **dict.fromkeys(("sport_club", "informal_support", "used_interventions", "moved"), _YES_NO),
    **dict.fromkeys(_SDQ, _numbered("niet waar", "een beetje waar", "zeker waar")),
}
_COMPLETE = ("respondent", "area", "age", "weight")
#: Share of answers that are refused or not known; children of elsewhere in the file.
_MISSING, _ELSEWHERE = 0.02, 0.012


def write_survey(people: pd.DataFrame, wave: str, path: Path, seed: int) -> None:
    """Write one wave as a ``.sav`` file, with missing answers and a few respondents of elsewhere."""
    rng = np.random.default_rng([seed, 3, int(wave)])
    elsewhere = people.sample(max(1, round(_ELSEWHERE * len(people))), random_state=rng)
    table = pd.concat([people, elsewhere.assign(area=ELSEWHERE["code"])], ignore_index=True)
    table = table.sample(frac=1, random_state=rng, ignore_index=True)
    table.insert(0, "respondent", int(wave) * 100_000 + np.arange(1, len(table) + 1))
    asked = [name for name in table if name not in _COMPLETE]
    for name in asked:
        gone = rng.random(len(table)) < _MISSING
        code = rng.choice([DO_NOT_KNOW, REFUSED], len(table))
        table[name] = table[name].mask(gone & table[name].notna(), code)
    names = NAMES[wave]
    labels: dict[str, dict[int | float, str]] = {
        names[name]: {**_LABELS.get(name, {}), DO_NOT_KNOW: "weet niet", REFUSED: "wil niet zeggen"}
        for name in asked
    }
    with replacing(path) as temporary:
        pyreadstat.write_sav(
            table.rename(columns=names),
            temporary,
            file_label=f"Kindmonitor {wave} (verzonnen gegevens)",
            variable_value_labels=labels,
            missing_ranges={names[name]: [{"lo": DO_NOT_KNOW, "hi": REFUSED}] for name in asked},
        )


# Both years of the demo's survey as one labelled file, as a GGD has it: year, weight, strata.

_TITLES = {
    "respnr": "Respondentnummer", "jaar": "Jaar van onderzoek", "stratum": "Stratum van de steekproef",
    "buurtcode": "Buurtcode CBS", "leeftijd": "Leeftijd van het kind in jaren", "geslacht": "Geslacht",
    "opleiding": "Opleiding van de ouders", "weegfactor": "Weegfactor",
    "buiten_dagen": "Dagen per week buiten spelen", "buiten_school": "Buiten spelen op een schooldag",
    "buiten_weekend": "Buiten spelen op een weekenddag", "sportclub": "Is lid van een sportclub",
    "gezondheid": "Algemene gezondheid", "steun_informeel": "Krijgt steun van familie of vrienden",
}  # fmt: skip


def write_monitor(surveys: Path) -> None:
    """Write ``jeugdmonitor.sav`` beside the files of each year; strata are areas by age of school."""
    parts = []
    labels: dict[str, Labels] = {}
    for wave, names in NAMES.items():
        cells, meta = pyreadstat.read_sav(surveys / f"kindmonitor_{wave}.sav", user_missing=True)
        common = {own: NAMES["2018"][what] for what, own in names.items() if what in NAMES["2018"]}
        parts.append(cells[list(common)].rename(columns=common).assign(jaar=float(wave)))
        labels |= {common[o]: v for o, v in meta.variable_value_labels.items() if o in common}
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[~rows["buurtcode"].isin(list(ELSEWHERE.values()))].reset_index(drop=True)
    area = pd.factorize(rows["buurtcode"], sort=True)[0]
    rows["stratum"] = 10.0 * (area + 1) + (rows["leeftijd"] > 7)
    titles = [_TITLES.get(name, name.upper()) for name in rows]
    with replacing(surveys / "jeugdmonitor.sav") as temporary:
        pyreadstat.write_sav(rows, temporary, column_labels=titles, variable_value_labels=labels)


# Write the education of all parents per wijk, to hold the respondents against.

#: Columns, and which of the six levels of education they hold.
_LEVELS = {"laag": slice(0, 2), "midden": slice(2, 4), "hoog": slice(4, 6)}


def write_parents_education(city: pd.DataFrame, path: Path) -> None:
    """Write the percentage of parents by education per wijk: what respondents were drawn from."""
    shares = np.array([truth.EDUCATION[severity] for severity in city["severity"]])
    whole = np.average(shares, axis=0, weights=city["size"])
    table = pd.DataFrame(
        {
            "code": [*city["code"], f"GM{CITY_CODE}"],
            "naam": [*city["name"], CITY_NAME],
            **{
                name: (100 * np.vstack([shares, whole])[:, levels].sum(axis=1)).round(1)
                for name, levels in _LEVELS.items()
            },
        }
    )
    with replacing(path) as temporary:
        table.to_csv(temporary, sep=";", index=False, encoding="utf-8", lineterminator="\r\n")
