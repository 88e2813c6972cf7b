"""Text from data or settings inside Markdown."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def escaped(value: str) -> str:
    r"""Return `value` on one line, so that Markdown shows it as it stands.

    Every ASCII punctuation mark gets a backslash, which Pandoc, CommonMark and Jupyter all read
    as the mark itself.

    Examples
    --------
    >>> print(escaped("Wijk <b>*A*</b>"))
    Wijk \<b\>\*A\*\<\/b\>
    """
    return _PUNCTUATION.sub(r"\\\1", " ".join(str(value).split()))
