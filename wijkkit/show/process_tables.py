"""How it was done, in tables: pace, implementation, logic model, interviews, wijken side by side."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.explanations.explain import explanation_rows
from wijkkit.evaluation.process.sentences import shown_measure
from wijkkit.language import number, percentage, text
from wijkkit.released import CityView, WijkView
from wijkkit.show.output import ShownTable, empty_table
from wijkkit.show.select import programme_rows


def implementation_table(view: CityView) -> ShownTable:
    """Return reach, adoption, implementation and maintenance per intervention, or per wijk.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.implementation_table(view)
    Wijk Deelnemers ...
    """
    language = view.language
    wijk = isinstance(view, WijkView)
    table = view.own("implementation") if wijk else view.table("implementation_by_wijk")
    caption = text(f"show.implementation.{'wijk' if wijk else 'city'}", language)
    if table.empty:
        key = "show.delivery.none" if wijk else "show.wijken.none"
        return empty_table(text(key, language), caption)
    names = {slug: hood.name for slug, hood in view.study.neighbourhoods.items()}
    label = table["name"] if wijk else table["wijk"].map(names)
    shown = table.assign(
        label=label, shown=[shown_measure(row, language) for _, row in table.iterrows()]
    )
    measures = [measure for measure in _MEASURES if measure in set(shown["measure"])]
    wide = shown.pivot_table(
        index="label", columns="measure", values="shown", aggfunc="first", sort=False
    )
    wide = wide.reindex(columns=measures).fillna(text("process.not_registered", language))
    wide.columns = [text(f"process.measure.{measure}", language) for measure in measures]
    head = text("show.head.intervention" if wijk else "show.head.wijk", language)
    return ShownTable(wide.rename_axis(head).reset_index(), caption)


_MEASURES = (
    *("reach_of_plan", "low_ses_reached", "adoption", "dose", "frequency", "quality"),
    "maintenance",
)


def pace_table(view: CityView) -> ShownTable:
    """Return how far this wijk is in each of the six steps; for the city a row per wijk.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.pace_table(view)
    Wijk 1 ...
    """
    language = view.language
    wijk = isinstance(view, WijkView)
    table = view.own("pace") if wijk else view.table("pace")
    caption = text("show.pace.caption", language)
    if table.empty:
        key = "show.pace.none" if wijk else "show.wijken.none"
        return empty_table(text(key, language), caption)
    steps = [f"{step} {text(f'process.step.{step}', language)}" for step in table["step"]]
    states = [text(f"process.state.{state}", language) for state in table["state"]]
    plans = [text(f"process.against_plan.{value}", language) for value in table["against_plan"]]
    if wijk:
        heads = [text(f"show.head.{key}", language) for key in ("step", "state", "plan")]
        return ShownTable(
            pd.DataFrame(dict(zip(heads, (steps, states, plans), strict=True))), caption
        )
    first = table["cycle"].eq(table["cycle"].min())
    cells = [f"{state}, {plan}" for state, plan in zip(states, plans, strict=True)]
    wide = table.assign(step=steps, cell=cells)[first].pivot(
        index="wijk", columns="step", values="cell"
    )
    names = {slug: hood.name for slug, hood in view.study.neighbourhoods.items()}
    head = text("show.head.wijk", language)
    wide.index = pd.Index([names[slug] for slug in wide.index], name=head)
    return ShownTable(wide.rename_axis(None, axis=1).reset_index(), caption)


#: Explanations beyond their threshold come first, those within it last.
_ORDER = ("plays", "undecided", "cannot_be_judged", "within")


def explanations_table(view: CityView) -> ShownTable:
    """Return each explanation with its verdict and what that rests on; those that play first.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.explanations_table(view)
    Verklaring Oordeel ...
    """
    table = view.table("explanations")
    table = table.sort_values("verdict", key=lambda column: column.map(_ORDER.index), kind="stable")
    shown = explanation_rows(view.study, table)[["explanation", "verdict", "evidence"]]
    shown.columns = [text(f"show.head.{column}", view.language) for column in shown.columns]
    return ShownTable(shown, text("show.explanations.caption", view.language))


def assumptions_table(view: WijkView) -> ShownTable:
    """Return the assumptions of the logic model with what the data of this wijk say of each.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.assumptions_table(view)
    Aanname Oordeel ...
    """
    language, table = view.language, view.own("assumptions")
    rows = pd.DataFrame(
        {
            text("show.head.assumption", language): table["label"],
            text("show.head.verdict", language): [
                text(f"logic_model.verdict.{verdict}", language) for verdict in table["verdict"]
            ],
            text("show.head.evidence", language): table["words"],
        }
    )
    return ShownTable(rows, text("show.assumptions.caption", language))


def elements_table(view: CityView) -> ShownTable:
    """Return the elements of the logic model with their state; for the city how many wijken.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.elements_table(view)
    Plaats in ...
    """
    language = view.language
    wijk = isinstance(view, WijkView)
    table = view.own("elements") if wijk else programme_rows(view, "elements")
    heads = [text(f"show.head.{key}", language) for key in ("place", "element", "state")]
    rows = []
    for (box, label), mine in table.groupby(["box", "label"], sort=False):
        counts = mine["state"].value_counts()
        states = [
            text(f"logic_model.state.{state}", language) + ("" if wijk else f" ({count})")
            for state, count in counts.items()
        ]
        rows.append([text(f"logic_model.box.{box}", language), label, ", ".join(states)])
    return ShownTable(
        pd.DataFrame(rows, columns=heads), text("show.logic_model.table_caption", language)
    )


def quality_table(view: WijkView) -> ShownTable:
    """Return the judgement on each aspect of this wijk's data, in plain words.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.quality_table(view)
    Onderdeel Oordeel ...
    """
    language, table = view.language, view.own("quality")
    rows = pd.DataFrame(
        {
            text("show.head.aspect", language): [
                text(f"learning.quality.aspect.{aspect}", language) for aspect in table["aspect"]
            ],
            text("show.head.judgement", language): [
                text(f"learning.quality.judgement.{judgement}", language)
                for judgement in table["judgement"]
            ],
            text("show.head.remark", language): table["words"],
        }
    )
    return ShownTable(rows, text("show.quality.caption", language, name=view.name))


def interviews_table(view: CityView) -> ShownTable:
    """Return in how many group interviews each code was mentioned, by arm and wave.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.interviews_table(view)
    Onderwerp programmawijken, ...
    """
    language, table = view.language, view.table("interview_codes")
    caption = text("show.interviews.caption", language)
    table = table[table["role"].eq("all")]
    if table.empty:
        return empty_table(text("show.interviews.none", language), caption)
    most = table.groupby("code")["groups"].sum()
    # As everywhere, the programme comes before what it is compared with.
    table = table.sort_values("arm", ascending=False, kind="stable")
    table = table.sort_values("code", key=lambda codes: -codes.map(most), kind="stable")
    table = table.assign(
        column=[
            f"{text(f'show.area.{row.arm}', language)}, {row.wave}" for row in table.itertuples()
        ],
        shown=[
            text("show.interviews.of", language, groups=row.groups, of=row.of)
            for row in table.itertuples()
        ],
    )
    wide = table.pivot_table(
        index="code", columns="column", values="shown", aggfunc="first", sort=False
    )
    head = text("show.head.code", language)
    return ShownTable(
        wide.rename_axis(head).rename_axis(None, axis=1).fillna("").reset_index(), caption
    )


def wijken_table(view: CityView) -> ShownTable:
    """Return the programme's wijken side by side on goals, implementation and pace.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.wijken_table(view)
    Wijk Doelen ...
    """
    language, table = view.language, view.table("side_by_side")
    caption = text("show.wijken.caption", language)
    if table.empty:
        return empty_table(text("show.wijken.none", language), caption)
    absent = text("process.not_registered", language)
    columns = {
        text("show.head.wijk", language): table["name"],
        text("show.wijken.goals", language): [_goals(row, view) for row in table.itertuples()],
    }
    for measure in ("dose", "reach_of_plan"):
        columns[text(f"show.wijken.{measure}", language)] = [
            absent if pd.isna(value) else percentage(value, language) for value in table[measure]
        ]
    for measure in ("quality", "steps_done"):
        columns[text(f"show.wijken.{measure}", language)] = [
            absent if pd.isna(value) else number(value, language) for value in table[measure]
        ]
    return ShownTable(pd.DataFrame(columns), caption)


def _goals(row, view: CityView) -> str:
    """Return how many goals changed in which way; what holds for none is left out."""
    counts = {key: int(getattr(row, key)) for key in ("better", "worse", "same")}
    counts["not_measured"] = len(view.study.goals) - sum(counts.values())
    return ", ".join(
        text(f"show.wijken.{key}", view.language, n=count) for key, count in counts.items() if count
    )
