"""The settings of ``study.yml``, one module per room that reads them."""

from wijkkit.study.settings.batch import BatchSettings
from wijkkit.study.settings.choice import ChoiceSettings
from wijkkit.study.settings.disclosure import DisclosureSettings
from wijkkit.study.settings.evaluation import EvaluationSettings, ExplanationSettings
from wijkkit.study.settings.logic_model import LogicModelSettings
from wijkkit.study.settings.population import PopulationSettings
from wijkkit.study.settings.process import ProcessSettings
from wijkkit.study.settings.registry import RegistrySettings
from wijkkit.study.settings.report import ReportSettings

__all__ = [
    "BatchSettings",
    "ChoiceSettings",
    "DisclosureSettings",
    "EvaluationSettings",
    "ExplanationSettings",
    "LogicModelSettings",
    "PopulationSettings",
    "ProcessSettings",
    "RegistrySettings",
    "ReportSettings",
]
