"""Where city-wide programmes and procurement clash with the plans of wijken."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.process.sentences import as_sentence
from wijkkit.language import large_first, listed, text

CLASH_COLUMNS = ("clash", "programme", "wijken", "names", "open", "solved", "what")


def clashes(facts: Facts) -> pd.DataFrame:
    """Return the flags of all wijken by what they clash with, most wijken first.

    Parameters
    ----------
    facts : Facts
        The tables that the study's sources hold (`wijkkit.evaluation.facts`).

    Returns
    -------
    DataFrame
        ``clash, programme, wijken, names, open, solved, what``: how many wijken raised it and
        which, how many flags are open and solved, and their words.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.pipeline.process.known import facts_of
    >>> facts = facts_of(study, wk.open_city(study).table("key_figure_changes"))
    >>> from wijkkit.evaluation.learning import clashes
    >>> list(clashes(facts).columns)
    ['clash', 'programme', 'wijken', 'names', 'open', 'solved', 'what']
    """
    flags = facts.kept("flags")
    flags = flags.assign(programme=flags["programme"].fillna(""))
    rows = []
    for (clash, programme), mine in flags.groupby(["clash", "programme"]):
        names = [facts.study.neighbourhoods[wijk].name for wijk in mine["wijk"].unique()]
        rows.append(
            (
                clash,
                programme,
                len(names),
                listed(names, facts.study.language),
                int(mine["status"].eq("open").sum()),
                int(mine["status"].eq("solved").sum()),
                " ".join(as_sentence(what) for what in mine["what"].unique()),
            )
        )
    table = pd.DataFrame(rows, columns=list(CLASH_COLUMNS))
    order = ["open", "wijken", "clash", "programme"]
    return table.sort_values(order, ascending=[False, False, True, True]).reset_index(drop=True)


def clash_sentences(facts: Facts) -> list[str]:
    """Say for the strategic level what clashes with the plans of wijken.

    Parameters
    ----------
    facts : Facts
        The tables that the study's sources hold (`wijkkit.evaluation.facts`).

    Returns
    -------
    list[str]
        In the study's language.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.pipeline.process.known import facts_of
    >>> facts = facts_of(study, wk.open_city(study).table("key_figure_changes"))
    >>> from wijkkit.evaluation.learning import clash_sentences
    >>> len(clash_sentences(facts)) > 0
    True
    """
    language = facts.study.language
    table = clashes(facts)
    if table.empty:
        return [text("learning.clash.none", language)]
    sentences = []
    for row in table.itertuples():
        key = "open" if row.open else "solved"
        label = text(f"registry.choice.clash.{row.clash}", language)
        subject = f"{label}: {row.programme}" if row.programme else label
        fields = {
            "subject": large_first(subject),
            "wijken": row.wijken,
            "names": row.names,
            "what": row.what,
        }
        sentences.append(text(f"learning.clash.{key}", language, **fields))
    return sentences
