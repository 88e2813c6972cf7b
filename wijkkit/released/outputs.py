"""The outputs of city notebooks as they are released: ``<runs>/released/outputs/<label>/``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from wijkkit.files import replacing, write_whole
from wijkkit.study import Study

_CONTENT, _ROWS = "output.json", "rows.parquet"


def outputs_folder(study: Study) -> Path:
    """Return the folder with one folder per released output."""
    return study.runs / "released" / "outputs"


def clear_outputs(study: Study) -> None:
    """Remove all released outputs: a release writes all of them."""
    shutil.rmtree(outputs_folder(study), ignore_errors=True)


def write_output(
    study: Study,
    label: str,
    bundle: tuple[Mapping[str, Any], Mapping[str, Any]],
    rows: pd.DataFrame | None = None,
) -> None:
    """Write a released output: its mime bundle, and the released rows that it shows."""
    folder = outputs_folder(study) / label
    data, metadata = bundle
    text = json.dumps({"data": data, "metadata": metadata}, ensure_ascii=False)
    if rows is not None:
        with replacing(folder / _ROWS) as temporary:
            rows.to_parquet(temporary, index=False)
    write_whole(folder / _CONTENT, text)


def released_output(study: Study, label: str) -> dict[str, Any] | None:
    """Return a released output as a notebook's output, or None."""
    path = outputs_folder(study) / label / _CONTENT
    if not path.is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    return {"output_type": "display_data", **found}


def output_rows(study: Study, label: str) -> pd.DataFrame:
    """Return the released rows that an output shows."""
    return pd.read_parquet(outputs_folder(study) / label / _ROWS)
