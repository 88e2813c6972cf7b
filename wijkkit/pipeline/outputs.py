"""Published outputs as they are released: drawn anew from the numbers that control let out."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from wijkkit.errors import DisclosureError, Problem, WijkkitError
from wijkkit.pipeline.published_cells import released_rows
from wijkkit.released import open_city, write_released
from wijkkit.released.outputs import clear_outputs, write_output
from wijkkit.released.unreleased import Publication
from wijkkit.show.output import bundle_of
from wijkkit.study import Study
from wijkkit.study.guard import without_sources


def release_outputs(study: Study, published: Iterable[Publication]) -> None:
    """Write every published output with a label to ``<runs>/released/outputs``.

    Raises
    ------
    DisclosureError
        An output that control cannot read is not named in study.yml.
    """
    published = [one for one in published if one.kind != "whole"]
    rows = {one.name: _rows(study, one) for one in published}
    own = [table.assign(output=name) for name, table in rows.items() if table is not None]
    if own:
        write_released(study, "outputs", pd.concat(own, ignore_index=True))
    clear_outputs(study)
    problems: list[Problem] = []
    for one in published:
        if one.label:
            try:
                write_output(study, one.label, _bundle(study, one, rows[one.name]), rows[one.name])
            except WijkkitError as error:
                problems.extend(error.problems)
    if problems:
        clear_outputs(study)
        raise DisclosureError(problems)


def _rows(study: Study, one: Publication) -> pd.DataFrame | None:
    """Return the released rows of an output; None where it is no table of its own."""
    if one.kind == "result":
        return released_rows(study, one.frame, one.cells)
    if one.kind == "rows":
        return _same_rows(open_city(study).table(one.table), one.frame, one.label)
    return None


def _same_rows(released: pd.DataFrame, wanted: pd.DataFrame, label: str) -> pd.DataFrame:
    """Return the released rows with the text columns of `wanted`."""
    keys = [name for name in wanted if name in released and wanted[name].dtype.kind not in "fib"]
    if not keys:
        raise DisclosureError(
            "rows that do not say which released rows they are",
            place=label,
            found=", ".join(map(str, wanted)),
            expected="text columns of the released table",
        )
    return wanted[keys].drop_duplicates().merge(released, on=keys, how="inner")


def _bundle(study: Study, one: Publication, rows: pd.DataFrame | None) -> Any:
    words = (one.label, one.caption, one.alt, study.language)
    if one.kind == "raw":
        if one.label not in study.settings.outputs:
            raise DisclosureError(
                "control cannot read this output, and study.yml does not name it",
                place=one.label,
                remedy="Name it under outputs:, or no longer publish it.",
            )
        return one.content
    with without_sources():
        if one.kind == "view":
            return bundle_of(pickle.loads(one.draw)(open_city(study)), *words)
        if one.draw:
            return bundle_of(pickle.loads(one.draw)(rows), *words)
        if one.kind == "rows":
            return bundle_of(rows, *words)
        result = replace(one.content, study=study).with_frame(rows)
        label, caption, alt, language = words
        caption, alt = caption or result.title, alt or result.sentence()
        return bundle_of(result.output(label), label, caption, alt, language)
