"""Settings of disclosure control (``disclosure:`` in study.yml)."""

from __future__ import annotations

from typing import Literal

from wijkkit.study.settings.base import Settings


class DisclosureSettings(Settings):
    """Which policy protects the release, and what the study makes stricter.

    A key that is absent keeps the policy's own value, which is also its floor: a study may be
    stricter, never looser.

    Parameters
    ----------
    policy : {"ggd", "opensafely", "cbs"}
        The preset.
    min_n : int, optional
        Fewest respondents in an area or group that is shown.
    min_count : int, optional
        Fewest respondents in the category, and outside it.
    max_share : float, optional
        Largest share (0-1) of the category that is shown as a single figure.
    max_share_both : bool, optional
        Also hide where the rest is larger than `max_share`.
    count_base : int, optional
        The n that is shown is a multiple of it.
    protection : int, optional
        Least width of what anyone can derive about a hidden count.
    percent_step, mean_step : float, optional
        What percentages and means are rounded to.
    """

    policy: Literal["ggd", "opensafely", "cbs"] = "ggd"
    min_n: int | None = None
    min_count: int | None = None
    max_share: float | None = None
    max_share_both: bool | None = None
    count_base: int | None = None
    protection: int | None = None
    percent_step: float | None = None
    mean_step: float | None = None
