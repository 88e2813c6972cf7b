"""The list of words: what a reader may not know, explained."""

from __future__ import annotations

from typing import Any

from wijkkit.language import glossary
from wijkkit.language.markdown import escaped


def words_notebook(language: str) -> dict[str, Any]:
    """Return a notebook with one labelled text, ``woorden``: each term and what it means."""
    listed = "\n\n".join(
        f"{escaped(term)}\n:   {escaped(meaning)}" for term, meaning in glossary(language).items()
    )
    output = {"output_type": "display_data", "data": {"text/markdown": listed}, "metadata": {}}
    cell = {"cell_type": "code", "source": "#| label: woorden", "outputs": [output]}
    return {"cells": [cell]}
