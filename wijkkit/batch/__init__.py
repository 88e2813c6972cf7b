"""The batch: run a study's notebooks in parallel, only what changed, and record how each fared."""

from __future__ import annotations

import importlib
from typing import Any

# Imported when used: the fork server is part of this package and loads what it needs itself.
_MODULES = {
    "RunResult": "wijkkit.batch.manifest",
    "run": "wijkkit.batch.runner",
    "status": "wijkkit.batch.manifest",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'wijkkit.batch' has no attribute '{name}'")
