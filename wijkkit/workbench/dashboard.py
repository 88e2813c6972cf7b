"""The dashboard: the explorer as a page for the network's meeting, read-only."""

from __future__ import annotations

import html
import os
import socket
import tempfile
from importlib.util import find_spec
from pathlib import Path

import ipywidgets as widgets
import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from wijkkit.errors import ParameterError, WijkkitError
from wijkkit.language import text
from wijkkit.released import CityView, open_city
from wijkkit.study import Study
from wijkkit.workbench.address import from_address, to_address
from wijkkit.workbench.controls import Controls, make_controls, set_controls
from wijkkit.workbench.explorer import explore_panel, follow
from wijkkit.workbench.parameter_set import ParameterSet

#: The page asks for nothing from other hosts; Voilà's template would.
_OWN_HOST_ONLY = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self' ws: wss:"
)
#: The page's own template: landmarks, phone width, what a screen reader hears, the address bar.
_TEMPLATE = Path(__file__).parent / "page"
#: Where Voilà tells a page's kernel the query of its address.
_QUERY = "QUERY_STRING"


def dashboard(view: CityView, query: str | None = None) -> widgets.VBox:
    """Return the dashboard page: the explorer, nothing to save, its state in an address.

    Parameters
    ----------
    view : CityView
    query : str, optional
        The query of the page's address; the one that Voilà gives where absent.
    """
    language = view.language
    controls = make_controls(view.study, language)
    unfit = _take(query if query is not None else os.environ.get(_QUERY, ""), view, controls)
    city = view.study.settings.city.name
    title = html.escape(text("workbench.dashboard.title", language, city=city))
    head = widgets.HTML(f"<h1>{title}</h1>{unfit}")
    return widgets.VBox([head, explore_panel(view, controls), _link(controls, language)])


def serve_dashboard(
    study: Study, *, ip: str = "127.0.0.1", port: int = 8866, browser: bool = True
) -> None:
    """Serve the dashboard with Voilà until it is stopped.

    Parameters
    ----------
    study : Study
        Its released tables are all the page can show.
    ip : str
        The address to listen on; this machine only by default.
    port : int
    browser : bool
        Open the page in a browser.

    Raises
    ------
    BatchError
        Nothing is released yet.
    ParameterError
        The address is not one of this machine.
    WijkkitError
        Voilà is not installed.
    """
    if find_spec("voila") is None:
        raise WijkkitError(
            "Voilà is not installed", remedy="Install it: pip install 'wijkkit[dashboard]'."
        )
    _require_own_address(ip)
    open_city(study).table("estimates")  # or the page would say that there are none
    from voila.app import Voila

    class Dashboard(Voila):
        def setup_template_dirs(self) -> None:
            super().setup_template_dirs()
            self.template_paths = [str(_TEMPLATE), *self.template_paths]

    with tempfile.TemporaryDirectory(prefix="wijkkit-dashboard-") as folder:
        page = Path(folder) / "dashboard.ipynb"
        nbformat.write(dashboard_notebook(study), page)
        options = ["--strip_sources=True", f"--Voila.ip={ip}", f"--port={port}"]
        options += [] if browser else ["--no-browser"]
        options.append(f"--VoilaExporter.language_code={study.language}")
        settings = {"headers": {"Content-Security-Policy": _OWN_HOST_ONLY}}
        Dashboard.launch_instance([str(page), *options], tornado_settings=settings)


def _require_own_address(ip: str) -> None:
    """Refuse an address that this machine cannot listen on."""
    try:
        family, *_, address = socket.getaddrinfo(ip, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.bind(address)
    except OSError:
        raise ParameterError(
            "this machine has no such address",
            place="--ip",
            found=ip,
            expected="127.0.0.1, or an address of this machine",
        ) from None


def dashboard_notebook(study: Study) -> nbformat.NotebookNode:
    """Return the notebook that Voilà serves: it opens the study's released tables and no more."""
    source = (
        "import wijkkit as wk\n"
        "from wijkkit.workbench.dashboard import dashboard\n\n"
        f"dashboard(wk.open_city({str(study.folder)!r}))"
    )
    notebook = new_notebook(cells=[new_code_cell(source)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    notebook.metadata["title"] = text(
        "workbench.dashboard.title", study.language, city=study.settings.city.name
    )
    return notebook


def _take(query: str, view: CityView, controls: Controls) -> str:
    """Show what the address names; return words where it does not fit the study."""
    try:
        chosen = from_address(query, view.study)
    except ParameterError:
        words = html.escape(text("workbench.dashboard.unfit", view.language))
        return f'<p role="status">{words}</p>'
    if chosen is not None:
        set_controls(controls, chosen)
    return ""


def _link(controls: Controls, language: str) -> widgets.HTML:
    """Return the link to what is shown now; the page's script puts it in the address bar."""
    link = widgets.HTML()
    link.add_class("wijkkit-address")
    words = html.escape(text("workbench.dashboard.address", language))

    def show(chosen: ParameterSet) -> None:
        address = html.escape(to_address(chosen))
        link.value = f'<p><a href="{address}" target="_self">{words}</a></p>'

    follow(controls, show)
    return link
