"""wijkkit: evaluate neighbourhood programmes.

The verbs a researcher needs are named in ``__init__.pyi``; importing the package loads none of
them until they are used.
"""

from __future__ import annotations

import lazy_loader

__version__ = "0.2.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
