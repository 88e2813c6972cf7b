"""How wijken compare, and where their plans clash with the city's."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model.measures import State, indicator_finding
from wijkkit.evaluation.process.network import ALL_DOMAINS, participation
from wijkkit.evaluation.process.people import in_whole_numbers
from wijkkit.evaluation.process.sentences import as_sentence
from wijkkit.language import in_words, large_first, listed, number, percentage, text
from wijkkit.study import Study

#: A sentence names the wijken where there are no more.
_NAMED = 5
CLASH_COLUMNS = ("clash", "programme", "wijken", "names", "open", "solved", "what")


def clashes(facts: Facts) -> pd.DataFrame:
    """Return the flags of all wijken by what they clash with, most wijken first.

    ``clash, programme, wijken, names, open, solved, what``: how many wijken raised it and which,
    how many flags are open and solved, and their words.
    """
    flags = facts.registry_rows("flags")
    flags = flags.assign(programme=flags["programme"].fillna(""))
    study, rows = facts.study, []
    for (clash, programme), mine in flags.groupby(["clash", "programme"]):
        names = [study.neighbourhoods[wijk].name for wijk in mine["wijk"].unique()]
        where = listed(names, study.language)
        if _NAMED < len(names) == len(study.starts):
            where = text("learning.clash.everywhere", study.language, n=len(names))
        counts = (int(mine["status"].eq(status).sum()) for status in ("open", "solved"))
        what = " ".join(as_sentence(what) for what in mine["what"].unique())
        rows.append((clash, programme, len(names), where, *counts, what))
    table = pd.DataFrame(rows, columns=list(CLASH_COLUMNS))
    order = ["open", "wijken", "clash", "programme"]
    return table.sort_values(order, ascending=[False, False, True, True]).reset_index(drop=True)


def clash_sentences(facts: Facts) -> list[str]:
    """Say for the strategic level what clashes with the plans of wijken.

    In the study's language.
    """
    language = facts.study.language
    table = clashes(facts)
    if table.empty:
        return [text("learning.clash.none", language)]
    sentences = []
    for row in table.itertuples():
        key = "open" if row.open else "solved"
        label = text(f"registry.choice.clash.{row.clash}", language)
        subject = large_first(f"{label}: {row.programme}" if row.programme else label)
        fields = {name: getattr(row, name) for name in ("wijken", "names", "what")}
        sentences.append(text(f"learning.clash.{key}", language, subject=subject, **fields))
    return sentences


#: What may explain why a wijk is ahead, in the order of a report.
PRACTICES = tuple("registered dose reach_of_plan quality adoption attendance steps_done".split())

_NO_PERCENTAGE = ("quality", "steps_done")


def side_by_side(facts: Facts) -> pd.DataFrame:
    """Return the programme's wijken next to each other.

    One row per wijk: ``wijk, name, better, same, worse, not_measured`` (goals by how their
    indicator changed; the last are all whose change is unknown, so that the four add up),
    ``registered, dose, reach_of_plan, quality, adoption`` (see `implementation_by_wijk`),
    ``attendance`` (percent over all years), ``steps_done, overdue``.
    What was not registered is absent, never zero.
    """
    wijken = facts.programme_wijken()
    done = in_whole_numbers(facts.carried_out[1])
    measures = ("registered", "dose", "reach_of_plan", "quality", "adoption")
    done = done.pivot(index="wijk", columns="measure", values="value").reindex(columns=measures)
    pacing = facts.programme_pace.set_index("wijk")
    pacing = pacing.where(pacing["registered"].gt(0))
    present = participation(facts.registry_rows("meetings"), facts.registry_rows("attendance"))
    present = present[present["domain"].eq(ALL_DOMAINS)].groupby("wijk")[["present", "invited"]]
    shares = present.sum().query("invited > 0")
    rows = pd.DataFrame({"wijk": wijken})
    rows["name"] = [facts.study.neighbourhoods[wijk].name for wijk in wijken]
    goals = [goal.indicator for goal in facts.study.goals]
    states = [[indicator_finding(facts, wijk, goal).state for goal in goals] for wijk in wijken]
    judged: tuple[State, ...] = ("better", "same", "worse")
    for state in judged:
        rows[state] = [found.count(state) for found in states]
    rows["not_measured"] = len(goals) - rows[list(judged)].sum(axis=1)
    for measure in measures:
        rows[measure] = rows["wijk"].map(done[measure])
    rows["attendance"] = rows["wijk"].map(100 * shares["present"] / shares["invited"])
    for measure in ("steps_done", "overdue"):
        rows[measure] = rows["wijk"].map(pacing[measure]).astype(float)
    return rows


def ahead_sentences(table: pd.DataFrame, study: Study) -> list[str]:
    """Say what the wijken with the best results did differently, and what that does not prove.

    Ahead are the wijken with most goals better minus worse. Their median is compared with that
    of the others, for each of `PRACTICES` that was registered on both sides.
    """
    language = study.language
    score = table["better"] - table["worse"]
    ahead = score.eq(score.max())
    if len(table) < 2 or ahead.all() or score.max() <= 0:
        return [text("learning.ahead.none", language)]
    found: dict[str, list[str]] = {"more": [], "less": [], "equal": []}
    for practice in PRACTICES:
        mine, others = table.loc[ahead, practice].median(), table.loc[~ahead, practice].median()
        if pd.isna(mine) or pd.isna(others):
            continue
        margin = 0 if practice == "steps_done" else study.settings.process.same_points
        gap = mine - others
        key = "equal" if abs(gap) <= margin else "more" if gap > 0 else "less"
        show = number if practice in _NO_PERCENTAGE else percentage
        medians = {"ahead": show(mine, language), "others": show(others, language)}
        label = text(f"learning.practice.{practice}", language)
        found[key].append(text("learning.ahead.pair", language, practice=label, **medians))
    names = listed(table.loc[ahead, "name"], language)
    return [
        text("learning.ahead.which", language, n=int(ahead.sum()), names=names),
        *(
            text(f"learning.ahead.{key}", language, names=listed(names, language))
            for key, names in found.items()
            if names
        ),
        text("learning.ahead.limits", language, n=in_words(len(table), language)),
    ]
