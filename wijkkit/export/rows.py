"""Released estimates as rows that a reader and a program can follow: codes, labels, numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wijkkit.disclosure.scan import UNPROTECTED
from wijkkit.errors import DisclosureError
from wijkkit.files import harmless, write_whole
from wijkkit.language import absence, text
from wijkkit.released import Released
from wijkkit.study import Study
from wijkkit.tables import EVERYBODY

# What readers call the parts of a table of released estimates.

#: The area that stands for all wijken of the study together.
CITY = "city"
#: Before the id of a population above the study, which is no area of it.
REFERENCE = "reference:"
#: Arms of the study, which are areas as well.
ARMS = ("programme", "comparator", "none")


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of a study for areas, waves, groups and indicators."""

    study: Study

    def area(self, area: str) -> str:
        """Return the name of a wijk, a district, an arm, or of all wijken of the study."""
        study = self.study
        if area in study.neighbourhoods:
            return study.neighbourhoods[area].name
        if area == CITY and study.settings.city.complete:
            return self.city
        if area == CITY:
            return text("export.all_wijken", study.language, city=self.city)
        if area in ARMS:
            return text(f"export.arm.{area}", study.language)
        above = {f"{REFERENCE}{one.id}": one.label for one in study.settings.references}
        return study.text(above[area]) if area in above else area

    @property
    def city(self) -> str:
        return self.study.settings.city.name

    def wave(self, wave: str) -> str:
        found = (self.study.text(item.label) for item in self.study.waves if item.id == wave)
        return next(found, wave)

    def group_by(self, group_by: str) -> str:
        found = (item for item in self.study.groupings if item.id == group_by)
        return next((self.study.text(item.label) for item in found), group_by)

    def group(self, group_by: str, group: str) -> str:
        """Return the name of a group within its grouping; ``totaal`` for everybody."""
        if group == EVERYBODY:
            return text("export.total", self.study.language)
        groups = (
            part for item in self.study.groupings if item.id == group_by for part in item.groups
        )
        return next((self.study.text(part.label) for part in groups if part.id == group), group)

    def indicator(self, key: str) -> str:
        indicator = self.study.indicators.get(key)
        return self.study.text(indicator.label) if indicator else key

    def about(self, key: str) -> str:
        """Return of whom an indicator is a share, and how it was asked."""
        indicator = self.study.indicators.get(key)
        parts = (indicator.denominator, indicator.question_version) if indicator else ()
        return "; ".join(filter(None, map(self.study.text, parts)))

    def theme(self, key: str) -> str:
        """Return the theme of an indicator: the domain of its goal."""
        indicator = self.study.indicators.get(key)
        domains = {goal.id: goal.domain for goal in self.study.goals}
        domain = domains.get(indicator.goal or "", "other") if indicator else "other"
        return text(f"export.theme.{domain}", self.study.language)

    def themes(self) -> dict[str, list[str]]:
        """Return the indicators of the study by theme, both in the order of the study."""
        found: dict[str, list[str]] = {}
        for key in self.study.indicators:
            found.setdefault(self.theme(key), []).append(key)
        return found


#: Columns of a file of estimates, in this order.
COLUMNS = tuple(
    "wijk area area_level theme indicator indicator_label wave group_by group group_label "
    "value lower upper n unit step status status_label".split()
)


def estimate_rows(study: Study, released: Released, areas: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return the released estimates of areas, all where none is named, with their labels.

    Columns `COLUMNS`; `wijk` is the name of the area.
    """
    labels, language = Labels(study), study.language
    table = released.table("estimates")
    if areas:
        table = table[table["area"].isin(areas)]
    known = list(table.itertuples())
    made = {
        "wijk": [labels.area(row.area) for row in known],
        "theme": [labels.theme(row.indicator) for row in known],
        "indicator_label": [labels.indicator(row.indicator) for row in known],
        "group_label": [labels.group(row.group_by, row.group) for row in known],
        "status_label": [
            "" if row.status == "ok" else absence(row.status, language, limit=row.lower)
            for row in known
        ],
    }
    return table.assign(**made).reindex(columns=list(COLUMNS)).reset_index(drop=True)


# The released estimates of one area as a CSV file that a spreadsheet of that language opens.

#: Separator and decimal sign by language.
_NOTATION = {"nl": (";", ","), "en": (",", ".")}
_NUMBERS = ("value", "lower", "upper", "n", "step")


def write_area_csv(
    study: Study, released: Released, area: str, target: Path, *, concept: bool = True
) -> Path:
    """Write the estimates of a wijk, or of the city, and of all wijken together.

    Each number has a column of its own; so have the status, the wave, the wijk, and whether the
    numbers are a concept. `area`: Slug of a wijk; with ``city`` the arms and districts as well.
    """
    areas = set(released.table("estimates")["area"]) - set(study.neighbourhoods)
    wanted = tuple(areas) if area == CITY else (area, CITY)
    rows = estimate_rows(study, released, wanted).map(harmless)
    rows["report"] = text("export.concept" if concept else "export.approved", study.language)
    separator, decimal = _NOTATION[study.language]
    for column in _NUMBERS:
        rows[column] = [_shown(value, decimal) for value in rows[column]]
    content = rows.to_csv(index=False, sep=separator, lineterminator="\r\n")
    write_whole(target, "\ufeff" + content)
    return target


def _shown(value: float, decimal: str) -> str:
    """Return a number in the file's notation, whole where it is; nothing where it is absent.

    >>> _shown(66.0, ","), _shown(3.25, ","), _shown(float("nan"), ",")
    ('66', '3,25', '')
    """
    return "" if pd.isna(value) else f"{value:.10g}".replace(".", decimal)


# Unprotected estimates for the researcher's own machine: never part of a release.


def write_research(study: Study, tables: dict[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write unprotected tables as CSV to a folder outside the site and the released tables.

    Every row says that it is not protected, which the scan of a release looks for. Raises
    DisclosureError: The folder is where a release takes its files from.
    """
    refuse_published(study, folder)
    written = []
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        marked = table.copy()
        marked.insert(0, "protection", UNPROTECTED)
        write_whole(path, marked.to_csv(index=False))
        written.append(path)
    return written


def refuse_published(study: Study, folder: Path) -> None:
    """Raise DisclosureError where `folder` is, or is below or above, what is published."""
    target = folder.resolve()
    published = [study.site.resolve(), (study.runs / "released").resolve()]
    near = [one for one in published if target.is_relative_to(one) or one.is_relative_to(target)]
    near += [one for one in (target, *target.parents) if (one / "manifest.json").is_file()]
    if near:
        raise DisclosureError(
            "unprotected numbers may not be where a release takes its files from",
            found=f"a folder with or in {near[0].name}",
            expected="a folder of its own, outside the site, a run and a release",
            remedy="Name another folder with --to.",
        )
