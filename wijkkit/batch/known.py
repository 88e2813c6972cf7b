"""What was worked out before, by the hash of what it was worked out from."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import wijkkit
from wijkkit.batch.hashes import hash_file, hash_of
from wijkkit.files import write_whole

#: Modules whose change makes earlier answers worthless.
_ASKING = ("table_hashes",)


class Known:
    """Answers of earlier runs; what no run asks for any more is forgotten.

    Parameters
    ----------
    path : Path
        A JSON file; absent, unreadable or made by another version, it holds no answers.

    Examples
    --------
    >>> known = Known(Path("no such file"))
    >>> known.get("length", "a1", lambda: len("text")), known.get("length", "a1", lambda: 0)
    (4, 4)
    """

    def __init__(self, path: Path):
        self._path = path
        self._by = _by()
        self._earlier: dict[str, Any] = {}
        self._used: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            content = json.loads(path.read_bytes())
            if content["by"] == self._by:
                self._earlier = dict(content["answers"])

    def get(self, question: str, mark: str, answer: Callable[[], Any]) -> Any:
        """Return what is known, or else what `answer` returns: something that JSON can hold."""
        key = f"{question}:{mark}"
        if key not in self._used:
            self._used[key] = self._earlier[key] if key in self._earlier else answer()
        return self._used[key]

    def save(self) -> None:
        """Keep the answers for the next run."""
        if self._used != self._earlier:
            write_whole(self._path, json.dumps({"by": self._by, "answers": self._used}))


def _by() -> str:
    package = Path(wijkkit.__file__).parent
    files = [package / "__init__.py", *(package / "batch" / f"{name}.py" for name in _ASKING)]
    return hash_of(sys.version, version("pandas"), *(hash_file(path) for path in files))
