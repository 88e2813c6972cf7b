"""Coded group interviews: a REFI-QDA project or a plain CSV, as the same two tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.qdpx import (
    ATTRIBUTES,
    SEGMENT_COLUMNS,
    QdaProject,
    code_names,
    codes_below,
    project_segments,
    read_qdpx,
)
from wijkkit.loaders.standard_table import read_standard_table, unknown_values, wijk_slugs
from wijkkit.showing import ShowsItself
from wijkkit.study import Study
from wijkkit.study.codebook import Column
from wijkkit.study.settings.sources import TableSource

GROUP_COLUMNS = list(ATTRIBUTES)


@dataclass(frozen=True, slots=True, repr=False)
class GroupInterviews(ShowsItself):
    """Coded group interviews.

    `groups`: One row per group interview, also those in which nothing was coded: ``group, wijk,
    arm, wave, role``. `wijk` is missing for a group of the whole city. `segments`: One row per
    coded segment: the same, and ``segment, code, parent, text, check``. `segment` is shared by
    codes on the same text; `parent` is the code above it; `text` is the protected quote. `codes`:
    Code of the codebook -> itself and the codes below it. A CSV has no codebook: its codes are
    those that were used. `problems`: What is wrong but leaves the rest usable.
    """

    groups: pd.DataFrame
    segments: pd.DataFrame = field(repr=False)
    codes: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...]


def load_group_interviews(study: Study) -> GroupInterviews:
    """Load the coded group interviews of a study (``sources.group_interviews``).

    Returns
    -------
    GroupInterviews
        The interviews and their coded segments.

    Raises
    ------
    DataError
        The file cannot be read; a wijk, wave or arm in it is none of the study's; or a group
        belongs to two wijken, waves or roles; or the study explains by a code that the codebook
        lacks. Without a source the tables are empty.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> len(wk.load_group_interviews(study).segments) > 0
    True
    """
    source = study.settings.sources.group_interviews
    if source is None:
        return GroupInterviews(
            pd.DataFrame(columns=GROUP_COLUMNS), pd.DataFrame(columns=SEGMENT_COLUMNS), {}, ()
        )
    if source.path.lower().endswith(".qdpx"):
        project = read_qdpx(study.path(source.path))
        rows = project_segments(project, study.settings.process.group_interviews.model_dump())
        codes, unknown = codes_below(project), _unknown_codes(study, project, source.path)
        return _interviews(study, rows, codes, source.path, unknown, project.problems)
    rows = _csv_segments(study, source)
    codes = {code: (code,) for code in rows["code"].dropna().unique()}
    return _interviews(study, rows, codes, source.path, [], ())


def _unknown_codes(study: Study, project: QdaProject, file: str) -> list[Problem]:
    explained = study.settings.evaluation.explanations.codes.values()
    named = pd.Series([code for codes in explained for code in codes], dtype="str")
    known = code_names(project).tolist()
    found = named.where(named.isin(known))
    return unknown_values(named, found, "code", known, file, "evaluation.explanations.codes")


def _csv_segments(study: Study, source: TableSource) -> pd.DataFrame:
    names = study.settings.process.group_interviews
    columns = {
        name: Column(
            source=getattr(names, name), type="text", required=name in ("group", "wave", "role")
        )
        for name in ("group", "wijk", "arm", "wave", "role", "code", "text")
    }
    place = "sources.group_interviews"
    rows = read_standard_table(study, source, place, columns, present=["code"])
    rows["segment"] = _same_text(rows)
    return rows.assign(parent=None, check="unverified")[SEGMENT_COLUMNS]


def _same_text(rows: pd.DataFrame) -> pd.Series:
    """Return a key that rows share when they code the same text of the same group."""
    row = rows.index.to_series().map("row {}".format)
    return rows["group"].str.cat(rows["text"].fillna(row), sep=": ")


def _interviews(
    study: Study,
    rows: pd.DataFrame,
    codes: Mapping[str, tuple[str, ...]],
    file: str,
    wrong: list[Problem],
    problems: tuple[Problem, ...],
) -> GroupInterviews:
    slugs = wijk_slugs(study, rows["wijk"])
    waves = rows["wave"].where(rows["wave"].isin([wave.id for wave in study.waves]))
    arms = rows["arm"].where(rows["arm"].isin(["programme", "comparator", "none"]))
    place = "group interviews"
    wrong = [
        *wrong,
        *unknown_values(rows["wijk"], slugs, "wijk", list(study.neighbourhoods), file, place),
        *unknown_values(rows["wave"], waves, "wave", [w.id for w in study.waves], file, place),
        *unknown_values(rows["arm"], arms, "arm", ["programme", "comparator", "none"], file, place),
    ]
    arm_of = {slug: hood.arm for slug, hood in study.neighbourhoods.items()}
    arm = slugs.map(arm_of).astype("string").fillna(arms.astype("string"))
    rows = rows.assign(wijk=slugs, arm=arm, wave=waves)
    groups = rows[GROUP_COLUMNS].drop_duplicates()
    wrong.extend(_incomplete(groups, file))
    if wrong:
        raise DataError(wrong)
    segments = rows[rows["code"].notna()]
    return GroupInterviews(
        groups.sort_values("group").reset_index(drop=True),
        segments.reset_index(drop=True),
        codes,
        problems,
    )


def _incomplete(groups: pd.DataFrame, file: str) -> list[Problem]:
    problems = []
    for name, rows in groups.groupby("group", dropna=False):
        absent = [column for column in ("wave", "role") if rows[column].isna().any()]
        if len(rows) > 1:
            problems.append(
                Problem(
                    "a group interview belongs to two wijken, waves or roles",
                    file=file,
                    place=f"group '{name}'",
                    remedy="Give each interview a group of its own.",
                )
            )
        elif absent:
            problems.append(
                Problem(
                    f"a group interview without {' and '.join(absent)}",
                    file=file,
                    place=f"group '{name}'",
                    remedy="Add the variables, or name them in process.group_interviews.",
                )
            )
    return problems
