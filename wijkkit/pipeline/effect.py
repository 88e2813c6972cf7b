"""The effect evaluation as released tables."""

from __future__ import annotations

import pandas as pd

from wijkkit.disclosure import bind_tables
from wijkkit.disclosure.effect_rounding import show_effects
from wijkkit.disclosure.effect_rows import RATIO
from wijkkit.disclosure.record import effect_ledger_of
from wijkkit.evaluation.effect.evaluate import EffectResults, adjusted, concluded
from wijkkit.evaluation.effect.methods import RECOMMENDED
from wijkkit.pipeline.effect_control import EffectControl, effect_control
from wijkkit.pipeline.effect_detectable import shown_detectable
from wijkkit.released import write_released
from wijkkit.study import Study
from wijkkit.tables import EVERYBODY

#: Reasons that tell of a count: nobody is asked somewhere, or all answer alike.
_TELLING = ("empty_cell", "separation", "no_variation")
#: Checks that are shown or hidden apart from the effect.
_SHOWN_WITH = {"leave_one_out": "leave_one_out", "pre_trend": "pre_trend", "bounds": "pre_trend"}


def release_effect(study: Study, results: EffectResults, respondents: pd.DataFrame) -> None:
    """Write the effect evaluation to the study's released tables; `release` comes before it.

    Effects are attacked together with the released estimates. They are shown in steps as fine as
    leaves every hidden count open, or not at all. What follows from them (adjusted p-values,
    contamination, the smallest detectable effect, conclusions) is made again from what is shown.

    Parameters
    ----------
    study : Study
    results : EffectResults
        As `wijkkit.evaluate_effect` gives them.
    respondents : DataFrame
        Those it was given.
    """
    control = effect_control(study, respondents)
    found = results.effects.assign(table="effects", check="", item="")
    ratio, everybody = found["scale"].eq(RATIO), found["group"].eq(EVERYBODY)
    name = found["group"].mask(ratio & everybody, RATIO).mask(ratio & ~everybody, "")
    effects = adjusted(_shown(study, found, name, control))
    detectable = shown_detectable(study, results.detectable, control)
    write_released(study, "effects", effects)
    write_released(study, "detectable", detectable)
    write_released(study, "effect_assumptions", _checks(study, results, effects, control))
    conclusions = concluded(study, respondents, effects, detectable)
    write_released(study, "effect_conclusions", conclusions)
    bind_tables(study)


def _checks(
    study: Study, results: EffectResults, effects: pd.DataFrame, control: EffectControl
) -> pd.DataFrame:
    """Return the checks of assumptions as they may be shown, without their p-values."""
    table = results.assumptions
    rows = table.assign(table="effect_assumptions", group=EVERYBODY, method="", df=float("nan"))
    name = rows["check"].map(_SHOWN_WITH).fillna(EVERYBODY)
    shown = _shown(study, rows, name, control)
    main = effects[effects["group"].eq(EVERYBODY) & effects["method"].eq(RECOMMENDED)]
    main = main[main["scale"].ne(RATIO)].set_index("outcome")
    for row in shown[shown["check"].eq("contamination") & shown["status"].eq("ok")].itertuples():
        # The same number as the effect, divided: rounded for itself it would tell more of it.
        for limit in ("estimate", "lower", "upper"):
            shown.loc[row.Index, limit] = main.loc[row.outcome, limit] / (1 - float(row.item))
    return shown[[name for name in table if name != "p"]]


def _shown(
    study: Study, rows: pd.DataFrame, name: pd.Series, control: EffectControl
) -> pd.DataFrame:
    """Return rows as they may be shown; `name` says what each is shown or hidden with."""
    allowed = control.allows(rows["outcome"], name)
    ok = rows["status"].eq("ok")
    rows = control.with_steps(rows.assign(name=name, allowed=ok & allowed, waves=control.waves))
    level, ledger = study.settings.evaluation.level, effect_ledger_of(study)
    shown = show_effects(rows, control.policy, level, ledger)
    hide = (ok & shown["estimate"].isna()) | rows["reason"].isin(_TELLING)
    return shown.assign(
        status=rows["status"].mask(hide, "hidden"), reason=rows["reason"].mask(hide, "hidden")
    )
