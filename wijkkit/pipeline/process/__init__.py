"""Process evaluation of a study: from the registry and the interviews to released tables."""

from wijkkit.pipeline.process.evaluate import ProcessResults, evaluate_process

__all__ = ["ProcessResults", "evaluate_process"]
