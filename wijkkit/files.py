"""Write whole files or none, and name contents by their hash."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path whose file takes the place of `path` when the block ends well.

    The file is on the disk before it is put in place; when anything goes wrong, `path` is what
    it was and no temporary file is left. The folder is made where it is absent.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder) / "a.txt") as temporary:
    ...         _ = temporary.write_text("whole")
    ...     (Path(folder) / "a.txt").read_text()
    'whole'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.tmp")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        # The file that was asked for, not the temporary one.
        error.filename, error.filename2 = str(path), None
        raise
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file so that it is there complete, or not at all; text as UTF-8, as it stands."""
    data = content.encode() if isinstance(content, str) else content
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_saved(path: Path, save: Callable[[BinaryIO], object]) -> None:
    """Write what a program saves into a file, such as a workbook, whole or not at all.

    It is made in memory: a library that finds the disk full leaves half a file open.
    """
    content = io.BytesIO()
    save(content)
    write_whole(path, content.getvalue())


def is_full(error: OSError) -> bool:
    """Return whether the disk has no room: all of it, one's part of it, or the largest file."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def sha256(path: Path) -> str:
    """Return the hash of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


#: What a spreadsheet program would run, and a signed number with words after it, which it does not.
_FORMULA = re.compile(r"[=@+\-\t\r]")
_NUMBER = re.compile(r"[+-]\d[\d.,]*( [\w .,%-]*)?")


def harmless(cell: object) -> object:
    """Return a cell of a file for spreadsheets: a text that it would run is no formula.

    >>> harmless("=1+1"), harmless("+18 procentpunt"), harmless("-1+cmd|'/C calc'!A0"), harmless(-3.0)
    ("'=1+1", '+18 procentpunt', "'-1+cmd|'/C calc'!A0", -3.0)
    """
    runs = isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if runs else cell
