"""Settings of the registry (``registry:`` in study.yml)."""

from __future__ import annotations

from wijkkit.study.settings.base import Settings


class RegistrySettings(Settings):
    """Where the registry is kept.

    Parameters
    ----------
    url : str, optional
        A database by its SQLAlchemy URL, such as ``postgresql://user@host/registry``.
    url_variable : str, optional
        Name of an environment variable that holds the URL, so that no password stands in a file.
    path : str
        A SQLite file relative to the study; used where neither `url` nor `url_variable` is given.
    """

    url: str | None = None
    url_variable: str | None = None
    path: str = "registry.sqlite"
