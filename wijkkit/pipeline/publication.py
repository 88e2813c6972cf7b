"""Release: what passes disclosure control becomes the released tables."""

from __future__ import annotations

from wijkkit.disclosure import (
    Release,
    ledger_of,
    policy_for,
    record_audit,
    release_derived,
    release_verdicts,
)
from wijkkit.disclosure import release as control
from wijkkit.pipeline.areas import release_areas
from wijkkit.pipeline.estimation import StudyEstimates
from wijkkit.released import write_released
from wijkkit.study import Study

#: The tables that rest on counts of respondents.
_AUDITED = ("estimates", "changes", "gaps", "comparisons", "hidden")


def release(study: Study, estimates: StudyEstimates) -> Release:
    """Release a study's estimates: control them together, write what may be shown.

    Writes the released tables ``estimates``, ``changes``, ``gaps``, ``comparisons``,
    ``comparable``, ``hidden``, ``area_figures`` and ``borders``. Verdicts and derived figures are
    made again from the released numbers; where one of those is hidden, they are too.

    Parameters
    ----------
    study : Study
    estimates : StudyEstimates

    Returns
    -------
    Release
        The released estimates, what was hidden and why, and what the audit found.

    Raises
    ------
    DisclosureError
        The audit could derive what must stay hidden; nothing is written then.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> released = wk.release(study, wk.estimate(study, wk.load_respondents(study)))
    >>> released.table["status"].isin(["ok", "hidden", "too_few", "missing", "not_asked"]).all()
    np.True_
    """
    grid = estimates.estimates
    released = control(
        grid.table,
        grid.counts,
        areas=study.areas(),
        policy=policy_for(study),
        ledger=ledger_of(study),
    )
    write_released(study, "estimates", released.table)
    write_released(study, "changes", release_derived(estimates.changes, released))
    write_released(study, "gaps", release_derived(estimates.gaps, released))
    directions = {key: indicator.direction for key, indicator in study.indicators.items()}
    verdicts = release_verdicts(estimates.comparisons, estimates.comparable, released, directions)
    write_released(study, "comparisons", verdicts)
    write_released(study, "comparable", estimates.comparable)
    write_released(study, "hidden", released.hidden)
    release_areas(study)
    record_audit(study, released, _AUDITED)
    return released
