"""Run the cells of a notebook in this process, and say what they show."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from wijkkit.analysis.publish import Published
from wijkkit.study import guard


def cells_of(notebook: str) -> list[str]:
    """Return the code of `notebook` (``"stad/1_schattingen"``), without its parameters."""
    content = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    kept = [cell for cell in code if "parameters" not in cell["metadata"].get("tags", [])]
    return ["".join(cell["source"]) for cell in kept]


def shown_by(notebook: str, study: Path, **parameters: str) -> dict[str, Any]:
    """Run a notebook as a process of its own does, and return what it publishes, by label."""
    guard._process.opened = False
    names: dict[str, Any] = {"study": str(study), **parameters}
    shown = {}
    for cell in cells_of(notebook):
        *statements, last = ast.parse(cell).body
        exec(compile(ast.Module(statements, []), notebook, "exec"), names)
        if not isinstance(last, ast.Expr):
            exec(compile(ast.Module([last], []), notebook, "exec"), names)
            continue
        value = eval(compile(ast.Expression(last.value), notebook, "eval"), names)
        if isinstance(value, Published):
            shown[value.label] = value
    return shown


def says_nothing(value: Published) -> bool:
    """Return whether a reader would see an empty place, and nobody would know why."""
    data, about = value.bundle
    words = data.get("text/markdown") or data.get("text/html") or about["wijkkit"].get("alt", "")
    return not re.sub(r"<[^>]*>", "", words).strip(" -\n")


def is_left_out(value: Published) -> bool:
    """Return whether a report leaves the place out."""
    return bool(value.bundle[1]["wijkkit"].get("empty"))
