"""Forms in JupyterLab that read and write the registry itself."""

from __future__ import annotations

import ipywidgets as widgets

from wijkkit.language import text
from wijkkit.registry.form_attendance import AttendanceForm
from wijkkit.registry.form_fields import labelled
from wijkkit.registry.form_kind import KindForm
from wijkkit.registry.registry import Registry
from wijkkit.registry.tables import ATTENDANCE, KINDS
from wijkkit.registry.wording import sheet_name

_CLASS = "wijkkit-forms"
#: Eleven tabs do not fit on a line: they go on below, with their titles whole.
_WHOLE_TITLES = f"""<style>
.{_CLASS} > .lm-TabBar > .lm-TabBar-content {{ flex-wrap: wrap; }}
.{_CLASS} > .lm-TabBar > .lm-TabBar-content > .lm-TabBar-tab {{ flex: 0 0 auto; }}
</style>"""


def registry_forms(registry: Registry, wijk: str = "", who: str = "") -> widgets.Widget:
    """Return the forms of a registry: who is at work, the wijk, and a tab for each kind of rows.

    Parameters
    ----------
    registry : Registry
    wijk : str
        The wijk to begin with; the first of the study where empty.
    who : str
        Who is at work; to be filled in on the form where empty. Nothing is saved without it.

    Returns
    -------
    ipywidgets.VBox
        Its children are the name, the wijk, the tabs and their style.

    Raises
    ------
    ParameterError
        The study has no such wijk.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> registry = wk.open_registry(study)
    >>> type(wk.registry_forms(registry, "ankerveld", "area adviser")).__name__
    'VBox'
    """
    study = registry.study
    language = study.language
    name = widgets.Text(value=who, **labelled(text("registry.form.who", language)))
    hoods = widgets.Dropdown(
        options=[(hood.name, slug) for slug, hood in study.neighbourhoods.items()],
        **labelled(text("registry.form.wijk", language)),
    )
    if wijk:
        hoods.value = study.neighbourhood(wijk).wijk

    def context() -> tuple[str, str]:
        return hoods.value, name.value.strip()

    forms = [
        AttendanceForm(registry, context)
        if kind is ATTENDANCE
        else KindForm(registry, kind, context)
        for kind in KINDS.values()
    ]
    tabs = widgets.Tab(
        children=[form.box for form in forms],
        titles=[sheet_name(form.kind, language) for form in forms],
        selected_index=0,
    )

    def other_wijk(_change: object) -> None:
        for form in forms:
            form.reload()

    def other_tab(_change: object) -> None:
        forms[tabs.selected_index or 0].refresh()

    hoods.observe(other_wijk, names="value")
    tabs.observe(other_tab, names="selected_index")
    tabs.add_class(_CLASS)
    return widgets.VBox([name, hoods, tabs, widgets.HTML(_WHOLE_TITLES)])
