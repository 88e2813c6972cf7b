"""The batch: run a study's notebooks in parallel, only what changed, and record how each fared."""

from __future__ import annotations

import lazy_loader

# Imported when used: the fork server is part of this package and loads what it needs itself.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
