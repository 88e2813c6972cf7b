"""Read a study's sources, each into a validated table."""

from __future__ import annotations

import importlib
from typing import Any

_LOADERS = {
    "load_area_figures": "area_figures",
    "load_borders": "borders",
    "load_survey": "survey",
}

__all__ = sorted(_LOADERS)


def __getattr__(name: str) -> Any:
    if name in _LOADERS:
        return getattr(importlib.import_module(f"wijkkit.loaders.{_LOADERS[name]}"), name)
    raise AttributeError(f"module 'wijkkit.loaders' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
