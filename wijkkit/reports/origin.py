"""Of which run a page is: the notebooks it shows, with their fingerprints, and when they ran."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version

from wijkkit.batch.hashes import hash_of
from wijkkit.language import day, text
from wijkkit.reports.runs import States, scope_of, state_of
from wijkkit.study import Study

_SHORT = 12


@dataclass(frozen=True, slots=True)
class Origin:
    """What a page was made of.

    Parameters
    ----------
    notebooks : mapping of str to str
        Fingerprint in the run's manifest of each notebook the page shows, by ``scope/notebook``.
    at : datetime or None
        When the last of them ended, in UTC.
    wijkkit : str
        Version of wijkkit that made the page.
    """

    notebooks: Mapping[str, str]
    at: datetime | None
    wijkkit: str

    @property
    def fingerprint(self) -> str:
        """The short hash over the fingerprints of the notebooks; empty where there are none.

        Examples
        --------
        >>> Origin({"stad/1_schattingen": "ab"}, None, "0.1.0").fingerprint
        '202a1c51a191'
        """
        marks = sorted(self.notebooks.items())
        return hash_of(*(part for item in marks for part in item))[:_SHORT] if marks else ""

    def date(self, study: Study) -> date | None:
        """Return the date on the page: as the study says, or when the last notebook ended."""
        said = study.settings.report.date
        return date.fromisoformat(said) if said else self.at and self.at.date()

    def colophon(self, language: str) -> str:
        """Return in a sentence of which run the page is, and what made it."""
        if self.at is None:
            return text("reports.made_with", language, version=self.wijkkit)
        return text(
            "reports.made_of_run",
            language,
            version=self.wijkkit,
            day=day(self.at.date(), language),
            time=f"{self.at:%H:%M}",
            fingerprint=self.fingerprint,
        )


#: The origin of a page that shows no notebook of a run.
NO_RUN = Origin({}, None, version("wijkkit"))


def origin_of(study: Study, states: States, stem: str, notebooks: Iterable[str]) -> Origin:
    """Return the origin of the page `stem`, which embeds `notebooks`."""
    keys = dict.fromkeys(scope_of(stem, notebook) for notebook in notebooks)
    shown = {key: state_of(study, states, *key) for key in keys}
    used = {key: state for key, state in shown.items() if state.status == "ok" and state.at}
    return Origin(
        {"/".join(key): state.fingerprint for key, state in used.items()},
        max((datetime.fromisoformat(state.at) for state in used.values()), default=None),
        version("wijkkit"),
    )
