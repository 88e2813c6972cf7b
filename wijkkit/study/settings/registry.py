"""Settings of the registry (``registry:`` in study.yml)."""

from __future__ import annotations

from datetime import date

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
    as_of : date, optional
        The day on which the live pages judge a registry that is no longer kept up; today where
        absent.
    users : str
        The file of who may open the live pages, relative to the study.
    """

    url: str | None = None
    url_variable: str | None = None
    path: str = "registry.sqlite"
    as_of: date | None = None
    users: str = "users.json"
