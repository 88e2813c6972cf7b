"""The logic model of a wijk: of each element what is known, in words."""

from __future__ import annotations

from dataclasses import dataclass

from wijkkit.evaluation.logic_model import box_findings, element_states
from wijkkit.language import text
from wijkkit.live.snapshot import Snapshot

#: What is said of an element beside its figures: only that something changed, and how.
_CHANGED = ("better", "same", "worse", "mixed")


@dataclass(frozen=True, slots=True)
class ModelElement:
    """One element: its name, whether anything is `known` of it, how it changed, and the figures."""

    label: str
    known: bool
    changed: str
    words: list[str]


@dataclass(frozen=True, slots=True)
class ModelBox:
    """One box of the logic model, from what is there to what is reached in the end."""

    name: str
    elements: list[ModelElement]


def model_boxes(snapshot: Snapshot, wijk: str) -> list[ModelBox]:
    """Return the logic model of a wijk; nothing where it carries no programme out."""
    if snapshot.study.neighbourhood(wijk).arm != "programme":
        return []
    language, findings = snapshot.language, box_findings(snapshot.facts, wijk)
    words = findings.groupby(["box", "element"])["words"].agg(list)
    boxes: dict[str, list[ModelElement]] = {}
    for row in element_states(findings).to_dict("records"):
        state = row["state"]
        changed = text(f"logic_model.state.{state}", language) if state in _CHANGED else ""
        known = state != "not_measured"
        element = ModelElement(row["label"], known, changed, words[row["box"], row["element"]])
        boxes.setdefault(row["box"], []).append(element)
    return [
        ModelBox(text(f"logic_model.box.{box}", language), found) for box, found in boxes.items()
    ]
