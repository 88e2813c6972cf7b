"""What a study is."""

from wijkkit.study.files import open_study
from wijkkit.study.study import Study

__all__ = ["Study", "open_study"]
