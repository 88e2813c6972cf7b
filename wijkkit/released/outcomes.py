"""What was measured, as tidy frames: a row per indicator, per goal, per wave or per wijk."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from wijkkit.errors import ParameterError
from wijkkit.estimates.compare import by_direction
from wijkkit.estimates.small_area import funnel
from wijkkit.language import number, percentage
from wijkkit.released.store import NUMBER, is_shown, number_columns, pick, rows_of
from wijkkit.study.indicators import Indicator
from wijkkit.study.model import Grouping, Wave
from wijkkit.tables import rows_with

if TYPE_CHECKING:
    from wijkkit.released.views import CityView

_Z = 1.959964


def outcomes(view: CityView, keys: Iterable[str] | None = None) -> pd.DataFrame:
    """Return one row per indicator: where the area stands, where it came from, what changed.

    Numbers have a prefix: ``own`` (last wave), ``first`` (first wave), ``city``, ``change`` and
    ``city_change``. `trend`, `verdict` (against all wijken together) and `alike` (against the
    comparable wijken) are better, worse, not_distinguishable or unknown.
    """
    found = list(by_theme(view) if keys is None else keys) if was_measured(view) else []
    frame = pd.DataFrame([_outcome(view, key) for key in found])
    return frame if len(frame) else pd.DataFrame(columns=list(_OUTCOME))


def line_through(values: Iterable[float], percent: bool, language: str) -> str:
    """Return the numbers of all waves in a line, with arrows that say which way it goes.

    Numbers are compared as they are shown; a wave without one is an ellipsis, and no arrow leads
    there.

    >>> line_through([67.2, 80.6, 81.4, 60], True, "nl")
    '67% ↗ 81% → 81% ↘ 60%'
    >>> line_through([float("nan"), 7.25], False, "nl")
    '… 7,3'
    """
    parts: list[str] = []
    before: tuple[str, float] | None = None
    for value in values:
        if pd.isna(value):
            parts.append("…")
            before = None
            continue
        said = percentage(value, language) if percent else number(value, language, 1)
        if before:
            parts.append("→" if said == before[0] else "↗" if value > before[1] else "↘")
        parts.append(said)
        before = (said, value)
    return " ".join(parts)


def was_measured(view: CityView) -> bool:
    """Return whether the study asked anybody: one of area figures alone measured nothing."""
    return bool(view.study.settings.sources.survey)


def by_theme(view: CityView) -> list[str]:
    """Return all indicators of the study, theme by theme; those without one come last."""
    themes = {key: theme_of(view, key) for key in view.study.indicators}
    order = list(dict.fromkeys(filter(None, themes.values())))
    return sorted(themes, key=lambda key: order.index(themes[key]) if themes[key] else len(order))


def goal_indicators(view: CityView) -> list[str]:
    """Return the indicators of the study's goals, in its order."""
    return list(dict.fromkeys(goal.indicator for goal in view.study.goals))


def _outcome(view: CityView, key: str) -> dict[str, Any]:
    indicator = view.study.indicators[key]
    waves = waves_of(view, indicator)
    here, everywhere = (partial(pick, view, key, *at) for at in (view.place, ("city", "city")))
    first, last = waves[0].id, waves[-1].id
    period = f"{first}-{last}"
    change = here(period, name="changes")
    levels = [here(wave.id) for wave in waves]
    return {
        "indicator": key,
        "label": view.study.text(indicator.label),
        "theme": theme_of(view, key),
        "direction": indicator.direction,
        "denominator": view.study.text(indicator.denominator),
        "question": view.study.text(indicator.question_version),
        "wave": last,
        "wave_label": view.study.text(waves[-1].label),
        "first_wave": first,
        "line": line_through(
            [float(row["value"]) if is_shown(row) else float("nan") for row in levels],
            indicator.unit == "percent",
            view.language,
        ),
        **number_columns("own", levels[-1]),
        **number_columns("city", everywhere(last)),
        **_references(view, key, last),
        **number_columns("first", levels[0] if len(waves) > 1 else None),
        **number_columns("change", change),
        **number_columns("city_change", everywhere(period, name="changes")),
        "trend": trend(change, indicator.direction),
        "verdict": _verdict(view, key, last, "city"),
        "alike": _verdict(view, key, last, "comparable"),
    }


def _references(view: CityView, key: str, wave: str) -> dict[str, Any]:
    """Return the number of each population above the study, under its prefix."""
    found: dict[str, Any] = {}
    for area, prefix in references_of(view).items():
        row = pick(view, key, area, "reference", wave, name="references")
        found |= number_columns(prefix, row)
    return found


def references_of(view: CityView) -> dict[str, str]:
    """Return the populations above the study -> the prefix of their numbers."""
    there = view.study.settings.references if "references" in view.released else ()
    return {one.id: f"reference_{one.id}" for one in there}


_NUMBERS = ("own", "city", "first", "change", "city_change")
_OUTCOME = (
    *("indicator", "label", "theme", "direction", "denominator", "question", "wave"),
    *("wave_label", "first_wave", "line"),
    *(name for prefix in _NUMBERS for name in number_columns(prefix, None)),
    *("trend", "verdict", "alike"),
)


def theme_of(view: CityView, key: str) -> str:
    """Return the theme under which an indicator stands: its own, or the domain of its goal."""
    own = getattr(view.study.indicators[key], "theme", None)
    domains = {goal.indicator: goal.domain for goal in view.study.goals}
    return view.study.text(own) if own else domains.get(key, "")


def waves_of(view: CityView, indicator: Indicator) -> list[Wave]:
    """Return the waves in which an indicator was asked, the first one first."""
    return [wave for wave in view.study.waves if not indicator.waves or wave.id in indicator.waves]


def trend(row: pd.Series | None, direction: str) -> str:
    """Return the released verdict on a change as better, worse, not_distinguishable or unknown."""
    return str(by_direction(row["verdict"], cast(Any, direction))) if is_shown(row) else "unknown"


def _verdict(view: CityView, key: str, wave: str, against: str) -> str:
    area, level = view.place
    of = {"area": area, "area_level": level, "indicator": key, "wave": wave, "against": against}
    found = rows_with(view.table("comparisons"), **of)["verdict"]
    return found.iloc[0] if len(found) else "unknown"


def waves(view: CityView, keys: Iterable[str]) -> pd.DataFrame:
    """Return every wave of indicators, of the area, of all wijken together and of what is above.

    Columns ``indicator, label, wave, area, name, own`` and the number.
    """
    above = [(area, "reference") for area in references_of(view)]
    places = dict.fromkeys([view.place, ("city", "city"), *above])
    rows = []
    for key in keys if was_measured(view) else ():
        indicator = view.study.indicators[key]
        for area, level in places:
            table = "references" if level == "reference" else "estimates"
            for wave in waves_of(view, indicator):
                rows.append(
                    {
                        "indicator": key,
                        "label": view.study.text(indicator.label),
                        "wave": wave.id,
                        "area": area,
                        "name": view.area_name(area, level),
                        "own": (area, level) == view.place,
                        **number_columns("", pick(view, key, area, level, wave.id, name=table)),
                    }
                )
    columns = ("indicator", "label", "wave", "area", "name", "own", "value", "lower", "upper")
    return pd.DataFrame(rows, columns=None if rows else [*columns, "n", "step", "status", "unit"])


def wijken(view: CityView, keys: Iterable[str]) -> pd.DataFrame:
    """Return the last wave of indicators for every wijk, with ``city_value``, `verdict` against all
    wijken, and for percentages `effective_n` and `position` in the funnel: inside, low95, low998,
    high95, high998 or unknown.
    """
    table, _ = rows_of(view)
    everybody = rows_with(table, area_level="wijk", group_by="")
    compared = rows_with(view.table("comparisons"), against="city", area_level="wijk")
    named = compared.set_index(["indicator", "wave", "area"])["verdict"]
    own = view.place[0]
    parts = []
    for key in keys if was_measured(view) else ():
        indicator = view.study.indicators[key]
        wave = waves_of(view, indicator)[-1].id
        city = pick(view, key, "city", "city", wave)
        rows = rows_with(everybody, indicator=key, wave=wave)
        rows = rows.set_index("area").reindex(list(view.study.neighbourhoods))
        rows = rows.assign(status=rows["status"].fillna("missing")).reset_index(names="area")
        neighbourhoods = [view.study.neighbourhood(wijk) for wijk in rows["area"]]
        part = rows.assign(
            indicator=key,
            label=view.study.text(indicator.label),
            theme=theme_of(view, key),
            direction=indicator.direction,
            wave=wave,
            name=[neighbourhood.name for neighbourhood in neighbourhoods],
            arm=[neighbourhood.arm for neighbourhood in neighbourhoods],
            own=rows["area"].eq(own),
            city_value=city["value"] if is_shown(city) else float("nan"),
            verdict=[named.get((key, wave, wijk), "unknown") for wijk in rows["area"]],
        )
        parts.append(part.join(_around(part, indicator)))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_WIJKEN)


def places(
    view: CityView, key: str, of: str, wave: str, wijken: Iterable[str], group_by: str, group: str
) -> pd.DataFrame:
    """Return one number of an indicator for each wijk and all together, see `CityView.places`."""
    asked = waves_of(view, asked_for(view, key))
    wave = wave or asked[-1].id
    if of == "changes" and "-" not in wave:
        wave = f"{asked[0].id}-{wave}"
    if of == "gaps":
        found = grouping_of(view, group_by)
        if found is None:
            return pd.DataFrame(columns=["area", "label", *NUMBER])
        group_by, group = found.id, f"{found.groups[0].id}-{found.groups[-1].id}"
    chosen = [*((wijk, "wijk") for wijk in wijken or view.study.neighbourhoods), ("city", "city")]
    rows = [pick(view, key, *place, wave, group_by, group, name=of) for place in chosen]
    return pd.DataFrame(
        [
            {"area": area, "label": view.area_name(area, level), **number_columns("", row)}
            for (area, level), row in zip(chosen, rows, strict=True)
        ]
    )


def groups(view: CityView, key: str, grouping: str, wave: str) -> pd.DataFrame:
    """Return one number of an indicator for each group of a grouping, see `CityView.groups`."""
    found = grouping_of(view, grouping)
    wave = wave or waves_of(view, asked_for(view, key))[-1].id
    rows = [
        {
            "group": group.id,
            "label": view.study.text(group.label),
            **number_columns("", pick(view, key, *view.place, wave, one.id, group.id)),
        }
        for one in ([found] if found else [])
        for group in one.groups
    ]
    return pd.DataFrame(rows, columns=["group", "label", *NUMBER])


def asked_for(view: CityView, key: str) -> Indicator:
    """Return an indicator of the study; ParameterError where it has none of that name."""
    if key not in view.study.indicators:
        what, expected = "the study does not have this", ", ".join(view.study.indicators)
        raise ParameterError(what, place="indicator", found=key, expected=expected)
    return view.study.indicators[key]


_WIJKEN = [
    *("indicator", "label", "theme", "direction", "wave", "area", "name", "arm", "own", "value"),
    *("lower", "upper", "n", "step", "status", "unit", "city_value", "verdict"),
    *("effective_n", "position"),
]


def _around(rows: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    """Return each wijk's effective number and its place in the funnel around the city."""
    found = pd.DataFrame({"effective_n": np.nan, "position": "unknown"}, index=rows.index)
    shown = rows[rows["status"].eq("ok")]
    city = rows["city_value"].iloc[0] if len(rows) else float("nan")
    if indicator.unit != "percent" or shown.empty or pd.isna(city):
        return found
    n = effective_n(shown)
    limits = funnel(shown["value"] / 100 * n, n, target=city / 100, multiplier=100)
    found.loc[shown.index, "effective_n"] = n
    found.loc[shown.index, "position"] = limits.areas["position"].to_numpy()
    return found


def effective_n(rows: pd.DataFrame) -> np.ndarray:
    """Return the number of children a simple random sample would need for the same interval.

    From the released interval: :math:`p(1-p) (z / h)^2` with half width `h`, never more than n.
    """
    share = rows["value"].to_numpy(dtype=float) / 100
    half = (rows["upper"] - rows["lower"]).to_numpy(dtype=float) / 200
    with np.errstate(divide="ignore", invalid="ignore"):
        found = share * (1 - share) * (_Z / half) ** 2
    n = rows["n"].to_numpy(dtype=float)
    return np.maximum(1.0, np.where(np.isfinite(found) & (found > 0), np.minimum(found, n), n))


def grouping_of(view: CityView, key: str = "") -> Grouping | None:
    """Return the grouping called `key`; by default the one that the effect evaluation is about."""
    if not key:
        return view.study.gap_grouping
    known = {one.id: one for one in view.study.groupings}
    if key not in known:
        raise ParameterError(
            "the study does not have this", place="grouping", found=key, expected=", ".join(known)
        )
    return known[key]


def gaps(view: CityView, grouping: str = "") -> pd.DataFrame:
    """Return the ends of a grouping for each indicator of a goal, and how their gap changed.

    Numbers: ``first`` (least advantaged group), ``last``, ``gap`` and ``change`` (of the gap since
    the first wave). `first_group` and `last_group` are labels; `gap_verdict` and `change_verdict`
    are by the whole interval before it was rounded: higher, lower, not_distinguishable or unknown.
    Of an `unjudged` row the gap or its change is shown without its verdict. Empty without an
    ordered grouping.
    """
    found = grouping_of(view, grouping)
    columns = [
        *("indicator", "label", "wave", "grouping", "first_group", "last_group"),
        *(name for end in ("first", "last", "gap", "change") for name in number_columns(end, None)),
        *("gap_verdict", "change_verdict", "unjudged"),
    ]
    if found is None:
        return pd.DataFrame(columns=columns)
    ends = found.groups[0], found.groups[-1]
    pair = f"{ends[0].id}-{ends[1].id}"
    rows = []
    for key in goal_indicators(view) if was_measured(view) else ():
        indicator = view.study.indicators[key]
        asked = waves_of(view, indicator)
        here = partial(pick, view, key, *view.place)
        first, last = (here(asked[-1].id, found.id, end.id) for end in ends)
        gap = here(asked[-1].id, found.id, pair, name="gaps")
        change = here(f"{asked[0].id}-{asked[-1].id}", found.id, pair, name="gaps")
        rows.append(
            {
                "indicator": key,
                "label": view.study.text(indicator.label),
                "wave": asked[-1].id,
                "grouping": view.study.text(found.label),
                "first_group": view.study.text(ends[0].label),
                "last_group": view.study.text(ends[1].label),
                **number_columns("first", first),
                **number_columns("last", last),
                **number_columns("gap", gap),
                **number_columns("change", change),
                "gap_verdict": "unknown" if gap is None else gap["verdict"],
                "change_verdict": "unknown" if change is None else change["verdict"],
                "unjudged": any(
                    is_shown(one) and one["verdict"] == "unknown" for one in (gap, change)
                ),
            }
        )
    return pd.DataFrame(rows, columns=columns)
