"""The sentences on an outcome: keys and fields for release, words from the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.methods import RECOMMENDED
from wijkkit.evaluation.effect.verdicts import (
    Fields,
    chance_fields,
    effect_verdict,
    favourable_sign,
    finding,
    row_of,
    to_favourable,
)
from wijkkit.language import listed, number, points, small_first, text
from wijkkit.language.markdown import escaped
from wijkkit.study import Study
from wijkkit.study.settings import EvaluationSettings

CONCLUSION_COLUMNS = ("outcome", "part", "key", "fields")
#: Fields that readers see turned so that more is favourable.
_ENDS = ("estimate", "lower", "upper")
#: Fields that are a size and have no direction.
_UNSIGNED = ("relevant", "smallest", "ceiling")
#: With fewer clusters chance between them weighs heavily: 20 to 50, by how uneven they are
#: (Cameron AC, Miller DL (2015), J Hum Resour 50:317-372).
_FEW_CLUSTERS = 50
#: A p-value is given in three digits: never as zero.
_SMALLEST_P = 0.001


def conclude(
    study: Study,
    outcome: str,
    effects: pd.DataFrame,
    detectable: pd.DataFrame,
    earlier: int,
    tested: int = 1,
    left_out: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Return the sentences on one outcome as keys and fields.

    Parameters
    ----------
    study : Study
    outcome : str
    effects : DataFrame
        Rows of this outcome.
    detectable : DataFrame
        Its smallest detectable effect.
    earlier : int
        Waves before the baseline.
    tested : int
        Outcomes that are tested together.
    left_out : tuple of str
        Wijken that one of the two waves lacks.

    Returns
    -------
    DataFrame
        ``outcome``, ``part`` (effect, methods, gap, detectable, limits), ``key`` (message in
        ``effect.conclusion.<part>``) and ``fields`` (JSON: numbers, as yet without notation).
    """
    settings, indicator = study.settings.evaluation, study.indicators[outcome]
    main = effects[(effects["contrast"] == "did") & (effects["group"] == "all")]
    parts = [
        ("effect", *effect_verdict(main, favourable_sign(indicator), settings, detectable, tested)),
        *_methods(main, settings),
        *_gap(study, effects, favourable_sign(indicator), tested),
        *_detectable(detectable),
        *_limits(study, main, earlier, left_out),
    ]
    rows = [
        {"outcome": outcome, "part": part, "key": key, "fields": json.dumps(fields)}
        for part, key, fields in parts
    ]
    return pd.DataFrame(rows, columns=list(CONCLUSION_COLUMNS))


def _methods(rows: pd.DataFrame, settings: EvaluationSettings) -> Iterator[tuple[str, str, Fields]]:
    """Say it where the respondents-as-independent analysis would conclude otherwise."""
    alpha = 1 - settings.level
    naive, honest = row_of(rows, "model_based"), row_of(rows, RECOMMENDED)
    if naive is None or naive["status"] != "ok" or not naive["p"] < alpha:
        return
    if honest is None or honest["status"] != "ok" or honest["p"] >= alpha:
        yield "methods", "too_sure", {"p": float(naive["p"])}


def _gap(
    study: Study, effects: pd.DataFrame, sign: int, tested: int
) -> Iterator[tuple[str, str, Fields]]:
    """Say whether the effect differs between the outermost groups, and for which it is better."""
    row = row_of(effects[effects["contrast"] == "ddd"], RECOMMENDED)
    grouping = study.gap_grouping
    if row is None or grouping is None:
        return
    if row["status"] != "ok":
        yield "gap", "unavailable", {"reason": str(row["reason"])}
        return
    fields: Fields = {key: float(row[key]) for key in ("estimate", "lower", "upper")}
    fields["scale"] = str(row["scale"])
    fields |= {"first": grouping.groups[0].id, "last": grouping.groups[-1].id}
    found = finding(row, sign, study.settings.evaluation) or "not_shown"
    yield "gap", found, fields | chance_fields(found, tested, study.settings.evaluation)


def _detectable(detectable: pd.DataFrame) -> Iterator[tuple[str, str, Fields]]:
    for row in detectable[detectable["status"] == "ok"].itertuples():
        fields: Fields = {"smallest": float(row.detectable), "scale": str(row.scale)}
        fields |= {"power": row.power, "icc": row.icc, "outcomes": int(row.outcomes)}
        possible = row.detectable <= row.ceiling
        fields |= {} if possible else {"ceiling": float(row.ceiling)}
        key = "effect" if possible else "none"
        yield "detectable", key if row.outcomes > 1 else f"{key}_one", fields


def _limits(
    study: Study, rows: pd.DataFrame, earlier: int, left_out: tuple[str, ...]
) -> Iterator[tuple[str, str, Fields]]:
    if left_out:
        names = [study.neighbourhoods[wijk].name for wijk in left_out]
        yield "limits", "left_out", {"names": listed(names, study.language)}
    clusters = int(rows["clusters"].max()) if len(rows) else 0
    if 0 < clusters < _FEW_CLUSTERS:
        yield "limits", "few_clusters", {"clusters": clusters}
    if not earlier:
        yield "limits", "no_earlier_wave", {}


def conclusion_sentences(
    study: Study, conclusions: pd.DataFrame, outcome: str, part: str | None = None
) -> list[str]:
    """Return the sentences on an outcome, Markdown in the study's language.

    Parameters
    ----------
    study : Study
    conclusions : DataFrame
        ``EffectResults.conclusions``, or its released table.
    outcome : str
    part : str, optional
        Only this part: effect, methods, gap, detectable or limits.
    """
    rows = conclusions[conclusions["outcome"] == outcome]
    if part is not None:
        rows = rows[rows["part"] == part]
    return [
        _sentence(study, outcome, row.part, row.key, json.loads(row.fields))
        for row in rows.itertuples()
    ]


def _sentence(study: Study, outcome: str, part: str, key: str, fields: Fields) -> str:
    language, indicator = study.language, study.indicators[outcome]
    if "estimate" in fields:
        ends = to_favourable(cast(Any, {"lower": np.nan, "upper": np.nan} | fields), indicator)
        turned = dict(zip(_ENDS, ends, strict=True))
        fields = fields | {end: turned[end] for end in _ENDS if end in fields}
    words = {name: _worded(name, value, fields, language) for name, value in fields.items()}
    words |= {end: group_name(study, fields[end]) for end in ("first", "last") if end in fields}
    words["grouping"] = grouping_name(study)
    return text(
        f"effect.conclusion.{part}.{key}",
        language,
        outcome=escaped(study.text(indicator.label)),
        **words,
    )


def group_name(study: Study, group: float | str) -> str:
    """Return the label of a group of the grouping whose gap is evaluated, as Markdown."""
    groups = study.gap_grouping.groups if study.gap_grouping else ()
    return escaped(next(study.text(one.label) for one in groups if one.id == group))


def grouping_name(study: Study) -> str:
    """Return what the grouping whose gap is evaluated is called within a sentence, as Markdown.

    Every sentence that compares groups names it: it is `Study.gap_grouping`.
    """
    grouping = study.gap_grouping
    return escaped(small_first(study.text(grouping.label))) if grouping else ""


def _worded(name: str, value: float | str, fields: Fields, language: str) -> str:
    if name == "reason":
        return text(f"effect.reason.{value}", language)
    if isinstance(value, str):
        return escaped(value) if name == "names" else value
    if name in (*_ENDS, *_UNSIGNED):
        shown = _difference(value, language, fields["scale"] == "score", name in _UNSIGNED)
        finest = 0.1 if fields["scale"] == "score" else 1.0
        about = name == "estimate" and float(fields.get("step", finest)) > finest
        return text("show.about", language, value=shown) if about else shown
    if name in ("power", "chance"):
        return number(100 * value, language)
    if name == "icc":
        return number(value, language, 2)
    if name == "p":
        small = value < _SMALLEST_P
        return f"{'<' if small else '='} {number(max(value, _SMALLEST_P), language, 3)}"
    return number(value, language, 0 if name in ("clusters", "outcomes") else 3)


def _difference(value: float, language: str, score: bool, unsigned: bool) -> str:
    if score:
        return number(value, language, 2)
    if unsigned:
        return text("common.points", language, value=number(value, language))
    return points(value, language)
