"""Simulate the respondents of the fictional city, with the effects of `truth`."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit

from wijkkit.demo import truth

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
    """Return the respondents of each wave, in the survey's own answers.

    Returns
    -------
    dict of str to DataFrame
        Wave -> one row per respondent: area, age, sex (1, 2), education (1-6), weight and the
        answers, complete (absent only where the routing skips a question). Waves are separate
        cross-sections: nobody is in both.
    """
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
