"""Settings of the registry (``registry:`` in study.yml)."""

from __future__ import annotations

from wijkkit.study.settings.base import Settings


class RegistrySettings(Settings):
    """Where the registry is kept: a SQLAlchemy URL, or a SQLite file relative to the study."""

    url: str | None = None
    path: str = "registry.sqlite"
