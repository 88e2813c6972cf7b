"""The message catalogues: everything a reader sees, per language, one file per concern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from wijkkit.language.nouns import Noun, Nouns, nouns_of

_NOUN = re.compile(r"\{w\.(\w+)\}")
_NUMBER = re.compile(r"\{(\w+)\?([^{}|]*)\|([^{}|]*)\}")
#: How one is written where a count or a difference stands in a sentence.
_ONE = frozenset(("1", "één", "one"))
LANGUAGES = ("nl", "en")


def text(key: str, language: str, **fields: object) -> str:
    """Return the message `key` in `language`, its fields filled in.

    Parameters
    ----------
    key : str
        ``concern.name``: the catalogue's file and the message in it, nested keys with dots.
    **fields : object
        Values for the message's ``{fields}``.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        The catalogue has no such message, or the message needs a field that is not given:
        a mistake of the programmer, found by the catalogue test.

    Examples
    --------
    >>> text("common.wave_of", "nl", wave="2018")
    'meting 2018'

    ``{value?point|points}`` agrees with the number that another field holds:

    >>> text("common.points", "en", value="+1"), text("common.points", "en", value="+2")
    ('+1 percentage point', '+2 percentage points')
    """
    concern, _, name = key.partition(".")
    message: object = catalogue(concern, language)
    for part in name.split("."):
        message = message[part]  # type: ignore[index]
    if not isinstance(message, str):
        raise KeyError(f"{key} is a group of messages, not a message")
    return _agreeing(message, fields).format_map(fields)


def _agreeing(message: str, fields: Mapping[str, object]) -> str:
    """Return a message whose words agree with the numbers in it, written as the reader sees them."""
    return _NUMBER.sub(lambda found: found[2 if _is_one(fields[found[1]]) else 3], message)


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
    return yaml.load(resource.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506


def load_catalogues() -> None:
    """Read all catalogues now, in a process that others are forked from."""
    for language in LANGUAGES:
        for resource in (files("wijkkit.language") / language).iterdir():
            catalogue(resource.name.removesuffix(".yml"), language)
