"""What ``indicators.yml`` says of each indicator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from wijkkit.errors import Problem
from wijkkit.study.codebook import Codebook, Column
from wijkkit.study.settings.general import Label, Model, label_in, rising_ages


class Indicator(Model):
    """One indicator: what computes it, from which columns, and how it reads."""

    label: Label
    """Its name for readers."""
    function: str
    """The registered function that computes it, see `wijkkit.indicators`."""
    columns: dict[str, str | list[str]]
    """The function's inputs: argument -> standard column(s) of the codebook."""
    options: dict[str, Any] = Field(default_factory=dict)
    """The function's choices: cut-off set, definition, bands, edges."""
    question_version: Label
    """Which wording of the question(s) it rests on; printed under each figure."""
    unit: Literal["percent", "score"] = "percent"
    """Percent for a 0/1 indicator, score for a mean."""
    direction: Literal["higher", "lower", "none"]
    """Which way is better; ``none`` where neither is, so that nothing is judged."""
    ages: Annotated[tuple[int, int], AfterValidator(rising_ages)] | None = None
    """First age (years) at which it is asked and first age at which it is not any more."""
    waves: tuple[str, ...] = ()
    """The waves in which it was asked; all where empty."""
    goal: str | None = None
    """The goal it measures."""
    logic_model: Literal["assets", "input", "output", "intermediate", "ultimate"] = "ultimate"
    """Its place in the logic model."""
    pole: Literal["favourable", "adverse"] = "adverse"
    """Which pole the effect evaluation models."""
    source: Literal["survey", "modelled"] = "survey"
    """Modelled figures (small-area estimates) are refused as outcomes of the effect evaluation."""
    denominator: Label = ""
    """Whom it is a share of, for the words beneath a figure."""


# The entries of ``indicators.yml`` as they are meant: directions said together, answers one by one.

FILE = "indicators.yml"
DIRECTIONS = ("higher", "lower", "none")


def indicator_entries(
    content: object, codebook: Codebook | None, problems: list[Problem]
) -> dict[str, Any]:
    """Return one entry per indicator.

    A key ``direction`` beside the indicators says for many at once which way is better
    (``direction: {higher: [...], lower: [...], none: [...]}``). An entry with ``answers: each``
    stands for one indicator per answer of its column, each the share who gave that answer;
    ``answers: [a, b]`` for these answers only.

    Parameters
    ----------
    codebook : Codebook, optional
        What codebook.yml says, or None where it could not be read.
    """
    if not isinstance(content, Mapping):
        return {}
    entries = {str(key): value for key, value in content.items() if key != "direction"}
    _say_directions(content.get("direction"), entries, problems)
    found: dict[str, Any] = {}
    for key, entry in entries.items():
        if isinstance(entry, Mapping) and "answers" in entry:
            found |= dict(_by_answer(key, entry, codebook, problems))
        else:
            found[key] = entry
    return found


def _say_directions(said: object, entries: dict[str, Any], problems: list[Problem]) -> None:
    if said is None:
        return
    lists = isinstance(said, Mapping) and all(isinstance(n, list | None) for n in said.values())
    if not isinstance(said, Mapping) or not lists or set(said) - {*DIRECTIONS, "ask"}:
        expected = "higher, lower and none, each with a list of indicators"
        remedy = "Write direction: {higher: [...], lower: [...]}."
        what = "directions of many indicators"
        problems.append(Problem(what, FILE, "direction", "", expected, remedy))
        return
    for direction, names in said.items():
        for name in map(str, names or ()):
            entry = entries.get(name)
            expected = ""
            if direction != "ask" and isinstance(entry, Mapping) and "direction" not in entry:
                entries[name] = {**entry, "direction": direction}
                continue
            if entry is None:
                what, remedy = f"unknown indicator '{name}'", "Correct the name."
            elif direction == "ask":
                what, remedy = f"which way is better for '{name}'", "Move it there."
                expected = "its name under higher, lower or none"
            else:
                what = f"the direction of '{name}' is said twice"
                remedy = "Leave one of the two out."
            problems.append(Problem(what, FILE, f"direction.{direction}", "", expected, remedy))


def _by_answer(
    key: str, entry: Mapping[str, Any], codebook: Codebook | None, problems: list[Problem]
) -> Iterator[tuple[str, dict[str, Any]]]:
    columns = entry.get("columns")
    column_name = columns.get("answer") if isinstance(columns, Mapping) else columns
    column = codebook.columns.get(str(column_name)) if codebook else None
    if codebook is None:
        return
    if column is None or not (column.values or column.labels):
        what, place = "answers of a column that has none", f"{key}.columns.answer"
        expected, remedy = "a column of codebook.yml with values", "Name a column of type category."
        problems.append(Problem(what, FILE, place, str(column_name), expected, remedy))
        return
    there = list(dict.fromkeys([*column.values.values(), *column.labels.values()]))
    wanted = there if entry["answers"] == "each" else entry["answers"]
    rest = {name: value for name, value in entry.items() if name != "answers"}
    for value in wanted if isinstance(wanted, list) else [wanted]:
        if value not in there:
            what, expected = f"no answer '{value}'", ", ".join(map(str, there[:12]))
            remedy = "Write each, or answers of the column."
            problems.append(Problem(what, FILE, f"{key}.answers", "", expected, remedy))
            continue
        own = {"function": "answer_in", "options": {"values": [value]}}
        label = _label(rest.get("label", key), column, value)
        yield f"{key}_{re.sub(r'[^A-Za-z0-9]+', '_', str(value))}"[:60], {
            **rest, **own, "label": label
        }  # fmt: skip


def _label(label: Any, column: Column, value: object) -> Label:
    """Return a question's label with the answer behind it, in each language that either has.

    What is no label stays what it is, to be refused like that of any indicator.
    """
    said = list(label.values()) if isinstance(label, dict) else [label]
    if not said or not all(isinstance(text, str) for text in said):
        return label
    answer = column.names.get(str(value), str(value).replace("_", " "))
    both = (label, answer)
    languages = [language for one in both if isinstance(one, dict) for language in one]
    if not languages:
        return f"{label}: {answer}"
    return {language: ": ".join(label_in(one, language) for one in both) for language in languages}
