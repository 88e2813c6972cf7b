"""Neighbourhood notebooks in a batch get released tables only; sources are explored at a desk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from wijkkit.errors import DisclosureError

#: Set by the batch to the stage it runs: ``stad`` or ``wijk``.
STAGE = "WIJKKIT_BATCH"
#: Set by the batch to the notebook it runs.
NOTEBOOK = "WIJKKIT_NOTEBOOK"
#: Set by the batch to the last change of the registry that its notebooks see.
REGISTRY = "WIJKKIT_REGISTRY"


@dataclass
class _Process:
    """What this process did: it opened a source; it is releasing, or drawing what is released."""

    opened: bool = False
    releasing: bool = False
    drawing: bool = False


_process = _Process()


def sources_opened() -> bool:
    """Return whether this process opened a source through wijkkit: survey, registry, interviews."""
    return _process.opened


@contextmanager
def releasing() -> Iterator[None]:
    """Sources that are read in this block are read by the release, not by the notebook."""
    before, _process.releasing = _process.releasing, True
    try:
        yield
    finally:
        _process.releasing = before


@contextmanager
def without_sources() -> Iterator[None]:
    """No source can be opened in this block: what is drawn in it is drawn of released numbers."""
    before, _process.drawing = _process.drawing, True
    try:
        yield
    finally:
        _process.drawing = before


def require_sources(what: str, *, public: bool = False) -> None:
    """Refuse to open a source in a wijk's notebook of a batch; `public`: nothing of a respondent."""
    if _process.drawing:
        raise DisclosureError(
            "a drawing function may not open a source",
            place=what,
            expected="the numbers it is given",
            remedy="Take everything from the frame or the view.",
        )
    if os.environ.get(STAGE) == "wijk":
        raise DisclosureError(
            "a neighbourhood notebook may not open a source",
            place=what,
            expected="a released table",
            remedy="Read released results with open_wijk(...). In a city notebook sources can be "
            "opened, and what is published there is controlled first.",
        )
    _process.opened |= not (public or _process.releasing)


def require_desk(what: str) -> None:
    """Refuse what is for a researcher at the desk only, in a batch."""
    if os.environ.get(STAGE):
        raise DisclosureError(
            "numbers without disclosure control are for the researcher at the desk",
            place=what,
            found="a batch",
            remedy="Open the notebook in JupyterLab, or use the released tables.",
        )
