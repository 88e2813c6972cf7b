"""The made-up study of the effect evaluation."""

from tests.evaluation.effect.conftest import make_study, respondents

__all__ = ["make_study", "respondents"]
