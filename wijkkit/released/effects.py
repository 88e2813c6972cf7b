"""The effect evaluation as tidy frames, every difference turned so that more is favourable."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from wijkkit.evaluation.effect.conclusions import row_of, to_favourable
from wijkkit.evaluation.effect.outcomes import as_evaluated, is_turned
from wijkkit.language import listed, percentage, small_first, text
from wijkkit.language.messages import catalogue, escaped
from wijkkit.released.outcomes import was_measured
from wijkkit.released.store import number_columns
from wijkkit.study import Study
from wijkkit.tables import EVERYBODY, rows_with

if TYPE_CHECKING:
    from wijkkit.released.views import CityView

_ENDS = ["value", "lower", "upper"]
#: How sure a conclusion is, by the first word of its key.
_CERTAINTY = {"shown": "shown", "alone": "sign"}
_COLUMNS = [
    *("outcome", "label", "key", "certainty", "scale", *_ENDS, "unit", "p", "p_below", "step"),
    *("n", "clusters", "status", "reason"),
]


#: The released table of what the evaluation was asked for.
ARGUMENTS = "effect_arguments"


def evaluated(view: CityView) -> Study:
    """Return the study as its effect was evaluated: with the arguments that were given there."""
    if ARGUMENTS not in view.released:
        return view.study
    return as_evaluated(view.study, view.table(ARGUMENTS))


def asked_otherwise(view: CityView) -> str:
    """Return in words what the effect was evaluated with that study.yml does not say."""
    if ARGUMENTS not in view.released:
        return ""
    table = view.table(ARGUMENTS)
    return said_arguments(view.study, table[table["used"].ne(table["planned"])])


def said_arguments(study: Study, arguments: pd.DataFrame) -> str:
    """Return arguments of the evaluation in words, beside those of study.yml where they differ."""
    language, lines = study.language, []
    for row in arguments.itertuples():
        used, planned = (json.loads(value) for value in (row.used, row.planned))
        if used != planned or used:
            said = text(f"effect.asked.{row.argument}", language, used=_argument(study, row, used))
            if used != planned:
                known = text(
                    "effect.asked.planned", language, planned=_argument(study, row, planned)
                )
                said = f"{said}; {known}"
            lines.append(f"{said}.")
    if arguments["used"].ne(arguments["planned"]).any():
        lines.insert(0, text("effect.asked.lead", language))
    return " ".join(lines)


def _argument(study: Study, row: Any, value: Any) -> str:
    language = study.language
    if row.argument == "method":
        return text(f"effect.method.{value}", language)
    if row.argument == "pole":
        return text(f"effect.asked.poles.{value or 'own'}", language)
    wijken = row.argument == "without"
    names = [
        study.neighbourhood(one).name if wijken else small_first(study.column_words(one)[0])
        for one in value
    ]
    return listed([escaped(one) for one in names], language) or text("effect.asked.none", language)


def compared(view: CityView, name: str) -> pd.DataFrame:
    """Return a table of the effect; without a programme or a survey there is nothing to compare."""
    table = view.table(name)
    return table if view.programme and was_measured(view) else table.head(0)


def main_effects(view: CityView) -> pd.DataFrame:
    """Return the rows of the released effects that are about everybody."""
    return rows_with(compared(view, "effects"), contrast="did", group=("", EVERYBODY))


def effects(view: CityView) -> pd.DataFrame:
    """Return one row per outcome: the effect that is concluded on, and what may be said of it.

    `key` is the conclusion (shown_better, alone_worse, not_shown_wide, ...) and `certainty` how
    sure it is (shown, sign, not_shown); `scale` is ``points``
    or ``score``; ``value, lower, upper`` are positive where the programme's wijken did better.
    """
    main, conclusions = main_effects(view), compared(view, "effect_conclusions")
    study, rows = evaluated(view), []
    method = study.settings.evaluation.method
    for said in conclusions[conclusions["part"].eq("effect")].itertuples():
        row = row_of(main[main["outcome"].eq(said.outcome)], method)
        certainty = _CERTAINTY.get(said.key.split("_")[0], "not_shown")
        about = {"key": said.key, "certainty": certainty}
        reasons = {k: v for k, v in json.loads(said.fields).items() if k == "reason"}
        rows.append({**_effect(study, said.outcome, row), **about, **reasons})
    return pd.DataFrame(rows, columns=_COLUMNS)


def _effect(study: Study, outcome: str, row: pd.Series | None) -> dict[str, Any]:
    indicator = study.indicators[outcome]
    known = row is not None and row["status"] == "ok"
    about: Mapping[str, Any] = {} if row is None else row
    ends = to_favourable(about, indicator) if known else [float("nan")] * 3
    return {
        "outcome": outcome,
        "label": study.text(indicator.label),
        "scale": about["scale"] if known else "",
        "unit": about["scale"] if known else "",
        **dict(zip(_ENDS, ends, strict=True)),
        **{key: about.get(key, float("nan")) for key in ("p", "p_below", "step", "n", "clusters")},
        "status": about.get("status", "missing"),
        "reason": about.get("reason", ""),
    }


def methods(view: CityView) -> pd.DataFrame:
    """Return every outcome by every method, in points, with p, floor and the odds ratio of the
    unfavourable outcome; `compared`: it has a number by two methods or more. `reason` says of an
    outcome that has one that it is the only one.
    """
    main = main_effects(view)
    points = main[main["scale"].isin(["points", "score"])]
    ratios = main[main["scale"].eq("odds_ratio")].set_index(["outcome", "method"])
    study, rows = evaluated(view), []
    for _, row in points.iterrows():
        about = {key: row[key] for key in ("method", "floor", "scale")}
        rows.append(_effect(study, row["outcome"], row) | about | _ratio(ratios, row))
    columns = ["outcome", "label", "method", "scale", *_ENDS, "unit", "p", "p_below", "step"]
    columns += ["floor", "n", "clusters", "status", "reason", "odds_ratio", "or_lower", "or_upper"]
    frame = pd.DataFrame(rows, columns=columns)
    known = frame["status"].eq("ok").groupby(frame["outcome"]).transform("sum")
    alone = known.eq(1) & frame["status"].eq("ok")
    return frame.assign(compared=known > 1, reason=frame["reason"].mask(alone, "only_recommended"))


def _ratio(ratios: pd.DataFrame, row: pd.Series) -> dict[str, float]:
    """Return the odds ratio of the unfavourable pole that belongs to a difference."""
    names = ("odds_ratio", "or_lower", "or_upper")
    key = (row["outcome"], row["method"])
    if key not in ratios.index or ratios.loc[key, "status"] != "ok":
        return dict.fromkeys(names, float("nan"))
    found = ratios.loc[key]
    ends = [found["estimate"], found["lower"], found["upper"]]
    if found["pole"] == "favourable":
        ends = [1 / ends[0], 1 / ends[2], 1 / ends[1]]
    return dict(zip(names, ends, strict=True))


def detectable(view: CityView) -> pd.DataFrame:
    """Return per outcome the smallest improvement that this design can be expected to find.

    `baseline` is that of the outcome as it is named, whichever pole is modelled. It and
    `detectable` are numbers in the outcome's unit.
    """
    table = compared(view, "detectable")
    known = evaluated(view).indicators
    indicators = [known[key] for key in table["outcome"]]
    turned = pd.Series([is_turned(one) for one in indicators], index=table.index, dtype=bool)
    labels = [view.study.text(one.label) for one in indicators]
    turned &= table["scale"].eq("points")
    baseline = table["baseline"].where(~turned, 100 - table["baseline"])
    table = table.assign(label=labels, baseline=baseline)
    score = table["scale"].eq("score")
    for name, unit in (("baseline", "percent"), ("detectable", "points")):
        numbers = table.assign(value=table[name], unit=score.map({True: "score", False: unit}))
        columns = [number_columns(name, row) for row in numbers.to_dict("records")]
        table = table.join(pd.DataFrame(columns, index=table.index))
    return table


def design_checks(view: CityView) -> pd.DataFrame:
    """Return per outcome what the data say of the design's assumptions.

    ``outcome, label, check, item`` (in words: a wijk, a pair, a share, a characteristic), ``scale,
    value, lower, upper, unit, status, reason``. Differences in who took part (scale ``sd``) have
    no favourable side and are as they are. What is hidden for every outcome is left out.
    """
    table = compared(view, "effect_assumptions")
    shown = table["status"].ne("hidden").groupby([table["check"], table["item"]])
    table = table[shown.transform("any").astype(bool)]
    known, rows = evaluated(view).indicators, []
    for _, row in table.iterrows():
        indicator = known[row["outcome"]]
        ends = [row["estimate"], row["lower"], row["upper"]]
        if row["status"] == "ok" and row["scale"] != "sd":
            ends = to_favourable(row, indicator)
        about = {key: row[key] for key in ("outcome", "check", "scale", "status", "reason")}
        rows.append(
            {
                "label": view.study.text(indicator.label),
                **about,
                "item": _item(view, row),
                "unit": row["scale"],
                **dict(zip(_ENDS, ends, strict=True)),
            }
        )
    columns = ["outcome", "label", "check", "item", "scale", *_ENDS, "unit", "status", "reason"]
    return pd.DataFrame(rows, columns=columns)


def _item(view: CityView, row: pd.Series) -> str:
    """Return what within a check a row is about: a wijk or pair, a share, a characteristic."""
    language, item = view.language, str(row["item"])
    if item in view.study.neighbourhoods:
        return view.study.neighbourhood(item).name
    if row["check"] == "contamination" and re.fullmatch(r"[\d.]+", item):
        share = percentage(100 * float(item), language)
        return text("effect_show.reached", language, share=share)
    words = catalogue("effect", language)["item"]
    if item in words:  # type: ignore[operator]
        return words[item]  # type: ignore[index]
    if row["check"] == "leave_one_out":
        return text("effect_show.pair", language, pair=item)
    column, _, group = item.partition("=")
    label, names = view.study.column_words(column)
    return f"{label}: {names.get(group, group)}" if group else label
