"""Parents' use of interventions and services, asked in the last wave: programme and comparators.

Asked once, so it says nothing of change. Wijken are the units, as in the effect evaluation: the
arms' means over wijken are compared by the test of the effect evaluation, adjusted for the number
of indicators.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.evaluate import judged_together
from wijkkit.evaluation.effect.sample import NotEstimable
from wijkkit.evaluation.effect.two_arms import change_test
from wijkkit.language import interval, percentage, points, text
from wijkkit.study import Study

USE_COLUMNS = (
    "indicator",
    "label",
    "wave",
    "programme",
    "comparator",
    "value",
    "lower",
    "upper",
    "unit",
    "wijken",
    "verdict",
    "looked_at",
    "status",
)


def service_use(study: Study, estimates: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Compare the use of services between programme and comparator wijken.

    Columns `USE_COLUMNS`, one row per indicator, of the last wave that asked it: `programme` and
    `comparator` are means over wijken (percent), `value` their difference in percentage points.
    `verdict` is that of all `looked_at` indicators together (better: more use in the programme
    wijken). `status` is ``ok``, ``too_few`` (an arm has fewer than two wijken with a figure; no
    numbers) or ``not_asked``.

    Hayes RJ, Moulton LH (2017). Cluster Randomised Trials, chapter 10: t test on cluster summaries.
    """
    arm = {slug: hood.arm for slug, hood in study.neighbourhoods.items()}
    rows = []
    for key in study.settings.process.service_use:
        found: dict[str, Any] = {"indicator": key, "label": study.text(study.indicators[key].label)}
        mine = estimates[
            estimates["indicator"].eq(key)
            & estimates["area_level"].eq("wijk")
            & estimates["group_by"].eq("")
            & estimates["status"].ne("not_asked")
        ]
        waves = [wave.id for wave in study.waves if mine["wave"].eq(wave.id).any()]
        if not waves:
            rows.append(found | {"status": "not_asked"})
            continue
        last = mine[mine["wave"].eq(waves[-1]) & mine["status"].eq("ok")]
        arms = last["area"].map(arm)
        found |= {"wave": waves[-1], "unit": "points", "wijken": int(arms.ne("none").sum())}
        sides = [last.loc[arms.eq(name), "value"] for name in ("programme", "comparator")]
        rows.append(found | _compared(sides[0], sides[1], confidence))
    table = pd.DataFrame(rows, columns=[*USE_COLUMNS, "p"])
    verdict = judged_together(table["value"], table["p"], confidence)
    made = table.assign(verdict=verdict, looked_at=int(table["p"].notna().sum()))
    return made[list(USE_COLUMNS)]


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
        "p": found.p,
        "status": "ok",
    }


def service_use_sentences(table: pd.DataFrame, language: str) -> list[str]:
    """Say what parents use in both arms, and what that does not tell."""
    asked = table[table["status"].eq("ok")]
    if asked.empty:
        return [_say("none", language)]
    sentences = []
    for row in asked.itertuples():
        limits = interval(row.lower, row.upper, language)
        difference = text(
            "process.service_use.difference",
            language,
            value=points(row.value, language),
            interval=limits,
        )
        sentences.append(
            _say(
                "row",
                language,
                indicator=row.label,
                programme=percentage(row.programme, language),
                comparator=percentage(row.comparator, language),
                difference=difference,
            )
        )
        clear = row.verdict in ("better", "worse")
        sentences.append(_say("different" if clear else "same", language))
    return [*sentences, _say("once", language)]


def _say(key: str, language: str, **fields: object) -> str:
    return text(f"process.service_use.{key}", language, **fields)
