"""The coded segments of a REFI-QDA project, with what its variables say of each interview."""

from __future__ import annotations

import pandas as pd

from wijkkit.loaders.qdpx import QdaProject

#: What variables say of an interview.
ATTRIBUTES = ("group", "wijk", "arm", "wave", "role")
SEGMENT_COLUMNS = [*ATTRIBUTES, "segment", "code", "parent", "text", "check"]


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
    """Return each code with itself and all codes below it, by what it is called.

    Parameters
    ----------
    project : QdaProject
    """
    called = code_names(project)
    parents = project.codes.set_index("code")["parent"]
    found = {name: [name] for name in called}
    for code, name in called.items():
        above = parents[code]
        while above:
            found[called[above]].append(name)
            above = parents[above]
    return {name: tuple(below) for name, below in found.items()}
