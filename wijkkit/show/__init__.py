"""From tidy frames to figures, tables and sentences.

Views of the released tables give frames (``view.goals()``, ``view.waves()``); the functions here
draw, list or say any such frame, and return something that shows itself in a notebook and in a
report. Few take a view: those that are a whole section of a report.
"""

from __future__ import annotations

import importlib
from typing import Any

_SHOWN = {
    "score_bars": ("bars",),
    "summary_of_city": ("city_summary", "conclusions", "done_sentences", "effect_summary"),
    "planned_bars": ("done_of_planned",),
    "gap_rows": ("dumbbells",),
    "explore": ("explore_figure",),
    "forest_panels": ("forest",),
    "funnel_panels": ("funnel",),
    "interval_rows": ("intervals",),
    "logic_boxes": ("logic_model",),
    "city_map": ("map",),
    "sign_grid": ("matrix",),
    "meeting_network": ("network",),
    "output": ("bullets", "paragraphs"),
    "wijk_dots": ("position",),
    "process_sentences": (
        *(
            "comparable_sentence",
            "explanations",
            "hidden_sentences",
            "key_figure_sentences",
            "package",
        ),
        *("quality_sentences", "questions", "quotes", "said", "service_use"),
    ),
    "advice": ("programme_recommendations", "recommendations"),
    "row_sentences": (
        *("change_sentence", "definition_sentence", "gap_sentence", "goal_sentence", "sentences"),
    ),
    "slope_panels": ("slopes",),
    "reader_table": ("table",),
    "time_bars": ("steps", "timeline"),
    "summary_of_wijk": ("wijk_summary",),
}
_MODULES = {name: module for module, names in _SHOWN.items() for name in names}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(importlib.import_module(f"wijkkit.show.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'wijkkit.show' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
