"""How each indicator was measured: stands beside the numbers it limits."""

from __future__ import annotations

from wijkkit.language import text
from wijkkit.language.markdown import escaped
from wijkkit.released import CityView
from wijkkit.show.output import ShownText, bullets
from wijkkit.show.select import goals_with_indicator


def definition_sentences(view: CityView) -> ShownText:
    """Say for each goal's indicator which question it rests on and whom it concerns.

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
    >>> wk.show.definition_sentences(view)
    - **Verhoogde kans op ...
    """
    if not view.study.goals:
        return ShownText(text("show.goals.none", view.language))
    return bullets(
        [
            f"**{escaped(view.study.text(indicator.label))}**. "
            + text(
                "show.question_version",
                view.language,
                version=escaped(view.study.text(indicator.question_version)),
                denominator=escaped(
                    view.study.text(indicator.denominator)
                    or text("show.goals.children", view.language)
                ),
            )
            for _, indicator in goals_with_indicator(view)
        ]
    )
