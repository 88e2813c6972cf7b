"""The settings of ``study.yml``, one module per room that reads them."""

from wijkkit.study.settings.evaluation import (
    ChoiceSettings,
    EvaluationSettings,
    ExplanationSettings,
)
from wijkkit.study.settings.general import (
    BatchSettings,
    DisclosureSettings,
    PopulationSettings,
    RegistrySettings,
    ReportSettings,
)
from wijkkit.study.settings.programme import LogicModelSettings, ProcessSettings

__all__ = [
    "BatchSettings", "ChoiceSettings", "DisclosureSettings", "EvaluationSettings",
    "ExplanationSettings", "LogicModelSettings", "PopulationSettings", "ProcessSettings",
    "RegistrySettings", "ReportSettings",
]  # fmt: skip
