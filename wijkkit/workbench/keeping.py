"""Save what is chosen as a parameter set, and load it back."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets as widgets

from wijkkit.errors import WijkkitError
from wijkkit.language import text
from wijkkit.study import Study
from wijkkit.workbench.parameter_set import (
    ParameterSet,
    load_parameter_set,
    parameter_file,
    save_parameter_set,
)


def keeping_panel(
    study: Study, read: Callable[[], ParameterSet], put: Callable[[ParameterSet], None]
) -> widgets.VBox:
    """Return fields for a folder and a name, with buttons to save and to load.

    Parameters
    ----------
    study : Study
        What is loaded must fit it.
    read : callable
        Gives what is chosen now.
    put : callable
        Shows what was loaded.
    """
    language = study.language
    folder = widgets.Text(description=text("workbench.keep.folder", language))
    name = widgets.Text(description=text("workbench.keep.name", language))
    save = widgets.Button(description=text("workbench.keep.save", language))
    load = widgets.Button(description=text("workbench.keep.load", language))
    said = widgets.HTML()

    def do_save(_button: widgets.Button) -> str:
        path = save_parameter_set(_named(folder.value), name.value, read())
        return text("workbench.keep.saved", language, path=path)

    def do_load(_button: widgets.Button) -> str:
        path = parameter_file(_named(folder.value), name.value)
        put(load_parameter_set(path, study))
        return text("workbench.keep.loaded", language, path=path)

    save.on_click(lambda button: _say(said, do_save, button))
    load.on_click(lambda button: _say(said, do_load, button))
    return widgets.VBox([widgets.HBox([folder, name, save, load]), said])


def _named(folder: str) -> str:
    """Return the folder the user named; none is chosen for the user."""
    if not folder.strip():
        raise WijkkitError("no folder is named", place="folder", remedy="Name a folder.")
    return folder.strip()


def _say(said: widgets.HTML, act: Callable[[widgets.Button], str], button: widgets.Button) -> None:
    try:
        words = act(button)
    except WijkkitError as error:
        words = str(error)
    said.value = f'<p role="status">{html.escape(words)}</p>'
