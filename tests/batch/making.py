"""Make small notebooks and studies for the tests of the batch."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import nbformat

#: What the notebooks of these tests use; the whole of the project's own takes seconds to load.
FEW = ("pandas", "pyarrow.parquet", "wijkkit.released")
#: The same for a run in a process of its own.
LOAD_FEW = f"import wijkkit.batch.runner\nwijkkit.batch.runner.PRELOAD = {FEW!r}\n"
WIJK_PARAMETERS = 'study = ""\nwijk = ""\nname = ""\ncode = ""\ndistrict = ""\narm = ""\npair = ""'
CITY_PARAMETERS = 'study = ""'


def notebook(
    cells: Iterable[str | tuple[str, list[str]]],
) -> nbformat.NotebookNode:
    """A notebook of code cells, each a source or a source and its tags."""
    made = []
    for number, cell in enumerate(cells):
        source, tags = (cell, []) if isinstance(cell, str) else cell
        made.append(nbformat.v4.new_code_cell(source, id=f"cell-{number}", metadata={"tags": tags}))
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel})


def write(path: Path, cells: Iterable[str], parameters: str | None = None) -> Path:
    """Write a notebook of a project: a cell tagged ``parameters``, then `cells`."""
    first = CITY_PARAMETERS if path.parent.name == "stad" else WIJK_PARAMETERS
    path.parent.mkdir(parents=True, exist_ok=True)
    content = notebook([(parameters or first, ["parameters"]), *cells])
    nbformat.write(content, path)
    return path


STUDY = """\
title: Test
city: {name: Stad}
programme: {name: Programma, start: 2018-09-01}
waves:
  - {id: "2018", label: "2018", start: 2018-05-01, end: 2018-07-01}
sources: {}
batch: {cell_seconds: 60, notebook_seconds: 60, memory_mb: 1500, output_mb: 2}
"""

CODEBOOK = """\
columns:
  area: {source: wijk, type: code}
  age: {source: leeftijd, type: number}
"""

MAKE_TABLE = """\
from pathlib import Path
import pandas as pd
import wijkkit as wk
from wijkkit.released.store import write_released
opened = wk.open_study(study)
values = Path(study, "values.txt").read_text().split()
write_released(opened, "estimates", pd.DataFrame({"wijk": list(opened.neighbourhoods), "value": list(values)[: len(opened.neighbourhoods)]}))
"""

SHOW_WIJK = (
    "from wijkkit.released import open_wijk\nview = open_wijk(study, wijk)\nview.own('estimates')"
)


def project(root: Path, wijken: Iterable[str] = ("alfa", "beta", "gamma")) -> Path:
    """Write a project: a study of three wijken, two city notebooks, two per neighbourhood."""
    study = root / "parameters"
    (study / "wijken").mkdir(parents=True)
    (study / "study.yml").write_text(STUDY, encoding="utf-8")
    (study / "codebook.yml").write_text(CODEBOOK, encoding="utf-8")
    (study / "indicators.yml").write_text("{}\n", encoding="utf-8")
    (study / "values.txt").write_text("1 2 3", encoding="utf-8")
    for number, slug in enumerate(wijken):
        text = f'wijk: {slug}\nname: {slug.title()}\ncode: "BU{number:04}"\n'
        (study / "wijken" / f"{slug}.yml").write_text(text, encoding="utf-8")
    notebooks = root / "notebooks"
    write(notebooks / "stad" / "1_schattingen.ipynb", [MAKE_TABLE])
    write(notebooks / "stad" / "4_leren.ipynb", ["1 + 1"])
    write(notebooks / "wijk" / "1_analyse.ipynb", [SHOW_WIJK])
    write(notebooks / "wijk" / "2_doelen.ipynb", ["#| label: zin-a\nname"])
    return study
