"""Settings of the process evaluation (``process:`` in study.yml)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from wijkkit.study.settings.base import Settings

Text = str | dict[Literal["nl", "en"], str]


class Scale(Settings):
    """One scale of the key-figure interviews.

    Parameters
    ----------
    label : Text
        Its name for readers.
    items : tuple of str
        The columns of its items.
    reverse : tuple of str
        Items of which a low answer is the favourable one.
    minimum, maximum : float
        Range of the answers.
    at_least : int, optional
        Answered items a score needs; half of the items, rounded up, where absent.
    """

    label: Text
    items: Annotated[tuple[str, ...], Field(min_length=2)]
    reverse: tuple[str, ...] = ()
    minimum: float = 1
    maximum: float = 5
    at_least: Annotated[int, Field(ge=1)] | None = None


class KeyFigureSettings(Settings):
    """The key-figure interviews (file: ``sources.key_figures``).

    Parameters
    ----------
    respondent, wijk, wave, role : str
        The columns that hold the person's number, the wijk (slug or name), the wave and the
        person's role.
    missing : tuple of str
        Answers that are no answer.
    scales : dict of str to Scale
        The scales, by key, in the order of the report.
    """

    respondent: str = "respondent"
    wijk: str = "wijk"
    wave: str = "wave"
    role: str = "role"
    missing: tuple[str, ...] = ()
    scales: dict[str, Scale] = Field(default_factory=dict)


class GroupInterviewSettings(Settings):
    """The coded group interviews (file: ``sources.group_interviews``, ``.qdpx`` or ``.csv``).

    Parameters
    ----------
    group, wijk, wave, role, arm : str
        The variables of cases and sources in a ``.qdpx``, or the columns of a ``.csv``, that
        hold the interview, the wijk (slug or name), the wave, the role of who took part, and
        the arm for groups of no one wijk. Without a variable for the group, each case that has
        sources is a group, and otherwise each source.
    code, text : str
        Columns of a ``.csv``: the code and the coded text.
    """

    group: str = "group"
    wijk: str = "wijk"
    wave: str = "wave"
    role: str = "role"
    arm: str = "arm"
    code: str = "code"
    text: str = "text"


class ProcessSettings(Settings):
    """How the process is evaluated.

    Parameters
    ----------
    as_of : date, optional
        The day on which the process is judged; the end of the last wave where absent.
    key_figures : KeyFigureSettings
    group_interviews : GroupInterviewSettings
    maintained_after_days : int
        An intervention is maintained when it still runs so many days after it began.
    low_reach : float
        Reach below this part of what was planned is a question for the network.
    representativeness : dict of str to str
        ``GROUPING.GROUP`` -> the area figure (percentage) that says how large the group is.
    children_figure : str, optional
        The area figure that counts the children of a wijk.
    service_use : tuple of str
        Indicators of parents' use of interventions and services.
    participation, moved : str, optional
        Indicators of taking part in the programme's interventions, and of having lived in another
        wijk when it started; in comparator wijken they tell of contamination.
    """

    as_of: date | None = None
    key_figures: KeyFigureSettings = KeyFigureSettings()
    group_interviews: GroupInterviewSettings = GroupInterviewSettings()
    maintained_after_days: Annotated[int, Field(gt=0)] = 365
    low_reach: Annotated[float, Field(gt=0, lt=1)] = 1 / 3
    representativeness: dict[str, str] = Field(default_factory=dict)
    children_figure: str | None = None
    service_use: tuple[str, ...] = ()
    participation: str | None = None
    moved: str | None = None
