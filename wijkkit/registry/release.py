"""What of the registry may be shown in a report."""

from __future__ import annotations

import re

import pandas as pd

from wijkkit.language import text
from wijkkit.registry.definition import Kind
from wijkkit.registry.registry import Registry
from wijkkit.registry.tables import KEY_COLUMNS, KINDS
from wijkkit.registry.validation import holds_personal_data

#: Parts of a name shorter than this are ordinary words too often to look for.
_SHORTEST_NAME = 3


def tables_for_release(
    registry: Registry,
    wijk: str | None = None,
    language: str | None = None,
    persons: re.Pattern[str] | None = None,
) -> dict[str, pd.DataFrame]:
    """Return what may be shown in the report of a wijk, by kind.

    Names of persons, contact data, where documents are kept, remarks, and who changed a row are
    left out. A text in which the name of anybody who was ever registered, an e-mail address or a
    telephone number stands is absent as a whole; where a row cannot do without it, words say so
    in its place. Numbers of participants are counts as
    registered: disclosure control of small counts is the caller's.

    Parameters
    ----------
    registry : Registry
    wijk : str, optional
        Its slug; all wijken together where absent.
    language : {"nl", "en"}, optional
        Of those words; the study's where absent.
    persons : re.Pattern, optional
        What `registered_persons` found, for a caller that knows it already.

    Returns
    -------
    dict of str to DataFrame
        Columns ``wijk``, ``key`` and the released columns of the kind.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> registry = wk.open_registry(study)
    >>> from wijkkit.registry import tables_for_release
    >>> "activities" in tables_for_release(registry)
    True
    """
    persons = persons or registered_persons(registry)
    hidden = text("registry.hidden_text", language or registry.study.language)
    return {
        name: _released(kind, registry.table(name, wijk), persons, hidden)
        for name, kind in KINDS.items()
    }


def _released(
    kind: Kind, table: pd.DataFrame, persons: re.Pattern[str] | None, hidden: str
) -> pd.DataFrame:
    columns = [column for column in kind.columns if column.released]
    shown = table[[*KEY_COLUMNS, *(column.name for column in columns)]].copy()
    for column in columns:
        if column.type == "text":
            hide = [_is_personal(value, persons) for value in shown[column.name]]
            where = pd.Series(hide, shown.index, dtype=bool)
            shown[column.name] = shown[column.name].mask(where, hidden if column.required else None)
    return shown


def _is_personal(value: object, persons: re.Pattern[str] | None) -> bool:
    if not isinstance(value, str):
        return False
    return holds_personal_data(value) or bool(persons and persons.search(value))


def registered_persons(registry: Registry) -> re.Pattern[str] | None:
    """Return what finds anybody who is or was registered: the full name, or the last name.

    A last name counts with its capital only: many are ordinary words without it.
    """
    names: set[str] = set()
    for content in registry.history("stakeholders")["content"]:
        words = str(content["person"] or "").split()
        if len("".join(words)) >= _SHORTEST_NAME:
            names.add(f"(?i:{re.escape(' '.join(words))})")
        if len(words) > 1 and len(words[-1]) >= _SHORTEST_NAME:
            names.add(re.escape(words[-1].capitalize()))
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(names))})(?!\w)") if names else None
