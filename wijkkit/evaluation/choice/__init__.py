"""Which interventions fit this wijk's goals: criteria, ranking, its stability, a package."""

from wijkkit.evaluation.choice.choose import Choice, choose

__all__ = ["Choice", "choose"]
