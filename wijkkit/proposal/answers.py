"""What the answers of a question stand for, by their whole labels: yes, no, no answer, not applicable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

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
    """Return `text` in lower-case letters and digits, joined by `joint`.

    Examples
    --------
    >>> key("Lid van een Sportclub?", "_"), key("Fryslân", "-")
    ('lid_van_een_sportclub', 'fryslan')
    """
    return re.sub(r"[^a-z0-9]+", joint, _ascii(text))[:41].strip(joint)[:40].strip(joint) or "x"


def plain(label: str) -> str:
    """Return a label in lower case without remarks in brackets, accents and signs.

    Examples
    --------
    >>> plain("Ja (cijfer 6 of hoger)"), plain("Geen_baan"), plain("N.v.t.")
    ('ja', 'geen baan', 'nvt')
    """
    outside = re.sub(r"(?<=\S)\s*[(\[].*?[)\]]", " ", _ascii(label))
    joined = re.sub(r"(?<=\b[a-z])\.(?=[a-z]\b)|'", "", outside)
    return re.sub(r"[^a-z0-9/,;]+", " ", joined).strip()


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def is_missing(label: str) -> bool:
    """Return whether a whole label says that there is no answer.

    Examples
    --------
    >>> is_missing("Weet niet/geen antwoord"), is_missing("Nee, maar ik weet niet waar")
    (True, False)
    """
    if label.strip().lower() in _EMPTY_CODES:
        return True
    parts = _JOINT.split(plain(label))
    kinds = [_is(part, _NO_ANSWER) or _is(part, _NOT_APPLICABLE) for part in parts]
    return all(kinds) and not is_not_applicable(label)


def is_not_applicable(label: str) -> bool:
    """Return whether a whole label says that the question was not for the respondent.

    Examples
    --------
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

    Parameters
    ----------
    labels : mapping of str to str
        Raw value -> label, without the answers that are missing or not applicable.

    Examples
    --------
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
    words = [_first_word(plain(label)) for label in labels]
    return words == [1]


def _first_word(word: str) -> int | None:
    first = re.split(r"[ ,/;]", word, maxsplit=1)[0]
    if _is(first, _NO) or _DENIAL.match(word) and _is(_DENIAL.sub("", word), _YES):
        return 0
    return 1 if _is(first, _YES) else None


def _denies(denial: str, word: str) -> bool:
    """Return whether one label is the other with "niet", "geen" or "on" before it."""
    last, of = denial.split()[-1:], word.split()[-1:]
    return (
        _DENIAL.match(denial + " ") is not None
        and _DENIAL.sub("", denial) == word
        or bool(last and of)
        and last[0] in (f"on{of[0]}", f"un{of[0]}", f"in{of[0]}")
    )


def scale_values(labels: Mapping[str, str]) -> dict[str, int]:
    """Return raw value -> number for a scale whose labels say it, such as the SDQ's."""
    words = {raw: plain(label) for raw, label in labels.items()}
    for scale in _SCALES:
        if words and set(words.values()) <= set(scale):
            return {raw: scale[word] for raw, word in words.items()}
    return {}


def sexes(labels: Mapping[str, str]) -> dict[str, str]:
    """Return raw value -> boy, girl, man or woman, for the labels that say so."""
    words = {raw: plain(label) for raw, label in labels.items()}
    return {raw: _SEX[word] for raw, word in words.items() if word in _SEX}


def categories(labels: Mapping[str, str]) -> dict[str, str]:
    """Return raw value -> a short standard value made of its label, each another.

    Examples
    --------
    >>> categories({"1": "Niet eenzaam", "2": "Sterk eenzaam"})
    {'1': 'niet_eenzaam', '2': 'sterk_eenzaam'}
    """
    values: dict[str, str] = {}
    for raw, label in labels.items():
        value = key(re.sub(r"(?<=\S)\s*\(.*", "", label), "_")
        value = value if value not in values.values() else key(label, "_")
        values[raw] = value if value not in values.values() else f"{value[:30]}_{key(raw, '_')}"
    return values
