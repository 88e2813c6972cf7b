"""What of an executed notebook a report may take: what was published, as it was released."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from wijkkit.errors import Problem, ReportError
from wijkkit.released.outputs import released_output
from wijkkit.reports.cells import cell_options, joined, read_notebook
from wijkkit.study import Study


def with_released(study: Study, path: Path, labels: Iterable[str]) -> dict[str, Any]:
    """Return the cells of an executed notebook that a report may take.

    A label that was released with the city's outputs has its released output, whatever stands in
    the notebook; another one has the output that `publish` made of released tables.

    Raises
    ------
    ReportError
        A label was not published, or was published and not released; all of them are named.
    """
    notebook = read_notebook(path)
    own = dict(_labelled(notebook))
    problems: list[Problem] = []
    for label in labels:
        output = released_output(study, label)
        if output is not None:
            source = f"#| label: {label}"
            own[label] = {"cell_type": "code", "source": source, "outputs": [output]}
        elif label in own:
            own[label], wrong = _taken(path, label, own[label])
            problems.extend(wrong)
    if problems:
        raise ReportError(problems)
    return {"cells": list(own.values()), "name": "/".join(path.parts[-2:])}


def _labelled(notebook: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Yield the cells with a label, from their first line or from what was published in them."""
    for cell in notebook["cells"]:
        if cell.get("cell_type") != "code":
            continue
        source = joined(cell.get("source", ""))
        options = cell_options(source)
        about = [_about(output) for output in cell.get("outputs", ())]
        named = {str(one.get(key, "")) for one in about for key in ("published", "unreleased")}
        for label in {str(options.get("label", "")), *named} - {""}:
            lines = {**options, "label": label}.items()
            head = "\n".join(f"#| {key}: {json.dumps(value)}" for key, value in lines)
            yield label, {**cell, "source": head}


def _about(output: Mapping[str, Any]) -> Mapping[str, Any]:
    about = output.get("metadata", {}).get("wijkkit", {})
    return about if isinstance(about, dict) else {}


def _taken(path: Path, label: str, cell: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Return a cell with the outputs that were published under its label, or why there are none."""
    outputs = [one for one in cell.get("outputs", ()) if _about(one).get("published") == label]
    if outputs:
        return {**cell, "outputs": outputs}, []
    place = {"file": "/".join(path.parts[-2:]), "place": label}
    if any(_about(output).get("unreleased") for output in cell.get("outputs", ())):
        problem = Problem(
            "this output was published and is not released",
            remedy="Run the notebook that releases: wijkkit run.",
            **place,
        )
    else:
        problem = Problem(
            "this output was not published",
            expected="what went through publish",
            remedy=f"Write wk.publish(..., label='{label}') in that cell.",
            **place,
        )
    return dict(cell), [problem]
