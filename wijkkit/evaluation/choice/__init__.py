"""Which interventions fit this wijk's goals: criteria, ranking, its stability, a package."""

from wijkkit.evaluation.choice.choose import Choice, Package, choose, choose_package

__all__ = ["Choice", "Package", "choose", "choose_package"]
