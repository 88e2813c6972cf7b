"""Settings of the batch (``batch:`` in study.yml)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from wijkkit.study.settings.base import Settings


class BatchSettings(Settings):
    """What one notebook may use before it is stopped.

    Parameters
    ----------
    cell_seconds, notebook_seconds : float
        Wall-clock time of one cell and of the whole notebook.
    memory_mb : int
        Memory of the notebook's process.
    output_mb : int
        Text it may print, and the size of one output.
    """

    cell_seconds: Annotated[float, Field(gt=0)] = 600.0
    notebook_seconds: Annotated[float, Field(gt=0)] = 3600.0
    memory_mb: Annotated[int, Field(ge=256)] = 4096
    output_mb: Annotated[int, Field(ge=1)] = 20
