"""Coded group interviews: a REFI-QDA project or a plain CSV, as the same two tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from wijkkit.display import ShowsItself
from wijkkit.errors import DataError, Problem
from wijkkit.loaders.qdpx_archive import read_archive
from wijkkit.loaders.qdpx_rows import COLUMNS, read_rows
from wijkkit.loaders.standard_table import read_standard_table, unknown_values, wijk_slugs
from wijkkit.study import Study
from wijkkit.study.codebook import Column
from wijkkit.study.guard import require_sources
from wijkkit.study.settings.sources import TableSource

# A project of coded interviews (.qdpx) as segments.


@dataclass(frozen=True, slots=True, repr=False)
class QdaProject(ShowsItself):
    """A REFI-QDA project as tables; `COLUMNS` names their columns.

    `codes`: One row per code: its GUID, name, the GUID of the code above it. `selections`: One row
    per selection, coded or not; `text` and `check` as in `qdpx_rows.Selection`. `codings`: One row
    per code reference in a source; `selection` is empty for a whole source. `cases`,
    `case_members`: The cases, and the sources and selections of each. `variables`: One row per
    value; `owner` is the GUID of a case or a source. `problems`: What is wrong in the project,
    without making it unreadable.

    GUIDs are written in upper case without braces.
    """

    codes: pd.DataFrame = field(repr=False)
    sources: pd.DataFrame = field(repr=False)
    selections: pd.DataFrame = field(repr=False)
    codings: pd.DataFrame = field(repr=False)
    cases: pd.DataFrame = field(repr=False)
    case_members: pd.DataFrame = field(repr=False)
    variables: pd.DataFrame = field(repr=False)
    problems: tuple[Problem, ...]


def read_qdpx(path: str | Path) -> QdaProject:
    """Read a REFI-QDA project: a ``.qdpx`` file.

    Nothing in it is unpacked to disk, and no file outside it is opened. Raises DataError: The file
    is no readable project, see `qdpx_archive.read_archive`, or elements in it lack what identifies
    them (all of these are reported at once). Raises DisclosureError: A neighbourhood notebook asked
    for it in a batch run.
    """
    path = Path(path)
    require_sources(path.name)
    rows = read_rows(read_archive(path))
    tables = {
        table: pd.DataFrame(rows[table], columns=list(columns))
        for table, columns in COLUMNS.items()
    }
    DataError.raise_for(_without_guid(tables, path.name))
    problems = (*_broken_references(tables, path.name), *_broken_texts(tables, path.name))
    return QdaProject(**tables, problems=problems)


def _without_guid(tables: dict[str, pd.DataFrame], file: str) -> Iterator[Problem]:
    for table, key in (("codes", "code"), ("sources", "source"), ("cases", "case")):
        keys = tables[table][key]
        for number in range(len(keys)):
            if keys[number] == "" or keys.duplicated()[number]:
                what = f"a {key} without a GUID of its own"
                place = f"{key} {number + 1}, '{tables[table].loc[number, 'name'][:80]}'"
                remedy = "Export the project again; by hand, give each its own guid."
                yield Problem(what, file=file, place=place, found=keys[number], remedy=remedy)


def _broken_references(tables: dict[str, pd.DataFrame], file: str) -> Iterator[Problem]:
    known = {key: set(tables[table][key]) for table, key in _KEYS.items()}
    for table, keys in (("codings", ("code",)), ("case_members", ("source", "selection"))):
        for key in keys:
            values = tables[table][key]
            for value in values[~values.isin(known[key] | {""})].unique():
                what = f"a {key} that is not in the project"
                remedy = "Check in the QDA program whether everything was exported."
                yield Problem(what, file=file, place=table, found=value, remedy=remedy)


_KEYS = {"codes": "code", "sources": "source", "selections": "selection"}


def _broken_texts(tables: dict[str, pd.DataFrame], file: str) -> Iterator[Problem]:
    sources, selections = tables["sources"], tables["selections"]
    absent = sources[sources["kind"].eq("text") & ~sources["text_found"].astype(bool)]
    if len(absent):
        yield Problem(
            f"{len(absent)} sources without their text",
            file=file,
            found=", ".join(absent["name"].str[:40].head(5)),
            remedy="Codes are counted; quotes need an export with the sources in it.",
        )
    for check, what in _CHECKS.items():
        broken = selections[selections["check"].eq(check)]
        if len(broken):
            found = ", ".join(broken["selection"].head(5))
            remedy = "Their codes are counted; their text is not used."
            yield Problem(f"{len(broken)} {what}", file=file, found=found, remedy=remedy)


_CHECKS = {
    "mismatch": "selections whose text is not the text they are named after",
    "out_of_range": "selections that lie outside their text",
}


#: What variables say of an interview.
ATTRIBUTES = ("group", "wijk", "arm", "wave", "role")
SEGMENT_COLUMNS = [*ATTRIBUTES, "segment", "code", "parent", "text", "check"]


def project_segments(project: QdaProject, variables: dict[str, str]) -> pd.DataFrame:
    """Return `SEGMENT_COLUMNS`: a row per coded segment, and one without code per silent source."""
    attributes = _source_attributes(project, variables)
    selections = project.selections[["selection", "text", "check"]].drop_duplicates("selection")
    codes = code_names(project)
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
    for attribute in ATTRIBUTES:
        mine = said[said["variable"].eq(variables[attribute].casefold())]
        # Several values stay visible, so that they can be refused with the group's name.
        joined = mine.groupby("source")["value"].agg(" | ".join)
        found[attribute] = found["source"].map(joined).astype("string")
    case_names = members.merge(project.cases, on="case").drop_duplicates("source")
    named = found["source"].map(case_names.set_index("source")["name"]).astype("string")
    source_names = project.sources.set_index("source")["name"]
    found["group"] = found["group"].fillna(named).fillna(found["source"].map(source_names))
    return found


def code_names(project: QdaProject) -> pd.Series:
    """Return what each code is called, by its key: its name, or its path where a name comes twice.

    "Overig" below "Uitvoering" and "Overig" below "Gemeente" are two codes:
    ``Uitvoering > Overig`` and ``Gemeente > Overig``.
    """
    names = project.codes.set_index("code")["name"]
    above = project.codes.set_index("code")["parent"]
    double = set(names[names.duplicated(keep=False)])
    found = {}
    for code, name in names.items():
        path, over = [name], above[code]
        while name in double and over:
            path.insert(0, names[over])
            over = above[over]
        found[code] = " > ".join(path)
    return pd.Series(found, dtype="str")


def codes_below(project: QdaProject) -> dict[str, tuple[str, ...]]:
    """Return each code with itself and all codes below it, by what it is called."""
    called = code_names(project)
    parents = project.codes.set_index("code")["parent"]
    found = {name: [name] for name in called}
    for code, name in called.items():
        above = parents[code]
        while above:
            found[called[above]].append(name)
            above = parents[above]
    return {name: tuple(below) for name, below in found.items()}


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
    place = file, "group interviews"
    wrong = [
        *wrong,
        *unknown_values(rows["wijk"], slugs, "wijk", list(study.neighbourhoods), *place),
        *unknown_values(rows["wave"], waves, "wave", [w.id for w in study.waves], *place),
        *unknown_values(rows["arm"], arms, "arm", ["programme", "comparator", "none"], *place),
    ]
    arm = slugs.map(study.arms).astype("string").fillna(arms.astype("string"))
    rows = rows.assign(wijk=slugs, arm=arm, wave=waves)
    groups = rows[GROUP_COLUMNS].drop_duplicates()
    wrong.extend(_incomplete(groups, file))
    DataError.raise_for(wrong)
    groups = groups.sort_values("group").reset_index(drop=True)
    segments = rows[rows["code"].notna()].reset_index(drop=True)
    return GroupInterviews(groups, segments, codes, problems)


def _incomplete(groups: pd.DataFrame, file: str) -> Iterator[Problem]:
    for name, rows in groups.groupby("group", dropna=False):
        absent = [column for column in ("wave", "role") if rows[column].isna().any()]
        if len(rows) > 1:
            what = "a group interview belongs to two wijken, waves or roles"
            remedy = "Give each interview a group of its own."
            yield Problem(what, file=file, place=f"group '{name}'", remedy=remedy)
        elif absent:
            what = f"a group interview without {' and '.join(absent)}"
            remedy = "Add the variables, or name them in process.group_interviews."
            yield Problem(what, file=file, place=f"group '{name}'", remedy=remedy)
