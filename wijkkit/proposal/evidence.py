"""What can be seen of one column of a survey file: its words, its answers, its values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wijkkit.loaders.cells import Mistake, is_number, written
from wijkkit.loaders.source_table import SourceTable
from wijkkit.proposal.answers import (
    is_missing,
    is_not_applicable,
    scale_values,
    sexes,
    yes_and_no,
)

#: A column of text is a question with answers in words: few different ones, each given often
#: enough that it is no remark of somebody.
_MOST_WORDS, _LEAST_GIVEN = 12, 5
#: A class of ages in a label: "4-7 jaar", "16 t/m 24", "65 jaar en ouder".
_AGES = re.compile(
    r"\d+\s*(jaar)?\s*(-|tot|t/m|tm|en ouder|of ouder|\+|to|and over)", re.IGNORECASE
)
_OPINION = re.compile(
    r"\b(tevreden|ontevreden|eens|oneens|goed|slecht|vaak|soms|nooit|veilig|onveilig|agree|never|often|good|bad)\b"
)


@dataclass(frozen=True)
class ColumnFacts:
    """One column of a file.

    Parameters
    ----------
    name, title : str
        Its name and its label in the file.
    values : tuple of str
        The values found, as the codebook writes them, without those that mean no answer.
    answers : mapping of str to str
        Value -> label, without those that mean no answer.
    missing : tuple of str
        Values whose label says that there is no answer; declared ones are not among them.
    not_applicable : tuple of str
        Values whose label says that the question was not for the respondent.
    filled, empty : int
        Rows with a value that counts, and rows with none at all.
    mean : float
        Mean over the rows; absent where values are no numbers.
    chosen : str
        The value that means "chosen" in a set of tick boxes; empty for another column.
    """

    name: str
    title: str
    values: tuple[str, ...]
    answers: Mapping[str, str]
    missing: tuple[str, ...]
    not_applicable: tuple[str, ...]
    filled: int
    empty: int
    mean: float
    decimal: str = "."
    chosen: str = ""

    @property
    def different(self) -> int:
        return len(self.values)

    @property
    def joined(self) -> str:
        """The name in lower-case letters, without signs and without the number at its end."""
        return re.sub(r"[^a-z0-9]", "", _ascii(self.name)).rstrip("0123456789")

    @cached_property
    def numbers(self) -> np.ndarray | None:
        """The values as numbers, or None where one is none."""
        pointed = [value.replace(self.decimal, ".") for value in self.values]
        if not pointed or not all(map(is_number, pointed)):
            return None
        return np.array([float(value) for value in pointed])

    @property
    def fractions(self) -> bool:
        return self.numbers is not None and bool((self.numbers % 1 != 0).any())

    @property
    def unlabelled(self) -> list[str]:
        return [value for value in self.values if value not in self.answers]

    @property
    def is_scale(self) -> bool:
        """Whether the values are 0 or 1 up to a small number: marks or codes of answers."""
        if self.numbers is None or self.fractions or self.different > 11:
            return False
        return self.numbers.min() in (0, 1) and self.numbers.max() <= 10

    @property
    def is_classes(self) -> bool:
        """Whether the answers are classes of ages."""
        found = [label for label in self.answers.values() if _AGES.search(label)]
        return len(found) >= 2 and len(found) * 2 >= len(self.answers)

    @cached_property
    def yes(self) -> dict[str, int]:
        """Value -> 1 for yes and 0 for no; empty for another question."""
        if self.unlabelled and self.answers:
            return {}
        if not self.answers and set(self.values) == {"0", "1"}:
            return {"0": 0, "1": 1}
        return yes_and_no(self.answers)

    @property
    def scale(self) -> dict[str, int]:
        return {} if self.unlabelled else scale_values(self.answers)

    @property
    def sexes(self) -> dict[str, str]:
        return sexes(self.answers)

    @property
    def is_question(self) -> bool:
        """Whether the answers are of a question: yes and no, a scale, an opinion."""
        words = " ".join(self.answers.values()).lower()
        return bool(self.yes and self.answers or self.scale or _OPINION.search(words))


def column_facts(table: SourceTable) -> list[ColumnFacts]:
    """Return the facts of each column of a file, in the file's order."""
    return [_facts(table, str(name)) for name in table.cells.columns]


def whole_words(text: str) -> list[str]:
    """Return the words of a name or label in lower case; capitals and digits begin a word.

    Examples
    --------
    >>> whole_words("NOG_Wijk2020"), whole_words("ewCBSGGD"), whole_words("leeftijdKind")
    (['nog', 'wijk', '2020'], ['ew', 'cbsggd'], ['leeftijd', 'kind'])
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", plain)
    return [word.lower() for word in found]


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def _facts(table: SourceTable, name: str) -> ColumnFacts:
    cells = table.cells[name]
    counts = cells[[not isinstance(cell, Mistake) for cell in cells]].value_counts(dropna=True)
    given: dict[str, int] = {}
    for raw, count in counts.items():
        if not _declared(raw, table, name) and (text := written(raw)):
            given[text] = given.get(text, 0) + int(count)
    labels = {
        written(raw): str(label).strip()
        for raw, label in table.labels.get(name, {}).items()
        if not _declared(raw, table, name)
    }
    labels = labels or _in_words(given)
    texts = {**{value: value for value in given}, **labels}
    missing = tuple(value for value, label in texts.items() if is_missing(label))
    beside = tuple(value for value, label in texts.items() if is_not_applicable(label))
    none = {*missing, *beside}
    values = tuple(sorted(value for value in given if value not in none))
    filled = sum(given[value] for value in values)
    return ColumnFacts(
        name,
        table.titles.get(name, ""),
        values,
        {value: label for value, label in labels.items() if value not in none},
        tuple(value for value in missing if value in given or table.labels.get(name)),
        tuple(value for value in beside if value in given or table.labels.get(name)),
        filled,
        len(cells) - int(sum(given.values())),
        _mean(values, given, table.decimal),
        table.decimal,
        written(table.ticked[name]) if name in table.ticked else "",
    )


def _declared(raw: object, table: SourceTable, name: str) -> bool:
    """Return whether the file itself says that a value is missing."""
    for item in table.missing.get(name, ()):
        if isinstance(item, str):
            if written(raw) == item.strip():
                return True
        elif isinstance(raw, int | float | np.number) and item[0] <= raw <= item[1]:
            return True
    return False


def _in_words(given: Mapping[str, int]) -> dict[str, str]:
    """Return the answers of a column that holds words as their own labels, or none."""
    kept = {value: count for value, count in given.items() if not is_missing(value)}
    kept = {value: count for value, count in kept.items() if not is_not_applicable(value)}
    if not kept or len(kept) > _MOST_WORDS or min(kept.values()) < _LEAST_GIVEN:
        return {}
    short = yes_and_no({value: value for value in kept})
    words = all(re.search(r"[^\W\d]{2}", value) for value in kept)
    return {value: value for value in sorted(kept)} if short or words else {}


def _mean(values: tuple[str, ...], given: Mapping[str, int], decimal: str) -> float:
    pointed = [value.replace(decimal, ".") for value in values]
    if not pointed or not all(map(is_number, pointed)):
        return float("nan")
    counts = [given[value] for value in values]
    return float(np.average([float(value) for value in pointed], weights=counts))
