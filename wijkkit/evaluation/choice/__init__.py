"""Which interventions fit this wijk's goals: criteria, ranking, its stability, a package."""

from wijkkit.evaluation.choice.choose import Choice, Package, choose, choose_package
from wijkkit.evaluation.choice.panel import choice_sentences

__all__ = ["Choice", "Package", "choice_sentences", "choose", "choose_package"]
