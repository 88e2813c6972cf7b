"""Which outcomes, waves and groups a study compares."""

from __future__ import annotations

from wijkkit.errors import EstimationError
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.study import Study


def outcomes(study: Study) -> tuple[str, ...]:
    """Return the indicators whose effect is evaluated: the family, or those of the goals.

    A study without either has none.

    Raises
    ------
    EstimationError
        The family names modelled figures: a small-area estimate follows from background
        characteristics and cannot show what a programme did.
    """
    family = study.settings.evaluation.family
    modelled = [key for key in family if study.indicators[key].source == "modelled"]
    if modelled:
        raise EstimationError(
            "modelled figures cannot be an outcome of the effect evaluation",
            file="study.yml",
            place="evaluation.family",
            found=", ".join(modelled),
            expected="indicators from a survey",
            remedy="Leave them out of the family.",
        )
    return family or tuple(dict.fromkeys(goal.indicator for goal in study.goals))


def first_waves(study: Study) -> dict[str, str]:
    """Return the first wave after each programme wijk's start; no wave, no entry.

    Examples
    --------
    >>> import wijkkit as wk
    >>> from wijkkit.evaluation.effect.outcomes import first_waves
    >>> set(first_waves(wk.open_study("parameters")).values())
    {'2021'}
    """
    found = {}
    for wijk, start in study.starts.items():
        after = [wave.id for wave in study.waves if wave.end >= start]
        if after:
            found[wijk] = after[0]
    return found


def compared_waves(study: Study) -> tuple[str, str]:
    """Return the baseline and the follow-up wave.

    By default the last wave that ended before the first wijk started, and the last wave of all,
    which has to lie after the last wijk's start.

    Raises
    ------
    NotEstimable
        No wave ended before the programme started, or none came after it.
    """
    settings, waves = study.settings.evaluation, study.waves
    starts = list(study.starts.values()) or [study.settings.programme.start]
    before = [wave.id for wave in waves if wave.end < min(starts)]
    after = [wave.id for wave in waves if wave.end >= max(starts)]
    baseline = settings.baseline or (before[-1] if before else None)
    follow_up = settings.follow_up or (after[-1] if after else None)
    if baseline is None or follow_up is None or baseline == follow_up:
        raise NotEstimable("no_baseline")
    return baseline, follow_up


def earlier_waves(study: Study) -> tuple[str, ...]:
    """Return the waves before the baseline, the first one first."""
    baseline, _ = compared_waves(study)
    order = [wave.id for wave in study.waves]
    return tuple(order[: order.index(baseline)])
