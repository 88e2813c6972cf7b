"""The release of a study: what its notebooks published, controlled together."""

from __future__ import annotations

from typing import Any

from wijkkit.disclosure import Release, bind_tables
from wijkkit.errors import BatchError
from wijkkit.evaluation.effect.evaluate import EffectResults
from wijkkit.pipeline.estimation import StudyEstimates
from wijkkit.pipeline.outputs import release_outputs
from wijkkit.pipeline.process import ProcessResults
from wijkkit.pipeline.release import release as release_together
from wijkkit.released.unreleased import publications
from wijkkit.study import Study, open_study
from wijkkit.study.guard import releasing


def release(
    study: str | Study,
    estimates: StudyEstimates | None = None,
    effect: EffectResults | None = None,
    process: ProcessResults | None = None,
) -> Release:
    """Release what the notebooks of a study published, everything together.

    Estimates, effect, process and published outputs pass disclosure control in one step. What it
    lets out is in ``<runs>/released``; outputs with a label are drawn again from that.

    Parameters
    ----------
    estimates, effect, process : StudyEstimates, EffectResults, ProcessResults, optional
        Release these alone, without what was published.

    Returns
    -------
    Release

    Raises
    ------
    BatchError
        No notebook published the estimates.
    DisclosureError
        An output that control cannot read is not named in study.yml.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> estimates = wk.publish(wk.estimate(study, wk.load_respondents(study)))
    >>> wk.release(study).table["status"].isin(["ok", "hidden", "too_few"]).any()
    np.True_
    """
    study = study if isinstance(study, Study) else open_study(study)
    with releasing():
        if estimates is not None:
            return release_together(study, estimates, effect, process)
        published = publications(study)
        whole = {one.name: one.content for one in published if one.kind == "whole"}
        _require_estimates(whole)
        released = release_together(study, **whole)
        release_outputs(study, published)
        bind_tables(study)
        return released


def _require_estimates(whole: dict[str, Any]) -> None:
    if "estimates" not in whole:
        raise BatchError(
            "the estimates were not published",
            file="unreleased/",
            found=", ".join(whole) or "nothing",
            remedy="Run the city notebooks before this one: wk.publish(estimates).",
        )
