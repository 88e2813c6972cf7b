"""A codebook entry for each column of a survey file, with what only the researcher can say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wijkkit.proposal.evidence import ColumnFacts, categories, key, only_yes
from wijkkit.proposal.roles import ROLES, Role

_TYPES = {
    "area": "code", "age": "integer", "weight": "number", "respondent": "code",
    "wave": "code", "stratum": "code", "psu": "code", "fpc": "number",
}  # fmt: skip
#: Names that the loaders give themselves.
_TAKEN = ("wijk", "district", "arm", "pair")
#: A question has no more answers than this; more are no question.
_MOST_ANSWERS = 30
#: What stands for a wave in a file and can be its key.
_KEY = re.compile(r"[A-Za-z0-9][\w-]{0,59}", re.ASCII)
_SDQ = re.compile(r"(?:sdq|sdqitem|sdqp|sdqouder)\D*0?(\d{1,2})[a-z]?")


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """One entry of a codebook.

    `name`, `source`, `type`: Standard name, name in the file, and type as the codebook has them.
    `label`: The variable label of the file. `values`: Raw value -> proposed standard value.
    `names`: Standard value -> its label in the file. `missing`: Raw values whose label says that
    there is no answer. `not_applicable`: Raw values whose label says that the question was not for
    the respondent. `empty`: Standard value of an empty cell. `unit`: Of ages in months. `open`: What could not be guessed;
    empty where all could.
    """

    name: str
    source: str
    type: str
    label: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    empty: int | None = None
    unit: str = ""
    open: str = ""

    @property
    def is_yes_no(self) -> bool:
        values = set(self.values.values())
        return values == {0, 1} or (self.empty == 0 and values == {1})

    @property
    def is_question(self) -> bool:
        return self.type == "category" and not self.is_yes_no and len(self.names) > 1


def propose_columns(
    facts: Sequence[ColumnFacts], roles: Mapping[str, Role]
) -> list[ProposedColumn]:
    """Return a codebook entry for each column, in the file's order."""
    names = _standard_names(facts, roles)
    return [_propose(column, names[column.name]) for column in facts]


def _standard_names(facts: Sequence[ColumnFacts], roles: Mapping[str, Role]) -> dict[str, str]:
    by_column = {role.column: name for name, role in roles.items() if role.column}
    found: dict[str, str] = {}
    for column in facts:
        name = by_column.get(column.name) or _plain_name(column)
        while name in found.values() or (
            column.name not in by_column and name in (*_TAKEN, *ROLES)
        ):
            name = f"survey_{name}"
        found[column.name] = name
    return found


def _plain_name(column: ColumnFacts) -> str:
    sdq = _SDQ.fullmatch(re.sub(r"[^a-z0-9]", "", column.name.lower()))
    if sdq and 1 <= int(sdq[1]) <= 25 and column.different <= 4:
        return f"sdq_{int(sdq[1]):02}"
    return key(column.name, "_")


def _propose(column: ColumnFacts, name: str) -> ProposedColumn:
    beside: dict[str, Any] = {"label": column.title, "missing": column.missing}
    if name in _TYPES:
        # An unknown stratum is a stratum of its own.
        drawn = name in ("stratum", "psu")
        none = () if drawn else (*column.missing, *column.not_applicable)
        kind = "number" if name == "age" and column.fractions else _TYPES[name]
        if name == "wave" and column.days:
            kind = "date"
        elif name == "wave":
            beside["values"] = {v: key(v, "-") for v in column.values if not _KEY.fullmatch(v)}
        if name == "age" and column.is_in_months:
            beside["unit"] = "months"
        return ProposedColumn(name, column.name, kind, **{**beside, "missing": none})
    beside["not_applicable"] = column.not_applicable
    values: Mapping[str, str | int] = {}
    if column.chosen:
        # Of a multiple response set: an empty cell is not chosen.
        values = {v: int(v == column.chosen) for v in (*column.values, *column.answers)}
        values, beside["empty"] = {column.chosen: 1, **values}, 0
    elif column.answers and only_yes(column.answers.values()) and column.different == 1:
        values, beside["empty"] = dict.fromkeys(column.answers, 1), 0
        beside["open"] = (
            "the only answer is yes, so an empty cell counts as no, as in a set of boxes to "
            "tick; leave 'empty' out if an empty cell is no answer"
        )
    elif column.yes or column.scale:
        values = column.yes or column.scale
    elif column.answers and not column.unlabelled and len(column.answers) <= _MOST_ANSWERS:
        values = categories(column.answers) | (column.sexes if name == "sex" else {})
        beside["names"] = {str(values[raw]): label for raw, label in column.answers.items()}
    else:
        return _other(column, name, beside)
    return ProposedColumn(name, column.name, "category", values=values, **beside)


def _other(column: ColumnFacts, name: str, beside: Mapping) -> ProposedColumn:
    numbers = column.numbers
    if numbers is None or (
        not column.answers and any(re.fullmatch(r"0\d+", value) for value in column.values)
    ):
        kind = "code" if numbers is not None else "date" if column.days else "text"
    else:
        kind = "number" if column.fractions else "integer"
    asked = ""
    if not column.values:
        asked = "the file has no value here; what type is it, or leave it out"
    elif column.answers and column.unlabelled:
        some = ", ".join(map(repr, column.unlabelled[:5]))
        asked = f"a number, as proposed, or a category: values without a label are {some}"
    elif name in ("sex", "ses"):
        some = ", ".join(f"{value}: ..." for value in column.values[:8])
        asked = f"what each value stands for: type category, values: {{{some}}}"
    # A number that does not apply is no number.
    none = {**beside, "missing": (*column.missing, *column.not_applicable), "not_applicable": ()}
    return ProposedColumn(name, column.name, kind, open=asked, **none)


# The groups that a proposed study compares: sex, classes of age, education.

#: What reports call standard values, in the language that a proposed study has.
_DUTCH = {"boy": "jongens", "girl": "meisjes", "man": "mannen", "woman": "vrouwen"}
_MOST_GROUPS = 6
_AGE_CLASS = re.compile(r"^\D{0,12}\d+\s*(jaar)?\s*(-|tot|t/m|tm|en ouder|of ouder|\+)")


def proposed_groupings(
    columns: Sequence[ProposedColumn], crossed: Sequence[str] | None = None
) -> list[tuple[dict[str, object], str]]:
    """Return each grouping with what is asked of it: the `crossed` columns, or sex, age, education."""
    wanted: list[tuple[str, str, bool, ProposedColumn | None]] = [
        ("sex", "geslacht", False, _of_role(columns, "sex")),
        ("age_group", "leeftijd", False, _age_classes(columns)),
        ("ses", "opleiding", True, _of_role(columns, "ses")),
    ]
    if crossed is not None:
        by_source = {column.source: column for column in columns}
        own = [by_source[source] for source in crossed if source in by_source]
        wanted = [(one.name, _short(one.label) or one.source, False, one) for one in own]
    found = []
    for grouping, label, ordered, column in wanted:
        names = column.names if column is not None else {}
        groups = [
            {"id": value, "label": _DUTCH.get(value, _short(name))} for value, name in names.items()
        ]
        if column is not None and 2 <= len(groups) <= _MOST_GROUPS:
            entry: dict[str, object] = {"id": grouping, "label": label, "column": column.name}
            entry |= {"groups": groups} if ordered else {"ordered": False, "groups": groups}
            asked = "the least advantaged group first, or another division" if ordered else ""
            found.append((entry, asked))
    return found


def _short(name: str) -> str:
    return re.sub(r"(?<=\S)\s*\(.*", "", name)


def _of_role(columns: Sequence[ProposedColumn], name: str) -> ProposedColumn | None:
    return next((c for c in columns if c.name == name and c.type == "category"), None)


def _age_classes(columns: Sequence[ProposedColumn]) -> ProposedColumn | None:
    """Return the column with the most classes of age that a page can show."""
    classes = [
        column
        for column in columns
        if 2 <= len(column.names) <= _MOST_GROUPS
        and all(_AGE_CLASS.match(name.lower()) for name in column.names.values())
    ]
    return max(classes, key=lambda column: len(column.names), default=None)
