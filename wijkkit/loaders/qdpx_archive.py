"""The container of a REFI-QDA project: a zip with ``project.qde`` and a folder of sources.

A project comes from someone else's program, so nothing in it is trusted: sizes are limited before
and while reading, nothing is written to disk, and the XML may hold no document type or entity.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.workbook import MAXIMUM_RATIO, bombs

MAXIMUM_FILES = 10_000
MAXIMUM_FILE_SIZE = 64 * 2**20
#: Of the project's XML and its plain texts together; pictures and recordings are not read.
MAXIMUM_TOTAL_SIZE = 256 * 2**20
MAXIMUM_DEPTH = 60
#: Endings of what is read: the project and its plain texts.
READ = (".qde", ".txt")

#: What a damaged, encrypted or otherwise packed zip raises.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError,
    OSError, RuntimeError, UnicodeDecodeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Archive:
    """An opened project: its XML and the texts it holds, by lower-case file name."""

    root: Element
    texts: dict[str, bytes]


def read_archive(path: Path) -> Archive:
    """Read the project's XML and plain texts; DataError where it is unsafe, broken or too large."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
            files = [info for info in files if not _of_macos(info.filename)]
            problems = [*_too_large(files, path.name), *_unsafe(files, path.name)]
            DataError.raise_for(problems)
            project = _project_file(files, path.name)
            root = _parse(_read(archive, project, path.name), path.name, project.filename)
            texts = {
                PurePosixPath(info.filename).name.lower(): _read(archive, info, path.name)
                for info in files
                if info.filename.lower().endswith(".txt")
            }
    except FileNotFoundError:
        raise DataError("the file is missing", file=path.name, remedy="Check the path.") from None
    except UNREADABLE as error:
        what = f"the project cannot be opened: {error}"
        expected = "a zip as a QDA program exports it, without a password"
        remedy = "Export the project again as .qdpx."
        raise DataError(what, file=path.name, expected=expected, remedy=remedy) from None
    return Archive(root, texts)


def _of_macos(name: str) -> bool:
    """Return whether a file is what macOS puts beside the real one in a zip or on a share."""
    path = PurePosixPath(name.replace("\\", "/"))
    return "__MACOSX" in path.parts or path.name.startswith("._") or path.name == ".DS_Store"


def _too_large(files: list[zipfile.ZipInfo], name: str) -> Iterator[Problem]:
    texts = sum(info.file_size for info in files if info.filename.lower().endswith(READ))
    limits = (
        ("too many files in the project", len(files), MAXIMUM_FILES),
        ("the texts of the project are too large", texts, MAXIMUM_TOTAL_SIZE),
    )
    for what, found, most in limits:
        if found > most:
            expected, remedy = f"at most {most:,}", "Export a project with the interviews only."
            yield Problem(what, file=name, found=f"{found:,}", expected=expected, remedy=remedy)
    for info in bombs(files):
        what, place = "a file unpacks to far more than it holds", info.filename[:120]
        times = f"{info.file_size / max(info.compress_size, 1):.0f} times its size"
        expected = f"at most {MAXIMUM_RATIO} times"
        remedy = "Do not use this file; ask for a new export."
        yield Problem(what, name, place, times, expected, remedy)


def _unsafe(files: list[zipfile.ZipInfo], name: str) -> Iterator[Problem]:
    for info in files:
        # ZipInfo cuts a name at a null byte and turns the platform's separators into '/'.
        parts = PurePosixPath(info.orig_filename.replace("\\", "/")).parts
        if ".." in parts or "\0" in info.orig_filename or (parts and parts[0][-1:] in "/:"):
            what, place = "a path that leads out of the project", repr(info.orig_filename[:120])
            expected = "files inside the project"
            remedy = "Do not use this file; ask for a new export."
            yield Problem(what, file=name, place=place, expected=expected, remedy=remedy)


def _project_file(files: list[zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    found = [info for info in files if info.filename.lower().endswith(".qde")]
    if len(found) != 1:
        raise DataError(
            "no project in the file" if not found else "more than one project in the file",
            file=name,
            found=", ".join(info.filename for info in found[:5]),
            expected="one project.qde",
            remedy="Export the project again as .qdpx (REFI-QDA project).",
        )
    return found[0]


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    with archive.open(info) as file:
        content = file.read(MAXIMUM_FILE_SIZE + 1)
    if len(content) > MAXIMUM_FILE_SIZE:
        what, place = "a text in the project is too large", info.filename[:120]
        expected = f"at most {MAXIMUM_FILE_SIZE} bytes"
        remedy = "Split the source, or export fewer sources."
        raise DataError(what, file=name, place=place, expected=expected, remedy=remedy)
    return content


def _parse(content: bytes, name: str, place: str) -> Element:
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        what = "the XML declares a document type or entities"
        remedy = "Do not use this file; ask for a new export."
        raise DataError(what, file=name, place=place, remedy=remedy) from None
    except (ParseError, ValueError, LookupError) as error:
        what = f"the XML is malformed: {error}"
        raise DataError(what, file=name, place=place, remedy="Export the project again.") from None
    if root.tag.rpartition("}")[2] != "Project" or _deeper_than(root, MAXIMUM_DEPTH):
        what, found = "this is not a REFI-QDA project", root.tag[:80]
        expected = f"a Project at most {MAXIMUM_DEPTH} levels deep"
        remedy = "Export the project as .qdpx, not the codebook alone."
        raise DataError(what, file=name, place=place, found=found, expected=expected, remedy=remedy)
    return root


def _deeper_than(root: Element, limit: int) -> bool:
    level = [root]
    for _ in range(limit):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


def file_of(reference: str) -> str:
    """Return the lower-case file name that a source's path refers to.

    The standard knows ``internal://NAME`` (in the project), ``relative://`` (beside it) and
    ``absolute://``. Only the name is used: the text is looked for in the project alone.

    >>> file_of("internal://0A1B.TXT"), file_of(r"relative:///interviews\\een%20wijk.txt")
    ('0a1b.txt', 'een wijk.txt')
    """
    rest = reference.partition("://")[2] or reference
    return PurePosixPath(unquote(rest).replace("\\", "/")).name.lower()
