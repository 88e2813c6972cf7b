"""What ``indicators.yml`` says of each indicator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from wijkkit.errors import Problem
from wijkkit.study.codebook import Codebook, Column
from wijkkit.study.model import Label, Model


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
    ages: tuple[int, int] | None = None
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
    if not isinstance(said, Mapping) or set(said) - {*DIRECTIONS, "ask"}:
        problems.append(
            Problem(
                "directions of many indicators",
                file=FILE,
                place="direction",
                expected="higher, lower and none, each with a list of indicators",
                remedy="Write direction: {higher: [...], lower: [...]}.",
            )
        )
        return
    for direction, names in said.items():
        for name in names or ():
            entry = entries.get(name)
            if direction == "ask" or not isinstance(entry, Mapping) or "direction" in entry:
                problems.append(_direction_problem(name, direction, entry))
            else:
                entries[name] = {**entry, "direction": direction}


def _direction_problem(name: str, direction: str, entry: object) -> Problem:
    place = f"direction.{direction}"
    if entry is None:
        return Problem(
            f"unknown indicator '{name}'", file=FILE, place=place, remedy="Correct the name."
        )
    if direction == "ask":
        return Problem(
            f"which way is better for '{name}'",
            file=FILE,
            place=place,
            expected="its name under higher, lower or none",
            remedy="Move it there.",
        )
    return Problem(
        f"the direction of '{name}' is said twice",
        file=FILE,
        place=place,
        remedy="Leave one of the two out.",
    )


def _by_answer(
    key: str, entry: Mapping[str, Any], codebook: Codebook | None, problems: list[Problem]
) -> Iterator[tuple[str, dict[str, Any]]]:
    column_name = (entry.get("columns") or {}).get("answer")
    column = codebook.columns.get(str(column_name)) if codebook else None
    if codebook is None:
        return
    if column is None or not (column.values or column.labels):
        problems.append(
            Problem(
                "answers of a column that has none",
                file=FILE,
                place=f"{key}.columns.answer",
                found=str(column_name),
                expected="a column of codebook.yml with values",
                remedy="Name a column of type category.",
            )
        )
        return
    there = list(dict.fromkeys([*column.values.values(), *column.labels.values()]))
    wanted = there if entry["answers"] == "each" else entry["answers"]
    rest = {name: value for name, value in entry.items() if name != "answers"}
    for value in wanted if isinstance(wanted, list) else [wanted]:
        if value not in there:
            problems.append(
                Problem(
                    f"no answer '{value}'",
                    file=FILE,
                    place=f"{key}.answers",
                    expected=", ".join(map(str, there[:12])),
                    remedy="Write each, or answers of the column.",
                )
            )
            continue
        own = {"function": "answer_in", "options": {"values": [value]}}
        label = _label(rest.get("label", key), column, value)
        yield f"{key}_{re.sub(r'[^A-Za-z0-9]+', '_', str(value))}"[:60], {
            **rest, **own, "label": label
        }  # fmt: skip


def _label(label: Label, column: Column, value: object) -> Label:
    """Return a question's label with the answer behind it, in each language that either has."""
    answer = column.names.get(str(value), str(value).replace("_", " "))
    if isinstance(label, str) and isinstance(answer, str):
        return f"{label}: {answer}"
    languages = {*(label if isinstance(label, dict) else ()), *(answer if isinstance(answer, dict) else ())}  # fmt: skip
    return {language: f"{_in(label, language)}: {_in(answer, language)}" for language in languages}


def _in(label: Label, language: str) -> str:
    if isinstance(label, str):
        return label
    return label.get(language) or next(iter(label.values()))  # type: ignore[call-overload]
