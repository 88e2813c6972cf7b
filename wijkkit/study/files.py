"""Open a study's folder: read its files, report everything that is wrong at once."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel

from wijkkit.errors import DataError, Problem, StudyError, collected, did_you_mean
from wijkkit.study.checks import check_study
from wijkkit.study.codebook import Codebook
from wijkkit.study.indicators import Indicator, indicator_entries
from wijkkit.study.model import Neighbourhood, StudyFile
from wijkkit.study.settings.general import TAKEN
from wijkkit.study.strict_yaml import read_yaml, validate
from wijkkit.study.study import Study

# ``wijken.csv``: the wijken of a study as one list, beside or in the place of ``wijken/*.yml``.

#: The columns of a list of areas, and what Dutch lists call them.
COLUMNS = {
    "code": ("code", "gebiedscode", "areacode"),
    "name": ("name", "naam", "label"),
    "arm": ("arm",),
    "pair": ("pair", "paar"),
    "district": ("district", "gebied", "hoort bij", "stadsdeel"),
    "wijk": ("wijk", "slug"),
    "start": ("start", "begin", "startdatum", "begindatum"),
    "codes": ("codes",),
}


def read_area_list(path: Path, file: str) -> list[dict[str, str]]:
    """Read a list of wijken, one per row, by the names in `COLUMNS`; DataError where it cannot be."""
    numbered = _rows(path, file)
    names = {own: column for column, known in COLUMNS.items() for own in known}
    header = [names.get(name.strip().lower(), "") for name in numbered[0][1]] if numbered else []
    if "code" not in header:
        found = ", ".join(numbered[0][1][:8]) if numbered else "an empty file"
        remedy = "Write these names in the first row."
        raise DataError(
            Problem("no column 'code'", file, "", found, "code;name;arm;pair;district", remedy)
        )
    areas: list[Any] = []
    # A column of another name may hold anything, but not what is nearly a name of ours.
    problems = [
        Problem("unknown column", file, "row 1", name, remedy=remedy)
        for own, name in zip(header, numbered[0][1], strict=True)
        if not own
        and (remedy := did_you_mean(name.strip().lower(), set(COLUMNS) - set(header), "", 0.85))
    ]
    slugs: set[str] = set()
    seen: dict[str, int] = {}
    for number, cells in numbered[1:]:
        area = dict.fromkeys(COLUMNS, "") | {
            name: cell.strip() for name, cell in zip(header, cells, strict=False) if name
        }
        code, row = area["code"], f"row {number}"
        if not code:
            problems.append(Problem("no code", file, row, remedy="Fill in the code."))
        elif (first := seen.setdefault(code, number)) != number:
            rows, remedy = f"rows {first} and {number}", "Keep one of the rows."
            problems.append(Problem("a code more than once", file, rows, code, remedy=remedy))
        area["name"] = area["name"] or code
        plain = _plain(area["name"]) or _plain(code) or "wijk"
        another = f"{plain[:40]}-{_plain(code)}".strip("-")
        area["wijk"] = area["wijk"] or (
            another if plain in slugs or TAKEN.fullmatch(plain) else plain
        )
        slugs.add(area["wijk"])
        areas.append(area)
    DataError.raise_for(problems)
    return areas


def _rows(path: Path, file: str) -> list[tuple[int, list[str]]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        found = error.strerror or str(error)
        what, remedy = "the list of areas cannot be read", "Correct its name."
        raise DataError(what, file=file, found=found, remedy=remedy) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("windows-1252", errors="replace")
    separator = max((";", ",", "\t"), key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return [(number, row) for number, row in enumerate(rows, start=1) if any(row)]


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", ascii_letters(text).lower()).strip("-")[:50].strip("-")


#: Letters that have no mark to take off.
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ß": "ss", "ł": "l", "Ł": "L"}
)


def ascii_letters(text: str) -> str:
    """Return a text in letters without accents: Élan as Elan, Ømø as Omo."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return plain.encode("ascii", "ignore").decode()


M = TypeVar("M", bound=BaseModel)

#: The study's folder where a project says nothing else.
DEFAULT = "parameters"


def open_study(folder: str | Path = "parameters") -> Study:
    """Open the study in `folder`; its files are read again only when one of them has changed.

    Parameters
    ----------
    folder : str or Path
        The study's folder, or its project's. A relative path is looked for from the working folder
        upwards, so that a notebook opened in its own folder finds the study of the project.

    Raises
    ------
    StudyError
        With every problem in every file: unknown, misspelt and duplicate keys, values of the
        wrong type, waves, goals and wijken that do not fit each other.

    Examples
    --------
    >>> open_study("no such folder")
    Traceback (most recent call last):
        ...
    wijkkit.errors.StudyError: no such folder: there is no study here ...
    """
    found = find_study(folder)
    _last.append(_opened(found, _versions(found)))
    del _last[:-1]
    return _last[-1]


def last_opened() -> Study:
    """Return the study that this process opened last; StudyError where it opened none."""
    if not _last:
        raise StudyError("no study is open", remedy="Open one first: wk.open_study('parameters').")
    return _last[-1]


_last: list[Study] = []


#: What changes when a file is written again: its name, number, size and time.
_Version = tuple[str, int, int, int]


def _versions(folder: Path) -> tuple[_Version, ...]:
    paths = (*folder.glob("*.yml"), *folder.glob("wijken/*.yml"), *folder.glob("wijken.csv"))
    stats = ((str(path), path.stat()) for path in sorted(paths))
    return tuple((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


@lru_cache(maxsize=4)
def _opened(folder: Path, versions: tuple[_Version, ...]) -> Study:
    """Read a study once for all that ask for it; `versions` are of its files."""
    problems: list[Problem] = []
    settings = codebook = indicators = None
    with collected(problems):
        settings = _read(folder / "study.yml", StudyFile, problems)
    with collected(problems):
        codebook = _read(folder / "codebook.yml", Codebook, problems)
    with collected(problems):
        file = "indicators.yml"
        entries = indicator_entries(read_yaml(folder / file), codebook, problems)
        indicators = validate(entries, dict[str, Indicator], file, problems)
    neighbourhoods = _read_neighbourhoods(folder, problems)
    if problems or settings is None or codebook is None:
        raise StudyError(problems)
    study = Study(folder, settings, codebook, MappingProxyType(indicators or {}), neighbourhoods)
    StudyError.raise_for(check_study(study))
    return study


def find_study(folder: str | Path) -> Path:
    """Return the folder of a study, looked for from the working folder upwards."""
    path = Path(folder)
    bases = [Path()] if path.is_absolute() else [Path.cwd(), *Path.cwd().parents]
    for base in bases:
        # A project that was laid out holds its study itself, not in a folder of this name.
        places = [base / path, base / path / DEFAULT, *([base] if path == Path(DEFAULT) else [])]
        for place in places:
            if (place / "study.yml").is_file():
                return place.resolve()
    raise StudyError(
        "there is no study here",
        file=str(folder),
        expected="a folder with study.yml",
        remedy="Give the study's folder (--study FOLDER, or -p study FOLDER to papermill), or make "
        "the demo with 'wijkkit demo'.",
    )


def _read(path: Path, model: type[M], problems: list[Problem]) -> M | None:
    return validate(read_yaml(path), model, path.name, problems)


def _read_neighbourhoods(folder: Path, problems: list[Problem]) -> Mapping[str, Neighbourhood]:
    found = [*_listed_neighbourhoods(folder / "wijken.csv", problems)]
    for path in sorted(folder.glob("wijken/*.yml")):
        name, one = f"wijken/{path.name}", None
        with collected(problems):
            one = validate(read_yaml(path, name), Neighbourhood, name, problems)
        if one is None:
            continue
        if one.wijk != path.stem:
            what, remedy = "the file is named otherwise than its wijk", "Give both the same name."
            problems.append(Problem(what, name, "wijk", one.wijk, path.stem, remedy))
        found.append(one)
    if not found and not problems:
        expected = "one file per wijk, or wijken.csv"
        remedy = "Add wijken/<slug>.yml, or a list of them."
        problems.append(Problem("no neighbourhoods", "wijken/", "", "", expected, remedy))
    listed = (folder / "wijken.csv").is_file()
    for wijk, times in Counter(one.wijk for one in found).items():
        if listed and times > 1:
            what = f"wijk '{wijk}' is there {times} times"
            remedy = "Keep it in one of the two, or give one another short name (wijk)."
            problems.append(Problem(what, "wijken.csv and wijken/", remedy=remedy))
    order = {"programme": 0, "comparator": 1, "none": 2}
    found.sort(key=lambda one: (order[one.arm], one.pair or "", one.wijk))
    return MappingProxyType({one.wijk: one for one in found})


def _listed_neighbourhoods(path: Path, problems: list[Problem]) -> Iterator[Neighbourhood]:
    if not path.is_file():
        return
    areas: list[dict[str, str]] = []
    with collected(problems):
        areas = read_area_list(path, path.name)
    for area in areas:
        entry: dict[str, object] = {name: value for name, value in area.items() if value}
        if area["codes"]:
            entry["codes"] = dict(_codes(area["codes"], area["wijk"], problems))
        if dutch := re.fullmatch(r"(\d{1,2})-(\d{1,2})-(\d{4})", area["start"]):
            entry["start"] = "{2}-{1:0>2}-{0:0>2}".format(*dutch.groups())
        neighbourhood = validate(entry, Neighbourhood, f"{path.name}, {area['name']}", problems)
        if neighbourhood is not None:
            yield neighbourhood


def _codes(written: str, wijk: str, problems: list[Problem]) -> Iterator[tuple[str, list[str]]]:
    """Yield wave and codes of ``2018=BU1+BU2, 2021=BU3``."""
    for part in re.split(r"[,\s]+", written.strip()):
        wave, sign, codes = part.partition("=")
        if wave and sign:
            yield wave, [code for code in codes.split("+") if code]
        else:
            what, expected = "codes of other waves", "2018=BU1+BU2, 2021=BU3"
            remedy = "Write them that way."
            problems.append(Problem(what, "wijken.csv", wijk, part, expected, remedy))
