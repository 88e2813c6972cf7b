"""What the effect evaluation found, in words: together, and per outcome."""

from __future__ import annotations

import json

from wijkkit.evaluation.effect.conclusions import conclusion_sentences
from wijkkit.language import counted, large_first, listed, number, points, signed, small_first, text
from wijkkit.language.markdown import escaped
from wijkkit.released import CityView, WijkView
from wijkkit.show.effect_glance import effect_frame
from wijkkit.show.output import ShownText, bullets

#: What the conclusions on outcomes say together: what is shown, what is not, and then a sign,
#: which chance gives too often to stand first.
_SHOWN = ("shown_better", "shown_worse")
_NOT_SHOWN = ("not_shown_small", "not_shown_wide", "cannot_test", "unavailable")
_SIGNS = ("alone_better", "alone_worse")


def effect_sentences(view: CityView) -> ShownText:
    """Say for each outcome what is shown and what is not, also between groups.

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
    >>> wk.show.effect_sentences(view)
    - **Verhoogde kans op ...
    """
    conclusions = view.table("effect_conclusions")
    outcomes = list(conclusions["outcome"].unique())
    if not outcomes:
        return ShownText(text("effect_show.no_outcome", view.language))
    said = [
        [
            line
            for part in ("effect", "methods", "gap")
            for line in conclusion_sentences(view.study, conclusions, key, part)
        ]
        for key in outcomes
    ]
    limits = conclusion_sentences(view.study, conclusions, outcomes[0], "limits")
    return ShownText(
        f"{bullets([' '.join(lines) for lines in said]).markdown}\n\n{' '.join(limits)}"
    )


def effect_summary(view: CityView) -> ShownText:
    """Say on which outcomes an effect was found; a wijk's view begins with its own role.

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
    >>> wk.show.effect_summary(view)
    - Er is een ...
    """
    said = bullets([*effect_verdicts(view), *detectable_words(view)])
    if not said.markdown:
        return ShownText(text("effect_show.no_outcome", view.language))
    if not isinstance(view, WijkView):
        return said
    role = text(f"effect_show.role.{view.wijk.arm}", view.language, name=escaped(view.name))
    return ShownText(f"{role}\n\n{said.markdown}")


def effect_verdicts(view: CityView, count: bool = False) -> list[str]:
    """Return a sentence per verdict, with the outcomes it holds for.

    With `count`, outcomes without a finding are counted instead of named.
    """
    frame = effect_frame(view)
    said = []
    if frame["key"].isin(_SIGNS).any() and not frame["key"].isin(_SHOWN).any():
        said.append(_say(view, "none_shown"))
    for key in (*_SHOWN, *_NOT_SHOWN, *_SIGNS):
        rows = list(frame[frame["key"].eq(key)].itertuples())
        if key in _NOT_SHOWN and count and len(rows) > 1:
            said.append(_counted(view, key, len(rows)))
        elif rows:
            names = [_named(view, row, key not in _NOT_SHOWN) for row in rows]
            said.append(_say(view, f"verdict.{key}", names=listed(names, view.language)))
        reasons = dict.fromkeys(row.reason for row in rows if row.reason)
        said += [text(f"effect.reason.{reason}", view.language) for reason in reasons]
    if frame["key"].isin(_SIGNS).any():
        said.append(_by_chance(view))
    return said


def _by_chance(view: CityView) -> str:
    """Say how often a study without any effect has a sign."""
    rows = view.table("effect_conclusions")
    fields = json.loads(rows.loc[rows["key"].isin(_SIGNS), "fields"].iloc[0])
    chance = number(100 * fields["chance"], view.language)
    return _say(view, "sign_by_chance", outcomes=fields["outcomes"], chance=chance)


def _named(view: CityView, row, sized: bool) -> str:
    name = escaped(small_first(row.label))
    return f"{name} ({_size(view, row)})" if sized and row.scale == "points" else name


def _counted(view: CityView, key: str, n: int) -> str:
    return large_first(counted(f"show.city_summary.verdict_count.{key}", n, view.language))


def _size(view: CityView, row) -> str:
    value = points(row.estimate, view.language)
    lower, upper = (signed(end, view.language) for end in (row.lower, row.upper))
    return _say(view, "size", value=value, lower=lower, upper=upper)


def detectable_words(view: CityView) -> list[str]:
    """Say how large an improvement had to be for this design to show it, and where none could be."""
    table = view.table("detectable")
    table = table[table["status"].eq("ok") & table["scale"].eq("points")]
    if table.empty:
        return []
    possible = table["detectable"].le(table["ceiling"])
    fields = {
        "outcomes": int(table["outcomes"].iloc[0]),
        "icc": number(table["icc"].iloc[0], view.language, 2),
        "names": listed(
            [_label(view, key) for key in table.loc[~possible, "outcome"]], view.language
        ),
    }
    said = []
    if possible.any():
        ends = table.loc[possible, "detectable"].agg(["min", "max"])
        least, most = (number(end, view.language) for end in ends)
        key = "detectable_one" if least == most else "detectable"
        said.append(_say(view, key, least=least, most=most, **fields))
    if not possible.all():
        said.append(_say(view, "undetectable", **fields))
    return said


def _label(view: CityView, outcome: str) -> str:
    return escaped(small_first(view.study.text(view.study.indicators[outcome].label)))


def _say(view: CityView, key: str, **fields: object) -> str:
    return text(f"show.city_summary.{key}", view.language, **fields)
