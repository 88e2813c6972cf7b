"""What readers call the parts of a table of released estimates."""

from __future__ import annotations

from dataclasses import dataclass

from wijkkit.language import text
from wijkkit.study import Study
from wijkkit.tables import EVERYBODY

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
        if area in self.study.neighbourhoods:
            return self.study.neighbourhoods[area].name
        for reference in self.study.settings.references:
            if area == f"{REFERENCE}{reference.id}":
                return self.study.text(reference.label)
        if area == CITY:
            if self.study.settings.city.complete:
                return self.city
            return text("export.all_wijken", self.study.language, city=self.city)
        return text(f"export.arm.{area}", self.study.language) if area in ARMS else area

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
