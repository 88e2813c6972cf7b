"""From tidy frames to figures, tables and sentences.

Views of the released tables give frames (``view.goals()``, ``view.waves()``); the functions here
draw, list or say any such frame, and return something that shows itself in a notebook and in a
report. Few take a view: those that are a whole section of a report.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
