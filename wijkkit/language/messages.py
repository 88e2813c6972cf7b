"""The message catalogues: everything a reader sees, per language, one file per concern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

# The nouns of a study: what its areas, its whole, its people and those who answered are called.
#
# A message says ``{w.the_unit}`` and a study of municipalities reads "de gemeente", one of areas
# "het gebied". The nouns travel with the language: `Wording` is the language as text everywhere,
# and holds the nouns for `wijkkit.language.text`.

#: What a study can name, and what it is called where nothing is said.
ROLES = ("unit", "whole", "person", "respondent")
DEFAULTS = {"unit": "wijk", "whole": "stad", "person": "kind", "respondent": "ouder"}
_VOWELS = "aeiouy"


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun: one, several, and in Dutch its article.

    `one`, `other`: Singular and plural, in small letters. `article`: Of the Dutch singular.
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
        # A compound has a hyphen where two vowels would meet.
        "programme": "programma-" if told[:1].lower() in _VOWELS else "programma",
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


class Wording(str):
    """A language with the nouns of a study; text like any other, ``"nl"`` or ``"en"``.

    `nouns`: Role -> noun, for those that are not the usual ones.
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


_NOUN = re.compile(r"\{w\.(\w+)\}")
_NUMBER = re.compile(r"\{(\w+)\?([^{}|]*)\|([^{}|]*)\}")
_PART = re.compile(r"\{(\w+)/(\w+)\}")
#: How one is written where a count or a difference stands in a sentence.
_ONE = frozenset(("1", "één", "one"))
LANGUAGES = ("nl", "en")


def text(key: str, language: str, **fields: object) -> str:
    """Return the message `key` in `language`, its fields filled in.

    `key`: ``concern.name``: the catalogue's file and the message in it, nested keys with dots.
    `fields`: Values for the message's ``{fields}``. Raises KeyError: There is no such message, or
    it needs a field that is not given; the catalogue test finds both.

    >>> text("common.wave_of", "nl", wave="2018")
    'meting 2018'

    ``{value?point|points}`` agrees with the number that another field holds:

    >>> text("common.points", "en", value="+1"), text("common.points", "en", value="+2")
    ('+1 percentage point', '+2 percentage points')

    ``{n/of}`` says how many of how many: none of the 3, both, all 3, 2 of the 3.
    """
    concern, _, name = key.partition(".")
    message: object = catalogue(concern, language)
    for part in name.split("."):
        message = message[part]  # type: ignore[index]
    if not isinstance(message, str):
        raise KeyError(f"{key} is a group of messages, not a message")
    # Words agree with the numbers in a message, written as the reader sees them.
    agreeing = _NUMBER.sub(lambda found: found[2 if _is_one(fields[found[1]]) else 3], message)
    agreeing = _PART.sub(
        lambda found: _part(str(fields[found[1]]), str(fields[found[2]]), language), agreeing
    )
    return agreeing.format_map(fields)


def _part(n: str, of: str, language: str) -> str:
    if n == of and of != "1":
        return text(f"common.part.{'both' if of == '2' else 'all'}", language, of=of)
    return text(f"common.part.{'none' if n == '0' else 'some'}", language, n=n, of=of)


def _is_one(shown: object) -> bool:
    return str(shown).lstrip("+-\N{MINUS SIGN}").lower() in _ONE


def catalogue(concern: str, language: str) -> dict[str, Any]:
    """Return one catalogue file as a (nested) dictionary of messages, with the study's nouns.

    ``{w.the_unit}`` is filled in here, so that who reads a catalogue itself has them as well.
    """
    nouns = nouns_of(language)
    return _with_nouns(concern, str(language), tuple(sorted(nouns.said.items())))


@cache
def _with_nouns(concern: str, language: str, said: tuple[tuple[str, Noun], ...]) -> dict[str, Any]:
    nouns = Nouns(language, dict(said))
    return _filled(_read(concern, language), nouns)  # type: ignore[return-value]


def _filled(message: object, nouns: Nouns) -> object:
    if isinstance(message, dict):
        return {key: _filled(value, nouns) for key, value in message.items()}
    if isinstance(message, list):
        return [_filled(value, nouns) for value in message]
    if isinstance(message, str):
        return _NOUN.sub(lambda found: getattr(nouns, found[1]), message)
    return message


@cache
def _read(concern: str, language: str) -> dict[str, object]:
    resource = files("wijkkit.language") / language / f"{concern}.yml"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(resource.read_text(encoding="utf-8"), Loader=loader)


def load_catalogues() -> None:
    """Read all catalogues now, in a process that others are forked from."""
    for language in LANGUAGES:
        for resource in (files("wijkkit.language") / language).iterdir():
            catalogue(resource.name.removesuffix(".yml"), language)


# The glossary: words that need an explanation, from one catalogue for all who show them.


def glossary(language: str, part: str = "report") -> dict[str, str]:
    """Return term -> meaning, in alphabetical order.

    A term may hold several words, with commas between them.

    `part`: ``report`` for words that readers of a report meet, ``project`` for words of the
    documentation only.

    >>> glossary("en", "project")["fidelity"]
    'How far delivery followed the plan.'
    """
    entries = catalogue("glossary", language)[part].values()
    return dict(sorted(((e["term"], e["meaning"]) for e in entries), key=lambda e: e[0].casefold()))


# Text from data or settings inside Markdown.

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def escaped(value: str) -> str:
    r"""Return `value` on one line, so that Markdown shows it as it stands.

    Every ASCII punctuation mark gets a backslash, which Pandoc, CommonMark and Jupyter all read
    as the mark itself.
    """
    return _PUNCTUATION.sub(r"\\\1", " ".join(str(value).split()))
