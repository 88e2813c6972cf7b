"""Group interviews: how many mention a code, and the quotes a researcher chose."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from wijkkit.errors import DataError, Problem
from wijkkit.files import harmless, replacing
from wijkkit.study import Study
from wijkkit.study.guard import require_sources

_CELL = ["arm", "wave", "role"]


def code_counts(groups: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Count the groups that mention each code, per arm, wave and role.

    ``code, parent, arm, wave, role, groups, of``: `groups` of the `of` groups interviewed mention
    the code. Every code is there for every arm, wave and role in which a group was interviewed;
    role ``all`` counts the groups of all roles.

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
    table = table.assign(groups=table["groups"].fillna(0).astype(int), all=table["role"].eq("all"))
    table = table.sort_values(["code", "arm", "wave", "all", "role"]).reset_index(drop=True)
    return table[["code", "parent", *_CELL, "groups", "of"]]


QUOTE_COLUMNS = ["code", "arm", "wave", "role", "quote"]
_FILE_COLUMNS = ["segment", "code", "arm", "wave", "role", "text", "use", "shown"]


def write_quote_file(study: Study, segments: pd.DataFrame, path: str | Path) -> Path:
    """Write the coded texts to a protected CSV file for a researcher to choose from.

    Parameters
    ----------
    segments : DataFrame
        Of `wijkkit.loaders.segments.GroupInterviews`. Texts that did not match are left out.
    path : str or Path
        Where; relative to the study's folder. Only the owner may read the file.

    Raises
    ------
    DataError
        The file exists already (a researcher's choices are not overwritten), or lies in the
        folder of the runs or of the reports.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from pathlib import Path
    >>> path = Path("quotes.csv")
    >>> segments = wk.load_group_interviews(study).segments
    >>> wk.write_quote_file(study, segments, path).name
    'quotes.csv'
    """
    target = study.path(str(path))
    for folder in (study.runs, study.site):
        if target.is_relative_to(folder):
            raise DataError(
                "quotes may not be kept among the results",
                file=str(path),
                expected="a protected folder",
                remedy="Choose a folder outside the runs and the reports.",
            )
    rows = segments[segments["text"].notna()].assign(use="", shown="")[_FILE_COLUMNS]
    content = rows.map(harmless).to_csv(index=False).encode("utf-8-sig")
    if target.exists():
        raise DataError(
            "the file exists already",
            file=str(path),
            remedy="Choose another name; choices made in it are not overwritten.",
        )
    with replacing(target) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_bytes(content)
    return target


def read_chosen_quotes(path: str | Path) -> pd.DataFrame:
    """Return the quotes a researcher marked with ``yes`` and put into words for readers.

    Returns
    -------
    DataFrame
        ``code, arm, wave, role, quote``: the words of the column `shown`, never the text itself.

    Raises
    ------
    DataError
        The file is missing or lacks columns, `use` holds something else than ``yes`` or nothing,
        or a marked quote has no words for readers.
    DisclosureError
        A neighbourhood notebook asked for it in a batch run.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from pathlib import Path
    >>> chosen = Path("chosen.csv")
    >>> segments = wk.load_group_interviews(study).segments
    >>> path = wk.write_quote_file(study, segments, chosen)
    >>> len(wk.read_chosen_quotes(path))  # nobody has chosen one yet
    0
    """
    path = Path(path)
    require_sources(path.name)
    try:
        head = path.read_text(encoding="utf-8-sig").split("\n", 1)[0]
        # A spreadsheet program in Dutch saves a CSV with semicolons.
        sign = ";" if ";" in head and "," not in head else ","
        rows = pd.read_csv(path, sep=sign, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(
            f"the quotes cannot be read: {type(error).__name__}",
            file=path.name,
            expected="the file of write_quote_file, saved as CSV in UTF-8",
            remedy="Check the path and how it was saved.",
        ) from None
    absent = [column for column in _FILE_COLUMNS if column not in rows]
    if absent:
        raise DataError(
            "columns are missing",
            file=path.name,
            found=", ".join(rows.columns),
            expected=", ".join(absent),
            remedy="Start again from a new file.",
        )
    use = rows["use"].str.strip().str.lower()
    problems = [
        Problem("neither yes nor empty", path.name, f"column 'use', row {row + 2}", use[row], "yes")
        for row in rows.index[~use.isin(["", "yes"])]
    ]
    problems += [
        Problem(
            "a quote without words for readers",
            path.name,
            f"column 'shown', row {row + 2}",
            remedy="Write what may be shown, or empty 'use'.",
        )
        for row in rows.index[use.eq("yes") & rows["shown"].str.strip().eq("")]
    ]
    DataError.raise_for(problems)
    chosen = rows[use.eq("yes")].rename(columns={"shown": "quote"})
    return chosen[QUOTE_COLUMNS].reset_index(drop=True)


def chosen_quotes(study: Study) -> pd.DataFrame:
    """Return the quotes of the file that the study names (``process.quotes``), or none."""
    if study.settings.process.quotes is None:
        return pd.DataFrame(columns=QUOTE_COLUMNS)
    return read_chosen_quotes(study.path(study.settings.process.quotes))
