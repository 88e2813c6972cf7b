"""Choose interventions with the network: move the weights and see the ranking move."""

from __future__ import annotations

import ipywidgets as widgets

from wijkkit.evaluation.choice.panel import choice_panel as panel
from wijkkit.loaders.catalogue import load_catalogue
from wijkkit.released import WijkView


def choice_panel(view: WijkView) -> widgets.Widget:
    """Return the panel for one wijk: its goals, what runs there, the study's catalogue.

    Returns
    -------
    widgets.Widget

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> type(wk.choice_panel(view)).__name__
    'VBox'
    """
    study = view.study
    running = view.own("interventions")
    running = running.loc[running["status"].eq("running"), "catalogue"].dropna()
    return panel(
        load_catalogue(study),
        view.own("choice_goals"),
        settings=study.settings.choice,
        running=set(running),
        factors=study.settings.choice.factors.get(view.slug, ()),
        language=view.language,
    )
