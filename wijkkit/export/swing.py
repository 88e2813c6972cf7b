"""The import file of Swing (ABF): percentages per wave and area, in the long form.

Sheets and columns as GGDs have them: ``data`` with one row per number, ``metadata`` with one row
per indicator. What is absent has Swing's code for a number withheld for privacy.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from wijkkit.errors import Problem, ReportError
from wijkkit.export.rows import Labels
from wijkkit.files import write_saved
from wijkkit.language import text
from wijkkit.released import Released
from wijkkit.study import Study
from wijkkit.tables import EVERYBODY

#: Swing's "missing for privacy".
HIDDEN = -99996
DATA = ("PERIODE", "GEBIEDSNIVEAU", "GEBIED", "NAAM", "WAARDE")
METADATA = (
    "Name",
    "Description",
    "Indicator code",
    "RoundOff",
    "More information",
    "Unit",
    "Source",
    "Data type",
)
#: Length of an area's code in Swing: municipality 4, wijk 2, buurt 2.
_LENGTHS = {"wijk": 6, "buurt": 8}


def write_swing(study: Study, released: Released, target: Path) -> Path:
    """Write the released estimates of the wijken to a workbook that Swing imports.

    Parameters
    ----------
    target : Path
        An ``.xlsx`` file.

    Returns
    -------
    Path
        `target`.

    Raises
    ------
    ReportError
        A wijk's code is none of CBS: Swing knows areas by the digits of that code.

    Examples
    --------
    >>> from pathlib import Path
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> write_swing(view.study, view.released, Path("swing.xlsx")).name
    'swing.xlsx'
    """
    rows, names = swing_rows(study, released), metadata_rows(study, released)
    workbook = Workbook()
    workbook.properties.title = "Swing"
    _fill(workbook.active, "data", DATA, rows)
    _fill(workbook.create_sheet(), "metadata", METADATA, names)
    write_saved(target, workbook.save)
    return target


def swing_rows(study: Study, released: Released) -> pd.DataFrame:
    """Return the sheet ``data``: period, level, area, indicator and value of each number.

    A period is the year in which a wave ended. An area is the digits of its CBS code, as text and
    with its zeros: six for a wijk, eight for a buurt. Indicators are named by their key, with the group behind it.
    """
    years = {wave.id: wave.end.year for wave in study.waves}
    codes = _codes(study)
    table = _of_wijken(study, released)
    return pd.DataFrame(
        {
            "PERIODE": table["wave"].map(years),
            "GEBIEDSNIVEAU": table["area"].map(_levels(study)),
            "GEBIED": table["area"].map(codes),
            "NAAM": _code_of(table),
            "WAARDE": table["value"].where(table["status"].eq("ok")).fillna(HIDDEN),
        }
    )


def metadata_rows(study: Study, released: Released) -> pd.DataFrame:
    """Return the sheet ``metadata``: one row per indicator and group."""
    labels = Labels(study)
    table = _of_wijken(study, released)
    table = table.assign(code=_code_of(table)).drop_duplicates("code")
    source = text("export.swing.source", study.language, study=study.text(study.settings.title))
    return pd.DataFrame(
        {
            "Name": [_name(labels, *row) for row in _keys(table)],
            "Description": table["indicator"].map(labels.about).to_list(),
            "Indicator code": table["code"].to_list(),
            "RoundOff": ["0" if unit == "percent" else "0,1" for unit in table["unit"]],
            "More information": text("export.swing.more", study.language),
            "Unit": ["p" if unit == "percent" else "g" for unit in table["unit"]],
            "Source": source,
            "Data type": ["Percentage" if unit == "percent" else "Mean" for unit in table["unit"]],
        }
    )


def _of_wijken(study: Study, released: Released) -> pd.DataFrame:
    table = released.table("estimates")
    table = table[table["area_level"].eq("wijk") & table["status"].ne("not_asked")]
    order = {key: number for number, key in enumerate(study.indicators)}
    return table.sort_values(
        ["indicator", "wave"],
        key=lambda part: part.map(order) if part.name == "indicator" else part,
        kind="stable",
    ).reset_index(drop=True)


def _keys(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    return list(zip(table["indicator"], table["group_by"], table["group"], strict=True))


def _code_of(table: pd.DataFrame) -> list[str]:
    return [
        indicator if group == EVERYBODY else f"{indicator}_{group_by}_{group}"
        for indicator, group_by, group in _keys(table)
    ]


def _name(labels: Labels, indicator: str, group_by: str, group: str) -> str:
    name = labels.indicator(indicator)
    return name if group == EVERYBODY else f"{name} ({labels.group(group_by, group)})"


def _codes(study: Study) -> dict[str, str]:
    """Return the digits of each wijk's CBS code: ``WK059901`` is ``059901``."""
    codes = {
        slug: "".join(filter(str.isdigit, hood.code)) for slug, hood in study.neighbourhoods.items()
    }
    wrong = {slug: study.neighbourhoods[slug].code for slug, code in codes.items() if not code}
    if wrong:
        raise ReportError(
            Problem(
                "Swing knows an area by the digits of its code, and this one has none",
                file="wijken",
                place=slug,
                found=code,
                expected="a CBS code such as WK059901",
                remedy="Give the wijk the code of CBS.",
            )
            for slug, code in wrong.items()
        )
    levels = _levels(study)
    return {slug: code.zfill(_LENGTHS[levels[slug]]) for slug, code in codes.items()}


def _levels(study: Study) -> dict[str, str]:
    """Return per neighbourhood of the study whether CBS calls it a wijk or a buurt."""
    return {
        slug: "buurt" if hood.code.upper().startswith("BU") else "wijk"
        for slug, hood in study.neighbourhoods.items()
    }


def _fill(sheet: Worksheet, name: str, heads: tuple[str, ...], rows: pd.DataFrame) -> None:
    sheet.title = name
    sheet.append(list(heads))
    for row in rows.reindex(columns=list(heads)).itertuples(index=False, name=None):
        sheet.append(
            [
                int(value) if isinstance(value, float) and value.is_integer() else value
                for value in row
            ]
        )
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    sheet.freeze_panes = "A2"
