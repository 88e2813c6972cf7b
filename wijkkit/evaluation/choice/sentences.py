"""What a choice says, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wijkkit.evaluation.choice.choose import Choice
from wijkkit.language import listed, number, percentage, text


def choice_sentences(
    choice: Choice,
    goal_labels: Mapping[str, str],
    budget: float | None = None,
    language: str = "nl",
) -> list[str]:
    """Say what fits best, how firm that is, what no intervention covers, and which package.

    Parameters
    ----------
    choice : Choice
    goal_labels : mapping of str to str
        Goal -> how readers call it.
    budget : float, optional
        Of the package.

    Returns
    -------
    list[str]

    Examples
    --------
    >>> import pandas as pd
    >>> from wijkkit.evaluation.choice import choice_sentences, choose
    >>> catalogue = pd.DataFrame({"intervention": ["play"], "name": ["Play"],
    ...     "goals": [("outdoor",)], "factors": [()], "evidence": [3.0], "reach": [40.0],
    ...     "reach_low_ses": [40.0], "cost": [5000.0], "strengthens": [()], "overlaps": [()]})
    >>> goals = pd.DataFrame({"goal": ["outdoor"], "label": ["More outdoor play"]})
    >>> choice = choose(catalogue, goals, language="en")
    >>> "Play" in choice_sentences(choice, {"outdoor": "more outdoor play"}, language="en")[0]
    True
    """
    ranking = choice.ranking
    if ranking.empty:
        goals = ", ".join(goal_labels.get(goal, goal) for goal in choice.unserved)
        return [text("choice.sentence.unserved", language, goals=goals)]
    best = ranking[ranking["rank"].eq(1)]
    names = ", ".join(best["name"])
    key = "best" if len(best) == 1 else "tied"
    sentences = [text(f"choice.sentence.{key}", language, name=names, names=names)]
    if len(best) == 1 and len(ranking) > 1:
        share = percentage(best["first"].iloc[0], language)
        sentences.append(text("choice.sentence.firm", language, share=share))
    other = ranking[ranking["outranking_rank"].eq(1) & ranking["rank"].ne(1)]
    if len(other):
        others = ", ".join(other["name"])
        sentences.append(text("choice.sentence.disagree", language, name=others))
    if choice.unserved:
        goals = ", ".join(goal_labels.get(goal, goal) for goal in choice.unserved)
        sentences.append(text("choice.sentence.unserved", language, goals=goals))
    if choice.package is not None and budget is not None:
        labels = dict(zip(ranking["intervention"], ranking["name"], strict=True))
        sentences.extend(_package(choice, labels, goal_labels, budget, language))
    return [*sentences, *_running_low(choice, language)]


def _running_low(choice: Choice, language: str) -> list[str]:
    """Say what runs already and is in the lower half of the ranking, or works on no goal."""
    ranking = choice.ranking
    low = ranking["intervention"].isin(choice.running) & ranking["rank"].gt((len(ranking) + 1) / 2)
    said = [
        text("choice.sentence.place", language, name=row.name_, rank=row.rank)
        for row in ranking[low].rename(columns={"name": "name_"}).itertuples()
    ]
    sentences = []
    if said:
        names = listed(said, language)
        sentences.append(text("choice.sentence.runs_low", language, names=names, of=len(ranking)))
    if choice.aside:
        names = listed(choice.aside, language)
        sentences.append(text("choice.sentence.runs_aside", language, names=names))
    return sentences


def _package(
    choice: Choice,
    names: Mapping[str, str],
    goal_labels: Mapping[str, str],
    budget: float,
    language: str,
) -> list[str]:
    package = choice.package
    assert package is not None
    known_least = package.least_cost == package.least_cost
    key = {
        "optimal": "package" if package.chosen else "package_enough",
        "over_budget": "over_budget" if known_least else "impossible",
        "uncovered": "uncovered",
    }[package.status]
    fields = {
        "budget": number(budget, language),
        "names": ", ".join(names[name] for name in package.chosen),
        "cost": number(package.cost, language),
        "least": number(package.least_cost, language) if known_least else "",
        "goals": ", ".join(goal_labels.get(goal, goal) for goal in package.uncovered),
    }
    if key == "package":
        fields["goals"] = _labels(package.works_on, goal_labels, language)
    sentences = [text(f"choice.sentence.{key}", language, **fields)]
    closed = [
        goal for goal in goal_labels if goal in choice.goals and goal not in choice.open_goals
    ]
    if closed and key in ("package", "package_enough"):
        goals = _labels(closed, goal_labels, language)
        sentences.append(text("choice.sentence.closed", language, goals=goals))
    if package.left_out:
        left = ", ".join(names[name] for name in package.left_out)
        sentences.append(text("choice.sentence.left_out", language, names=left))
    return sentences


def _labels(goals: Iterable[str], labels: Mapping[str, str], language: str) -> str:
    return listed([f"‘{labels.get(goal, goal)}’" for goal in goals], language)
