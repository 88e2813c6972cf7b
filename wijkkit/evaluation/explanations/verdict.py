"""The verdict on one explanation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Code = Literal["plays", "plays_not", "cannot_be_judged"]
Fields = dict[str, float | str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an explanation plays a part, and what that rests on.

    Parameters
    ----------
    code : {"plays", "plays_not", "cannot_be_judged"}
    evidence : str
        Key of the sentence in ``explanations.evidence``.
    fields : dict
        Its numbers and names.
    """

    code: Code
    evidence: str
    fields: Fields


def judged(plays: bool, evidence: str, **fields: float | str) -> Verdict:
    """Return a verdict from a threshold that was or was not passed.

    Examples
    --------
    >>> judged(True, "period", months=12.0).code
    'plays'
    """
    return Verdict("plays" if plays else "plays_not", evidence, fields)


def not_judged(evidence: str = "none", **fields: float | str) -> Verdict:
    """Return the verdict that the data say nothing."""
    return Verdict("cannot_be_judged", evidence, fields)
