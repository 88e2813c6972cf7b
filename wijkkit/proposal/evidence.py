"""What can be seen of one column of a survey file: its words, its answers, its values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from wijkkit.errors import Problem
from wijkkit.loaders.source_table import SourceTable, day_of, is_number, written
from wijkkit.study.files import ascii_letters

# What the answers of a question stand for, by their whole labels: yes, no, no answer, not applicable.

#: Labels that say that there is no answer; several may be joined ("weet niet / wil niet zeggen").
_NO_ANSWER = (
    r"(ik )?weet (ik |het |dat )*niet( meer)?|(ik )?wil (ik |het |dat )*(niet|liever niet) (zeggen|beantwoorden|invullen)"
    r"|(dat )?(zeg|wil) ik liever niet( zeggen)?|liever niet|wil niet|geen (antwoord|opgave|respons)|onbekend|weigert?|geweigerd"
    r"|(vraag )?(is )?niet (gevraagd|gesteld|ingevuld|beantwoord|bekend|gelezen)|overgeslagen|ongeldige?( antwoord| waarde)?"
    r"|missing( value)?|(systeem|system)? ?missing|ontbreekt|ontbrekend|leeg|blanco"
    r"|dont know|do not know|refused?|refusal|no answer|unknown|not (asked|answered|stated|known|ascertained)"
    r"|prefer not to (say|answer)|no response|invalid|skipped|onbekend ontbrekend"
)
#: Codes for an empty cell in files of programs that know only text.
_EMPTY_CODES = ("na", "nan", "null", "#n/a", ".", "-", "--")
_NOT_APPLICABLE = r"nvt|niet van toepassing|not applicable|does not apply|niet relevant"
_JOINT = re.compile(r"\s*(?:/|,|;| of | or | en | and )\s*")

_YES = r"(ja|yes|j|y|true|waar|wel|1|aangekruist|genoemd|gekozen|geselecteerd|checked|selected|mentioned|chosen|x)"
_NO = r"(nee|neen|no|n|false|onwaar|0|unchecked|unselected|deselected)"
#: A label that denies the other one: "Niet genoemd", "Geen_baan", "Oneens".
_DENIAL = re.compile(r"^(niet|geen|no|not|non) ")
#: Answers whose labels say their number; a question is one of these or none.
_SCALES = (
    {"niet waar": 0, "een beetje waar": 1, "beetje waar": 1, "zeker waar": 2},
    {"not true": 0, "somewhat true": 1, "certainly true": 2},
)
_SEX = {
    **dict.fromkeys(("jongen", "jongens", "boy", "boys"), "boy"),
    **dict.fromkeys(("meisje", "meisjes", "girl", "girls"), "girl"),
    **dict.fromkeys(("man", "mannen", "male", "men", "m"), "man"),
    **dict.fromkeys(("vrouw", "vrouwen", "female", "women", "v", "f"), "woman"),
}


def key(text: str, joint: str) -> str:
    """Return `text` in lower-case letters and digits, joined by `joint`."""
    return re.sub(r"[^a-z0-9]+", joint, _ascii(text))[:41].strip(joint)[:40].strip(joint) or "x"


def plain(label: str) -> str:
    """Return a label in lower case without remarks in brackets, accents and signs."""
    outside = re.sub(r"(?<=\S)\s*[(\[].*?[)\]]", " ", _ascii(label))
    joined = re.sub(r"(?<=\b[a-z])\.(?=[a-z]\b)|'", "", outside)
    return re.sub(r"[^a-z0-9/,;]+", " ", joined).strip()


def _ascii(text: str) -> str:
    return ascii_letters(text).lower()


def is_missing(label: str) -> bool:
    """Return whether a whole label says that there is no answer."""
    if label.strip().lower() in _EMPTY_CODES:
        return True
    parts = _JOINT.split(plain(label))
    kinds = [_is(part, _NO_ANSWER) or _is(part, _NOT_APPLICABLE) for part in parts]
    return all(kinds) and not is_not_applicable(label)


def is_not_applicable(label: str) -> bool:
    """Return whether a whole label says that the question was not for the respondent.

    >>> is_not_applicable("Nvt (rookt niet)"), is_not_applicable("onbekend")
    (True, False)
    """
    return _is(plain(label), _NOT_APPLICABLE)


def _is(text: str, words: str) -> bool:
    return re.fullmatch(words, text.strip(" ,;/")) is not None


def yes_and_no(labels: Mapping[str, str]) -> dict[str, int]:
    """Return raw value -> 1 for yes and 0 for no, in any wording; nothing for another question.

    One answer says yes and all others no ("Nee", "Nee, maar ..."); or one of two denies the
    other ("Baan", "Geen baan"); or the two are coded 0 and 1, whatever their words.

    `labels`: Raw value -> label, without the answers that are missing or not applicable.

    >>> yes_and_no({"1": "Ja (cijfer 6 of hoger)", "0": "Nee (cijfer 5 of lager)"})
    {'1': 1, '0': 0}
    >>> yes_and_no({"1": "Niet genoemd", "2": "Genoemd"}), yes_and_no({"1": "Soms", "2": "Vaak"})
    ({'1': 0, '2': 1}, {})
    """
    if len(labels) < 2:
        return {}
    words = {raw: plain(label) for raw, label in labels.items()}
    said = {raw: _first_word(word) for raw, word in words.items()}
    if sorted(said.values(), key=str).count(1) == 1 and None not in said.values():
        return {raw: value for raw, value in said.items() if value is not None}
    if len(words) == 2:
        (first, one), (second, other) = words.items()
        if _denies(other, one):
            return {first: 1, second: 0}
        if _denies(one, other):
            return {first: 0, second: 1}
        if set(labels) == {"0", "1"}:
            return {raw: int(raw) for raw in labels}
    return {}


def only_yes(labels: Iterable[str]) -> bool:
    """Return whether the one answer that is there says yes: a box that was ticked or not."""
    return [_first_word(plain(label)) for label in labels] == [1]


def _first_word(word: str) -> int | None:
    first = re.split(r"[ ,/;]", word, maxsplit=1)[0]
    if _is(first, _NO) or (_DENIAL.match(word) and _is(_DENIAL.sub("", word), _YES)):
        return 0
    return 1 if _is(first, _YES) else None


def _denies(denial: str, word: str) -> bool:
    """Return whether one label is the other with "niet", "geen" or "on" before it."""
    last, of = denial.split()[-1:], word.split()[-1:]
    return (_DENIAL.match(denial + " ") is not None and _DENIAL.sub("", denial) == word) or (
        bool(last and of) and last[0] in (f"on{of[0]}", f"un{of[0]}", f"in{of[0]}")
    )


def categories(labels: Mapping[str, str]) -> dict[str, str]:
    """Return raw value -> a short standard value made of its label, each another.

    >>> categories({"1": "Niet eenzaam", "2": "Sterk eenzaam"})
    {'1': 'niet_eenzaam', '2': 'sterk_eenzaam'}
    """
    values: dict[str, str] = {}
    for raw, label in labels.items():
        value = key(re.sub(r"(?<=\S)\s*\(.*", "", label), "_")
        value = value if value not in values.values() else key(label, "_")
        values[raw] = value if value not in values.values() else f"{value[:30]}_{key(raw, '_')}"
    return values


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

    `name`, `title`: Its name and its label in the file. `values`: The values found, as the codebook
    writes them, without those that mean no answer. `answers`: Value -> label, without those that
    mean no answer. `missing`: Values whose label says that there is no answer; declared ones are
    not among them. `not_applicable`: Values whose label says that the question was not for the
    respondent. `filled`, `empty`: Rows with a value that counts, and rows with none at all. `mean`:
    Mean over the rows; absent where values are no numbers. `chosen`: The value that means "chosen"
    in a set of tick boxes; empty for another column.
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
        """The values as numbers, or None where one of them is not a number."""
        return _as_numbers(self.values, self.decimal)

    @property
    def fractions(self) -> bool:
        return self.numbers is not None and bool((self.numbers % 1 != 0).any())

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The values as days; none where one of them is not written as a day."""
        days = [day for day in map(day_of, self.values) if day is not None]
        return tuple(days) if len(days) == len(self.values) else ()

    @property
    def years(self) -> list[str]:
        """The years in which its days lie."""
        return sorted({str(day.year) for day in self.days})

    @property
    def is_in_months(self) -> bool:
        """Whether the name or the label says that it counts months."""
        words = {*whole_words(self.name), *whole_words(self.title)}
        return bool(words & {"mnd", "maand", "maanden", "month", "months"})

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
        """Value -> number, of a scale whose labels say it, such as the SDQ's."""
        words = {} if self.unlabelled else {raw: plain(a) for raw, a in self.answers.items()}
        fitting = [scale for scale in _SCALES if set(words.values()) <= set(scale)]
        return {raw: fitting[0][word] for raw, word in words.items()} if fitting else {}

    @property
    def sexes(self) -> dict[str, str]:
        """Value -> boy, girl, man or woman, for the labels that say so."""
        words = {raw: plain(label) for raw, label in self.answers.items()}
        return {raw: _SEX[word] for raw, word in words.items() if word in _SEX}

    @property
    def is_question(self) -> bool:
        """Whether the answers are of a question: yes and no, a scale, an opinion."""
        words = " ".join(self.answers.values()).lower()
        return bool((self.yes and self.answers) or self.scale or _OPINION.search(words))


def column_facts(table: SourceTable) -> list[ColumnFacts]:
    """Return the facts of each column of a file, in the file's order."""
    return [_facts(table, str(name)) for name in table.cells.columns]


def whole_words(text: str) -> list[str]:
    """Return the words of a name or label in lower case; capitals and digits begin a word.

    >>> whole_words("NOG_Wijk2020"), whole_words("ewCBSGGD"), whole_words("leeftijdKind")
    (['nog', 'wijk', '2020'], ['ew', 'cbsggd'], ['leeftijd', 'kind'])
    """
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", ascii_letters(text))
    return [word.lower() for word in found]


def _facts(table: SourceTable, name: str) -> ColumnFacts:
    cells = table.cells[name]
    counts = cells[[not isinstance(cell, Problem) for cell in cells]].value_counts(dropna=True)
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
    there = given if not table.labels.get(name) else texts
    return ColumnFacts(
        name,
        table.titles.get(name, ""),
        values,
        {value: label for value, label in labels.items() if value not in none},
        tuple(value for value in missing if value in there),
        tuple(value for value in beside if value in there),
        sum(given[value] for value in values),
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
    sexes = all(value.lower() in _SEX for value in kept)
    return {value: value for value in sorted(kept)} if short or words or sexes else {}


def _mean(values: tuple[str, ...], given: Mapping[str, int], decimal: str) -> float:
    numbers = _as_numbers(values, decimal)
    counts = [given[value] for value in values]
    return float("nan") if numbers is None else float(np.average(numbers, weights=counts))


def _as_numbers(values: tuple[str, ...], decimal: str) -> np.ndarray | None:
    pointed = [value.replace(decimal, ".") for value in values]
    sound = pointed and all(map(is_number, pointed))
    return np.array([float(value) for value in pointed]) if sound else None
