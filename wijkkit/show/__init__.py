"""From released tables to figures, tables and sentences.

``wijkkit.show.goals_figure(view)`` and its neighbours take a view of the released tables (of a
wijk or of the city) and return something that shows itself in a notebook and in a report.
"""

from __future__ import annotations

import importlib
from typing import Any

_SHOWN = {
    "change": ("change_figure", "change_sentences", "change_table"),
    "choice": ("choice_figure", "choice_reasons", "choice_table", "package_sentences"),
    "definitions": ("definition_sentences",),
    "effect": ("effect_sentences", "effect_summary"),
    "effect_tables": ("detectable_table", "effect_assumptions_table"),
    "effect_glance": ("effect_figure",),
    "explore": ("explore_figure",),
    "first_screen": ("summary",),
    "first_screen_city": ("city_summary", "done_sentences", "recommendation_sentences"),
    "forest": ("forest_figure", "forest_table"),
    "funnel": ("funnel_figure",),
    "gap": ("gap_figure", "gap_sentences", "gap_table"),
    "goals": ("comparable_sentence", "goals_figure", "goals_sentences", "goals_table"),
    "hidden": ("hidden_sentences",),
    "interviews": (
        "key_figures_sentences",
        "key_figures_table",
        "quotes_sentences",
        "service_use_sentences",
    ),
    "interventions": ("interventions_table",),
    "map": ("city_map",),
    "position": ("position_figure",),
    "process": (
        "ahead_sentences",
        "clash_sentences",
        "cycle_sentences",
        "delivery_sentences",
        "discussion_questions",
        "explanations_sentences",
        "quality_sentences",
    ),
    "process_tables": (
        "assumptions_table",
        "elements_table",
        "explanations_table",
        "implementation_table",
        "interviews_table",
        "pace_table",
        "quality_table",
        "wijken_table",
    ),
    "steps": ("delivery_figure", "logic_model_figure", "network_figure", "pace_figure"),
    "profile": ("profile_table",),
}
_MODULES = {name: module for module, names in _SHOWN.items() for name in names}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(importlib.import_module(f"wijkkit.show.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'wijkkit.show' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
