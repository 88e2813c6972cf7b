"""Run the cells of a notebook in this process, and say what they show."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from wijkkit.show.output import ShownFigure, ShownTable, ShownText


def cells_of(notebook: str) -> list[str]:
    """Return the code of `notebook` (``"stad/1_schattingen"``), without its parameters."""
    content = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    kept = [cell for cell in code if "parameters" not in cell["metadata"].get("tags", [])]
    return ["".join(cell["source"]) for cell in kept]


def shown_by(notebook: str, study: Path, **parameters: str) -> dict[str, Any]:
    """Run a notebook and return what each labelled cell shows; each is rendered as well."""
    names: dict[str, Any] = {"study": str(study), **parameters}
    shown = {}
    for cell in cells_of(notebook):
        *statements, last = ast.parse(cell).body
        exec(compile(ast.Module(statements, []), notebook, "exec"), names)
        if not isinstance(last, ast.Expr):
            exec(compile(ast.Module([last], []), notebook, "exec"), names)
            continue
        value = eval(compile(ast.Expression(last.value), notebook, "eval"), names)
        if cell.startswith("#| label: "):
            value._repr_mimebundle_()
            shown[cell.splitlines()[0].removeprefix("#| label: ")] = value
    return shown


def says_nothing(value: ShownFigure | ShownTable | ShownText) -> bool:
    """Return whether a reader would see an empty place."""
    if isinstance(value, ShownText):
        return not value.markdown.strip(" -\n")
    return value.data.empty or (isinstance(value, ShownFigure) and not value.alt.strip())
