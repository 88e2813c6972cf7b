"""The nouns of a study: right articles and compounds, and none of the demo's words elsewhere."""

from __future__ import annotations

import pickle
import re
import string
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from wijkkit.language import glossary, text
from wijkkit.language.messages import KNOWN, Noun, Wording, catalogue

CONCERNS = sorted(path.stem for path in (ROOT / "wijkkit" / "language" / "nl").glob("*.yml"))
#: Words of the demo as whole words; compounds such as wijkteam name other things.
DEMO = {
    "nl": r"wijk(en)?|((vergelijkings|programma)wijk(en)?)|stad|steden|kind(eren)?|ouders|buurten|stedelijk(e)?|wijkprogrammering",
    "en": r"neighbourhoods?|city|cities|child|children|parents?|wijk(en)?",
}
SAID = {
    "unit": "gemeente", "whole": "regio", "person": "jongvolwassene", "respondent": "jongere",
}  # fmt: skip


def wording(language: str, **said: str) -> Wording:
    place = 0 if language == "nl" else 1
    return Wording(language, {role: KNOWN[word][place] for role, word in said.items()})


def told(tree: object) -> Iterator[str]:
    if isinstance(tree, dict | list):
        for value in tree.values() if isinstance(tree, dict) else tree:
            yield from told(value)
    elif isinstance(tree, str):
        said = re.sub(r"\{\w+\?([^{}]*)\}", r"\1", tree)
        yield "".join(part for part, *_ in string.Formatter().parse(said))


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("concern", CONCERNS)
def test_a_study_of_young_adults_per_municipality_shows_none_of_the_demo_s_words(concern, language):
    found = [
        message
        for message in told(catalogue(concern, wording(language, **SAID)))
        if re.search(rf"(?i)(?<![\w-])({DEMO[language]})(?![\w-])", message)
    ]
    # The command has a placeholder, and CBS a word of its own.
    own = ("export WIJK", "CBS")
    assert [m for m in found if not any(word.lower() in m.lower() for word in own)] == []


@pytest.mark.parametrize(
    ("unit", "forms"),
    [
        ("wijk", "de wijk, deze wijk, elke wijk, de hele wijk, programmawijken"),
        ("gebied", "het gebied, dit gebied, elk gebied, het hele gebied, programmagebieden"),
    ],
)
def test_articles_and_compounds_follow_the_noun(unit, forms):
    nouns = wording("nl", unit=unit).nouns
    names = ("the_unit", "this_unit", "each_unit", "entire_unit", "programme_units")
    assert ", ".join(getattr(nouns, name) for name in names) == forms
    own = Wording("nl", {"unit": Noun("eenheid", "eenheden")}).nouns
    assert own.programme_units == "programma-eenheden"
    assert wording("en", person="inwoner").nouns.A_person == "An inhabitant"


def test_nouns_travel_with_the_language_and_change_nothing_of_it():
    language = wording("nl", **SAID)
    assert language == "nl" and {"nl": 1}[language] == 1
    again = pickle.loads(pickle.dumps(language))
    assert again.nouns.the_unit == "de gemeente"
    assert text("show.head.area", again) == text("show.head.area", language)
    assert "gemeente" in glossary(language) and "wijk" not in glossary(language)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_noun_that_a_message_names_is_one(language):
    for concern in CONCERNS:
        for message in told(catalogue(concern, language)):
            assert "{w." not in message
