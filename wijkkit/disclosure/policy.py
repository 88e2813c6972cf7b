"""What a release may show: three presets, each of them a floor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

from wijkkit.errors import DisclosureError, Problem
from wijkkit.study import Study


@dataclass(frozen=True, slots=True)
class Policy:
    """A disclosure policy.

    Parameters
    ----------
    name : str
    min_n : int
        Fewest respondents in an area and group of which a figure is shown.
    min_count : int
        Fewest respondents in the category of an indicator, and outside it.
    max_share : float
        Largest share (0-1) of the category that is shown as a single figure.
    max_share_both : bool
        Whether `max_share` holds for the rest as well as for the category.
    count_base : int
        The n that is shown is the nearest multiple of it. Odd, so that no n lies halfway.
    count_class : int
        Percentages are computed from counts in classes of this many respondents.
    protection : int
        Least width of the interval that anyone can derive for a hidden count.
    percent_step, mean_step : float
        What percentages and means are rounded to.
    max_dominance : float, optional
        Largest share (0-1) of one respondent in a total of scores.

    Examples
    --------
    >>> GGD.min_n, GGD.min_count
    (30, 5)
    """

    name: str
    min_n: int
    min_count: int
    max_share: float
    max_share_both: bool
    count_base: int
    count_class: int
    protection: int
    percent_step: float
    mean_step: float
    max_dominance: float | None = None

    @property
    def blur(self) -> int:
        """Largest distance between an n and the n that is shown for it."""
        return self.count_base // 2

    @property
    def wide_n(self) -> float:
        """Fewest respondents of whom a share above `max_share` is no small rest.

        From here on few outside the category implies a large share, below it a large share
        implies few outside.
        """
        left = 1 - self.max_share
        return np.ceil(np.round(self.min_count / left, 6)) if left > 0 else np.inf


#: Dutch public health services: 30 per area and group, 5 in either category, whole percentages.
GGD = Policy("ggd", 30, 5, 0.9, False, 5, 3, 3, 1.0, 0.1)
#: OpenSAFELY: counts up to 7 are hidden, the rest is rounded to 5.
OPENSAFELY = Policy("opensafely", 8, 8, 1.0, False, 5, 5, 4, 0.1, 0.1)
#: Statistics Netherlands: 10 per cell, rounded to 5, no respondent dominates a total.
CBS = Policy("cbs", 10, 10, 0.9, True, 5, 5, 4, 0.1, 0.1, 0.5)

PRESETS: Mapping[str, Policy] = {policy.name: policy for policy in (GGD, OPENSAFELY, CBS)}

#: Fields in which a smaller value is the stricter one; in the others a larger value is.
_SMALLER_IS_STRICTER = ("max_share", "max_dominance")


def stricter(policy: Policy, changes: Mapping[str, float | bool | None]) -> Policy:
    """Return `policy` with `changes`; values of None are left as they are.

    Parameters
    ----------
    policy : Policy
        The floor.
    changes : mapping
        Field -> value.

    Raises
    ------
    DisclosureError
        A value is looser than the floor's, or no value of that field; all of them are named.

    Examples
    --------
    >>> stricter(GGD, {"min_n": 50}).min_n
    50
    >>> stricter(GGD, {"min_n": 10})
    Traceback (most recent call last):
        ...
    wijkkit.errors.DisclosureError: study.yml, disclosure.min_n: looser than the policy 'ggd' ...
    """
    wanted = {key: value for key, value in changes.items() if value is not None}
    problems = [
        problem
        for key, value in wanted.items()
        if (problem := _problem(policy, key, value)) is not None
    ]
    if problems:
        raise DisclosureError(problems)
    made = replace(policy, **wanted)
    if made.protection >= made.min_count:
        raise DisclosureError(
            "a small count cannot stay that uncertain",
            file="study.yml",
            place="disclosure.protection",
            found=str(made.protection),
            expected=f"less than min_count ({made.min_count})",
            remedy="Raise min_count as well.",
        )
    return made


def policy_for(study: Study) -> Policy:
    """Return the policy of a study: its preset, with what the study makes stricter.

    Parameters
    ----------
    study : Study

    Returns
    -------
    Policy

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.disclosure import policy_for
    >>> policy_for(study).min_n
    30
    """
    settings = study.settings.disclosure
    changes = settings.model_dump(exclude={"policy"})
    return stricter(PRESETS[settings.policy], changes)


def _problem(policy: Policy, key: str, value: float | bool) -> Problem | None:
    place = {"file": "study.yml", "place": f"disclosure.{key}", "found": str(value)}
    if key == "name" or key not in [field.name for field in fields(Policy)]:
        return Problem("a policy has no such value", remedy="Leave it out.", **place)
    floor = getattr(policy, key)
    smaller = key in _SMALLER_IS_STRICTER
    if not (value == value and abs(value) < float("inf") and value >= 0) or (
        value > floor if smaller else value < floor
    ):
        return Problem(
            f"looser than the policy '{policy.name}' allows",
            expected=f"{floor} or {'less' if smaller else 'more'}",
            remedy="Leave it out, or make it stricter.",
            **place,
        )
    if key == "count_base" and value % 2 == 0:
        return Problem("an even base", expected="an odd number", remedy="Add one.", **place)
    return None
