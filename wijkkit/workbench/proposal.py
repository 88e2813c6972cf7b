"""What the columns of a survey file probably are: a proposal, with what could not be guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wijkkit.loaders.cells import is_number, written
from wijkkit.loaders.source_table import SourceTable
from wijkkit.workbench.answers import answers_in_words, is_missing, key, standard_values

#: Standard column -> what its name looks like in Dutch and English surveys; the first fit wins.
_NAMES = {
    "area": r"buurt|wijk|bu_?code|wk_?code|gebied|^area",
    "age": r"leeftijd|^lft|^age",
    "sex": r"geslacht|^gesl|^sex$|gender",
    "weight": r"weeg|gewicht|weight",
    "respondent": r"^resp|^id$|respondent|casenr",
    "wave": r"meting|^wave$|^jaar$|^year$|golf",
    "ses": r"opleid|^opl|educ|^ses$",
    "stratum": r"^strat",
    "psu": r"^psu$|cluster",
}
_TYPES = {
    "area": "code",
    "age": "integer",
    "weight": "number",
    "respondent": "code",
    "wave": "code",
    "stratum": "code",
    "psu": "code",
}
#: Names that the loaders give themselves.
_TAKEN = ("wijk", "district", "arm", "pair")


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """One entry of a codebook.

    Parameters
    ----------
    name, source, type : str
        Standard name, name in the file, and type as the codebook has them.
    values : mapping of str to str or int
        Raw value -> proposed standard value.
    missing : tuple of str
        Raw values whose label says that there is no answer.
    open : str
        What could not be guessed; empty where all could.
    """

    name: str
    source: str
    type: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    open: str = ""


def propose_columns(table: SourceTable) -> list[ProposedColumn]:
    """Return a codebook entry for each column of a file, in the file's order.

    Parameters
    ----------
    table : SourceTable

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"lft_kind": [4.0, 9.0], "lid": [1.0, 2.0]})
    >>> table = SourceTable("f.sav", cells, labels={"lid": {1.0: "Ja", 2.0: "Nee"}})
    >>> [(c.name, c.type, c.values) for c in propose_columns(table)]
    [('age', 'integer', {}), ('lid', 'category', {'1': 1, '2': 0})]
    """
    names = _standard_names([str(column) for column in table.cells.columns])
    return [_propose(table, source, name) for source, name in names.items()]


def _standard_names(sources: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for source in sources:
        plain = key(source, "_")
        known = (name for name, pattern in _NAMES.items() if re.search(pattern, plain))
        name = next((name for name in known if name not in found.values()), plain)
        while name in found.values() or name in _TAKEN:
            name = f"survey_{name}"
        found[source] = name
    return found


def _propose(table: SourceTable, source: str, name: str) -> ProposedColumn:
    labels = {written(raw): label for raw, label in table.labels.get(source, {}).items()}
    if not labels and name not in _TYPES:
        labels = answers_in_words(table, source)
    missing = tuple(raw for raw, label in labels.items() if is_missing(label))
    labels = {raw: label for raw, label in labels.items() if raw not in missing}
    found = [value for value in _distinct(table, source) if value not in missing]
    if name in _TYPES:
        return ProposedColumn(name, source, _TYPES[name], missing=missing)
    unlisted = [value for value in found if value not in labels]
    if labels and not unlisted:
        values = dict(standard_values(labels, name))
        return ProposedColumn(
            name, source, "category", values, missing, _open_category(name, values)
        )
    pointed = [value.replace(table.decimal, ".") for value in found]
    numbers = all(is_number(value) for value in pointed)
    whole = numbers and all(float(value).is_integer() for value in pointed)
    kind = ("integer" if whole else "number") if numbers and found else "text"
    return ProposedColumn(
        name, source, kind, {}, missing, _open_values(name, found, labels, unlisted)
    )


def _distinct(table: SourceTable, source: str) -> list[str]:
    values = (written(value) for value in table.cells[source].dropna().unique())
    return sorted({value for value in values if value})


def _open_category(name: str, values: Mapping[str, str | int]) -> str:
    if name == "ses":
        return (
            "recode to a few groups (low, middle, high) and list these under groupings in study.yml"
        )
    if name == "sex" and set(values.values()) != {"boy", "girl"}:
        return "which value is boy, which is girl"
    return ""


def _open_values(
    name: str, found: list[str], labels: Mapping[str, str], unlisted: list[str]
) -> str:
    if not found:
        return "the file has no value here; what type is it, or leave it out"
    if labels:
        some = ", ".join(map(repr, unlisted[:5]))
        return f"a number, as proposed, or a category: values without a label are {some}"
    if name in ("sex", "ses"):
        return "what each value stands for: type category, with values"
    return ""
