"""Make the small study of ``bad/base`` with one thing wrong, as a case says."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import yaml

BAD = Path(__file__).parent / "bad"


def read_cases() -> list[dict]:
    """Return all cases, each with the file it stands in."""
    cases = []
    for path in sorted(BAD.glob("*.yml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            cases.append({"group": path.stem, "load": path.stem, **case})
    return cases


def make_bad_study(case: dict, folder: Path) -> Path:
    """Copy the valid study and change what the case says; return its folder."""
    shutil.copytree(BAD / "base", folder, dirs_exist_ok=True)
    for way, change in _CHANGES.items():
        for name, content in case.get(way, {}).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            change(path, content)
    return folder


def _replace(path: Path, pairs: list[list[str]]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, f"{path.name} does not hold {old!r}"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _encode(path: Path, encoding: str) -> None:
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))


def _delete(path: Path, _: bool) -> None:
    path.unlink()


def _sheets(path: Path, sheets: dict[str, list[list]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def _spss(path: Path, content: dict) -> None:
    writer = pyreadstat.write_dta if path.suffix == ".dta" else pyreadstat.write_sav
    options = {
        key: content[key] for key in ("variable_value_labels", "missing_ranges") if key in content
    }
    writer(pd.DataFrame(content["data"]), path, **options)


def _parquet(path: Path, data: dict[str, list]) -> None:
    pd.DataFrame(data).to_parquet(path, index=False)


def _zip(path: Path, parts: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def _repeat(path: Path, content: list) -> None:
    head, line, times = content
    path.write_text(head + line * times, encoding="utf-8")


def _zeros(path: Path, size: int) -> None:
    """A workbook with one part of `size` zeros: small on disk, large when read."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * size)


def _truncate(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


#: What a case may change, in the order in which it is done.
_CHANGES: dict[str, Callable] = {
    "replace": _replace,
    "write": _write,
    "hex": lambda path, text: path.write_bytes(bytes.fromhex(text)),
    "sheets": _sheets,
    "spss": _spss,
    "parquet": _parquet,
    "zip": _zip,
    "zeros": _zeros,
    "repeat": _repeat,
    "encode": _encode,
    "truncate": _truncate,
    "delete": _delete,
}
