"""Interviews with key figures: one row per person and wave, one column per item."""

from __future__ import annotations

import pandas as pd

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.source_table import rows_text
from wijkkit.loaders.standard_table import add_arm, read_standard_table, unknown_values, wijk_slugs
from wijkkit.study import Study
from wijkkit.study.codebook import Column


def load_key_figures(study: Study) -> pd.DataFrame:
    """Load the key-figure interviews of a study (``sources.key_figures``).

    Returns
    -------
    DataFrame
        ``respondent, wijk, wave, role, arm, pair`` and one float column per item of the scales
        in ``process.key_figures``; an item that was not answered is missing. Empty without a
        source.

    Raises
    ------
    DataError
        The file cannot be read, an answer is out of its scale's range, a wijk or wave is none
        of the study's, or a person is there twice in one wave.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> wk.load_key_figures(study)["wave"].unique().tolist()
    ['2018', '2021']
    """
    names = study.settings.process.key_figures
    columns = {
        "respondent": Column(source=names.respondent, type="code", required=True),
        "wijk": Column(source=names.wijk, type="text", required=True),
        "wave": Column(source=names.wave, type="code", required=True),
        "role": Column(source=names.role, type="text"),
    }
    for scale in names.scales.values():
        for item in scale.items:
            columns[item] = Column(
                source=item,
                type="number",
                minimum=scale.minimum,
                maximum=scale.maximum,
                missing=names.missing,
            )
    source = study.settings.sources.key_figures
    if source is None:
        return pd.DataFrame(columns=[*columns, "arm", "pair"])
    items = [item for scale in names.scales.values() for item in scale.items]
    table = read_standard_table(study, source, "sources.key_figures", columns, present=items)
    slugs = wijk_slugs(study, table["wijk"])
    known = [wave.id for wave in study.waves]
    waves = table["wave"].where(table["wave"].isin(known))
    place = "key-figure interviews"
    problems = [
        *unknown_values(
            table["wijk"], slugs, "wijk", list(study.neighbourhoods), source.path, place
        ),
        *unknown_values(table["wave"], waves, "wave", known, source.path, place),
    ]
    twice = table.index[table.duplicated(["respondent", "wave"], keep=False)]
    if len(twice):
        problems.append(
            Problem(
                "a person is there twice in one wave",
                file=source.path,
                place=f"column '{names.respondent}', {rows_text(list(twice))}",
                remedy="Keep one interview per person and wave.",
            )
        )
    if problems:
        raise DataError(problems)
    return add_arm(study, table.assign(wijk=slugs))
