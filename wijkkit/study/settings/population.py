"""Whom a study is about (``population:`` in study.yml)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from wijkkit.study.settings.base import Settings

Age = Annotated[float, Field(ge=0)]


class PopulationSettings(Settings):
    """Which respondents the study is about; all of its survey where empty.

    They are chosen once for everything: estimates, effect, process and release. The others keep
    their place in the design of the survey.

    Parameters
    ----------
    ages : (float, float), optional
        First age (years) that belongs to it, and the first that does not any more. A respondent
        of unknown age does not belong to it.
    where : dict of str to list of str
        Column of the survey -> the values that belong to it: ``{sex: [girl]}``.
    """

    ages: tuple[Age, Age] | None = None
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
