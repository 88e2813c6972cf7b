"""What disclosure control hid, and why."""

from __future__ import annotations

from wijkkit.language import number, text
from wijkkit.released import CityView
from wijkkit.show.output import ShownText, bullets


def hidden_sentences(view: CityView) -> ShownText:
    """Say how many figures are hidden, and for which reasons.

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
    >>> wk.show.hidden_sentences(view)
    We tonen ... van de 792 cijfers niet. ...
    """
    language = view.language
    hidden = view.table("hidden")
    if hidden.empty:
        return ShownText(text("show.hidden.none", language))
    reasons = [
        text(f"show.hidden.reason.{reason}", language, n=number(count, language))
        for reason, count in hidden["reason"].value_counts().items()
    ]
    total = view.table("estimates")
    head = text(
        "show.hidden.sentence",
        language,
        n=number(len(hidden), language),
        of=number(total["status"].ne("not_asked").sum(), language),
    )
    return ShownText(f"{head}\n\n{bullets(reasons).markdown}")
