"""What a release may show: two presets, and what a study sets differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from wijkkit.errors import DisclosureError, Problem
from wijkkit.study import Study
from wijkkit.tables import AREA_LEVELS


@dataclass(frozen=True, slots=True)
class Policy:
    """A disclosure policy.

    Parameters
    ----------
    name : str
    min_n : int
        Fewest respondents of a question in an area, wave and group of which a figure is shown.
    min_count : int
        Fewest respondents with the answer, and without it.
    exact_zero : {"hide", "show"}
        Whether a figure of nobody, or of everybody, is shown.
    max_share : float, optional
        Largest share (0-1) that is shown as a figure; None: no such rule.
    max_share_levels : tuple of str
        Area levels for which `max_share` holds.
    max_share_said : bool
        Whether a larger share is said to be above it; it is hidden otherwise.
    protection : int
        Least width, in respondents, of what anyone can work out of a hidden count.
    decimals, score_decimals : int
        Of percentages and of scores, in the released tables and everywhere else.
    max_dominance : float, optional
        Largest share (0-1) of one respondent in a total of scores.
    reason : str
        Why a value is looser than the preset's.
    published_elsewhere : tuple of str
        Files with figures that are public already: known to anyone, and shown.

    Examples
    --------
    >>> GGD.min_n, GGD.min_count
    (30, 5)
    """

    name: str
    min_n: int
    min_count: int
    exact_zero: str = "hide"
    max_share: float | None = None
    max_share_levels: tuple[str, ...] = ("wijk",)
    max_share_said: bool = True
    protection: int = 3
    decimals: int = 0
    score_decimals: int = 1
    max_dominance: float | None = None
    reason: str = ""
    published_elsewhere: tuple[str, ...] = field(default=())

    @property
    def wide_n(self) -> float:
        """Fewest respondents of whom a share above `max_share` leaves `min_count` counts open."""
        if self.max_share is None or self.max_share >= 1:
            return float("inf")
        return -(-self.min_count // round(1 - self.max_share, 9))


#: Dutch public health services: 30 per question, area and group, 5 with and without the answer.
GGD = Policy("ggd", 30, 5)
#: Statistics Netherlands, remote access: 10 per cell, none above 90 %, nobody half of a total.
CBS = Policy(
    "cbs",
    10,
    10,
    max_share=0.9,
    max_share_levels=AREA_LEVELS,
    max_share_said=False,
    protection=4,
    max_dominance=0.5,
)

PRESETS: Mapping[str, Policy] = {policy.name: policy for policy in (GGD, CBS)}

#: Fields in which a smaller value is the stricter one.
_SMALLER_IS_STRICTER = ("max_share", "max_dominance", "decimals", "score_decimals")
_LARGER_IS_STRICTER = ("min_n", "min_count", "protection")


def changed(policy: Policy, changes: Mapping[str, object]) -> Policy:
    """Return `policy` with `changes`; values of None are left as they are.

    Raises
    ------
    DisclosureError
        Names every value that is looser without a reason, and every value that is none.

    Examples
    --------
    >>> changed(GGD, {"min_n": 50}).min_n
    50
    >>> changed(GGD, {"min_n": 20, "reason": "decided by the board, 2021"}).min_n
    20
    >>> changed(GGD, {"min_n": 10})
    Traceback (most recent call last):
        ...
    wijkkit.errors.DisclosureError: study.yml, disclosure.min_n: looser than the policy 'ggd', ...
    """
    wanted: dict[str, Any] = {
        key: value for key, value in changes.items() if value not in (None, "", ())
    }
    problems = list(_problems(policy, wanted))
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
    """Return the policy of a study: its preset, with what the study sets.

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
    return changed(PRESETS[settings.policy], settings.model_dump(exclude={"policy"}))


def _problems(policy: Policy, wanted: Mapping[str, object]) -> Iterator[Problem]:
    known = [item.name for item in fields(Policy) if item.name != "name"]
    for key, value in wanted.items():
        place = {"file": "study.yml", "place": f"disclosure.{key}", "found": str(value)}
        if key not in known:
            yield Problem("a policy has no such value", remedy="Leave it out.", **place)
        elif _impossible(key, value):
            yield Problem("no value of this", remedy="Give a number that can be.", **place)
        elif not wanted.get("reason") and _looser(policy, key, value):
            yield Problem(
                f"looser than the policy '{policy.name}', without a reason",
                expected=f"{getattr(policy, key)}, or a reason",
                remedy='Write why: disclosure: {..., reason: "..."}.',
                **place,
            )


def _impossible(key: str, value: Any) -> bool:
    if key in ("max_share", "max_dominance"):
        return not 0 < value <= 1
    if key in (*_LARGER_IS_STRICTER, "decimals", "score_decimals"):
        return not 0 <= value < 1e6
    return False


def _looser(policy: Policy, key: str, value: object) -> bool:
    own = getattr(policy, key)
    if key == "exact_zero":
        return value == "show" and own == "hide"
    if key in _LARGER_IS_STRICTER:
        return value < own
    return key in _SMALLER_IS_STRICTER and own is not None and value > own
