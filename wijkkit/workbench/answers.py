"""The answers of a question: which are missing, and what the others probably stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wijkkit.loaders.cells import written
from wijkkit.loaders.source_table import SourceTable

_MISSING = r"weet (ik )?niet|wil (ik )?niet|geen antwoord|geen opgave|niet van toepassing|n\.?v\.?t|onbekend|missing|don.?t know|refuse|no answer|not applicable|unknown|not answered|niet ingevuld|niet beantwoord|no response|ongeldig|invalid"
#: Answers whose labels say their number, as plain keys; a column is one of these or none.
_SCALES = (
    {"ja": 1, "yes": 1, "nee": 0, "no": 0},
    {"niet_waar": 0, "een_beetje_waar": 1, "beetje_waar": 1, "zeker_waar": 2},
    {"not_true": 0, "somewhat_true": 1, "certainly_true": 2},
)
_SEX = {
    **dict.fromkeys(("jongen", "jongens", "boy", "boys", "man", "male"), "boy"),
    **dict.fromkeys(("meisje", "meisjes", "girl", "girls", "vrouw", "female"), "girl"),
}
#: A column of text is a question with answers in words: few different ones, each given often
#: enough that it is no remark of somebody.
_MOST_WORDS, _LEAST_GIVEN = 12, 5


def key(text: str, joint: str) -> str:
    """Return `text` in lower-case letters and digits, joined by `joint`.

    Examples
    --------
    >>> key("Lid van een Sportclub?", "_")
    'lid_van_een_sportclub'
    """
    return re.sub(r"[^a-z0-9]+", joint, text.lower()).strip(joint)[:40].strip(joint) or "x"


def is_missing(label: str) -> bool:
    """Return whether a label says that there is no answer.

    Examples
    --------
    >>> is_missing("Weet ik niet"), is_missing("Soms")
    (True, False)
    """
    return re.search(_MISSING, label.lower()) is not None


def answers_in_words(table: SourceTable, source: str) -> dict[str, str]:
    """Return the answers of a column that holds words as their own labels, or none.

    Parameters
    ----------
    table : SourceTable
    source : str
        The column.
    """
    given = table.cells[source].dropna().map(written)
    counts = given[given != ""].value_counts()
    answers = [str(value) for value in counts.index]
    rare = [
        value
        for value, count in zip(answers, counts, strict=True)
        if count < _LEAST_GIVEN and not is_missing(value)
    ]
    if rare or len(answers) > _MOST_WORDS or not all(re.search("[^\\W\\d]{2}", a) for a in answers):
        return {}
    return {value: value for value in sorted(answers)}


def standard_values(labels: Mapping[str, str], name: str) -> Iterator[tuple[str, str | int]]:
    """Yield each raw value with its standard value: a number of a known scale, or its label."""
    plain_labels = {key(label, "_") for label in labels.values()}
    scale = next((scale for scale in _SCALES if plain_labels <= set(scale)), {})
    known = _SEX if name == "sex" else scale
    seen: dict[str | int, str] = {}
    for raw, label in labels.items():
        plain = key(label, "_")
        value = known.get(plain, plain)
        yield raw, f"{plain}_{raw}" if value in seen else value
        seen[value] = raw
