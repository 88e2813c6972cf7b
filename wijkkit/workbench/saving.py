"""What JupyterLab does not save with a notebook."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any


def forget_widgets(model: MutableMapping[str, Any], **_rest: object) -> None:
    """Drop the state of widgets from a notebook that is about to be saved.

    A hook of Jupyter's contents manager (`pre_save_hook`), which `make lab` sets: what a panel
    on the sources shows never reaches a file.

    Examples
    --------
    >>> model = {"type": "notebook", "content": {"metadata": {"widgets": {"state": "12%"}}}}
    >>> forget_widgets(model)
    >>> model["content"]
    {'metadata': {}}
    """
    if model["type"] == "notebook" and model.get("content"):
        model["content"]["metadata"].pop("widgets", None)
