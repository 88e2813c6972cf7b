"""wijkkit: evaluate neighbourhood programmes.

The verbs a researcher needs are here; importing the package loads none of them until they are
used.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.2.0"

_VERBS = {
    "check": "wijkkit.workbench.completeness",
    "choice_panel": "wijkkit.workbench.choosing",
    "explorer": "wijkkit.workbench.explorer",
    "new_study": "wijkkit.proposal.new_study",
    "study_files": "wijkkit.workbench.start",
    "estimate": "wijkkit.pipeline.estimation",
    "load_respondents": "wijkkit.pipeline.respondents",
    "open_city": "wijkkit.released",
    "open_wijk": "wijkkit.released",
    "evaluate_process": "wijkkit.pipeline.process",
    "release": "wijkkit.pipeline.gate",
    "draft": "wijkkit.released.unreleased",
    "render": "wijkkit.reports.render",
    "release_effect": "wijkkit.pipeline.effect",
    "release_process": "wijkkit.pipeline.process",
    "choose": "wijkkit.evaluation.choice",
    "choose_package": "wijkkit.evaluation.choice",
    "load_catalogue": "wijkkit.loaders.catalogue",
    "load_group_interviews": "wijkkit.loaders.segments",
    "load_key_figures": "wijkkit.loaders.key_figures",
    "read_chosen_quotes": "wijkkit.evaluation.process.quotes",
    "read_qdpx": "wijkkit.loaders.qdpx",
    "write_quote_file": "wijkkit.evaluation.process.quotes",
    "area_names": "wijkkit.loaders",
    "did": "wijkkit.evaluation.effect.did",
    "evaluate_effect": "wijkkit.evaluation.effect.evaluate",
    "explanations": "wijkkit.evaluation.explanations.explain",
    "load_area_figures": "wijkkit.loaders",
    "load_borders": "wijkkit.loaders",
    "load_survey": "wijkkit.loaders",
    "load_table": "wijkkit.loaders",
    "make_demo": "wijkkit.demo",
    "export_workbook": "wijkkit.registry",
    "import_tables": "wijkkit.registry",
    "import_workbook": "wijkkit.registry",
    "open_registry": "wijkkit.registry",
    "write_template": "wijkkit.registry",
    "between_group": "wijkkit.estimates",
    "byar": "wijkkit.estimates",
    "change": "wijkkit.estimates",
    "comparable_neighbourhoods": "wijkkit.estimates",
    "compare": "wijkkit.estimates",
    "compare_comparable": "wijkkit.estimates",
    "compare_estimates": "wijkkit.estimates",
    "concentration_index": "wijkkit.estimates",
    "estimate_change": "wijkkit.estimates",
    "estimate_funnel": "wijkkit.estimates",
    "estimate_gap": "wijkkit.estimates",
    "estimate_grid": "wijkkit.estimates",
    "estimate_slope": "wijkkit.estimates",
    "estimate_small_areas": "wijkkit.estimates",
    "funnel": "wijkkit.estimates",
    "poisson_exact": "wijkkit.estimates",
    "pool": "wijkkit.estimates",
    "poststratify": "wijkkit.estimates",
    "rake": "wijkkit.estimates",
    "rate": "wijkkit.estimates",
    "relative_index": "wijkkit.estimates",
    "scale_reliability": "wijkkit.estimates",
    "scale_score": "wijkkit.estimates",
    "slope_index": "wijkkit.estimates",
    "small_area": "wijkkit.estimates",
    "standardised_rate": "wijkkit.estimates",
    "standardised_ratio": "wijkkit.estimates",
    "survey_mean": "wijkkit.estimates",
    "survey_proportion": "wijkkit.estimates",
    "survey_quantile": "wijkkit.estimates",
    "survey_ratio": "wijkkit.estimates",
    "survey_total": "wijkkit.estimates",
    "weight_report": "wijkkit.estimates",
    "wilson": "wijkkit.estimates",
    "open_study": "wijkkit.study",
    "people": "wijkkit.analysis",
    "publish": "wijkkit.analysis",
}

__all__ = sorted([*_VERBS, "show"])


def __getattr__(name: str) -> Any:
    if name in _VERBS:
        return getattr(importlib.import_module(_VERBS[name]), name)
    if name == "show":
        return importlib.import_module("wijkkit.show")
    raise AttributeError(f"module 'wijkkit' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
