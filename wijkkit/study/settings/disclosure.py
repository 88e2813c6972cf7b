"""Settings of disclosure control (``disclosure:`` in study.yml)."""

from __future__ import annotations

from typing import Literal

from wijkkit.study.settings.base import Settings


class DisclosureSettings(Settings):
    """Which policy protects the release, and what the study sets differently.

    A key that is absent keeps the preset's own value. A value that is looser than the preset's
    asks for a `reason`, which the manifest, the sign-off and the page of method repeat.

    Parameters
    ----------
    policy : {"ggd", "cbs"}
        The preset.
    min_n : int, optional
        Fewest respondents of a question in an area and group that is shown.
    min_count : int, optional
        Fewest respondents with the answer, and without it.
    exact_zero : {"show", "hide"}, optional
        Whether a figure of nobody or of everybody is shown.
    max_share : float, optional
        Largest share (0-1) of a wijk that is shown as a figure; a larger one is "above" it.
    protection : int, optional
        Least width of what anyone can work out of a hidden count.
    decimals, score_decimals : int, optional
        Decimals of percentages and of scores.
    max_dominance : float, optional
        Largest share (0-1) of one respondent in a total of scores.
    reason : str
        Why a value is looser than the preset's.
    published_elsewhere : tuple of str
        Files with figures of this study's cells that are public already.
    """

    policy: Literal["ggd", "cbs"] = "ggd"
    min_n: int | None = None
    min_count: int | None = None
    exact_zero: Literal["show", "hide"] | None = None
    max_share: float | None = None
    protection: int | None = None
    decimals: int | None = None
    score_decimals: int | None = None
    max_dominance: float | None = None
    reason: str = ""
    published_elsewhere: tuple[str, ...] = ()
