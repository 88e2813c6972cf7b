"""Which interventions fit this wijk's goals: criteria, ranking, its stability, a package."""

from wijkkit.evaluation.choice.choose import Choice, choose
from wijkkit.evaluation.choice.package import Package, choose_package
from wijkkit.evaluation.choice.sentences import choice_sentences

__all__ = ["Choice", "Package", "choice_sentences", "choose", "choose_package"]
