"""One indicator across chosen wijken: the figure behind the explorer."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wijkkit.language import text
from wijkkit.released import CityView
from wijkkit.released.cells import pick
from wijkkit.show.interval_rows import intervals
from wijkkit.show.output import ShownFigure
from wijkkit.tables import EVERYBODY


def explore_figure(
    view: CityView,
    indicator: str,
    wave: str,
    wijken: Sequence[str] = (),
    group_by: str = "",
    group: str = EVERYBODY,
) -> ShownFigure:
    """Draw one indicator for chosen wijken and all together, for everybody or one group.

    Parameters
    ----------
    view : CityView
    indicator, wave : str
        Keys of the study.
    wijken : sequence of str
        Slugs; all wijken where empty.
    group_by, group : str
        A grouping and one of its groups; everybody by default.

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> print(wk.show.explore_figure(view, "outdoor_play", "2021").caption)
    Speelt voldoende buiten (iedereen), meting 2021
    """
    places = [(slug, "wijk") for slug in wijken or view.study.neighbourhoods]
    rows = []
    for area, level in [*places, ("city", "city")]:
        row = pick(view, indicator, area, level, wave, group_by, group)
        known = (
            {"status": "missing", "unit": "", "value": float("nan")} if row is None else dict(row)
        )
        rows.append({**known, "label": view.area_name(area, level)})
    frame = pd.DataFrame(rows)
    frame.attrs["language"] = view.language
    caption = text(
        "show.explore.caption",
        view.language,
        indicator=view.study.text(view.study.indicators[indicator].label),
        wave=wave,
        group=group_label(view, group_by, group),
    )
    return intervals(frame, caption=caption)  # type: ignore[return-value]


def group_label(view: CityView, group_by: str, group: str) -> str:
    """Return what readers call a group."""
    for grouping in view.study.groupings:
        for candidate in grouping.groups:
            if grouping.id == group_by and candidate.id == group:
                return f"{view.study.text(grouping.label)}: {view.study.text(candidate.label)}"
    return text("show.explore.everybody", view.language)
