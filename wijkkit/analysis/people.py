"""The respondents of a study as one object that carries the design of its surveys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, overload

import pandas as pd

from wijkkit.analysis import changes, domains, effect, model
from wijkkit.analysis.domains import By, columns_of, domain_rows, outcome_of, require_percentage
from wijkkit.analysis.result import Result
from wijkkit.display import ShowsItself
from wijkkit.errors import EstimationError
from wijkkit.estimates import survey_mean, survey_proportion, survey_quantile, survey_total
from wijkkit.estimates.grid import with_sampled
from wijkkit.pipeline.respondents import load_respondents
from wijkkit.study import Study, open_study

#: Names that are never a column of the respondents.
_OWN = ("study", "everyone", "kept", "chosen", "frame", "sample")


@dataclass(frozen=True, repr=False, eq=False)
class People(ShowsItself):
    """Respondents with their weights, strata, units, waves and areas; made by `people`.

    ``people[people.sex == "girl"]`` chooses some of them; the estimates then still use the whole
    design. ``people.sex`` and ``people["sex"]`` are the column, with ``<NA>`` where it is
    missing, so that a comparison with a missing answer is missing and not false.

    Parameters
    ----------
    everyone : DataFrame
        One row per respondent and wave, with a column per indicator; `sampled` counts the units
        of the whole sample.
    kept : Series of bool
        Which of them these are.
    chosen : str
        Who was chosen, in words; empty for everybody.
    """

    study: Study
    everyone: pd.DataFrame = field(repr=False)
    kept: pd.Series = field(repr=False)
    chosen: str = ""

    @cached_property
    def frame(self) -> pd.DataFrame:
        """These respondents, one row each."""
        return self._named(self.everyone[self.kept & self.everyone["weight"].ne(0)])

    @property
    def sample(self) -> pd.DataFrame:
        """These respondents for `estimate`: also who has only another weight of the design.

        Conditions are of those with a weight of their own, so that chosen people are these alone.
        """
        return self._named(self.everyone[self.kept])

    def _named(self, frame: pd.DataFrame) -> pd.DataFrame:
        if self.chosen:
            frame.attrs["chosen"] = self.chosen
        return frame

    def __getattr__(self, name: str) -> pd.Series:
        if name.startswith("_") or name in _OWN:
            raise AttributeError(name)
        if name not in self.frame:
            raise AttributeError(f"there is no column or method '{name}'")
        return domains.column(self.frame, name)

    def __dir__(self) -> list[str]:
        names = [name for name in self.frame if isinstance(name, str) and name.isidentifier()]
        return sorted({*super().__dir__(), *names})

    def __len__(self) -> int:
        return len(self.frame)

    @overload
    def __getitem__(self, key: str) -> pd.Series: ...

    @overload
    def __getitem__(self, key: pd.Series) -> People: ...

    def __getitem__(self, key: str | pd.Series) -> People | pd.Series:
        """Return a column, or the people for whom a condition holds."""
        if isinstance(key, str):
            columns_of(key, self.frame)
            return domains.column(self.frame, key)
        kept = domains.condition(self.frame, key)
        words = domains.described(self.frame, kept)
        return self.only(kept, f"{self.chosen}, {words}" if self.chosen else words)

    def only(self, kept: pd.Series, chosen: str) -> People:
        """Return those of these people of whom `kept` is true, called `chosen`."""
        inside = kept.reindex(self.everyone.index).astype("boolean").fillna(False).astype(bool)
        return replace(self, kept=self.kept & inside, chosen=chosen)

    def assign(self, **columns: Any) -> People:
        """Return these people with new columns, as `pandas.DataFrame.assign`.

        A function gets a table in which what is missing stays missing: ``p.age < 9`` of somebody
        without an age is missing, not false.

        Examples
        --------
        >>> import wijkkit as wk
        >>> everybody = wk.people("parameters")
        >>> everybody.assign(young=lambda p: p.age < 9).proportion("young").frame["unit"][0]
        'percent'
        """
        return replace(self, everyone=domains.assigned(self.everyone, columns))

    def proportion(self, outcome: str, by: By = None, **options: Any) -> Result:
        """Return the weighted percentage of a 0/1 column per group of `by`.

        Parameters
        ----------
        outcome : str
            An indicator of the study, or a column of 0 and 1.
        by : str or list of str, optional
            Columns; the last wave where ``wave`` is not among them.
        **options
            ``method`` and ``confidence`` of `wijkkit.survey_proportion`.

        Examples
        --------
        >>> import wijkkit as wk
        >>> play = wk.people("parameters").proportion("outdoor_play", by=["ses", "arm"])
        >>> play.by
        ('ses', 'arm')
        """
        asked = outcome_of(self.study, self.frame, outcome)
        require_percentage(asked, "proportion")
        return self._domains("proportion", outcome, by, survey_proportion, "percent", options)

    def mean(self, outcome: str, by: By = None, **options: Any) -> Result:
        """Return the weighted mean of a column of numbers per group of `by`, see `proportion`."""
        return self._domains("mean", outcome, by, survey_mean, "score", options)

    def total(self, outcome: str, by: By = None, **options: Any) -> Result:
        """Return the total in the population: weights must add up to it. See `proportion`."""
        return self._domains("total", outcome, by, survey_total, "count", options)

    def quantile(
        self, outcome: str, by: By = None, *, probability: float = 0.5, **options: Any
    ) -> Result:
        """Return a weighted quantile, the median by default. See `proportion`."""
        options = {"probability": probability, **options}
        return self._domains("quantile", outcome, by, survey_quantile, "score", options)

    change = changes.change
    gap = changes.gap
    compare = changes.compare
    slope_index = changes.slope_index
    funnel = changes.funnel
    small_areas = changes.small_areas
    did = effect.did
    model = model.fit

    def _domains(
        self, kind: str, outcome: str, by: By, estimator: Any, unit: str, options: dict[str, Any]
    ) -> Result:
        asked = outcome_of(self.study, self.frame, outcome)
        columns = columns_of(by, self.frame, self.study)
        chosen, notes = (self, {}) if "wave" in columns else domains.last_wave(self, outcome)
        rows, cells = domain_rows(chosen, asked, columns, estimator, unit, **options)
        notes |= {"among": self.chosen} if self.chosen else {}
        return Result(kind, asked.label, tuple(columns), rows, cells, self.study, notes)

    def _facts(self) -> Mapping[str, object]:
        counts = self.frame["wave"].value_counts(sort=False)
        return {
            "study": self.study.text(self.study.settings.title),
            "among": self.chosen or "everybody",
            "respondents": ", ".join(f"{n:,} in {wave}" for wave, n in sorted(counts.items())),
            "design": ", ".join(domains.design_in_words(self.frame)),
            "columns": list(self.frame.columns),
        }


def people(study: str | Study = "parameters", frame: pd.DataFrame | None = None) -> People:
    """Open the respondents of a study, with the design of its surveys.

    Parameters
    ----------
    frame : DataFrame, optional
        Respondents as `load_respondents` gives them, where they are loaded already.

    Returns
    -------
    People

    Raises
    ------
    EstimationError
        The frame is not one of respondents.

    Examples
    --------
    >>> import wijkkit as wk
    >>> everybody = wk.people("parameters")
    >>> girls = everybody[everybody.sex == "girl"]
    >>> len(girls) < len(everybody), girls.chosen
    (True, 'sex=girl')
    """
    study = study if isinstance(study, Study) else open_study(study)
    respondents = load_respondents(study) if frame is None else frame
    absent = [name for name in ("wave", "wijk", "weight") if name not in respondents]
    if absent:
        raise EstimationError(f"column '{absent[0]}' is missing", place="respondents")
    respondents = respondents.reset_index(drop=True)
    everyone = respondents if "sampled" in respondents else with_sampled(respondents)
    return People(study, everyone, pd.Series(True, index=everyone.index))
