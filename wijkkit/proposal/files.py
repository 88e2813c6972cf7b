"""The files of a proposed study as text, with a mark where only the researcher knows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import yaml

from wijkkit.proposal.columns import ProposedColumn, proposed_groupings
from wijkkit.proposal.roles import ROLES, YEAR, Role
from wijkkit.study.checks import MARK
from wijkkit.study.settings.sources import SurveySource

#: Roles whose absence is a statement about the design, and what is asked then.
_ABSENT = {
    "area": "no column of areas was found; which is it, or give --area",
    "weight": "no weight was found, so every respondent counts once; is there none",
    "stratum": "no stratum was found; is there none",
    "age": "no column has ages in years; is there none",
}


def study_text(
    source: SurveySource | None,
    columns: Sequence[ProposedColumn],
    waves: Mapping[str, str],
    crossed: Sequence[str] | None = None,
    words: Mapping[str, str] | None = None,
) -> str:
    """Return study.yml; `crossed`: columns that are to be groupings, `words`: the study's nouns."""
    groupings = proposed_groupings(columns, crossed)
    lines = [
        f'title: "New study" {MARK} the study\'s title',
        "language: nl",
        f'city: {{name: "City"}} {MARK} what all areas of the study together are called',
        f'programme: {{name: "Programme", start: 2000-01-01}} {MARK} the programme\'s name and the day it started; without one, no such line',
        *([f"words: {inline(words)}  # what areas and people are called"] if words else []),
        "",
        "waves:",
        *(_wave(wave, label) for wave, label in (waves or {"wave-1": "wave-1"}).items()),
        "",
        "groupings:" if groupings else "groupings: []",
        *(f"  - {inline(grouping)}{_mark(asked)}" for grouping, asked in groupings),
        f"goals: [] {MARK} the shared goals, each with the indicator that measures it, or none",
        "",
        "sources:"
        if source
        else f"sources: {{}} {MARK} area_figures, borders; a survey if there is one",
    ]
    if source:
        written = source.model_dump(exclude_none=True, exclude_defaults=True)
        lines += ["  survey:", f"    - {inline(written)}"]
    return "\n".join(lines) + "\n"


def _wave(wave: str, label: str) -> str:
    year = next(iter(YEAR.findall(f"{wave} {label}")), "2000")
    entry = (
        f"{{id: {quoted(wave)}, label: {quoted(label)}, start: {year}-01-01, end: {year}-12-31}}"
    )
    return f"  - {entry} {MARK} first and last day of the field work"


def codebook_text(
    columns: Sequence[ProposedColumn], roles: Mapping[str, Role], weights: str = ""
) -> str:
    """Return codebook.yml; `weights` is what is said of rows without a usable weight."""
    lines = ["# Standard column -> its name and codes in the file.", ""]
    if weights:
        lines += [f"design: {{missing_weights: drop, zero_weights: drop}} {MARK} {weights}", ""]
    lines += [f"{MARK} {asked}" for asked in _of_answers(columns)]
    lines += [f"{MARK} {asked}" for asked in _absent(roles)]
    lines.append("columns:" if columns else "columns: {}")
    lines += [
        f"  {key_text(c.name)}: {inline(_entry(c))}{_mark(_asked(c, roles))}" for c in columns
    ]
    return "\n".join(lines) + "\n"


def _entry(column: ProposedColumn) -> dict[str, object]:
    entry: dict[str, object] = {"source": column.source, "type": column.type}
    said = {
        "label": column.label,
        "values": dict(column.values),
        "names": dict(column.names),
        "missing": list(column.missing),
        "not_applicable": dict.fromkeys(column.not_applicable, "no"),
        "unit": column.unit,
    }
    entry |= {name: value for name, value in said.items() if value}
    return entry if column.empty is None else {**entry, "empty": column.empty}


def _asked(column: ProposedColumn, roles: Mapping[str, Role]) -> str:
    role = roles.get(column.name)
    if role is None or role.column != column.source or role.said or column.name in ("sex", "ses"):
        return f"{column.name}: {column.open}" if column.open else ""
    if column.name == "respondent":
        return ""
    return f"{column.name}: is it {column.source}?{_others(role)}"


def _others(role: Role) -> str:
    kilos = {name for name in role.others if role.name == "weight" and "gewicht" in name.lower()}
    named = [f"{name} (kilos?)" if name in kilos else name for name in role.others]
    return f" Also possible: {', '.join(named)}" if named else ""


def _absent(roles: Mapping[str, Role]) -> Iterator[str]:
    for name, asked in _ABSENT.items():
        role = roles.get(name)
        if role is not None and not role.column and not role.said:
            yield f"{asked}?{_others(role)}"


def _of_answers(columns: Sequence[ProposedColumn]) -> Iterator[str]:
    """Yield what is asked of the answers that are no answer, once for the whole file."""
    beside = [c for c in columns if c.not_applicable]
    if beside:
        yield (
            f"{_named(beside)}: 'does not apply' counts as no, so that percentages are of "
            "everybody; or leave these respondents out "
            f"(not_applicable: {inline(dict.fromkeys(beside[0].not_applicable, 'missing'))})"
        )
    unsure = [c for c in columns if c.missing and c.type == "category"]
    if unsure:
        yield f"{_named(unsure)}: the values under 'missing' are no answer and are left out"


def _named(columns: Sequence[ProposedColumn]) -> str:
    names = [column.name for column in columns]
    more = len(names) - 4
    return ", ".join(names[:4]) + (f" and {more} more" if more > 0 else "")


def areas_text(areas: Iterable[Mapping[str, str]]) -> str:
    """Return wijken.csv: one row per wijk, as a spreadsheet program opens it."""
    rows = [f"{_cell(a['code'])};{_cell(a['name'])};{a.get('arm') or 'none'};{a.get('pair', '')};"
            f"{_cell(a.get('district', ''))}" for a in areas]  # fmt: skip
    return "\n".join(["code;name;arm;pair;district", *rows]) + "\n"


def _cell(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if re.search(r'[;"\n]', text) else text


def _mark(asked: str) -> str:
    return f" {MARK} {asked}" if asked else ""


def quoted(text: str) -> str:
    """Return a text in quotes; characters that YAML refuses as they stand are escaped."""
    shown = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in shown)


def key_text(text: str) -> str:
    """Return a key, quoted where YAML could read it as something else."""
    plain = re.fullmatch(r"[a-z][a-z0-9_]+", text) and yaml.safe_load(text) == text
    return text if plain else quoted(text)


def inline(entry: object) -> str:
    """Return a value as YAML on one line, every text in it quoted."""
    if isinstance(entry, Mapping):
        pairs = (f"{key_text(str(key))}: {inline(value)}" for key, value in entry.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(entry, list | tuple):
        return f"[{', '.join(map(inline, entry))}]"
    if isinstance(entry, date):
        return entry.isoformat()
    return quoted(entry) if isinstance(entry, str) else json.dumps(entry)


# The indicators of a proposed study: the SDQ, each question with yes and no, the rest to choose.

_SDQ_ITEMS = [f"sdq_{number:02}" for number in range(1, 26)]
_SDQ = {
    "label": "psychosociale problemen",
    "function": "sdq_elevated",
    "columns": {"items": _SDQ_ITEMS, "age": "age"},
    "options": {"cut_off_set": "nl-2022", "shared_edges": "older", "level": "elevated"},
}


def indicators_text(columns: Sequence[ProposedColumn], chosen: Sequence[str] | None = None) -> str:
    """Return indicators.yml: what can be an indicator (the `chosen`), then what can become one."""
    if chosen is not None:
        order = {source: place for place, source in enumerate(chosen)}
        columns = sorted(columns, key=lambda c: order.get(c.source, len(order)))
    found = {
        name: entry
        for name, entry in _proposed(columns)
        if chosen is None or _source(entry, columns) in chosen
    }
    lines = ["# What computes each indicator, from which columns, and how it reads.", ""]
    if found:
        lines += [
            f"direction: {MARK} which way is better: move every name from 'ask' to its line, "
            "or to a line of its own, none",
            "  higher: []",
            "  lower: []",
            f"  ask: {inline(list(found))}",
            "",
        ]
    lines += [f"{key_text(name)}: {inline(_complete(entry))}" for name, entry in found.items()]
    others = dict(_possible(columns, found))
    if others:
        lines += ["", "# Questions with several answers, and numbers: take away the # to use one."]
        lines += [f"# {key_text(name)}: {inline(_complete(e))}" for name, e in others.items()]
    if not found:
        asked = "at least one indicator; see parameters/indicators.yml of the demo"
        lines.append(f"{{}} {MARK} {asked}")
    return "\n".join(lines) + "\n"


def _source(entry: Mapping[str, object], columns: Sequence[ProposedColumn]) -> str:
    asked = entry["columns"].get("answer")  # type: ignore[attr-defined]
    return next((column.source for column in columns if column.name == asked), "")


def _complete(entry: Mapping[str, object]) -> dict[str, object]:
    return {**entry, "question_version": "zoals gevraagd"}


def _proposed(columns: Sequence[ProposedColumn]) -> Iterator[tuple[str, dict[str, object]]]:
    scored = {c.name for c in columns if c.type == "integer" or _is_scored(c)}
    if {*_SDQ_ITEMS, "age"} <= scored:
        yield "psychosocial_problems", dict(_SDQ)
    for column in columns:
        if column.is_yes_no:
            answer = {"function": "answer_in", "columns": {"answer": column.name}}
            options = {"options": {"values": [1]}}
            yield f"has_{column.name}", {"label": _label(column), **answer, **options}


def _is_scored(column: ProposedColumn) -> bool:
    return set(column.values.values()) == {0, 1, 2}


def _possible(
    columns: Sequence[ProposedColumn], found: Mapping[str, object]
) -> Iterator[tuple[str, dict[str, object]]]:
    items = set(_SDQ_ITEMS) if "psychosocial_problems" in found else set()
    for column in columns:
        if column.name in ROLES or column.name in items:
            continue
        answer: dict[str, object] = {"label": _label(column), "columns": {"answer": column.name}}
        if column.is_question:
            yield f"which_{column.name}", {**answer, "answers": "each", "direction": "none"}
        elif column.type in ("integer", "number") or _is_scored(column):
            mean = {"function": "answer_value", "unit": "score", "direction": "none"}
            yield f"mean_{column.name}", answer | mean


def _label(column: ProposedColumn) -> str:
    return column.label or column.source.replace("_", " ")
