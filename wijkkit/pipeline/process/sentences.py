"""What the process tables say of each wijk and of the city, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.learning.comparison import ahead_sentences, clash_sentences
from wijkkit.evaluation.learning.cycle import improvement_cycle
from wijkkit.evaluation.process.network import participation, turnover
from wijkkit.evaluation.process.sentences import (
    implementation_sentences,
    network_sentences,
    reach_sentences,
)

Said = Iterator[tuple[str, str, str]]


def sentences(facts: Facts, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return ``wijk, topic, sentence``; `wijk` is empty for what concerns the city.

    Topics: ``implementation``, ``reach``, ``network``, ``cycle_planned`` and the other parts of the
    improvement cycle, and for the city ``clashes`` and ``ahead``.
    """
    wijken = facts.programme_wijken()
    starts = facts.study.starts
    meetings = participation(facts.kept("meetings"), facts.kept("attendance"))
    left = turnover(facts.kept("stakeholders"), starts, facts.as_of)
    rows = [row for wijk in wijken for row in _of_wijk(facts, tables, wijk)]
    for wijk in wijken:
        said = network_sentences(
            meetings,
            tables["centrality"],
            left,
            wijk,
            start=starts[wijk],
            end=max(starts[wijk], facts.as_of),
            language=facts.study.language,
        )
        rows += [(wijk, "network", sentence) for sentence in said]
    rows += [("", "clashes", sentence) for sentence in clash_sentences(facts)]
    ahead = ahead_sentences(tables["side_by_side"], facts.study)
    rows += [("", "ahead", sentence) for sentence in ahead]
    return pd.DataFrame(rows, columns=["wijk", "topic", "sentence"])


def _of_wijk(facts: Facts, tables: Mapping[str, pd.DataFrame], wijk: str) -> Said:
    language = facts.study.language
    for sentence in reach_sentences(tables["implementation"], wijk, language):
        yield wijk, "reach", sentence
    interventions = len(facts.kept("interventions", wijk))
    for sentence in implementation_sentences(
        tables["implementation_by_wijk"], wijk, interventions, language
    ):
        yield wijk, "implementation", sentence
    for row in improvement_cycle(facts, wijk).itertuples():
        yield wijk, f"cycle_{row.part}", row.sentence
