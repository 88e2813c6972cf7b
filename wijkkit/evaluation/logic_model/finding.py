"""What the data say of one measure: its state, and whether it supports the theory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["better", "same", "worse", "mixed", "measured", "not_measured"]
Support = Literal["for", "against", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the data of one wijk say of one measure.

    Parameters
    ----------
    measure : str
        Its key.
    state : str
        ``better``, ``same`` (no clear change), ``worse``, ``measured`` (known, without an
        earlier value to compare with) or ``not_measured``.
    words : str
        The same for a reader, with the figures.
    support : str
        Whether it speaks ``for`` or ``against`` the next box being reached.
    """

    measure: str
    state: State
    words: str
    support: Support = "unknown"


#: Verdict on a change -> the state of what changed.
STATE_OF_VERDICT: dict[str, State] = {
    "better": "better",
    "worse": "worse",
    "not_distinguishable": "same",
    "unknown": "measured",
}


def together(states: Iterable[str]) -> State:
    """Return the state of several measures at once.

    Measures that are not measured say nothing. Better and worse at once is ``mixed``.

    Examples
    --------
    >>> together(["better", "same", "not_measured"]), together(["better", "worse"]), together([])
    ('better', 'mixed', 'not_measured')
    """
    known = set(states) - {"not_measured"}
    if not known:
        return "not_measured"
    if "mixed" in known or {"better", "worse"} <= known:
        return "mixed"
    order: tuple[State, ...] = ("better", "worse", "same", "measured")
    return next(state for state in order if state in known)
