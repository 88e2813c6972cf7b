"""Settings of the reports (``report:`` in study.yml)."""

from __future__ import annotations

from wijkkit.study.settings.base import Settings


class ReportSettings(Settings):
    """What a report says of its maker."""

    author: str = ""
    contact: str = ""
