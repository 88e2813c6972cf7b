"""What is known of a study at the moment a page is opened, kept until something changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from typing import Any, TypeVar

import pandas as pd

from wijkkit.disclosure import Policy, policy_for, signed_off
from wijkkit.evaluation.facts import Facts
from wijkkit.registry import Registry, open_registry, tables_for_release
from wijkkit.released import open_released
from wijkkit.study import Study

#: Released tables that a page shows figures of.
_RELEASED = ("estimates", "changes", "gaps", "area_figures")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Snapshot:
    """What may be shown of a study, at one state of its registry.

    Parameters
    ----------
    study : Study
        In the reader's language.
    facts : Facts
        The registry's columns that may be shown, with counts as registered, and the released
        estimates; judged on ``facts.as_of``.
    policy : Policy
        Below which numbers of people nothing is shown.
    """

    study: Study
    facts: Facts
    policy: Policy

    @property
    def language(self) -> str:
        return self.study.language

    @property
    def today(self) -> pd.Timestamp:
        return pd.Timestamp(self.facts.as_of)


class Source:
    """The registry and the released tables behind the pages of one study.

    Parameters
    ----------
    study : Study
    as_of : date, optional
        The day on which all is judged; ``registry.as_of`` of study.yml where absent, or today.
    """

    def __init__(self, study: Study, as_of: date | None = None):
        self.study = study
        self.registry: Registry = open_registry(study)
        self._as_of = as_of or study.settings.registry.as_of
        self._studies = {study.language: study}
        self._kept: dict[tuple, tuple[tuple, Any]] = {}
        self._making: dict[tuple, Lock] = {}
        self._lock = Lock()

    @property
    def as_of(self) -> date:
        return self._as_of or date.today()

    def study_in(self, language: str) -> Study:
        """Return the study as it speaks to a reader of `language`."""
        if language not in self._studies:
            settings = self.study.settings.model_copy(update={"language": language})
            self._studies[language] = replace(self.study, settings=settings)
        return self._studies[language]

    def state(self, wijk: str | None = None) -> tuple:
        """Return what changes whenever a page could: the registry, the released tables, the day.

        Of a wijk alone it is that wijk's registration, and who is registered anywhere: texts that
        name a person are not shown.
        """
        own, persons = self.registry.mark(wijk), self.registry.mark(kind="stakeholders")
        return own, persons, self._released_state(), self.as_of

    def snapshot(self, language: str, wijk: str | None = None) -> Snapshot:
        """Return what is known now of a wijk, or of all wijken."""
        return self.kept(("snapshot", language), lambda: self._read(language, wijk), wijk)

    def approved(self) -> bool:
        """Return whether a second person signed off the released tables as they are now."""
        return self.kept(("approved",), lambda: signed_off(self.study))

    def kept(self, name: tuple, make: Callable[[], Made], wijk: str | None = None) -> Made:
        """Return what `make` makes, made again only when what it is of changed."""
        key = (*name, wijk)
        with self._lock:
            making = self._making.setdefault(key, Lock())
        # Whoever asks for the same waits for it; whoever asks for something else does not.
        with making:
            state = self.state(wijk)
            known, made = self._kept.get(key, (None, None))
            if known != state:
                made = make()
                self._kept[key] = state, made
            return made

    def close(self) -> None:
        self.registry.close()

    def _read(self, language: str, wijk: str | None) -> Snapshot:
        study = self.study_in(language)
        released = open_released(study)
        tables = {name: released.table(name) for name in _RELEASED if name in released}
        registry = tables_for_release(self.registry, wijk, language)
        known = {
            kind: rows[rows["wijk"].isin(study.neighbourhoods)].reset_index(drop=True)
            for kind, rows in registry.items()
        }
        return Snapshot(study, Facts(study, known, self.as_of, **tables), policy_for(study))

    def _released_state(self) -> int:
        folder = self.study.runs / "released"
        return max((path.stat().st_mtime_ns for path in folder.glob("*.parquet")), default=0)
