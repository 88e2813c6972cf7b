"""Group interviews: how many groups mention a code, and which codes come together.

A group interview is one observation. Counts are numbers of groups, never a percentage of people,
and they describe: groups were invited, not drawn.
"""

from __future__ import annotations

from itertools import combinations

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


def code_pairs(segments: pd.DataFrame) -> pd.DataFrame:
    """Count how often two codes come together.

    Parameters
    ----------
    segments : DataFrame
        Of `wijkkit.loaders.segments.GroupInterviews`; select an arm or wave beforehand.

    Returns
    -------
    DataFrame
        ``code, other, groups, segments``: groups that mention both, and segments that hold
        both; most frequent first. Pairs that never come together are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> code_pairs(pd.DataFrame({"group": ["g", "g", "g"], "segment": ["1", "1", "2"],
    ...                          "code": ["a", "b", "c"]}))
      code other  groups  segments
    0    a     b       1         1
    1    a     c       1         0
    2    b     c       1         0
    """
    together = pd.DataFrame(
        {
            name: _pairs(segments.drop_duplicates([unit, "code"]), unit)
            for name, unit in (("groups", "group"), ("segments", "segment"))
        }
    )
    together = together.fillna(0).astype(int).rename_axis(["code", "other"]).reset_index()
    order = {"by": ["groups", "segments", "code", "other"], "ascending": [False, False, True, True]}
    return together.sort_values(**order).reset_index(drop=True)


def _pairs(rows: pd.DataFrame, unit: str) -> pd.Series:
    found = [
        pair for _, codes in rows.groupby(unit)["code"] for pair in combinations(sorted(codes), 2)
    ]
    index = pd.MultiIndex.from_tuples(found, names=["code", "other"])
    return pd.Series(1, index=index).groupby(level=["code", "other"]).sum()
