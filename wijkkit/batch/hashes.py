"""Hashes that name contents."""

from __future__ import annotations

import hashlib
from pathlib import Path

from wijkkit.files import sha256


def hash_of(*parts: bytes | str) -> str:
    """Return one hash of several parts, in order.

    Examples
    --------
    >>> hash_of("a", "bc") == hash_of("ab", "c")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def hash_file(path: Path) -> str:
    """Return the hash of a file's content, or ``absent``."""
    try:
        return sha256(path)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return "absent"
