"""What ``indicators.yml`` says of each indicator."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from wijkkit.study.model import Label, Model


class Indicator(Model):
    """One indicator: what computes it, from which columns, and how it reads.

    Parameters
    ----------
    label : Label
        Its name for readers.
    function : str
        The registered function that computes it, see `wijkkit.indicators`.
    columns : dict of str to str or list of str
        The function's inputs: argument -> standard column(s) of the codebook.
    options : dict
        The function's choices: cut-off set, definition, bands, edges.
    question_version : str
        Which wording of the question(s) it rests on; printed under each figure.
    unit : {"percent", "score"}
        Percent for a 0/1 indicator, score for a mean.
    direction : {"higher", "lower", "none"}
        Which way is better; ``none`` where neither is, so that nothing is judged.
    ages : (int, int), optional
        First age (years) at which it is asked and first age at which it is not any more.
    waves : tuple of str
        The waves in which it was asked; all where empty.
    goal : str, optional
        The goal it measures.
    logic_model : str
        Its place in the logic model.
    pole : {"favourable", "adverse"}
        Which pole the effect evaluation models.
    source : {"survey", "modelled"}
        Modelled figures (small-area estimates) are refused as outcomes of the effect evaluation.
    denominator : Label
        Whom it is a share of, for the words beneath a figure.
    """

    label: Label
    function: str
    columns: dict[str, str | list[str]]
    options: dict[str, Any] = Field(default_factory=dict)
    question_version: Label
    unit: Literal["percent", "score"] = "percent"
    direction: Literal["higher", "lower", "none"]
    ages: tuple[int, int] | None = None
    waves: tuple[str, ...] = ()
    goal: str | None = None
    logic_model: Literal["assets", "input", "output", "intermediate", "ultimate"] = "ultimate"
    pole: Literal["favourable", "adverse"] = "adverse"
    source: Literal["survey", "modelled"] = "survey"
    denominator: Label = ""
