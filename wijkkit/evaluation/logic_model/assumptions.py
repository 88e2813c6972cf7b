"""The assumptions between the boxes, and what the data of a wijk say of each."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model.boxes import finding_of
from wijkkit.language import text

ASSUMPTION_COLUMNS = ("wijk", "assumption", "from_box", "to_box", "label", "verdict", "words")


def assumption_findings(facts: Facts, wijk: str) -> pd.DataFrame:
    """Return each assumption of the logic model with what the data say of it.

    Parameters
    ----------
    facts : Facts
        The tables that the study's sources hold (`wijkkit.evaluation.facts`).
    wijk : str
        Its slug.

    Returns
    -------
    DataFrame
        Columns `ASSUMPTION_COLUMNS`. `verdict` is ``for`` when everything that it rests on
        speaks for it, ``against`` when something speaks against it and nothing for it, ``mixed``
        when both do, and ``unknown`` otherwise: a measure of which it is not known speaks not
        for it.
        The data of one wijk cannot prove an assumption; they can make it more or less likely.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.pipeline.process.known import facts_of
    >>> facts = facts_of(study, wk.open_city(study).table("key_figure_changes"))
    >>> from wijkkit.evaluation.logic_model import assumption_findings
    >>> len(assumption_findings(facts, "ankerveld"))
    4
    """
    rows = []
    for item in facts.study.settings.logic_model.assumptions:
        found = [finding_of(facts, wijk, measure) for measure in item.measures]
        label = (
            facts.study.text(item.label)
            if item.label
            else text(f"logic_model.assumption.{item.id}", facts.study.language)
        )
        words = " ".join(finding.words for finding in found)
        verdict = _verdict({finding.support for finding in found})
        rows.append((wijk, item.id, item.from_box, item.to_box, label, verdict, words))
    return pd.DataFrame(rows, columns=list(ASSUMPTION_COLUMNS))


def _verdict(supports: set[str]) -> str:
    if "against" in supports:
        return "mixed" if "for" in supports else "against"
    return "for" if supports == {"for"} else "unknown"
