"""What notebooks have published and the release has not yet controlled: on this machine only.

One file per publication in ``<runs>/unreleased/<notebook>/``, and the exact tables of the
estimates, the effect and the process beside them. Nothing in it is read by a report.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from wijkkit.errors import BatchError, ParameterError
from wijkkit.files import replacing, write_whole
from wijkkit.released.store import Released, note
from wijkkit.released.views import CityView
from wijkkit.study import Study, open_study
from wijkkit.study.guard import NOTEBOOK, require_sources
from wijkkit.study.settings import PopulationSettings

#: ``whole``: all results of a step, which the release takes as they are. ``view``: drawn from a
#: view of the tables. ``result``: the numbers of one analysis of people. ``rows``: rows of a table
#: that is released. ``raw``: what control cannot read, which a second person accepts.
Kind = Literal["whole", "view", "result", "rows", "raw"]

#: By whom something is published where no batch runs.
DESK = "desk"

_LABEL = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Publication:
    """Something that a notebook published.

    `name`: Its label, or where it has none, what it is. `label`, `caption`, `alt`: As they were
    given. `content`: The results of a step (``whole``); what an output shows (``raw``); absent for
    others. `frame`, `cells`: The rows of a ``result`` and the cells they rest on; of ``rows`` the
    key columns. `table`: The released table of ``rows``. `draw`: The pickled function that draws the output of
    the released rows. `population`: Whom it is about, where that does not follow from the release.
    """

    name: str
    kind: Kind
    label: str = ""
    caption: str = ""
    alt: str = ""
    content: Any = field(default=None, repr=False)
    frame: pd.DataFrame | None = field(default=None, repr=False)
    cells: pd.DataFrame | None = field(default=None, repr=False)
    table: str = ""
    draw: bytes = field(default=b"", repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict)
    population: PopulationSettings | None = None


def folder_of(study: Study) -> Path:
    """Return the folder of what is not released yet."""
    return study.runs / "unreleased"


def check_label(label: str) -> str:
    """Return `label`; ParameterError where it cannot be the name of an output."""
    if not _LABEL.fullmatch(label) or len(label) > 80:
        what = "not a label of an output"
        expected = "lower-case letters, digits and hyphens, such as fig-spelen"
        raise ParameterError(what, place="publish", found=label, expected=expected)
    return label


def write_publication(study: Study, publication: Publication) -> None:
    """Keep a publication; one of the same name is replaced."""
    name, by = check_label(publication.name), os.environ.get(NOTEBOOK, DESK)
    path = folder_of(study) / by / f"{name}.pkl"
    write_whole(path, pickle.dumps(publication))
    for other in folder_of(study).glob(f"*/{name}.pkl"):
        if other != path:
            other.unlink(missing_ok=True)


def write_draft_table(study: Study, name: str, table: pd.DataFrame) -> None:
    """Keep an exact table, for a `draft`."""
    with replacing(folder_of(study) / f"{name}.parquet") as temporary:
        table.to_parquet(temporary, index=False)


def publications(study: Study) -> list[Publication]:
    """Return all publications by name; in a batch not what somebody tried at the desk."""
    note("unreleased")
    paths = sorted(folder_of(study).glob("*/*.pkl"), key=lambda path: path.stem)
    if NOTEBOOK in os.environ:
        paths = [path for path in paths if path.parent.name != DESK]
    return list(_read(paths))


def _read(paths: list[Path]) -> Iterator[Publication]:
    for path in paths:
        try:
            found = pickle.loads(path.read_bytes())
        except Exception as error:
            what = "a publication cannot be read"
            file = f"unreleased/{path.parent.name}/{path.name}"
            remedy = "Run the notebook that made it again."
            raise BatchError(what, file=file, found=type(error).__name__, remedy=remedy) from error
        yield found


def draft(study: str | Study = "parameters") -> CityView:
    """Open the exact tables of what was published so far, as `open_city` opens released ones.

    For the notebooks that come before the release: what is drawn of it stays on this machine.
    To open them is to open a source.

    Raises
    ------
    DisclosureError
        In a neighbourhood notebook, or a drawing function.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> _ = wk.publish(wk.estimate(study, wk.people(study).sample))
    >>> wk.draft(study).table("estimates").empty
    False
    """
    require_sources("exact tables")
    study = study if isinstance(study, Study) else open_study(study)
    return CityView(study, Released(folder_of(study)))


# The outputs of city notebooks as they are released: ``<runs>/released/outputs/<label>/``.

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
