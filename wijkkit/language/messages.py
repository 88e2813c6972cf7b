"""The message catalogues: everything a reader sees, per language, one file per concern."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml

from wijkkit.language.nouns import Noun, Nouns, nouns_of

_NOUN = re.compile(r"\{w\.(\w+)\}")
LANGUAGES = ("nl", "en")


def text(key: str, language: str, **fields: object) -> str:
    """Return the message `key` in `language`, its fields filled in.

    Parameters
    ----------
    key : str
        ``concern.name``: the catalogue's file and the message in it, nested keys with dots.
    language : {"nl", "en"}
    **fields : object
        Values for the message's ``{fields}``. Where a message has two forms, ``one`` and
        ``other``, the field ``n`` or else ``days`` says which.

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
    >>> text("live.days", "nl", n=1), text("live.days", "nl", n=2)
    ('1 dag', '2 dagen')
    """
    concern, _, name = key.partition(".")
    message: object = catalogue(concern, language)
    for part in name.split("."):
        message = message[part]  # type: ignore[index]
    if isinstance(message, dict) and message.keys() == {"one", "other"}:
        count = fields.get("n", fields.get("days"))
        message = message["one" if str(count) == "1" else "other"]
    if not isinstance(message, str):
        raise KeyError(f"{key} is a group of messages, not a message")
    return message.format_map(fields)


def catalogue(concern: str, language: str) -> dict[str, object]:
    """Return one catalogue file as a (nested) dictionary of messages, with the study's nouns.

    ``{w.the_unit}`` is filled in here, so that who reads a catalogue itself has them as well.
    """
    nouns = nouns_of(language)
    return _with_nouns(concern, str(language), tuple(sorted(nouns.said.items())))


@cache
def _with_nouns(
    concern: str, language: str, said: tuple[tuple[str, Noun], ...]
) -> dict[str, object]:
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
