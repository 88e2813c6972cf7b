"""The files of a proposed study as text, with a mark where something could not be guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

import yaml

from wijkkit.study.model import SurveySource
from wijkkit.study.unfinished import MARK
from wijkkit.workbench.answers import key
from wijkkit.workbench.proposal import ProposedColumn

_SDQ_ITEMS = 25
#: What reports call standard values, in the language that a proposed study has.
_DUTCH = {"boy": "jongens", "girl": "meisjes"}


def study_text(
    source: SurveySource, columns: Sequence[ProposedColumn], waves: Sequence[str]
) -> str:
    """Return study.yml.

    Parameters
    ----------
    source : SurveySource
        The survey file, its path relative to the study's folder.
    columns : sequence of ProposedColumn
    waves : sequence of str
        The waves that the file or its name gives; none where they are unknown.
    """
    written = source.model_dump(exclude_none=True, exclude_defaults=True)
    lines = [
        f'title: "New study" {MARK} the study\'s title',
        "language: nl",
        f'city: {{name: "City"}} {MARK} the city\'s name',
        f'programme: {{name: "Programme", start: 2000-01-01}} {MARK} the programme\'s name and the day it started',
        "",
        "waves:",
        *(
            f"  - {{id: {_quoted(wave)}, label: {_quoted(wave)}, start: {date}-01-01, end: {date}-12-31}}"
            f" {MARK} first and last day of the field work"
            for wave in waves or ["wave-1"]
            for date in [wave if wave.isdecimal() and len(wave) == 4 else "2000"]
        ),
        "",
        "groupings:" if _has(columns, "sex") else "groupings: []",
        *_sex_grouping(columns),
        f"goals: [] {MARK} the shared goals, each with the indicator that measures it; see parameters/study.yml of the demo",
        "",
        "sources:",
        "  survey:",
        f"    - {_inline(written)}",
    ]
    return "\n".join(lines) + "\n"


def codebook_text(columns: Sequence[ProposedColumn]) -> str:
    """Return codebook.yml."""
    lines = ["# Standard column -> its name and codes in the file.", "", "columns:"]
    for name in ("area", "age"):
        if not _has(columns, name):
            lines.append(f"  {MARK} the column '{name}', which every study needs")
    for column in columns:
        entry = {"source": column.source, "type": column.type}
        if column.values:
            entry["values"] = dict(column.values)
        if column.missing:
            entry["missing"] = list(column.missing)
        mark = f" {MARK} {column.name}: {column.open}" if column.open else ""
        lines.append(f"  {_key(column.name)}: {_inline(entry)}{mark}")
    return "\n".join(lines) + "\n"


def indicators_text(columns: Sequence[ProposedColumn]) -> str:
    """Return indicators.yml: an indicator for the SDQ and for each question with yes and no."""
    numbered = {
        column.name
        for column in columns
        if set(column.values.values()) == {0, 1, 2} or column.type == "integer"
    }
    items = [f"sdq_{number:02}" for number in range(1, _SDQ_ITEMS + 1)]
    lines = ["# What computes each indicator, from which columns, and how it reads."]
    if {*items, "age"} <= numbered:
        lines += _indicator(
            "psychosocial_problems",
            "psychosociale problemen",
            "sdq_elevated",
            {"items": items, "age": "age"},
            "lower",
            {"cut_off_set": "nl-2022", "shared_edges": "older", "level": "elevated"},
            "label, wording of the questions, and whether the file codes the SDQ as the function expects",
        )
    for column in columns:
        if set(column.values.values()) == {0, 1}:
            lines += _indicator(
                f"has_{column.name}",
                column.name.replace("_", " "),
                "answer_in",
                {"answer": column.name},
                "higher",
                {"values": [1]},
                "label, wording of the question, and whether higher or lower is better",
            )
    if len(lines) == 1:
        lines.append(
            f"{{}} {MARK} at least one indicator; see parameters/indicators.yml of the demo"
        )
    return "\n".join(lines) + "\n"


def wijk_text(slug: str, code: str, name: str) -> str:
    """Return the file of one neighbourhood."""
    asked = "arm (programme, comparator or none) and district"
    return (
        f"wijk: {_quoted(slug)}\nname: {_quoted(name or code)}\ncode: {_quoted(code)}\n"
        f"arm: none {MARK} {asked if name else f'name, {asked}'}\n"
    )


def _indicator(
    name: str,
    label: str,
    function: str,
    columns: Mapping[str, object],
    direction: str,
    options: Mapping[str, object],
    asked: str,
) -> Iterator[str]:
    yield ""
    yield f"{name}: {MARK} {asked}"
    yield f"  label: {_quoted(label)}"
    yield f"  function: {function}"
    yield f"  columns: {_inline(columns)}"
    yield f"  options: {_inline(options)}"
    yield '  question_version: "zoals gevraagd"'
    yield f"  direction: {direction}"


def _sex_grouping(columns: Sequence[ProposedColumn]) -> list[str]:
    sex = next((column for column in columns if column.name == "sex"), None)
    if sex is None:
        return []
    groups = [
        {"id": key(str(value), "_"), "label": _DUTCH.get(value, str(value))}
        for value in sex.values.values()
    ]
    if len(groups) < 2:
        return [f"  [] {MARK} the groups of column 'sex'"]
    grouping = {"id": "sex", "label": "geslacht", "column": "sex", "ordered": False}
    return [f"  - {_inline(grouping | {'groups': groups})}"]


def _has(columns: Sequence[ProposedColumn], name: str) -> bool:
    return any(column.name == name for column in columns)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _key(text: str) -> str:
    """Return a key, quoted where YAML could read it as something else."""
    plain = re.fullmatch(r"[a-z][a-z0-9_]+", text) and yaml.safe_load(text) == text
    return text if plain else _quoted(text)


def _inline(entry: object) -> str:
    """Return a value as YAML on one line, every text in it quoted."""
    if isinstance(entry, Mapping):
        return f"{{{', '.join(f'{_key(key)}: {_inline(value)}' for key, value in entry.items())}}}"
    if isinstance(entry, list):
        return f"[{', '.join(map(_inline, entry))}]"
    return json.dumps(entry, ensure_ascii=False)
