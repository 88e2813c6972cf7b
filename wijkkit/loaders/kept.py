"""Downloads kept on disk, so that a study runs again without the network."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from wijkkit.errors import DataError
from wijkkit.files import write_whole
from wijkkit.study import Study

#: Folder of downloads in the study's folder. Remove a file there to download it again.
FOLDER = ".cache"


def kept_path(study: Study, kind: str, name: str, asked: object) -> Path:
    """Return where a download is kept, by what was asked.

    Parameters
    ----------
    kind, name : str
        Folder and beginning of the file's name.
    asked : object
        Everything the answer depends on, as JSON can hold it.
    """
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    safe = re.sub(r"[^A-Za-z0-9.-]", "_", name)
    return study.folder / FOLDER / kind / f"{safe}-{digest[:12]}.json"


def keep(path: Path, content: object) -> None:
    """Write a download whole or not at all."""
    write_whole(path, json.dumps(content, ensure_ascii=False))


def read_kept(path: Path) -> dict:
    """Return a download that was kept."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("not an object")
    except ValueError as error:
        raise DataError(
            f"a download that was kept cannot be read: {error}",
            file=f"{FOLDER}/{path.parent.name}/{path.name}",
            remedy="Remove this file; it is downloaded again.",
        ) from None
    return content
