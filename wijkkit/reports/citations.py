"""Citations and the list of literature, by Pandoc's citeproc, once for all pages that cite alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wijkkit.reports.pandoc import Node, div, elements, kept, paragraph, plain, rewrite, write

#: What citeproc goes by, in the metadata of a document.
_KEYS = ("bibliography", "csl", "lang", "nocite")


def resolve_citations(document: Node, folder: Path) -> Node:
    """Return `document` with its citations as text and its literature in the div ``refs``.

    Parameters
    ----------
    folder : Path
        Where the bibliography is found.

    Raises
    ------
    ReportError
        A key is not in the bibliography.
    """
    cited = list(elements(document["blocks"], "Cite"))
    meta = {key: document["meta"][key] for key in _KEYS if key in document["meta"]}
    if not cited and "nocite" not in meta:
        return document
    asked = [*(paragraph([cite]) for cite in cited), div([], identifier="refs")]
    small = {**document, "meta": meta, "blocks": asked}
    key: tuple[Any, ...] = (json.dumps(small), *_files(meta, folder))
    *citations, listed = json.loads(kept(key, lambda: _citeproc(small, folder)))["blocks"]
    resolved = iter(block["c"] for block in citations)

    def change(node: Node) -> list[Node] | None:
        if node["t"] == "Cite":
            return next(resolved)
        return [listed] if node["t"] == "Div" and node["c"][0][0] == "refs" else None

    blocks = rewrite(document["blocks"], change)
    has_place = any(node["c"][0][0] == "refs" for node in elements(blocks, "Div"))
    return {**document, "blocks": blocks if has_place else [*blocks, listed]}


def _files(meta: Node, folder: Path) -> list[bytes]:
    """Return the files that citeproc reads: the same files and citations, the same text."""
    said = [meta[key] for key in ("bibliography", "csl") if key in meta]
    names = [
        plain(item) for one in said for item in (one["c"] if one["t"] == "MetaList" else [one])
    ]
    return [(folder / name).read_bytes() for name in names if (folder / name).is_file()]


def _citeproc(document: Node, folder: Path) -> str:
    options = ("--citeproc", "--metadata=link-citations:true", "--fail-if-warnings")
    return write(document, "json", *options, folder=folder)
