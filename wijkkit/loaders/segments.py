"""Coded group interviews: a REFI-QDA project or a plain CSV, as the same two tables."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.qdpx import QdaProject, read_qdpx
from wijkkit.loaders.standard_table import read_standard_table
from wijkkit.loaders.wijk_names import unknown_values, wijk_slugs
from wijkkit.showing import ShowsItself
from wijkkit.study import Study
from wijkkit.study.codebook import Column
from wijkkit.study.model import TableSource

GROUP_COLUMNS = ["group", "wijk", "arm", "wave", "role"]
SEGMENT_COLUMNS = [*GROUP_COLUMNS, "segment", "code", "parent", "text", "check"]

_ATTRIBUTES = ("group", "wijk", "arm", "wave", "role")


@dataclass(frozen=True, slots=True, repr=False)
class GroupInterviews(ShowsItself):
    """Coded group interviews.

    Parameters
    ----------
    groups : DataFrame
        One row per group interview, also those in which nothing was coded:
        ``group, wijk, arm, wave, role``. `wijk` is missing for a group of the whole city.
    segments : DataFrame
        One row per coded segment: the same, and ``segment, code, parent, text, check``. `segment`
        is shared by codes on the same text; `parent` is the code above it; `text` is the
        protected quote.
    problems : tuple of Problem
        What is wrong but leaves the rest usable.
    """

    groups: pd.DataFrame
    segments: pd.DataFrame = field(repr=False)
    problems: tuple[Problem, ...]


def load_group_interviews(study: Study) -> GroupInterviews:
    """Load the coded group interviews of a study (``sources.group_interviews``).

    Parameters
    ----------
    study : Study

    Returns
    -------
    GroupInterviews
        The interviews and their coded segments.

    Raises
    ------
    DataError
        The file cannot be read; a wijk, wave or arm in it is none of the study's; or a group
        belongs to two wijken, waves or roles. Without a source the tables are empty.

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
            pd.DataFrame(columns=GROUP_COLUMNS), pd.DataFrame(columns=SEGMENT_COLUMNS), ()
        )
    if source.path.lower().endswith(".qdpx"):
        project = read_qdpx(study.path(source.path))
        rows = project_segments(project, study.settings.process.group_interviews.model_dump())
        found = project.problems
    else:
        rows, found = _csv_segments(study, source), ()
    return _interviews(study, rows, source.path, found)


def project_segments(project: QdaProject, variables: dict[str, str]) -> pd.DataFrame:
    """Return a row per coded segment, and one without a code per source without codings.

    Parameters
    ----------
    project : QdaProject
    variables : dict of str to str
        ``group, wijk, arm, wave, role`` -> the variable that holds it.

    Returns
    -------
    DataFrame
        The columns of `SEGMENT_COLUMNS`, texts as they stand.
    """
    attributes = _source_attributes(project, variables)
    selections = project.selections[["selection", "text", "check"]].drop_duplicates("selection")
    codes = project.codes.set_index("code")["name"]
    rows = project.codings.merge(selections, on="selection", how="left")
    parent = rows["code"].map(project.codes.set_index("code")["parent"])
    rows["parent"] = parent.map(codes)
    rows["code"] = rows["code"].map(codes).fillna(rows["code"])
    rows["segment"] = rows["selection"].where(rows["selection"].ne(""), rows["source"])
    texts = project.sources[~project.sources["source"].isin(rows["source"])]
    silent = texts.loc[texts["kind"].isin(["text", "audio", "video"]), ["source"]]
    return pd.concat([rows, silent]).merge(attributes, on="source")[SEGMENT_COLUMNS]


def _source_attributes(project: QdaProject, variables: dict[str, str]) -> pd.DataFrame:
    """Return what variables say of each source: its own, then those of the cases it is in."""
    by_source = project.selections.set_index("selection")["source"]
    members = project.case_members.copy()
    members["source"] = members["source"].where(
        members["source"].ne(""), members["selection"].map(by_source)
    )
    values = project.variables.assign(variable=project.variables["variable"].str.casefold())
    through_cases = members.merge(values, left_on="case", right_on="owner")
    own = values.rename(columns={"owner": "source"})
    said = pd.concat([own, through_cases])[["source", "variable", "value"]]
    said = said[said["value"].ne("")].drop_duplicates()
    found = project.sources[["source"]].copy()
    for attribute in _ATTRIBUTES:
        mine = said[said["variable"].eq(variables[attribute].casefold())]
        # Several values stay visible, so that they can be refused with the group's name.
        joined = mine.groupby("source")["value"].agg(" | ".join)
        found[attribute] = found["source"].map(joined).astype("string")
    case_names = members.merge(project.cases, on="case").drop_duplicates("source")
    named = found["source"].map(case_names.set_index("source")["name"]).astype("string")
    source_names = project.sources.set_index("source")["name"]
    found["group"] = found["group"].fillna(named).fillna(found["source"].map(source_names))
    return found


def _csv_segments(study: Study, source: TableSource) -> pd.DataFrame:
    names = study.settings.process.group_interviews
    columns = {
        name: Column(
            source=getattr(names, name), type="text", required=name in ("group", "wave", "role")
        )
        for name in ("group", "wijk", "arm", "wave", "role", "code", "text")
    }
    rows = read_standard_table(study, source, "sources.group_interviews", columns)
    rows["segment"] = _same_text(rows)
    return rows.assign(parent=None, check="unverified")[SEGMENT_COLUMNS]


def _same_text(rows: pd.DataFrame) -> pd.Series:
    """Return a key that rows share when they code the same text of the same group."""
    row = rows.index.to_series().map("row {}".format)
    return rows["group"].str.cat(rows["text"].fillna(row), sep=": ")


def _interviews(
    study: Study, rows: pd.DataFrame, file: str, problems: tuple[Problem, ...]
) -> GroupInterviews:
    slugs = wijk_slugs(study, rows["wijk"])
    waves = rows["wave"].where(rows["wave"].isin([wave.id for wave in study.waves]))
    arms = rows["arm"].where(rows["arm"].isin(["programme", "comparator", "none"]))
    place = "group interviews"
    wrong = [
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
