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
    language, table = view.language, view.table("estimates")
    asked = table[table["status"].ne("not_asked")]
    absent = asked["status"].value_counts().drop("ok", errors="ignore")
    coarse = asked["unit"].eq("percent") & asked["step"].gt(1)
    about = text("show.hidden.coarser", language, n=number(coarse.sum(), language))
    if absent.empty:
        none = text("show.hidden.none", language)
        return ShownText(f"{none} {about}" if coarse.any() else none)
    reasons = [
        text(f"show.hidden.{status}", language, n=number(count, language))
        for status, count in absent.items()
    ]
    head = text(
        "show.hidden.sentence",
        language,
        n=number(absent.sum(), language),
        of=number(len(asked), language),
    )
    said = f"{head}\n\n{bullets(reasons).markdown}"
    return ShownText(f"{said}\n\n{about}" if coarse.any() else said)
