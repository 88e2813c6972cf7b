"""Group interviews: how many groups mention a code.

A group interview is one observation. Counts are numbers of groups, never a percentage of people,
and they describe: groups were invited, not drawn.
"""

from __future__ import annotations

import pandas as pd

_CELL = ["arm", "wave", "role"]


def code_counts(groups: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Count the groups that mention each code, per arm, wave and role.

    Parameters
    ----------
    groups, segments : DataFrame
        Of `wijkkit.loaders.segments.GroupInterviews`.

    Returns
    -------
    DataFrame
        ``code, parent, arm, wave, role, groups, of``: `groups` of the `of` groups interviewed
        mention the code. Every code is there for every arm, wave and role in which a group was
        interviewed; role ``all`` counts the groups of all roles.

    Examples
    --------
    >>> import pandas as pd
    >>> groups = pd.DataFrame({"group": ["g1", "g2"], "arm": "programme", "wave": "2021",
    ...                        "role": "network"})
    >>> segments = groups.iloc[[0, 0]].assign(code="pace", parent=None)
    >>> code_counts(groups, segments).query("role == 'all'")[["code", "groups", "of"]]
       code  groups  of
    1  pace       1   2
    """
    everyone = pd.concat([groups, groups.assign(role="all")])
    cells = everyone.groupby(_CELL, dropna=False)["group"].nunique().rename("of").reset_index()
    codes = segments[["code", "parent"]].drop_duplicates("code")
    said = pd.concat([segments, segments.assign(role="all")])
    said = said.groupby(["code", *_CELL], dropna=False)["group"].nunique().rename("groups")
    table = codes.merge(cells, how="cross").merge(
        said.reset_index(), on=["code", *_CELL], how="left"
    )
    table["groups"] = table["groups"].fillna(0).astype(int)
    table["all_last"] = table["role"].eq("all")
    table = table.sort_values(["code", "arm", "wave", "all_last", "role"]).reset_index(drop=True)
    return table[["code", "parent", *_CELL, "groups", "of"]]
