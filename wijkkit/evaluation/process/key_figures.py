"""Key-figure interviews: the scores of their scales, by arm and wave, and their reliability."""

from __future__ import annotations

import math

import pandas as pd
from scipy import stats

from wijkkit.errors import EstimationError
from wijkkit.estimates.scale import scale_reliability, scale_score
from wijkkit.study import Study
from wijkkit.study.settings.process import Scale

ARMS = ("programme", "comparator")

SCALE_COLUMNS = (
    "scale",
    "label",
    "arm",
    "wave",
    "mean",
    "lower",
    "upper",
    "n",
    "wijken",
    "alpha",
    "alpha_lower",
    "alpha_upper",
    "omega",
    "status",
)


def turned(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """Return the items of a scale with the reversed ones turned: high is favourable.

    Examples
    --------
    >>> import pandas as pd
    >>> scale = Scale(label="Scale", items=("a", "b"), reverse=("b",))
    >>> turned(pd.DataFrame({"a": [2.0], "b": [2.0]}), scale).iloc[0].tolist()
    [2.0, 4.0]
    """
    items = answers[list(scale.items)].astype(float)
    reverse = [item for item in scale.items if item in scale.reverse]
    return items.assign(**{item: scale.minimum + scale.maximum - items[item] for item in reverse})


def scores(answers: pd.DataFrame, scale: Scale) -> pd.Series:
    """Return each person's mean answer, absent with too few answers."""
    at_least = scale.at_least or math.ceil(len(scale.items) / 2)
    return scale_score(turned(answers, scale), minimum=at_least)


def scale_table(study: Study, answers: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of every scale by arm and wave, with its reliability in that wave.

    Parameters
    ----------
    study : Study
        Its ``process.key_figures`` defines the scales.
    answers : DataFrame
        From `wijkkit.loaders.key_figures.load_key_figures`.

    Returns
    -------
    DataFrame
        Columns `SCALE_COLUMNS`. `mean` is that of the wijken's means, with a t interval over
        wijken, absent with fewer than two; `n` counts persons. Alpha (Feldt's interval) and
        omega are of both arms together, absent where they cannot be computed. `status` is
        ``missing`` where nobody was interviewed.
    """
    rows, confidence = [], study.settings.evaluation.level
    for key, scale in study.settings.process.key_figures.scales.items():
        label = study.text(scale.label)
        scored = answers.assign(score=scores(answers, scale))
        for wave in [wave.id for wave in study.waves]:
            now = scored[scored["wave"].eq(wave)]
            reliable = _reliability(now, scale, confidence)
            for arm in ARMS:
                found = _mean(now[now["arm"].eq(arm)].dropna(subset="score"), confidence)
                rows.append((key, label, arm, wave, *found[:-1], *reliable, found[-1]))
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


def _reliability(
    rows: pd.DataFrame, scale: Scale, confidence: float
) -> tuple[float, float, float, float]:
    try:
        found = scale_reliability(turned(rows, scale), confidence=confidence)
    except EstimationError:
        return (math.nan,) * 4
    return found.alpha, found.lower, found.upper, found.omega
