"""One release: estimates, effect and process pass disclosure control together."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from wijkkit.disclosure import Release, policy_for, record_audit
from wijkkit.disclosure.derived import joined, parts_of, release_comparisons, release_derived
from wijkkit.disclosure.release import Made, release_estimates
from wijkkit.disclosure.rules import percent_step
from wijkkit.evaluation.effect.evaluate import EffectResults
from wijkkit.pipeline.areas import release_areas
from wijkkit.pipeline.baseline import baseline_tables
from wijkkit.pipeline.earlier import Earlier, earlier_of, known_elsewhere, prepare
from wijkkit.pipeline.effect import effect_tables
from wijkkit.pipeline.effect_parts import Effects
from wijkkit.pipeline.estimation import StudyEstimates, estimate
from wijkkit.pipeline.process import ProcessResults, evaluate_process
from wijkkit.pipeline.references import release_references
from wijkkit.pipeline.respondents import load_respondents
from wijkkit.released import write_released
from wijkkit.study import Study

_LOG = logging.getLogger(__name__)


def release(
    study: Study,
    estimates: StudyEstimates | None = None,
    effect: EffectResults | None = None,
    process: ProcessResults | None = None,
    extra: Iterable[object] = (),
    earlier: Earlier | None = None,
) -> Release:
    """Release a study: control everything together, write what may be shown.

    What no rule forbids is written as it is, rounded; what a rule forbids is absent, and so is as
    little else as keeps it open. Changes, gaps, comparisons and the effect are the exact ones,
    there where each figure they are made of is shown. The process is evaluated again on the
    released figures.

    Writes ``estimates, references, changes, gaps, slopes, goal_changes, comparisons, comparable, participants, baseline, timeline,
    area_figures, borders``, and where they are given the tables of the effect and of the process.

    Parameters
    ----------
    estimates : StudyEstimates, optional
        As `estimate` gives them; estimated here where not given.
    effect : EffectResults, optional
    process : ProcessResults, optional
    extra : iterable, optional
        Other outputs whose cells are controlled with these.
    earlier : Earlier, optional
        What was published before: figures that stand as they were, and are known to anyone. What
        the study's ledgers hold where it is not given.

    Returns
    -------
    Release

    Raises
    ------
    DisclosureError
        The estimates are not those of the respondents.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> released = wk.release(study, wk.estimate(study, wk.load_respondents(study)))
    >>> released.table["status"].isin(["ok", "hidden", "too_few", "missing", "not_asked"]).all()
    np.True_
    """
    if estimates is None:
        estimates = estimate(study, load_respondents(study))
    policy = policy_for(study)
    sample, comparable = estimates.sample, estimates.comparable
    earlier = earlier or earlier_of(study, sample, policy)
    effects = None if effect is None else Effects(study, effect, sample.people)
    made = Made([estimates.changes, estimates.gaps], estimates.comparisons, comparable)
    if effects is not None:
        made = replace(made, outcomes=effects.outcomes, beside=effects.beside)
    public = known_elsewhere(study, estimates.estimates.table, policy)
    stands = pd.concat([earlier.kept[list(public)], public]) if len(public) else earlier.kept
    released = release_estimates(estimates.estimates, sample, policy, made, stands)
    finest = percent_step(policy)
    table = earlier.figures(released.table)
    derived = {
        name: earlier.derived(name, release_derived(getattr(estimates, name), table, finest), table)
        for name in ("changes", "gaps", "slopes")
    }
    compared = release_comparisons(estimates.comparisons, comparable, table, finest)
    above = release_references(estimates.references, estimates.estimates.counts, table, policy)
    tables = {
        "estimates": table,
        "references": above,
        **derived,
        "comparisons": earlier.comparisons(compared, comparable, table),
        "comparable": comparable,
        "goal_changes": _shown_verdicts(estimates.goal_changes, table),
        **earlier.baseline(baseline_tables(study, sample.people, table, policy)),
    }
    if effect is not None and effects is not None:
        shown = effects.parts(table, released.settled)
        tables |= earlier.outcomes(effect_tables(study, effect, sample.people, shown))
    for name, content in tables.items():
        write_released(study, name, content)
    release_areas(study)
    if process is not None:
        for name, content in evaluate_process(study).tables.items():
            write_released(study, name, content)
    released = replace(released, table=table, audit={**released.audit, "kept": len(earlier.kept)})
    record_audit(study, released, tuple(tables))
    for key in released.left_out:
        _LOG.warning("Nothing of '%s' is released: its small counts would not stay open.", key)
    prepare(study, sample, earlier, tables)
    return released


def _shown_verdicts(changes: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the exact verdicts on changes where each cell is shown, without their numbers."""
    rows = changes.reset_index(drop=True)
    status, _ = joined(rows["status"], table, parts_of(rows, table))
    there = status == "ok"
    names = ["indicator", "area", "area_level", "wave", "group_by", "group", "looked_at"]
    return rows[names].assign(status=status, verdict=rows["verdict"].where(there, "unknown"))
