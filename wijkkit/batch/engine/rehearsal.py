"""What a process does once, however many notebooks it is forked for: convert, draw and show something.

Fonts, catalogues, the modules that libraries load at their first use and the files of the study are
then there in every child; a child reads the study's files again when they have changed since.
"""

from __future__ import annotations

import contextlib
import json
import sys
from io import BytesIO


def rehearse(study: str = "") -> None:
    """Rehearse what the loaded libraries do at their first use, and open `study` (a folder)."""
    _take_a_notebook()
    if "matplotlib.pyplot" in sys.modules:
        _draw()
    if "pyarrow.parquet" in sys.modules:
        _convert_table()
    if "wijkkit.language" in sys.modules:
        from wijkkit.language.messages import load_catalogues

        load_catalogues()
    if "wijkkit.show.output" in sys.modules:
        _show()
    if study and "wijkkit.study" in sys.modules:
        # What is wrong with it is for the notebook to say.
        with contextlib.suppress(Exception):
            sys.modules["wijkkit.study"].open_study(study)


def _take_a_notebook() -> None:
    """Read, parametrise and write a notebook of each minor version: a validator is made for each."""
    import nbformat

    from wijkkit.batch.engine.child import parametrised

    for minor in range(nbformat.v4.nbformat_minor + 1):
        cell = nbformat.v4.new_code_cell("a = 0", metadata={"tags": ["parameters"]})
        if minor < 5:
            del cell["id"]
        made = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": minor}
        nbformat.writes(parametrised(json.dumps(made), {"a": 1}))


def _draw() -> None:
    """Draw a figure that belongs to no pyplot."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().set_title("a")
    FigureCanvasAgg(figure).print_png(BytesIO())


def _convert_table() -> None:
    """Convert a table; reading one would start threads."""
    import pyarrow as pa
    import pyarrow.dataset  # noqa: F401

    pa.table({"name": ["a"], "value": [1.0]}).to_pandas(use_threads=False)


def _show() -> None:
    """Show a figure and a table as a notebook does."""
    import pandas as pd

    from wijkkit.show.output import ShownFigure, ShownTable
    from wijkkit.show.theme import new_figure, style

    with style():
        ShownFigure(new_figure()[0], "a", "b").svg()
    table = ShownTable(pd.DataFrame({"a": ["b"]}))
    table.html(), repr(table)
