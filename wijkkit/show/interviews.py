"""What key figures, groups and parents said: scales, chosen quotes, use of the programme."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.process.key_figure_changes import key_figure_sentences
from wijkkit.evaluation.process.service_use import service_use_sentences as use_sentences
from wijkkit.language import absence, number, text
from wijkkit.language.markdown import escaped
from wijkkit.released import CityView
from wijkkit.show.output import ShownTable, ShownText, bullets, empty_table


def key_figures_table(view: CityView) -> ShownTable:
    """Return each scale's mean by arm and wave, and its reliability.

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
    >>> wk.show.key_figures_table(view)
    Schaal programma, ...
    """
    language, table = view.language, view.table("key_figures")
    caption = text("show.key_figures.caption", language)
    if table.empty:
        return empty_table(text("show.key_figures.none", language), caption)
    shown = table.assign(
        column=[
            f"{text(f'show.key_figures.arm.{row.arm}', language)}, {row.wave}"
            for row in table.itertuples()
        ],
        cell=[_mean(row, language) for row in table.itertuples()],
    )
    wide = shown.pivot_table(
        index="label", columns="column", values="cell", aggfunc="first", sort=False
    )
    alpha = table.groupby("label", sort=False)["alpha"].min()
    wide[text("show.key_figures.alpha", language)] = [
        "" if pd.isna(value) else number(value, language, 2) for value in alpha.reindex(wide.index)
    ]
    head = text("show.key_figures.scale", language)
    return ShownTable(wide.rename_axis(head).rename_axis(None, axis=1).reset_index(), caption)


def key_figures_sentences(view: CityView) -> ShownText:
    """Say for each scale whether the programme wijken changed otherwise than the comparators.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownText

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.key_figures_sentences(view)
    - Lokale coördinatie\\: geen ...
    """
    table, changes = view.table("key_figures"), view.table("key_figure_changes")
    if table.empty:
        return ShownText(text("show.key_figures.none", view.language))
    return bullets([escaped(line) for line in key_figure_sentences(table, changes, view.study)])


def quotes_sentences(view: CityView) -> ShownText:
    """Show the quotes that a researcher chose and worded, by arm and wave.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownText

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.quotes_sentences(view)
    - ‘...
    """
    table, language = view.table("quotes"), view.language
    if table.empty:
        return ShownText(text("show.interviews.no_quotes", language))
    return bullets(
        [
            text(
                "show.interviews.quote",
                language,
                quote=escaped(row.quote.strip()),
                who=text(f"show.area.{row.arm}", language),
                wave=escaped(row.wave),
            )
            for row in table.sort_values(["arm", "wave"], kind="stable").itertuples()
        ]
    )


def service_use_sentences(view: CityView) -> ShownText:
    """Say what parents use in programme and comparator wijken, and what that does not tell.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownText

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.service_use_sentences(view)
    - Gebruikte aanbod uit ...
    """
    lines = use_sentences(view.table("service_use"), view.language)
    return bullets([escaped(line) for line in lines])


def _mean(row, language: str) -> str:
    if row.status == "too_few":
        return text("process.too_few", language)
    if row.status != "ok" or pd.isna(row.mean):
        return absence("missing", language)
    value = number(row.mean, language, 1)
    if pd.isna(row.lower):
        return value
    lower, upper = number(row.lower, language, 1), number(row.upper, language, 1)
    return text("show.value_with_interval", language, value=value, lower=lower, upper=upper)
