"""Settings of the logic model (``logic_model:`` in study.yml)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wijkkit.study.settings.general import Settings

Text = str | dict[Literal["nl", "en"], str]
Box = Literal["assets", "input", "output", "intermediate", "ultimate"]

#: The boxes in the order in which one should lead to the next.
BOXES: tuple[Box, ...] = ("assets", "input", "output", "intermediate", "ultimate")


class Element(Settings):
    """One element of a box.

    Parameters
    ----------
    id : str
        Its key.
    box : str
        assets, input, output, intermediate or ultimate.
    label : Text
        Its name for readers; may be left out for the method's own elements.
    measures : tuple of str
        What measures it: indicators, registry figures (`wijkkit.evaluation.logic_model.registry_measures`)
        and key-figure scales. Indicators come into their box by ``logic_model`` in
        indicators.yml as well, in the element that has ``indicators: true``.
    indicators : bool
        Whether the indicators that indicators.yml places in this box belong to this element.
    gaps : bool
        Whether the gap between groups of the indicators of this box belongs to this element.
    """

    id: str
    box: Box
    label: Text = ""
    measures: tuple[str, ...] = ()
    indicators: bool = False
    gaps: bool = False


class Assumption(Settings):
    """What must hold for one box to lead to the next.

    Parameters
    ----------
    id : str
        Its key.
    from_box, to_box : str
        The boxes it stands between.
    label : Text
        The assumption in words; may be left out for the method's own.
    measures : tuple of str
        What the data can say of it.
    """

    id: str
    from_box: Box
    to_box: Box
    label: Text = ""
    measures: tuple[str, ...] = ()


class LogicModelSettings(Settings):
    """The programme's theory: elements per box and the assumptions between boxes.

    The method's own model is the default; its words are in the message catalogue
    ``logic_model``. A study that gives `elements` or `assumptions` replaces them. What speaks for
    or against an assumption follows from the thresholds of the explanations as well.

    Parameters
    ----------
    elements, assumptions : tuple
        What is in its boxes, and what is taken to hold between them.
    minimum_attendance : float
        Share of those invited who were present from which that speaks for working together, and
        below which against it.
    """

    minimum_attendance: float = Field(default=0.5, gt=0, le=1)

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
        Element(id="better_assets", box="output", measures=("attendance", "scale:collaboration")),
        Element(id="factors", box="intermediate", indicators=True),
        Element(id="factors_gap", box="intermediate", gaps=True),
        Element(id="outcomes", box="ultimate", indicators=True),
        Element(id="outcomes_gap", box="ultimate", gaps=True),
    )
    assumptions: tuple[Assumption, ...] = (
        Assumption(
            id="assets_to_input",
            from_box="assets",
            to_box="input",
            measures=("partners", "attendance", "steps_input"),
        ),
        Assumption(
            id="input_to_output",
            from_box="input",
            to_box="output",
            measures=("goals_with_intervention", "dose"),
        ),
        Assumption(
            id="output_to_intermediate",
            from_box="output",
            to_box="intermediate",
            measures=("reach", "evidence_known", "quality"),
        ),
        Assumption(
            id="intermediate_to_ultimate",
            from_box="intermediate",
            to_box="ultimate",
            measures=("years_between",),
        ),
    )
