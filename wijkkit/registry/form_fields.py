"""One widget per column, and the value that stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

import ipywidgets as widgets
import pandas as pd

from wijkkit.language import text
from wijkkit.registry.definition import Column, Kind
from wijkkit.registry.validation import is_absent
from wijkkit.registry.wording import choice_labels, column_hint, column_label

#: Columns in which people write more than a line.
_LONG = ("note", "decision", "reason", "what", "solution")
#: A number as it is typed. Three digits after one sign may be thousands: that is not a number.
_NUMBER = re.compile(r"-?\d+(?:[.,](?!\d{3}$)\d+)?")

Options = Iterable[tuple[str, str]]


def labelled(description: str, hint: str = "") -> dict[str, object]:
    """Return the arguments that give a field its label, in the forms' lay-out."""
    return {
        "description": description,
        "tooltip": hint or description,
        "style": {"description_width": "18em"},
        "layout": {"width": "46em"},
    }


def make_field(kind: Kind, column: Column, language: str) -> widgets.Widget:
    """Return an empty field for a column; `set_options` fills a list that may change."""
    hint = column_hint(kind, column, language)
    required = f" ({text('registry.form.required', language)})" if column.required else ""
    shared = labelled(column_label(kind, column, language) + required, hint)
    if column.type in ("choice", "reference"):
        options = [(label, key) for key, label in choice_labels(column, language).items()]
        return widgets.Dropdown(options=with_empty(options, language), value=None, **shared)
    if column.type == "date":
        return widgets.DatePicker(value=None, **shared)
    make = widgets.Textarea if column.name in _LONG else widgets.Text
    return make(value="", placeholder=hint, **shared)


def with_empty(options: Options, language: str) -> list[tuple[str, str | None]]:
    """Return options with the one that says that nothing is chosen."""
    return [(text("registry.form.empty", language), None), *options]


def read_field(column: Column, field: widgets.Widget) -> object:
    """Return what stands in a field; a number where a number was typed.

    Examples
    --------
    >>> from wijkkit.registry.tables import KINDS
    >>> read_field(KINDS["goals"]["target"], widgets.Text(value="41,5"))
    41.5
    """
    value = field.value
    if column.type in ("integer", "number") and isinstance(value, str):
        typed = value.strip()
        if _NUMBER.fullmatch(typed):
            return float(typed.replace(",", "."))
    return None if is_absent(value) else value


def fill_field(column: Column, field: widgets.Widget, value: object, language: str) -> None:
    """Put a stored value in a field."""
    if is_absent(value):
        field.value = None if column.type in ("choice", "reference", "date") else ""
    elif column.type == "date":
        field.value = value if type(value) is date else pd.Timestamp(value).date()
    elif column.type in ("integer", "number"):
        shown = f"{value:.12g}"
        field.value = shown.replace(".", ",") if language == "nl" else shown
    elif column.type in ("choice", "reference") and value not in _keys(field):
        field.options = (*field.options, (str(value), value))
        field.value = value
    else:
        field.value = value


def set_options(field: widgets.Dropdown, options: Options, language: str) -> None:
    """Give a drop-down its present options and keep what was chosen."""
    chosen = field.value
    field.options = with_empty(options, language)
    field.value = chosen if chosen in _keys(field) else None


def _keys(field: widgets.Dropdown) -> list[object]:
    return [key for _, key in field.options]
