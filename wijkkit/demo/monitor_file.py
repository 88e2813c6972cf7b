"""Both years of the demo's survey as one labelled file, as a GGD has it: year, weight, strata."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat

from wijkkit.demo.city import ELSEWHERE
from wijkkit.demo.survey_files import NAMES
from wijkkit.files import replacing

_TITLES = {
    "respnr": "Respondentnummer", "jaar": "Jaar van onderzoek", "stratum": "Stratum van de steekproef",
    "buurtcode": "Buurtcode CBS", "leeftijd": "Leeftijd van het kind in jaren", "geslacht": "Geslacht",
    "opleiding": "Opleiding van de ouders", "weegfactor": "Weegfactor",
    "buiten_dagen": "Dagen per week buiten spelen", "buiten_school": "Buiten spelen op een schooldag",
    "buiten_weekend": "Buiten spelen op een weekenddag", "sportclub": "Is lid van een sportclub",
    "gezondheid": "Algemene gezondheid", "steun_informeel": "Krijgt steun van familie of vrienden",
}  # fmt: skip


def write_monitor(surveys: Path) -> None:
    """Write ``jeugdmonitor.sav`` beside the demo's files of one year each.

    Strata are the areas by the two ages of school (up to 7, and 8 and over).

    Parameters
    ----------
    surveys : Path
        The folder with ``kindmonitor_2018.sav`` and ``kindmonitor_2021.sav``.
    """
    parts = []
    labels: dict[str, dict[int | float, str]] = {}
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
