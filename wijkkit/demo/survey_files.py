"""Write the survey as SPSS files, as a supplier would: value labels, user-missing, other names."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyreadstat

from wijkkit.demo.city import ELSEWHERE
from wijkkit.files import replacing

REFUSED, DO_NOT_KNOW = 9, 8

_SDQ = [f"sdq_{item:02d}" for item in range(1, 26)]

#: Wave -> answer -> its name in that wave's file.
NAMES = MappingProxyType(
    {
        "2018": {
            "respondent": "respnr",
            "area": "buurtcode",
            "age": "leeftijd",
            "sex": "geslacht",
            "education": "opleiding",
            "weight": "weegfactor",
            "outdoor_days": "buiten_dagen",
            "outdoor_school": "buiten_school",
            "outdoor_weekend": "buiten_weekend",
            "sport_club": "sportclub",
            "general_health": "gezondheid",
            "informal_support": "steun_informeel",
            **{name: f"sdq{int(name[-2:])}" for name in _SDQ},
        },
        "2021": {
            "respondent": "id",
            "area": "bu_code",
            "age": "lft_kind",
            "sex": "gesl_kind",
            "education": "opl_ouder",
            "weight": "gewicht",
            "outdoor_days": "bs_dagen",
            "outdoor_school": "bs_schooldag",
            "outdoor_weekend": "bs_weekend",
            "sport_club": "lid_sport",
            "general_health": "erv_gezondheid",
            "informal_support": "steun_familie",
            "used_interventions": "aanbod_gebruikt",
            "moved": "verhuisd",
            **{name: name.upper() for name in _SDQ},
        },
    }
)

_YES_NO: dict[int | float, str] = {1: "ja", 2: "nee"}
_MINUTES: dict[int | float, str] = {
    1: "niet",
    2: "minder dan 30 minuten",
    3: "30 tot 60 minuten",
    4: "60 tot 120 minuten",
    5: "meer dan 120 minuten",
}
_LABELS: dict[str, dict[int | float, str]] = {
    "sex": {1: "jongen", 2: "meisje"},
    "education": {
        1: "geen of basisonderwijs",
        2: "lbo, vmbo of mavo",
        3: "mbo",
        4: "havo of vwo",
        5: "hbo",
        6: "wo",
    },
    "outdoor_school": _MINUTES,
    "outdoor_weekend": _MINUTES,
    "sport_club": _YES_NO,
    "general_health": {1: "heel goed", 2: "goed", 3: "gaat wel", 4: "slecht", 5: "heel slecht"},
    "informal_support": _YES_NO,
    "used_interventions": _YES_NO,
    "moved": _YES_NO,
    **dict.fromkeys(_SDQ, {1: "niet waar", 2: "een beetje waar", 3: "zeker waar"}),
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
        names[name]: {
            **_LABELS.get(name, {}),
            DO_NOT_KNOW: "weet niet",
            REFUSED: "wil niet zeggen",
        }
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
