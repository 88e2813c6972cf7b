"""Start a study from a survey file, from a list of areas, or from nothing."""

from __future__ import annotations

import codecs
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from wijkkit.errors import DataError, Problem, StudyError, did_you_mean, first_of
from wijkkit.files import is_full, sha256, write_whole
from wijkkit.loaders.source_table import SourceTable, written
from wijkkit.proposal.columns import propose_columns
from wijkkit.proposal.evidence import ColumnFacts, column_facts, key
from wijkkit.proposal.files import areas_text, codebook_text, indicators_text, study_text
from wijkkit.proposal.roles import MOST_WAVES, YEAR, Role, find_roles, proposed_words
from wijkkit.proposal.survey_file import TablesBook, read_survey_file, read_tables_book
from wijkkit.study.checks import MARK, unfinished
from wijkkit.study.files import read_area_list
from wijkkit.study.settings.sources import SurveySource

#: More areas than a city has wijken: the column is something else, such as a postcode.
MAXIMUM_WIJKEN = 1000
#: What was proposed, by file: a proposal that nobody changed may be made again.
_RECORD = ".proposal.json"
_MAXIMUM_NAME = 120


def new_study(
    folder: str | Path,
    survey: str | Path | None = None,
    *,
    areas: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    tables: str | Path | None = None,
) -> list[Problem]:
    """Propose a study and write its files.

    Nothing of the respondents is written but the values that a column has. A proposal that
    nobody has changed is replaced by the next one, so that an option can be added.

    Parameters
    ----------
    folder : str or Path
        The new study's folder; it must not exist, be empty, or hold an unchanged proposal.
    survey : str or Path, optional
        SPSS, Stata, csv, Excel or parquet.
    areas : str or Path, optional
        A list of the wijken, csv: ``code, name`` and, where known, ``arm, pair, district``.
    columns : mapping of str to str, optional
        Role (``area, age, weight, stratum, psu, wave``) -> the column that has it, ``none``
        where no column has; for ``wave`` also the wave itself, such as 2021.
    separator, decimal, encoding, sheet : str, optional
        How the file is written; seen from the file where they are not given.
    tables : str or Path, optional
        The configuration workbook of a tables book: its year, weight, stratum and areas are the
        roles, its rows the indicators, its crossings the groupings.

    Returns
    -------
    list of Problem
        What only the researcher knows, by file and line: what to fill in next.

    Raises
    ------
    StudyError
        There is something in the folder already.
    DataError
        A file is missing or cannot be read, or has no such column.

    Examples
    --------
    >>> import wijkkit as wk
    >>> open_points = wk.new_study("mystudy", "data/survey/kindmonitor_2021.sav")
    >>> open_points[0].file
    'study.yml'
    """
    folder = Path(folder)
    _refuse_to_overwrite(folder)
    if separator is not None and len(separator) != 1:
        what, place = "a separator is one sign", "--separator"
        expected = "; or , or a tab"
        remedy = "Correct --separator, or leave it out: it is seen from the file."
        raise StudyError(what, place=place, found=separator, expected=expected, remedy=remedy)
    if encoding is not None and not _is_encoding(encoding):
        what = "no encoding of this name"
        expected = "utf-8, windows-1252 or iso-8859-15, most often"
        remedy = "Correct --encoding, or leave it out: it is seen from the file."
        raise StudyError(what, place="--encoding", found=encoding, expected=expected, remedy=remedy)
    neighbourhoods = read_area_list(Path(areas), str(areas)) if areas else []
    if survey is None:
        files = _without_survey(neighbourhoods)
    else:
        survey = Path(survey)
        said = {"separator": separator, "decimal": decimal, "encoding": encoding, "sheet": sheet}
        path = os.path.relpath(survey.resolve(), folder.resolve())
        source = SurveySource(id=key(survey.stem, "-"), path=path)
        book = Path(tables) if tables else None
        files = _from_survey(survey, source, said, columns or {}, neighbourhoods, book)
    _write(folder, files)
    return unfinished(folder)


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _without_survey(neighbourhoods: Sequence[Mapping[str, str]]) -> dict[str, str]:
    example = [{"code": "BU99990101", "name": "Name"}]
    text = study_text(None, [], {})
    asked = (
        "arm of each area" if neighbourhoods else "every area, one per row; take the example away"
    )
    return {
        "study.yml": f"{text}{MARK} wijken.csv: {asked}\n",
        "codebook.yml": codebook_text([], {}),
        "indicators.yml": "{}\n",
        "wijken.csv": areas_text(neighbourhoods or example),
    }


def _from_survey(
    survey: Path,
    source: SurveySource,
    said: Mapping[str, str | None],
    named: Mapping[str, str],
    neighbourhoods: Sequence[Mapping[str, str]],
    tables: Path | None,
) -> dict[str, str]:
    read = read_survey_file(survey, source, said)
    facts = column_facts(read.table)
    by_name = {column.name: column for column in facts}
    wave, columns_said = _named_columns(named, by_name, read.table.file)
    book = read_tables_book(tables, list(by_name)) if tables else None
    roles = find_roles(facts, {**(book.roles if book else {}), **columns_said})
    columns = propose_columns(facts, roles)
    if book:
        columns = [replace(c, label=book.labels.get(c.source, c.label)) for c in columns]
        read.seen.extend(_of_book(book))
    keys = next((column.values for column in columns if column.name == "wave"), {})
    waves = _waves(by_name.get(roles["wave"].column), keys, wave, survey.stem)
    source = read.source
    if not roles["wave"].column:
        source = source.model_copy(update={"wave": next(iter(waves), "wave-1")})
    area = by_name.get(roles["area"].column)
    names = _area_names(area, roles["area"], read.table, limited=not neighbourhoods)
    codes = _by_name(names, neighbourhoods)
    columns = [replace(c, values=codes) if c.name == "area" and codes else c for c in columns]
    found = neighbourhoods or [{"code": value, "name": name} for value, name in names.items()]
    crossed = book.groupings if book else None
    text = study_text(source, columns, waves, crossed, proposed_words(facts, roles))
    seen = "".join(f"{MARK} {what}: is that right?\n" for what in read.seen)
    asked = "wijken.csv: arm of each area (programme, comparator or none), pair and district"
    return {
        "study.yml": f"{text}{seen}{MARK} {asked}\n",
        "codebook.yml": codebook_text(columns, roles, _weights(by_name, roles)),
        "indicators.yml": indicators_text(columns, book.questions if book else None),
        "wijken.csv": areas_text(found),
    }


def _of_book(book: TablesBook) -> Iterator[str]:
    taken = ", ".join(f"{role} {column}" for role, column in book.roles.items())
    yield f"taken over from the tables book: {taken}; {len(book.questions)} rows"
    if book.absent:
        yield f"in the tables book and not in the file: {', '.join(book.absent[:12])}"


def _named_columns(
    named: Mapping[str, str], there: Mapping[str, ColumnFacts], file: str
) -> tuple[str, dict[str, str]]:
    """Return the wave that was named itself, and role -> column as the researcher said."""
    wave, said, problems = "", {}, []
    for role, column in named.items():
        if column in there:
            said[role] = column
        elif column.lower() == "none":
            said[role] = ""
        elif role == "wave" and re.fullmatch(r"[\w-]{1,20}", column) and re.search(r"\d", column):
            wave, said[role] = column, ""
        else:
            problems.append(_no_column(role, column, there, file))
    DataError.raise_for(problems)
    return wave, said


def _no_column(role: str, column: str, there: Mapping[str, ColumnFacts], file: str) -> Problem:
    what, expected = f"no column '{column}'", "the name of a column, or none"
    remedy = did_you_mean(column, there, f"Correct --{role}.", cutoff=0.85)
    return Problem(what, file, f"--{role}", first_of(list(there), 12), expected, remedy)


def _waves(
    column: ColumnFacts | None, keys: Mapping[str, str | int], named: str, stem: str
) -> dict[str, str]:
    """Return wave -> label by year, from the column of waves, the option, or the file's name."""
    if column is not None:
        found = column.years or column.values
        if len(found) > MOST_WAVES:
            what, place = "more waves than a study has", f"column '{column.name}'"
            number, expected = str(len(found)), f"at most {MOST_WAVES}"
            remedy = "Name the column of waves, years or days of asking with --wave."
            raise DataError(what, place=place, found=number, expected=expected, remedy=remedy)
        labels = {str(keys.get(v, v)): column.answers.get(v, v) for v in found}
        return dict(sorted(labels.items(), key=lambda wave: YEAR.findall(wave[1])[:1]))
    return {wave: wave for wave in ([named] if named else YEAR.findall(stem)[:1])}


def _area_names(
    column: ColumnFacts | None, role: Role, table: SourceTable, *, limited: bool
) -> dict[str, str]:
    """Return code -> name of the areas of the survey; the code itself where it has no name."""
    if column is None:
        return {}
    if limited and column.different > MAXIMUM_WIJKEN:
        what, place = "more areas than a city has wijken", f"column '{column.name}'"
        found, expected = str(column.different), f"at most {MAXIMUM_WIJKEN}"
        remedy = "Is it a postcode? Name the column of wijken with --area."
        where = {"file": table.file, "place": place, "found": found}
        raise DataError(what, **where, expected=expected, remedy=remedy)
    beside = (_names(table, column.name, other) for other in role.others)
    names = {v: label for v, label in column.answers.items() if v != label} or next(
        filter(None, beside), {}
    )
    return {v: names.get(v, v) for v in column.values}


def _by_name(names: Mapping[str, str], areas: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the survey's code -> that of the list, of the areas that only a name has in common.

    >>> _by_name({"1": "Den Dam", "WK2": "Ham"}, [{"code": "WK1", "name": "den dam "},
    ...                                           {"code": "WK2", "name": "Ham"}])
    {'1': 'WK1'}
    """
    plain = [re.sub(r"\W", "", one["name"].casefold()) for one in areas]
    codes = [one["code"] for one in areas]
    code_of = {n: code for n, code in zip(plain, codes, strict=True) if plain.count(n) == 1}
    found = {v: code_of.get(re.sub(r"\W", "", name.casefold())) for v, name in names.items()}
    return {v: code for v, code in found.items() if code and v not in codes}


def _names(table: SourceTable, codes: str, names: str) -> dict[str, str]:
    """Return code -> name where each code has one name, in words, and each name one code."""
    pairs = table.cells[[codes, names]].dropna().map(written).drop_duplicates()
    in_words = pairs[names].str.contains(r"[^\W\d]{2}").all()
    single = pairs[codes].is_unique and pairs[names].is_unique
    return dict(pairs.itertuples(index=False)) if single and in_words else {}


def _weights(there: Mapping[str, ColumnFacts], roles: Mapping[str, Role]) -> str:
    """Return what is said of rows that have no weight above 0; nothing where all have one."""
    column = there.get(roles["weight"].column)
    if column is None or column.numbers is None:
        return ""
    zeros = " or a weight of 0" if (column.numbers == 0).any() else ""
    if not (zeros or column.empty):
        return ""
    return (
        f"{column.empty} rows have no weight{zeros}: left out, as GGD files mean it; 'error' "
        "if every row should have one"
    )


def _refuse_to_overwrite(folder: Path) -> None:
    if len(folder.name) > _MAXIMUM_NAME:
        what, found = "the folder's name is too long", f"{folder.name[:40]}..."
        expected = f"at most {_MAXIMUM_NAME} characters"
        raise StudyError(what, found=found, expected=expected, remedy="Name another folder.")
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not folder.is_dir():
        raise _in_the_way("there is a file of this name", str(folder))
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _in_the_way("there is something here already", str(folder)) from None
    for name, proposed in record.items():
        path = folder / name
        if path.is_file() and sha256(path) != proposed:
            raise _in_the_way(f"'{name}' was changed since it was proposed", str(folder))


def _in_the_way(what: str, folder: str) -> StudyError:
    expected = "a folder that does not exist yet, is empty, or holds an unchanged proposal"
    remedy = "Name another folder; nothing was written."
    return StudyError(what, file=folder, expected=expected, remedy=remedy)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write all files to a folder beside it and put that in place: a whole study or none."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    except OSError as error:
        raise _cannot_write(folder, error) from None
    try:
        for name, content in files.items():
            write_whole(temporary / name, content)
        hashes = {name: sha256(temporary / name) for name in files}
        write_whole(temporary / _RECORD, json.dumps(hashes, indent=1))
        temporary.chmod(0o755)
        if folder.is_dir() and any(folder.iterdir()):
            for name in (*files, _RECORD):
                os.replace(temporary / name, folder / name)
        else:
            os.replace(temporary, folder)
    except OSError as error:
        if is_full(error):
            raise
        raise _cannot_write(folder, error) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _cannot_write(folder: Path, error: OSError) -> StudyError:
    what, found = "the study cannot be written here", error.strerror or str(error)
    return StudyError(what, file=str(folder), found=found, remedy="Name another folder.")
