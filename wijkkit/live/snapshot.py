"""What is known of a study at the moment a page is opened, kept until something changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from threading import Lock
from typing import Any, TypeVar

import pandas as pd

from wijkkit.disclosure import Policy, policy_for, signed_off
from wijkkit.disclosure.sign_off import sign_off_file
from wijkkit.evaluation.facts import Facts
from wijkkit.language import number, text
from wijkkit.language.numbers import local
from wijkkit.registry import Registry, open_registry
from wijkkit.registry.release import Persons, registered_persons, tables_for_release
from wijkkit.released import open_released
from wijkkit.study import Study

#: Released tables that the page of a wijk shows figures of; the last one is of no wijk.
_RELEASED = ("estimates", "changes", "gaps", "goal_changes", "area_figures")
_SCALES = "key_figure_changes"
Made = TypeVar("Made")
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Snapshot:
    """What may be shown of a study, at one state of its registry."""

    study: Study
    facts: Facts
    policy: Policy

    @property
    def language(self) -> str:
        return self.study.language

    @property
    def today(self) -> pd.Timestamp:
        return pd.Timestamp(self.facts.as_of)


@dataclass(frozen=True, slots=True)
class Now:
    """What pages depend on: the last change per wijk and of partners, released files, the day."""

    changes: Mapping[str, int]
    persons: int
    released: int
    day: date

    def of(self, wijk: str) -> tuple:
        """Return the state that the page of a wijk depends on."""
        return self.changes.get(wijk, 0), self.persons, self.released, self.day

    @property
    def of_city(self) -> tuple:
        """The state that the pages of the city depend on."""
        return max(self.changes.values(), default=0), self.released, self.day


@dataclass(slots=True)
class _Cached:
    """A cached value, and the state it was made from."""

    state: Hashable = None
    made: Any = None
    lock: Lock = field(default_factory=Lock)


class Source:
    """The registry and the released tables of one study, judged on `as_of` or today."""

    def __init__(self, study: Study, as_of: date | None = None):
        self.study = study
        self.registry: Registry = open_registry(study)
        self._as_of = as_of or study.settings.registry.as_of
        self._studies: dict[str, Study] = {study.language: study}
        self._cache: dict[tuple, _Cached] = {}
        self._changes: tuple[int, dict[tuple[str, str], int]] = 0, {}
        self._lock = Lock()

    @property
    def as_of(self) -> date:
        return self._as_of or local(datetime.now(UTC)).date()

    def study_in(self, language: str) -> Study:
        """Return the study with its words in `language`."""
        if language not in self._studies:
            settings = self.study.settings.model_copy(update={"language": language})
            self._studies[language] = replace(self.study, settings=settings)
        return self._studies[language]

    def now(self) -> Now:
        """Return the state of everything, from what changed since it was last asked."""
        known, changes = self._changes
        mark = self.registry.mark()
        if mark < known:  # another registry was put in its place
            known, changes = 0, {}
        if mark > known:
            changes = changes | self.registry.last_changes(known)
            self._changes = max(changes.values()), changes
        of_wijk: dict[str, int] = {}
        for (wijk, _), changed in changes.items():
            of_wijk[wijk] = max(changed, of_wijk.get(wijk, 0))
        persons = [changed for (_, kind), changed in changes.items() if kind == "stakeholders"]
        return Now(of_wijk, max(persons, default=0), self._released_state(), self.as_of)

    def snapshot(self, now: Now, language: str, wijk: str) -> Snapshot:
        """Return what is known now of a wijk."""
        return self.cached(
            ("snapshot", language, wijk), now.of(wijk), lambda: self._of_wijk(now, language, wijk)
        )

    def read_all(self, now: Now, language: str) -> None:
        """Read all wijken at once where most changed: one query for each kind of rows."""
        states = {("registry", language, wijk): now.of(wijk) for wijk in self.study.neighbourhoods}
        with self._lock:
            known = [
                self._cache[name].state == at for name, at in states.items() if name in self._cache
            ]
        if 2 * sum(known) >= len(states) or len(states) == 1:
            return
        tables = tables_for_release(self.registry, None, language, self._persons(now))
        parts = {kind: dict(iter(rows.groupby("wijk"))) for kind, rows in tables.items()}
        for name, state in states.items():
            own = {kind: parts[kind].get(name[-1], tables[kind].head(0)) for kind in tables}
            self.cached(name, state, partial(dict, own))

    def approved(self, now: Now) -> bool:
        """Return whether a second person signed off the released tables as they are now."""
        return self.cached(("approved",), now.released, lambda: signed_off(self.study))

    def cached(self, name: tuple, state: Hashable, make: Callable[[], Made]) -> Made:
        """Return what `make` gives, made again when `state` changed; others do not wait for it."""
        with self._lock:
            found = self._cache.setdefault(name, _Cached())
        with found.lock:
            if found.state != state:
                found.made = make()
                found.state = state
            return found.made

    def close(self) -> None:
        self.registry.close()

    def _of_wijk(self, now: Now, language: str, wijk: str) -> Snapshot:
        whole = self.study_in(language)
        study = replace(whole, neighbourhoods={wijk: whole.neighbourhood(wijk)})
        released = self.cached(("released",), now.released, self._read_released)
        estimates = {name: by_area.get(wijk, by_area[""]) for name, by_area in released.items()}
        registered = self.cached(
            ("registry", language, wijk),
            now.of(wijk),
            lambda: tables_for_release(self.registry, wijk, language, self._persons(now)),
        )
        return Snapshot(study, Facts(study, registered, now.day, **estimates), policy_for(study))

    def _persons(self, now: Now) -> Persons:
        return self.cached(("persons",), now.persons, lambda: registered_persons(self.registry))

    def _read_released(self) -> dict[str, Tables]:
        """Return the released tables by area; under "" what an area without rows has."""
        released = open_released(self.study)
        found = {}
        for name in _RELEASED:
            if name in released:
                table = released.table(name)
                found[name] = {"": table.head(0), **dict(iter(table.groupby("area", sort=False)))}
        if _SCALES in released:
            found["scales"] = {"": released.table(_SCALES)}
        return found

    def _released_state(self) -> int:
        folder = self.study.runs / "released"
        paths = [folder, *folder.rglob("*"), sign_off_file(self.study)]
        return max((path.stat().st_mtime_ns for path in paths if path.exists()), default=0)


# The words of the pages, and when a number of people has none.


def say(key: str, language: str, **fields: object) -> str:
    """Return a message of the pages."""
    return text(f"live.{key}", language, **fields)


def days_word(days: float, language: str) -> str:
    """Return a number of days in words."""
    return say("days", language, n=number(days, language))


def share_status(part: float, whole: float, policy: Policy) -> str:
    """Return whether a share of people may be shown: ok, hidden, too_few or missing.

    >>> from wijkkit.disclosure.policy import GGD
    >>> share_status(20, 60, GGD), share_status(3, 60, GGD), share_status(58, 60, GGD)
    ('ok', 'hidden', 'hidden')
    >>> share_status(6, 20, GGD), share_status(0, 0, GGD)
    ('too_few', 'missing')
    """
    if pd.isna(part) or pd.isna(whole) or whole <= 0:
        return "missing"
    if whole < policy.min_n:
        return "too_few"
    small = part < policy.min_count or whole - part < policy.min_count
    return "hidden" if small else "ok"
