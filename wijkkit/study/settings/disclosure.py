"""Settings of disclosure control (``disclosure:`` in study.yml)."""

from __future__ import annotations

from typing import Literal

from wijkkit.study.settings.base import Settings


class DisclosureSettings(Settings):
    """Which policy protects the release, and what the study makes stricter."""

    policy: Literal["ggd", "opensafely", "cbs"] = "ggd"
