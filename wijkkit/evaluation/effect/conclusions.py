"""What an effect allows one to say: the rules, and the sentences as keys and fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard, cast

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.did import RECOMMENDED
from wijkkit.language import listed, number, points, signed, small_first, text
from wijkkit.language.messages import escaped
from wijkkit.language.numbers import over_zero
from wijkkit.study import Study
from wijkkit.study.indicators import Indicator
from wijkkit.study.settings import EvaluationSettings

Fields = dict[str, float | str]


def favourable_sign(indicator: Indicator) -> int:
    """Return 1 where a higher value of the modelled outcome is favourable, else -1."""
    if indicator.unit == "score":
        return 1 if indicator.direction == "higher" else -1
    return 1 if indicator.pole == "favourable" else -1


def to_favourable(row: Mapping[str, float], indicator: Indicator) -> list[float]:
    """Return estimate, lower and upper of a difference, turned so that more is favourable."""
    if favourable_sign(indicator) > 0:
        return [row["estimate"], row["lower"], row["upper"]]
    # Nothing is 0, not -0.
    return [0.0 - row["estimate"], 0.0 - row["upper"], 0.0 - row["lower"]]


def row_of(rows: pd.DataFrame, method: str) -> pd.Series | None:
    """Return the difference that a method found."""
    found = rows[rows["method"].eq(method) & rows["scale"].ne("odds_ratio")]
    return found.iloc[0] if len(found) else None


def finding(row: pd.Series, sign: int, settings: EvaluationSettings) -> str | None:
    """Return what a test finds, None where it finds nothing.

    ``shown_*``: also after Holm's adjustment for the other outcomes; ``alone_*``: only before it;
    ``*_better`` and ``*_worse`` are favourable and unfavourable.
    """
    alpha = 1 - settings.level
    if not row["p"] < alpha:
        return None
    adjusted = row["p"] if np.isnan(row["p_holm"]) else row["p_holm"]
    way = "better" if np.sign(row["estimate"]) == sign else "worse"
    return f"{'shown' if adjusted < alpha else 'alone'}_{way}"


def chance_of_sign(tested: int, level: float) -> float:
    """Return how often a study without any effect has at least one outcome with p < 1 - level.

    1 - level^m for m outcomes: exact where they are independent, and the most there can be
    however two-sided tests of normal estimates are correlated; reports therefore say "up to".

    Sidak Z (1967). Rectangular confidence regions for the means of multivariate normal
    distributions. Journal of the American Statistical Association 62, 626-633.
    """
    return 1 - level**tested


def chance_fields(found: str, tested: int, settings: EvaluationSettings) -> Fields:
    """Return the fields that say how often chance alone gives a sign."""
    if not found.startswith("alone"):
        return {}
    return {"outcomes": tested, "chance": chance_of_sign(tested, settings.level)}


def effect_verdict(
    rows: pd.DataFrame,
    sign: int,
    settings: EvaluationSettings,
    detectable: pd.DataFrame,
    tested: int = 1,
) -> tuple[str, Fields]:
    """Return the key and fields of the conclusion on one effect.

    The `finding` of the method that conclusions rest on; or ``not_shown_wide``: not found, and the
    interval holds changes that matter; ``not_shown_small``: not found, and neither this interval
    nor, with few clusters, that of independent respondents holds any (an interval of few clusters
    can be narrow by luck); ``cannot_test``: an arm has one cluster, whose fluctuation cannot be
    estimated: the difference with the p-value of the randomisation test, which takes it for as
    large as that of the others; ``unavailable``: no number, with the reason.
    """
    row = row_of(rows, settings.method)
    if not _is_ok(row):
        return _without_test(rows, row)
    fields: Fields = {key: float(row[key]) for key in ("estimate", "lower", "upper", "p")}
    fields |= {"scale": str(row["scale"]), "p_holm": float(row["p_holm"])}
    if found := finding(row, sign, settings):
        return found, fields | chance_fields(found, tested, settings)
    # The smallest change of a score that matters follows from its spread.
    of_points = row["scale"] == "points"
    known = [settings.relevant_points] if of_points else [*detectable["relevant"].dropna()]
    if not known:
        return "not_shown_wide", fields
    fields["relevant"] = relevant = float(known[0])
    few = row["clusters"] < _FEW_CLUSTERS
    for one in [row, row_of(rows, "model_based")] if few else [row]:
        if not (_is_ok(one) and max(-one["lower"], one["upper"]) < relevant):
            return "not_shown_wide", fields
    return "not_shown_small", fields


def _is_ok(row: pd.Series | None) -> TypeGuard[pd.Series]:
    return row is not None and row["status"] == "ok"


def _without_test(rows: pd.DataFrame, row: pd.Series | None) -> tuple[str, Fields]:
    exact = row_of(rows, "randomisation")
    reason = "no_outcome" if row is None else str(row["reason"])
    if _is_ok(exact) and reason == "one_cluster_in_an_arm":
        fields: Fields = {key: float(exact[key]) for key in ("estimate", "p", "floor")}
        fields |= {"clusters": int(exact["clusters"]), "scale": str(exact["scale"])}
        return "cannot_test", fields
    return "unavailable", {"reason": reason}


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

    ``outcome``, ``part`` (effect, methods, gap, detectable, limits), ``key`` (message in
    ``effect.conclusion.<part>``) and ``fields`` (JSON: numbers, as yet without notation).
    """
    settings, sign = study.settings.evaluation, favourable_sign(study.indicators[outcome])
    main = effects[(effects["contrast"] == "did") & (effects["group"] == "all")]
    parts = [
        ("effect", *effect_verdict(main, sign, settings, detectable, tested)),
        *_methods(main, settings),
        *_gap(study, effects, sign, tested),
        *_detectable(detectable),
        *_limits(study, main, earlier, left_out),
    ]
    rows = [(outcome, part, key, json.dumps(fields)) for part, key, fields in parts]
    return pd.DataFrame(rows, columns=list(CONCLUSION_COLUMNS))


def _methods(rows: pd.DataFrame, settings: EvaluationSettings) -> Iterator[tuple[str, str, Fields]]:
    """Say it where the respondents-as-independent analysis would conclude otherwise."""
    alpha = 1 - settings.level
    naive, honest = row_of(rows, "model_based"), row_of(rows, RECOMMENDED)
    if _is_ok(naive) and naive["p"] < alpha and not (_is_ok(honest) and honest["p"] < alpha):
        yield "methods", "too_sure", {"p": float(naive["p"])}


def _gap(
    study: Study, effects: pd.DataFrame, sign: int, tested: int
) -> Iterator[tuple[str, str, Fields]]:
    """Say whether the effect differs between the outermost groups, and for which it is better."""
    settings, grouping = study.settings.evaluation, study.gap_grouping
    row = row_of(effects[effects["contrast"] == "ddd"], settings.method)
    if row is None or grouping is None:
        return
    if row["status"] != "ok":
        yield "gap", "unavailable", {"reason": str(row["reason"])}
        return
    fields: Fields = {key: float(row[key]) for key in ("estimate", "lower", "upper")}
    fields |= {"scale": str(row["scale"])}
    fields |= {"first": grouping.groups[0].id, "last": grouping.groups[-1].id}
    found = finding(row, sign, settings) or "not_shown"
    yield "gap", found, fields | chance_fields(found, tested, settings)


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
    """Return the sentences on an outcome, Markdown in the study's language."""
    return [
        _sentence(study, outcome, row.part, row.key, json.loads(row.fields))
        for row in conclusions[conclusions["outcome"] == outcome].itertuples()
        if part in (None, row.part)
    ]


def _sentence(study: Study, outcome: str, part: str, key: str, fields: Fields) -> str:
    language, indicator = study.language, study.indicators[outcome]
    if "estimate" in fields:
        ends = to_favourable(cast(Any, {"lower": np.nan, "upper": np.nan} | fields), indicator)
        turned = zip(_ENDS, ends, strict=True)
        fields = fields | {name: end for name, end in turned if name in fields}
    words = {name: _worded(name, value, fields, language) for name, value in fields.items()}
    words |= {end: group_name(study, fields[end]) for end in ("first", "last") if end in fields}
    words["grouping"] = grouping_name(study)
    outcome = escaped(study.text(indicator.label))
    said = text(f"effect.conclusion.{part}.{key}", language, outcome=outcome, **words)
    if not key.endswith(("_better", "_worse")):
        return said
    return said + over_zero(True, float(fields["lower"]), float(fields["upper"]), language)


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
    score = fields.get("scale") == "score"
    if name in (*_ENDS, *_UNSIGNED) and score:
        shown = (signed if name in _ENDS else number)(value, language, 1)
    elif name in _UNSIGNED:
        shown = text("common.points", language, value=number(value, language))
    elif name in _ENDS:
        shown = points(value, language)
    if name in (*_ENDS, *_UNSIGNED):
        finest = 0.1 if score else 1.0
        about = name == "estimate" and float(fields.get("step", finest)) > finest
        return text("show.about", language, value=shown) if about else shown
    if name in ("power", "chance"):
        return number(100 * value, language)
    if name == "p":
        small = value < _SMALLEST_P
        return f"{'<' if small else '='} {number(max(value, _SMALLEST_P), language, 3)}"
    return number(value, language, 0 if name in ("clusters", "outcomes") else 3)
