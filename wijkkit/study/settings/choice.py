"""Settings of choosing interventions (``choice:`` in study.yml)."""

from __future__ import annotations

from wijkkit.study.settings.base import Settings


class ChoiceSettings(Settings):
    """Weights of the criteria; a network moves them."""

    weights: dict[str, float] = {}
    budget: float | None = None
