"""The sentences on an outcome: keys and fields for release, words from the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pandas as pd

from wijkkit.evaluation.effect.methods import RECOMMENDED
from wijkkit.evaluation.effect.verdicts import Fields, effect_verdict, favourable_sign, row_of
from wijkkit.language import number, points, text
from wijkkit.language.markdown import escaped
from wijkkit.study import Study
from wijkkit.study.settings import EvaluationSettings

CONCLUSION_COLUMNS = ("outcome", "part", "key", "fields")
#: Fields that are a size and have no direction.
_UNSIGNED = ("relevant", "smallest")


def conclude(
    study: Study, outcome: str, effects: pd.DataFrame, detectable: pd.DataFrame, earlier: int
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

    Returns
    -------
    DataFrame
        ``outcome``, ``part`` (effect, methods, gap, detectable, limits), ``key`` (message in
        ``effect.conclusion.<part>``) and ``fields`` (JSON: numbers, as yet without notation).
    """
    settings, indicator = study.settings.evaluation, study.indicators[outcome]
    main = effects[(effects["contrast"] == "did") & (effects["group"] == "all")]
    parts = [
        ("effect", *effect_verdict(main, favourable_sign(indicator), settings, detectable)),
        *_methods(main, settings),
        *_gap(effects, settings),
        *_detectable(detectable),
        *_limits(main, earlier),
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


def _gap(effects: pd.DataFrame, settings: EvaluationSettings) -> Iterator[tuple[str, str, Fields]]:
    rows = effects[effects["contrast"] == "ddd"]
    row = row_of(rows, RECOMMENDED)
    if row is None:
        return
    if row["status"] != "ok":
        yield "gap", "unavailable", {"reason": str(row["reason"])}
        return
    fields: Fields = {key: float(row[key]) for key in ("estimate", "lower", "upper")}
    fields["scale"] = str(row["scale"])
    found = row["p"] < 1 - settings.level
    yield "gap", "shown" if found else "not_shown", fields


def _detectable(detectable: pd.DataFrame) -> Iterator[tuple[str, str, Fields]]:
    for row in detectable[detectable["status"] == "ok"].itertuples():
        yield (
            "detectable",
            "effect",
            {"smallest": float(row.detectable), "scale": str(row.scale), "power": row.power},
        )


def _limits(rows: pd.DataFrame, earlier: int) -> Iterator[tuple[str, str, Fields]]:
    clusters = int(rows["clusters"].max()) if len(rows) else 0
    if clusters:
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
    pole = "score" if indicator.unit == "score" else indicator.pole
    words = {name: _worded(name, value, fields, language) for name, value in fields.items()}
    return text(
        f"effect.conclusion.{part}.{key}",
        language,
        outcome=escaped(study.text(indicator.label)),
        pole=text(f"effect.pole.{pole}", language),
        **words,
    )


def _worded(name: str, value: float | str, fields: Fields, language: str) -> str:
    if name == "reason":
        return text(f"effect.reason.{value}", language)
    if isinstance(value, str):
        return value
    if name in ("estimate", "lower", "upper", "relevant", "smallest"):
        return _difference(value, language, fields["scale"] == "score", name in _UNSIGNED)
    if name == "power":
        return number(100 * value, language)
    return number(value, language, 0 if name == "clusters" else 3)


def _difference(value: float, language: str, score: bool, unsigned: bool) -> str:
    if score:
        return number(value, language, 2)
    if unsigned:
        return text("common.points", language, value=number(value, language))
    return points(value, language)
