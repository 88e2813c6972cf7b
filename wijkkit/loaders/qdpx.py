"""A project of coded interviews (.qdpx) as segments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.qdpx_archive import read_archive
from wijkkit.loaders.qdpx_rows import COLUMNS, read_rows
from wijkkit.showing import ShowsItself
from wijkkit.study.guard import require_sources


@dataclass(frozen=True, slots=True, repr=False)
class QdaProject(ShowsItself):
    """A REFI-QDA project as tables; `COLUMNS` names their columns.

    `name`, `origin`: The project, and the program that wrote it. `codes`: One row per code: its
    GUID, name, the GUID of the code above it, description. `sources`: One row per source; `reading`
    says how its text positions were counted. `selections`: One row per selection, coded or not;
    `text` and `check` as in `qdpx_text.Selection`, positions missing where the selection is no part
    of a plain text. `codings`: One row per code reference in a source; `selection` is empty for a
    whole source. `cases`, `case_members`: The cases, and the sources and selections of each.
    `variables`: One row per value; `owner` is the GUID of a case or a source. `problems`: What is
    wrong in the project, without making it unreadable.

    GUIDs are written in upper case without braces.
    """

    name: str
    origin: str
    codes: pd.DataFrame = field(repr=False)
    sources: pd.DataFrame = field(repr=False)
    selections: pd.DataFrame = field(repr=False)
    codings: pd.DataFrame = field(repr=False)
    cases: pd.DataFrame = field(repr=False)
    case_members: pd.DataFrame = field(repr=False)
    variables: pd.DataFrame = field(repr=False)
    problems: tuple[Problem, ...]


def read_qdpx(path: str | Path) -> QdaProject:
    """Read a REFI-QDA project.

    Parameters
    ----------
    path : str or Path
        A ``.qdpx`` file. Nothing in it is unpacked to disk, and no file outside it is opened.

    Returns
    -------
    QdaProject
        Its sources, codes and coded segments.

    Raises
    ------
    DataError
        The file is no readable project, see `qdpx_archive.read_archive`, or elements in it lack
        what identifies them (all of these are reported at once).
    DisclosureError
        A neighbourhood notebook asked for it in a batch run.

    Examples
    --------
    >>> read_qdpx("interviews.qdpx")
    Traceback (most recent call last):
        ...
    wijkkit.errors.DataError: interviews.qdpx: the file is missing. Check the path.
    """
    path = Path(path)
    require_sources(path.name)
    archive = read_archive(path)
    rows = read_rows(archive)
    tables = {
        table: pd.DataFrame(rows[table], columns=list(columns))
        for table, columns in COLUMNS.items()
    }
    unidentified = list(_without_guid(tables, path.name))
    if unidentified:
        raise DataError(unidentified)
    problems = (*_broken_references(tables, path.name), *_broken_texts(tables, path.name))
    root = archive.root
    return QdaProject(root.get("name", ""), root.get("origin", ""), **tables, problems=problems)


def _without_guid(tables: dict[str, pd.DataFrame], file: str) -> Iterator[Problem]:
    for table, key in (("codes", "code"), ("sources", "source"), ("cases", "case")):
        keys = tables[table][key]
        for number in range(len(keys)):
            if keys[number] == "" or keys.duplicated()[number]:
                yield Problem(
                    f"a {key} without a GUID of its own",
                    file=file,
                    place=f"{key} {number + 1}, '{tables[table].loc[number, 'name'][:80]}'",
                    found=keys[number],
                    remedy="Export the project again; by hand, give each its own guid.",
                )


def _broken_references(tables: dict[str, pd.DataFrame], file: str) -> Iterator[Problem]:
    known = {key: set(tables[table][key]) for table, key in _KEYS.items()}
    for table, keys in (("codings", ("code",)), ("case_members", ("source", "selection"))):
        for key in keys:
            values = tables[table][key]
            for value in values[~values.isin(known[key] | {""})].unique():
                yield Problem(
                    f"a {key} that is not in the project",
                    file=file,
                    place=table,
                    found=value,
                    remedy="Check in the QDA program whether everything was exported.",
                )


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
            yield Problem(
                f"{len(broken)} {what}",
                file=file,
                found=", ".join(broken["selection"].head(5)),
                remedy="Their codes are counted; their text is not used.",
            )


_CHECKS = {
    "mismatch": "selections whose text is not the text they are named after",
    "out_of_range": "selections that lie outside their text",
}


#: What variables say of an interview.
ATTRIBUTES = ("group", "wijk", "arm", "wave", "role")
SEGMENT_COLUMNS = [*ATTRIBUTES, "segment", "code", "parent", "text", "check"]


def project_segments(project: QdaProject, variables: dict[str, str]) -> pd.DataFrame:
    """Return a row per coded segment, and one without a code per source without codings.

    The columns of `SEGMENT_COLUMNS`, texts as they stand.
    """
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
