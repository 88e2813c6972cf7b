"""Settings of the logic model and of the process evaluation (``logic_model:``, ``process:``)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from wijkkit.study.settings.general import Model

Text = str | dict[Literal["nl", "en"], str]
Box = Literal["assets", "input", "output", "intermediate", "ultimate"]

#: The boxes in the order in which one should lead to the next.
BOXES: tuple[Box, ...] = ("assets", "input", "output", "intermediate", "ultimate")


class Element(Model):
    """One element of a box."""

    id: str
    """Its key."""
    box: Box
    """assets, input, output, intermediate or ultimate."""
    label: Text = ""
    """Its name for readers; may be left out for the method's own elements."""
    measures: tuple[str, ...] = ()
    """What measures it: indicators, registry figures (`wijkkit.evaluation.logic_model.measures`)
    and key-figure scales. Indicators come into their box by ``logic_model`` in indicators.yml as
    well, in the element that has ``indicators: true``.
    """
    indicators: bool = False
    """Whether the indicators that indicators.yml places in this box belong to this element."""
    improves: bool = False
    """Whether it says that something improved. Such an element is judged by how its measures
    changed, like those of the last two boxes; others by whether they are there as planned.
    """
    gaps: bool = False
    """Whether the gap between groups of the indicators of this box belongs to this element."""


class Assumption(Model):
    """What must hold for one box to lead to the next."""

    id: str
    """Its key."""
    from_box: Box
    to_box: Box
    """The boxes it stands between."""
    label: Text = ""
    """The assumption in words; may be left out for the method's own."""
    measures: tuple[str, ...] = ()
    """What the data can say of it."""


#: What the data can say of the method's own assumptions, by the boxes that they stand between.
_BETWEEN: tuple[tuple[Box, Box, tuple[str, ...]], ...] = (
    ("assets", "input", ("partners", "attendance", "steps_input")),
    ("input", "output", ("goals_with_intervention", "dose")),
    ("output", "intermediate", ("reach", "evidence_known", "quality")),
    ("intermediate", "ultimate", ("years_between",)),
)


class LogicModelSettings(Model):
    """The programme's theory: elements per box and the assumptions between boxes.

    The method's own model is the default; its words are in the message catalogue
    ``logic_model``. A study that gives `elements` or `assumptions` replaces them. What speaks for
    or against an assumption follows from the thresholds of the explanations as well.
    """

    minimum_attendance: float = Field(default=0.5, gt=0, le=1)
    """Share of those invited who were present from which that speaks for working together, and
    below which against it.
    """

    elements: tuple[Element, ...] = (
        Element(id="data", box="assets", measures=("data_goals",)),
        Element(id="partners", box="assets", measures=("partners", "scale:partners")),
        Element(id="expertise", box="assets", measures=("scale:strategy",)),
        Element(id="municipality", box="assets", measures=("budget",)),
        Element(id="coordination", box="assets", measures=("meetings", "scale:coordination")),
        Element(id="plans", box="input", measures=("steps_input", "documents")),
        Element(id="planning", box="input", measures=("goals_set", "goals_with_target")),
        Element(id="action_plan", box="input", measures=("goals_with_intervention", "levels")),
        Element(
            id="interventions", box="output", measures=("reach", "dose", "frequency", "quality")
        ),
        Element(
            id="better_assets",
            box="output",
            improves=True,
            measures=("attendance", "scale:collaboration"),
        ),
        Element(id="factors", box="intermediate", indicators=True),
        Element(id="factors_gap", box="intermediate", gaps=True),
        Element(id="outcomes", box="ultimate", indicators=True),
        Element(id="outcomes_gap", box="ultimate", gaps=True),
    )
    assumptions: tuple[Assumption, ...] = tuple(
        Assumption(id=f"{above}_to_{below}", from_box=above, to_box=below, measures=measures)
        for above, below, measures in _BETWEEN
    )
    """What is in its boxes, and what is taken to hold between them."""


# Settings of the process evaluation (``process:`` in study.yml).


class Scale(Model):
    """One scale of the key-figure interviews."""

    rising = (("minimum", "maximum"),)

    label: Text
    """Its name for readers."""
    items: Annotated[tuple[str, ...], Field(min_length=2)]
    """The columns of its items."""
    reverse: tuple[str, ...] = ()
    """Items of which a low answer is the favourable one."""
    minimum: float = 1
    maximum: float = 5
    """Range of the answers."""
    at_least: Annotated[int, Field(ge=1)] | None = None
    """Answered items a score needs; half of the items, rounded up, where absent."""

    @model_validator(mode="after")
    def _has_them(self) -> Self:
        if (self.at_least or 0) > len(self.items):
            raise ValueError(f"a score cannot need {self.at_least} of {len(self.items)} items")
        return self


class KeyFigureSettings(Model):
    """The key-figure interviews (file: ``sources.key_figures``)."""

    respondent: str = "respondent"
    wijk: str = "wijk"
    wave: str = "wave"
    role: str = "role"
    """The columns that hold the person's number, the wijk (slug or name), the wave and the person's
    role.
    """
    missing: tuple[str, ...] = ()
    """Answers that are no answer."""
    reliable: Annotated[float, Field(gt=0, lt=1)] = 0.7
    """Alpha below which a scale is read with reserve."""
    scales: dict[str, Scale] = Field(default_factory=dict)
    """The scales, by key, in the order of the report."""


class GroupInterviewSettings(Model):
    """The coded group interviews (file: ``sources.group_interviews``, ``.qdpx`` or ``.csv``)."""

    group: str = "group"
    wijk: str = "wijk"
    wave: str = "wave"
    role: str = "role"
    arm: str = "arm"
    """The variables of cases and sources in a ``.qdpx``, or the columns of a ``.csv``, that hold
    the interview, the wijk (slug or name), the wave, the role of who took part, and the arm for
    groups of no one wijk. Without a variable for the group, each case that has sources is a group,
    and otherwise each source.
    """
    code: str = "code"
    text: str = "text"
    """Columns of a ``.csv``: the code and the coded text."""


class QualitySettings(Model):
    """From which numbers the data of a wijk are called good, and below which poor.

    ``docs/assumptions.md`` says why each default is what it is.
    """

    rising = (
        ("recent_months", "old_months"),
        ("few", "many"),
        ("close_points", "far_points"),
        ("hardly_registered", "registered"),
    )

    recent_months: Annotated[int, Field(gt=0)] = 24
    old_months: Annotated[int, Field(gt=0)] = 48
    """Months since the last wave."""
    many: Annotated[int, Field(gt=0)] = 100
    few: Annotated[int, Field(gt=0)] = 50
    """Respondents of the wijk in the last wave."""
    close_points: Annotated[float, Field(gt=0, le=100)] = 5.0
    far_points: Annotated[float, Field(gt=0, le=100)] = 10.0
    """Percentage points between a group's part of the respondents and of the wijk."""
    registered: Annotated[float, Field(gt=0, le=1)] = 0.9
    hardly_registered: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Share of the interventions of which any activity was registered."""


class ProcessSettings(Model):
    """How the process is evaluated."""

    as_of: date | None = None
    """The day on which the process is judged; the end of the last wave where absent."""
    key_figures: KeyFigureSettings = KeyFigureSettings()
    """Scales of the interviews with key figures."""
    group_interviews: GroupInterviewSettings = GroupInterviewSettings()
    """How the group interviews were coded."""
    quotes: str | None = None
    """The file of `wijkkit.write_quote_file` in which a researcher chose quotes and worded them for
    readers, relative to the study. Without it no quote is in a report.
    """
    maintained_after_days: Annotated[int, Field(gt=0)] = 365
    """An intervention is maintained when it still runs so many days after it began."""
    low_reach: Annotated[float, Field(gt=0, lt=1)] = 1 / 3
    """Reach below this part of what was planned is a question for the network."""
    low_ses_gap: Annotated[float, Field(ge=0, le=100)] = 10.0
    """Percentage points by which families with a low SES may be reached less before that is a
    question for the network, where the SES of all participants is known.
    """
    same_points: Annotated[float, Field(ge=0, le=100)] = 5.0
    """Percentages of the registry that differ no more than this are called the same."""
    quality: QualitySettings = QualitySettings()
    """From which shares on the data of a wijk are called good."""
    representativeness: dict[str, str] = Field(default_factory=dict)
    """``GROUPING.GROUP`` -> the area figure (percentage) that says how large the group is among the
    children of a wijk, or their parents.
    """
    children_figure: str | None = None
    """The area figure that counts the children of a wijk."""
    children_surveyed: Annotated[float, Field(gt=0, le=1)] = 1.0
    """The part of these children who have the ages of the survey: 13/15 where the figure counts
    those under 15 and the survey asks about those under 13.
    """
    service_use: tuple[str, ...] = ()
    """Indicators of parents' use of interventions and services."""
    participation: str | None = None
    moved: str | None = None
    """Indicators of taking part in the programme's interventions, and of having lived in a
    programme wijk while it ran; in comparator wijken they tell of contamination.
    """
