"""What the forms say, as HTML in which every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import pandas as pd

from wijkkit.errors import WijkkitError
from wijkkit.language import text
from wijkkit.registry.definition import Kind
from wijkkit.registry.faults import Fault, RowError, fault_words
from wijkkit.registry.wording import column_label, sheet_name


def about_html(kind: Kind, language: str) -> str:
    """Return what a kind is for."""
    return f"<p>{escape(text(f'registry.kind.{kind.name}.about', language))}</p>"


def status_html(message: str, lines: Iterable[str] = ()) -> str:
    """Return a message that a screen reader speaks when it appears."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    listed = f"<ul>{items}</ul>" if items else ""
    return f'<div role="status"><p>{escape(message)}</p>{listed}</div>'


def refused_html(error: WijkkitError, kind: Kind, language: str) -> str:
    """Return why a row was not saved."""
    lines = [str(problem) for problem in error.problems]
    if isinstance(error, RowError) and error.faults:
        lines = [fault_line(kind, fault, language) for fault in error.faults]
    return status_html(text("registry.form.refused", language), lines)


def fault_line(kind: Kind, fault: Fault, language: str) -> str:
    """Return a fault as one line.

    Examples
    --------
    >>> from wijkkit.registry.tables import KINDS
    >>> fault_line(KINDS["goals"], Fault("required", "name"), "nl")
    'Doel: dit moet zijn ingevuld. Vul deze cel in.'
    """
    words = fault_words(fault, kind, language)
    where = column_label(kind, kind[fault.column], language) if fault.column else ""
    details = [
        text(f"registry.import.{name}", language, **{name: value})
        for name, value in (("found", words.found), ("expected", words.expected))
        if value and fault.rule != "required"
    ]
    shown = f" ({'; '.join(details)})" if details else ""
    return f"{where or sheet_name(kind, language)}: {words.what}{shown}. {words.remedy}"


def history_html(history: pd.DataFrame, language: str) -> str:
    """Return who changed a row and when, folded in."""
    if history.empty:
        return ""
    items = "".join(
        f"<li>{entry.at:%d-%m-%Y %H:%M} UTC, {escape(entry.who)}: "
        f"{escape(text(f'registry.action.{entry.action}', language))}</li>"
        for entry in history.itertuples()
    )
    title = escape(text("registry.form.history", language))
    return f"<details><summary>{title}</summary><ul>{items}</ul></details>"
