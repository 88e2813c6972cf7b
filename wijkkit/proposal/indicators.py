"""The indicators of a proposed study: the SDQ, each question with yes and no, the rest to choose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from wijkkit.proposal.columns import ProposedColumn
from wijkkit.proposal.files import inline, key_text
from wijkkit.proposal.roles import ROLES
from wijkkit.study.unfinished import MARK

_SDQ_ITEMS = [f"sdq_{number:02}" for number in range(1, 26)]
_SDQ = {
    "label": "psychosociale problemen",
    "function": "sdq_elevated",
    "columns": {"items": _SDQ_ITEMS, "age": "age"},
    "options": {"cut_off_set": "nl-2022", "shared_edges": "older", "level": "elevated"},
}


def indicators_text(columns: Sequence[ProposedColumn], chosen: Sequence[str] | None = None) -> str:
    """Return indicators.yml: what can be an indicator as it is, then what can become one.

    Which way is better is asked once for all of them and never assumed.

    Parameters
    ----------
    chosen : sequence of str, optional
        The columns of the file that are to be indicators, in their order, where somebody said
        which; the others are left as what can become one.
    """
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
            yield (
                f"has_{column.name}",
                {
                    "label": _label(column),
                    "function": "answer_in",
                    "columns": {"answer": column.name},
                    "options": {"values": [1]},
                },
            )


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
            function: dict[str, object] = {
                "function": "answer_value",
                "unit": "score",
                "direction": "none",
            }
            yield f"mean_{column.name}", answer | function


def _label(column: ProposedColumn) -> str:
    return column.label or column.source.replace("_", " ")
