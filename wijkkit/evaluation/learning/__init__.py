"""What a network and a city can learn: questions, side by side, clashes, data quality."""

from wijkkit.evaluation.learning.comparison import (
    ahead_sentences,
    clash_sentences,
    clashes,
    side_by_side,
)
from wijkkit.evaluation.learning.data_quality import data_quality
from wijkkit.evaluation.learning.questions import improvement_cycle, open_decisions, questions

__all__ = [
    "ahead_sentences",
    "clash_sentences",
    "clashes",
    "data_quality",
    "improvement_cycle",
    "open_decisions",
    "questions",
    "side_by_side",
]
