"""Neighbourhood notebooks in a batch get released tables only; sources are explored at a desk."""

from __future__ import annotations

import os

from wijkkit.errors import DisclosureError

#: Set by the batch to the stage it runs: ``stad`` or ``wijk``.
STAGE = "WIJKKIT_BATCH"


def require_sources(what: str) -> None:
    """Refuse to open a source from a neighbourhood notebook in a batch run.

    Parameters
    ----------
    what : str
        The source that was asked for, for the message.

    Raises
    ------
    DisclosureError
        The batch is running neighbourhood notebooks, which may only read released tables.
    """
    if os.environ.get(STAGE) == "wijk":
        raise DisclosureError(
            "a neighbourhood notebook may not open a source",
            place=what,
            expected="a released table",
            remedy="Read it with open_wijk(...), or move the step to a city notebook.",
        )


def require_desk(what: str) -> None:
    """Refuse what is for a researcher at the desk only, in a batch.

    Parameters
    ----------
    what : str
        What was asked for, for the message.

    Raises
    ------
    DisclosureError
        The batch is running.
    """
    if os.environ.get(STAGE):
        raise DisclosureError(
            "numbers without disclosure control are for the researcher at the desk",
            place=what,
            found="a batch",
            remedy="Open the notebook in JupyterLab, or use the released tables.",
        )
