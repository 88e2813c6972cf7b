"""The nouns of a study: what its areas, its whole, its people and those who answered are called.

A message says ``{w.the_unit}`` and a study of municipalities reads "de gemeente", one of areas
"het gebied". The nouns travel with the language: `Wording` is the language as text everywhere,
and holds the nouns for `wijkkit.language.text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

#: What a study can name, and what it is called where nothing is said.
ROLES = ("unit", "whole", "person", "respondent")
DEFAULTS = {"unit": "wijk", "whole": "stad", "person": "kind", "respondent": "ouder"}
_VOWELS = "aeiouy"


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun: one, several, and in Dutch its article.

    Parameters
    ----------
    one, other : str
        Singular and plural, in small letters.
    article : {"de", "het"}
        Of the Dutch singular.
    """

    one: str
    other: str
    article: Literal["de", "het"] = "de"


#: Nouns that a study can name by their Dutch singular: Dutch, English.
KNOWN: Mapping[str, tuple[Noun, Noun]] = {
    "wijk": (Noun("wijk", "wijken"), Noun("neighbourhood", "neighbourhoods")),
    "buurt": (Noun("buurt", "buurten"), Noun("neighbourhood", "neighbourhoods")),
    "gebied": (Noun("gebied", "gebieden", "het"), Noun("area", "areas")),
    "stadsdeel": (Noun("stadsdeel", "stadsdelen", "het"), Noun("district", "districts")),
    "dorp": (Noun("dorp", "dorpen", "het"), Noun("village", "villages")),
    "kern": (Noun("kern", "kernen"), Noun("village", "villages")),
    "gemeente": (Noun("gemeente", "gemeenten"), Noun("municipality", "municipalities")),
    "school": (Noun("school", "scholen"), Noun("school", "schools")),
    "stad": (Noun("stad", "steden"), Noun("city", "cities")),
    "regio": (Noun("regio", "regio's"), Noun("region", "regions")),
    "provincie": (Noun("provincie", "provincies"), Noun("province", "provinces")),
    "land": (Noun("land", "landen", "het"), Noun("country", "countries")),
    "kind": (Noun("kind", "kinderen", "het"), Noun("child", "children")),
    "jongere": (Noun("jongere", "jongeren"), Noun("young person", "young people")),
    "jongvolwassene": (Noun("jongvolwassene", "jongvolwassenen"), Noun("young adult", "young adults")),
    "leerling": (Noun("leerling", "leerlingen"), Noun("pupil", "pupils")),
    "volwassene": (Noun("volwassene", "volwassenen"), Noun("adult", "adults")),
    "oudere": (Noun("oudere", "ouderen"), Noun("older person", "older people")),
    "inwoner": (Noun("inwoner", "inwoners"), Noun("inhabitant", "inhabitants")),
    "ouder": (Noun("ouder", "ouders"), Noun("parent", "parents")),
    "deelnemer": (Noun("deelnemer", "deelnemers"), Noun("participant", "participants")),
}  # fmt: skip


#: What something of the whole is called in Dutch: a programme of the city is "stedelijk".
_WIDE = {
    "stad": "stedelijk", "gemeente": "gemeentelijk", "regio": "regionaal",
    "provincie": "provinciaal", "land": "landelijk",
}  # fmt: skip


class Nouns:
    """The forms of a study's nouns in one language, as fields of messages.

    For each role of `ROLES`: ``unit, units, a_unit, the_unit, the_units, this_unit, that_unit,
    each_unit, which_unit, no_unit, entire_unit, programme_unit(s), comparison_unit(s)``, and each
    with a capital; and ``whole_wide``, what something of the whole is called.

    Examples
    --------
    >>> nouns = Nouns("nl", {"unit": KNOWN["gebied"][0]})
    >>> nouns.the_unit, nouns.This_unit, nouns.comparison_units, nouns.persons
    ('het gebied', 'Dit gebied', 'vergelijkingsgebieden', 'kinderen')
    """

    def __init__(self, language: str, said: Mapping[str, Noun]) -> None:
        place = 0 if language == "nl" else 1
        self.language = str(language)
        self.said = {
            role: said.get(role, KNOWN[default][place]) for role, default in DEFAULTS.items()
        }

    def __getattr__(self, name: str) -> str:
        if name.startswith("_") or name in ("language", "said"):
            raise AttributeError(name)
        form = self._form(name.lower())
        return form if name.islower() else form[:1].upper() + form[1:]

    def _form(self, name: str) -> str:
        if name == "whole_wide":
            one = self.said["whole"].one
            return _WIDE.get(one, "overkoepelend") if self.language == "nl" else f"{one}-wide"
        before, _, word = name.rpartition("_")
        role = next((role for role in ROLES if word in (role, f"{role}s")), None)
        if role is None:
            raise AttributeError(f"no noun '{name}'")
        noun, many = self.said[role], word != role
        told = noun.other if many else noun.one
        return (
            _dutch(before, told, noun, many)
            if self.language == "nl"
            else _english(before, told, many)
        )


def _dutch(before: str, told: str, noun: Noun, many: bool) -> str:
    het = noun.article == "het" and not many
    words = {
        "": "",
        "a": "" if many else "een ",
        "no": "geen ",
        "the": "het " if het else "de ",
        "this": "dit " if het else "deze ",
        "that": "dat " if het else "die ",
        "entire": "het hele " if het else "de hele ",
        "each": "elk " if het else "elke ",
        "which": "welk " if het else "welke ",
        "programme": _joined("programma", told),
        "comparison": "vergelijkings",
    }
    return f"{words[before]}{told}"


def _english(before: str, told: str, many: bool) -> str:
    words = {
        "": "",
        "a": "" if many else ("an " if told[:1].lower() in "aeio" else "a "),
        "no": "no ",
        "the": "the ",
        "this": "these " if many else "this ",
        "that": "those " if many else "that ",
        "entire": "the whole ",
        "each": "each ",
        "which": "which ",
        "programme": "programme ",
        "comparison": "comparison ",
    }
    return f"{words[before]}{told}"


def _joined(first: str, second: str) -> str:
    """Return the first part of a compound, with a hyphen where two vowels would meet."""
    return f"{first}-" if first[-1] in _VOWELS and second[:1].lower() in _VOWELS else first


class Wording(str):
    """A language with the nouns of a study; text like any other, ``"nl"`` or ``"en"``.

    Parameters
    ----------
    nouns : mapping of str to Noun
        Role -> noun, for those that are not the usual ones.
    """

    nouns: Nouns

    def __new__(cls, language: str, nouns: Mapping[str, Noun] | None = None) -> Wording:
        found = super().__new__(cls, language)
        found.nouns = Nouns(language, nouns or {})
        return found

    def __reduce__(self) -> tuple:
        return Wording, (str(self), self.nouns.said)


_USUAL = {language: Nouns(language, {}) for language in ("nl", "en")}


def nouns_of(language: str) -> Nouns:
    """Return the nouns that go with a language: the study's, or the usual ones."""
    return language.nouns if isinstance(language, Wording) else _USUAL[language]
