"""Key figures and parents: scales by arm and wave, their change, and parents' use of services."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from wijkkit.disclosure import Policy
from wijkkit.disclosure.rounding import to_step
from wijkkit.errors import EstimationError
from wijkkit.estimates.scale import scale_reliability
from wijkkit.evaluation.effect.did import did
from wijkkit.evaluation.effect.evaluate import judged_together
from wijkkit.evaluation.effect.sample import NotEstimable
from wijkkit.evaluation.effect.two_arms import change_test
from wijkkit.language import interval, number, percentage, points, signed, text
from wijkkit.study import Study
from wijkkit.study.settings.programme import Scale
from wijkkit.tables import ARMS, rows_with

SCALE_COLUMNS = tuple(
    "scale label arm wave mean lower upper n wijken alpha alpha_lower alpha_upper omega status".split()
)


def turned(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """Return the items of a scale with the reversed ones turned: high is favourable."""
    items = answers[list(scale.items)].astype(float)
    reverse = [item for item in scale.items if item in scale.reverse]
    return items.assign(**{item: scale.minimum + scale.maximum - items[item] for item in reverse})


def scores(answers: pd.DataFrame, scale: Scale) -> pd.Series:
    """Return each person's mean answer, absent with too few answers."""
    items, at_least = turned(answers, scale), scale.at_least or math.ceil(len(scale.items) / 2)
    return items.mean(axis=1).where(items.notna().sum(axis=1) >= at_least)


def scale_table(study: Study, answers: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of every scale by arm and wave, with its reliability in that wave.

    Columns `SCALE_COLUMNS`. `mean` is that of the wijken's means, with a t interval over wijken,
    absent with fewer than two; `n` counts persons. Alpha (Feldt's interval) and omega are of both
    arms together, absent where they cannot be computed. `status` is ``missing`` where nobody was
    interviewed.
    """
    rows, confidence = [], study.settings.evaluation.level
    for key, scale in study.settings.process.key_figures.scales.items():
        label = study.text(scale.label)
        scored = answers.assign(score=scores(answers, scale))
        for wave in [wave.id for wave in study.waves]:
            now = scored[scored["wave"].eq(wave)]
            try:
                found = scale_reliability(turned(now, scale), confidence=confidence)
                reliable = found.alpha, found.lower, found.upper, found.omega
            except EstimationError:
                reliable = (math.nan,) * 4
            for arm in ARMS:
                *mean, status = _mean(now[now["arm"].eq(arm)].dropna(subset="score"), confidence)
                rows.append((key, label, arm, wave, *mean, *reliable, status))
    return pd.DataFrame(rows, columns=list(SCALE_COLUMNS))


def _mean(rows: pd.DataFrame, confidence: float) -> tuple[float, float, float, int, int, str]:
    means = rows.groupby("wijk")["score"].mean().to_numpy(dtype=float)
    if not len(means):
        return math.nan, math.nan, math.nan, 0, 0, "missing"
    half = math.nan
    if len(means) > 1:
        error = means.std(ddof=1) / math.sqrt(len(means))
        half = float(stats.t.ppf(0.5 + confidence / 2, len(means) - 1) * error)
    mean = float(means.mean())
    return mean, mean - half, mean + half, len(rows), len(means), "ok"


CHANGE_COLUMNS = tuple(
    "scale label first last programme comparator value lower upper unit p floor verdict "
    "looked_at wijken status reason".split()
)


def scale_changes(study: Study, answers: pd.DataFrame) -> pd.DataFrame:
    """Return how much more each scale changed in the programme wijken than in the comparators.

    The two waves are the first and the last in which the scale was asked. `value` with its interval
    is the difference of the arms' mean changes per wijk, on t with G - 2 degrees of freedom; `p` is
    that of the exact randomisation test, within pairs where the study has them, and `floor` the
    smallest it can be.

    Columns `CHANGE_COLUMNS`, one row per scale; unit ``score``. Numbers are absent unless `status`
    is ``ok``; `reason` says why.
    """
    rows = []
    for key, scale in study.settings.process.key_figures.scales.items():
        scored = answers.assign(score=scores(answers, scale)).dropna(subset="score")
        scored = scored[scored["arm"].isin(ARMS)]
        waves = [wave.id for wave in study.waves if scored["wave"].eq(wave.id).any()]
        found: dict[str, Any] = {"scale": key, "label": study.text(scale.label), "unit": "score"}
        if len(waves) < 2 or set(scored["arm"]) != set(ARMS):
            reason = "one_wave" if len(waves) < 2 else "one_arm"
            rows.append(found | {"status": "missing", "reason": reason})
            continue
        rows.append(found | _change(study, scored, waves[0], waves[-1]))
    return _judged(rows, CHANGE_COLUMNS, study.settings.evaluation.level)


def _judged(rows: list[dict[str, Any]], columns: Sequence[str], level: float) -> pd.DataFrame:
    """Return rows as a table, judged together by their ``p_main``: Holm's adjustment."""
    table = pd.DataFrame(rows, columns=[*columns, "p_main"])
    p = table["p_main"].to_numpy(float)
    made = table.assign(
        verdict=judged_together(table["value"], p, level), looked_at=int((~np.isnan(p)).sum())
    )
    return made[list(columns)]


def _change(study: Study, scored: pd.DataFrame, first: str, last: str) -> dict[str, object]:
    rows = scored[scored["wave"].isin([first, last])]
    paired = rows["pair"].notna().all()
    exact = "randomisation_paired" if paired else "randomisation"
    table = did(
        rows["score"].to_numpy(dtype=float),
        rows["arm"].eq("programme").to_numpy(),
        rows["wave"].eq(last).to_numpy(),
        rows["wijk"].to_numpy(dtype=object),
        pair=rows["pair"].to_numpy(dtype=object) if paired else None,
        family="linear",
        methods=["cluster_period", exact],
        settings=study.settings.evaluation,
    ).set_index("method")
    main, test = table.loc["cluster_period"], table.loc[exact]
    means = rows.groupby(["arm", "wijk", "wave"])["score"].mean().unstack("wave")
    moves = (means[last] - means[first]).groupby("arm").mean()
    return {
        "first": first,
        "last": last,
        "wijken": rows["wijk"].nunique(),
        **{arm: moves[arm] for arm in ARMS},
        **{name: main[name] for name in ("lower", "upper", "status", "reason")},
        "value": main["estimate"],
        "p_main": main["p"],
        **{name: test[name] for name in ("p", "floor")},
    }


def key_figure_sentences(table: pd.DataFrame, changes: pd.DataFrame, study: Study) -> list[str]:
    """Say whether each scale changed otherwise with the programme, and what the test cannot show.

    `table`: From `scale_table`. `changes`: From `scale_changes`.
    """
    settings, language = study.settings, study.language
    sentences = []
    for row in changes.itertuples():
        if row.status != "ok":
            key = "too_few" if row.status == "too_few" else "unknown"
            sentences.append(_say(key, language, scale=row.label))
            continue
        way = {"better": "higher", "worse": "lower"}.get(row.verdict, "same")
        fields = {
            "value": signed(row.value, language, 1),
            "interval": interval(row.lower, row.upper, language, 1),
        }
        said = _say(way, language, scale=row.label, **fields)
        alpha = table.loc[table["scale"].eq(row.scale), "alpha"].min()
        if alpha < settings.process.key_figures.reliable:
            said += f" {_say('unreliable', language, alpha=number(alpha, language, 2))}"
        sentences.append(said)
    significant = 1 - settings.evaluation.level
    floors = changes.loc[changes["status"].eq("ok") & changes["floor"].gt(significant)]
    if len(floors):
        row = floors.iloc[0]
        fields = {"wijken": row["wijken"], "p": number(row["floor"], language, 2)}
        sentences.append(_say("smallest_p", language, **fields))
    return sentences


def _say(key: str, language: str, **fields: object) -> str:
    return text(f"process.key_figures.{key}", language, **fields)


# What is shown of the key-figure scales: no score of one person follows from a wijk's mean.

_NUMBERS = ("mean", "lower", "upper", "n", "alpha", "alpha_lower", "alpha_upper", "omega")
_MOVES = ("programme", "comparator", "value", "lower", "upper", "p")


def shown_scales(
    table: pd.DataFrame, changes: pd.DataFrame, answers: pd.DataFrame, policy: Policy
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `scale_table` and `scale_changes` as they may be shown.

    With two wijken an arm's mean and interval give both of their means; so an arm and wave of
    which a wijk has fewer than `min_count` key figures has no numbers (``too_few``). Means are
    rounded, intervals outwards; changes are computed again from the rounded means.
    """
    persons = answers.groupby(["arm", "wave", "wijk"]).size().groupby(["arm", "wave"]).min()
    few = set(persons.index[persons < policy.min_count])
    step = 10.0**-policy.score_decimals
    hide = np.array([pair in few for pair in zip(table["arm"], table["wave"], strict=True)], bool)
    shown = table.assign(
        **{name: table[name].mask(hide) for name in _NUMBERS},
        status=table["status"].mask(hide & table["status"].eq("ok"), "too_few"),
    )
    shown["mean"] = to_step(shown["mean"], step)
    shown["lower"], shown["upper"] = _down(shown["lower"], step), -_down(-shown["upper"], step)
    for name in ("alpha", "alpha_lower", "alpha_upper", "omega"):
        shown[name] = shown[name].round(2)
    means = shown.set_index(["scale", "arm", "wave"])["mean"]
    rows = [_again(row, means, few, policy) for row in changes.to_dict("records")]
    return shown, pd.DataFrame(rows, columns=list(changes))


def _again(
    row: dict[str, Any],
    means: pd.Series,
    few: set[tuple[str, str]],
    policy: Policy,
) -> dict[str, Any]:
    if row["status"] != "ok":
        return row
    waves = row["first"], row["last"]
    if any((arm, wave) in few for arm in ARMS for wave in waves):
        return row | dict.fromkeys(_MOVES, np.nan) | {"status": "too_few", "reason": "too_few"}
    mean = means[row["scale"]]
    moves = {arm: mean[arm, waves[1]] - mean[arm, waves[0]] for arm in ARMS}
    half = -_down(np.array((row["lower"] - row["upper"]) / 2), 10.0**-policy.score_decimals)
    value = moves["programme"] - moves["comparator"]
    found = moves | {"value": value, "lower": value - half, "upper": value + half}
    return row | {name: float(np.round(number, 10)) for name, number in found.items()}


def _down(values: pd.Series | np.ndarray, step: float) -> pd.Series | np.ndarray:
    return np.round(np.floor(np.round(values / step, 9)) * step, 10)


# Parents' use of interventions and services, asked in the last wave: programme and comparators.
#
# Asked once, so it says nothing of change. Wijken are the units, as in the effect evaluation: the
# arms' means over wijken are compared by the test of the effect evaluation, adjusted for the number
# of indicators.

USE_COLUMNS = tuple(
    "indicator label wave programme comparator value lower upper unit wijken verdict "
    "looked_at status".split()
)


def service_use(study: Study, estimates: pd.DataFrame) -> pd.DataFrame:
    """Compare the use of services between programme and comparator wijken.

    Columns `USE_COLUMNS`, one row per indicator, of the last wave that asked it: `programme` and
    `comparator` are means over wijken (percent), `value` their difference in percentage points.
    `verdict` is that of all `looked_at` indicators together (better: more use in the programme
    wijken). `status` is ``ok``, ``too_few`` (an arm has fewer than two wijken with a figure; no
    numbers) or ``not_asked``.

    Hayes RJ, Moulton LH (2017). Cluster Randomised Trials, chapter 10: t test on cluster summaries.
    """
    rows, confidence = [], study.settings.evaluation.level
    for key in study.settings.process.service_use:
        found: dict[str, Any] = {"indicator": key, "label": study.text(study.indicators[key].label)}
        mine = rows_with(estimates, indicator=key, area_level="wijk", group_by="")
        mine = mine[mine["status"].ne("not_asked")]
        waves = [wave.id for wave in study.waves if mine["wave"].eq(wave.id).any()]
        if not waves:
            rows.append(found | {"status": "not_asked"})
            continue
        last = rows_with(mine, wave=waves[-1], status="ok")
        arms = last["area"].map(study.arms)
        found |= {"wave": waves[-1], "unit": "points", "wijken": int(arms.ne("none").sum())}
        programme, comparator = (last.loc[arms.eq(name), "value"] for name in ARMS)
        rows.append(found | _compared(programme, comparator, confidence))
    return _judged(rows, USE_COLUMNS, confidence)


def _compared(
    programme: pd.Series, comparator: pd.Series, confidence: float
) -> dict[str, float | str]:
    if min(len(programme), len(comparator)) < 2:
        return {"status": "too_few"}
    values = np.concatenate([programme, comparator])
    try:
        found = change_test(values, np.arange(len(values)) < len(programme), confidence)
    except NotEstimable as error:
        return {"status": error.status}
    return {
        "programme": float(programme.mean()),
        "comparator": float(comparator.mean()),
        "value": found.estimate,
        "lower": found.lower,
        "upper": found.upper,
        "p_main": found.p,
        "status": "ok",
    }


def service_use_sentences(table: pd.DataFrame, language: str) -> list[str]:
    """Say what parents use in both arms, and what that does not tell."""

    def say(key: str, **fields: object) -> str:
        return text(f"process.service_use.{key}", language, **fields)

    asked = table[table["status"].eq("ok")]
    if asked.empty:
        return [say("none")]
    sentences = []
    for row in asked.itertuples():
        limits = interval(row.lower, row.upper, language)
        difference = say("difference", value=points(row.value, language), interval=limits)
        arms = {arm: percentage(getattr(row, arm), language) for arm in ARMS}
        sentences.append(say("row", indicator=row.label, **arms, difference=difference))
        sentences.append(say("different" if row.verdict in ("better", "worse") else "same"))
    return [*sentences, say("once")]
