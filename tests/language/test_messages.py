"""The catalogues say the same in both languages, and everything the code asks of them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from wijkkit.language.messages import LANGUAGES, catalogue, text

CONCERNS = sorted(path.stem for path in (ROOT / "wijkkit" / "language" / "nl").glob("*.yml"))


def messages(tree: object, prefix: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from messages(value, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(tree, list):
        yield from messages(dict(enumerate(tree)), prefix)
    else:
        assert isinstance(tree, str), f"{prefix} is not a text"
        yield prefix, tree


def fields(message: str) -> set[str]:
    """The fields that the code gives; nouns of the study stand where a language needs them."""
    parsed = (name for _, name, _, _ in string.Formatter().parse(message) if name)
    names = {name.partition("?")[0] for name in parsed}
    return {name for name in names if not name.startswith("w.")}


@pytest.mark.parametrize("concern", CONCERNS)
def test_both_languages_have_the_same_messages_with_the_same_fields(concern):
    dutch, english = (dict(messages(catalogue(concern, language))) for language in LANGUAGES)
    assert set(dutch) == set(english)
    different = {key for key in dutch if fields(dutch[key]) != fields(english[key])}
    assert different == set()


def test_every_message_that_the_code_names_is_there():
    named = re.compile(r'(?<![a-z])text\(\s*"([a-z_]+\.[a-z0-9_.]+)"')
    missing = []
    for path in sorted((ROOT / "wijkkit").rglob("*.py")):
        for key in named.findall(path.read_text(encoding="utf-8")):
            concern, _, name = key.partition(".")
            if name not in dict(messages(catalogue(concern, "nl"))):
                missing.append(f"{path.relative_to(ROOT)}: {key}")
    assert missing == []


def test_a_group_of_messages_is_not_a_message():
    with pytest.raises(KeyError, match="is a group of messages"):
        text("show.head", "nl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reason_why_a_figure_is_hidden_has_words_of_its_own(language):
    for reasons in (catalogue("absence", language), catalogue("disclosure", language)["hidden"]):
        assert len(set(reasons.values())) == len(reasons)


@pytest.mark.parametrize(
    ("key", "language", "fields", "said"),
    [
        ("common.points", "en", {"value": "−1"}, "−1 percentage point"),
        ("common.points", "en", {"value": "+1.0"}, "+1.0 percentage points"),
        ("common.points", "nl", {"value": "−1"}, "−1 procentpunt"),
        ("process.network.advisor", "nl", {"met": 2, "of": 2}, "De gebiedsadviseur ontmoette beide organisaties."),
        ("process.network.advisor", "nl", {"met": 0, "of": 9}, "De gebiedsadviseur ontmoette geen van de 9 organisaties."),
        ("process.network.advisor", "en", {"met": "9", "of": 9}, "The area adviser met all 9 organisations."),
        ("process.network.advisor", "en", {"met": 2, "of": 9}, "The area adviser met 2 of the 9 organisations."),
        ("show.days_late", "nl", {"state": "klaar", "days": 1}, "klaar, 1 dag later dan gepland"),
        ("show.alt.map", "en", {"count": 1}, "Map with 1 neighbourhood."),
        ("disclosure.hidden.too_few", "nl", {"count": "één"}, "één cijfer is er niet: er deden te weinig kinderen mee."),
    ],
)  # fmt: skip
def test_words_agree_with_the_number_beside_them(key, language, fields, said):
    assert text(key, language, **fields) == said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("concern", CONCERNS)
def test_no_message_counts_one_of_something_in_the_plural(concern, language):
    """A number field directly before a plural noun has a form for one."""
    nouns = {
        "nl": "dagen|maanden|cijfers|stappen|doelen|organisaties|interventies|uitkomsten|keren|vragen",
        "en": "days|months|years|figures|steps|goals|organisations|interventions|outcomes|times|"
        "percentage points|questions|files",
    }[language]
    wrong = [
        key
        for key, message in messages(catalogue(concern, language))
        if not key.endswith(".other")
        and re.search(rf"(?<!van de )(?<!of the )\{{(?!of\}}|power\}})\w+\}} ({nouns})\b", message)
    ]
    assert wrong == []


#: Sentences as a reader in a wijk has to find them: plain Dutch of level B1.
PLAIN = {
    "absence.hidden": ({}, "niet getoond (privacy)"),
    "show.above": (
        {"names": "Goede gezondheid", "why": "meer dan 90%"},
        "Goede gezondheid: meer dan 90%. Het precieze cijfer tonen we niet.",
    ),
    "explanations.evidence.contamination_interventions": (
        {"share": "40%", "minimum": "30%"},
        "Ook in de vergelijkingswijken liepen interventies: 40% van het aantal in de "
        "programmawijken. Wij tellen dit mee vanaf 30%.",
    ),
    "explanations.evidence.coverage_lacking": (
        {"lacking": "‘opleiding: laag’", "short": 1, "missing": "50%", "minimum": "80%"},
        "Bij ‘opleiding: laag’ ontbreekt 50% van de cijfers. Wij vinden dat minstens 80% er "
        "moet zijn.",
    ),
    "explanations.evidence.mentioned": (
        {"mentions": 5, "counted": 8, "minimum": "50%", "codes": "‘steun’ of ‘inkoop’"},
        "In 5 van de 8 groepsgesprekken is ‘steun’ of ‘inkoop’ genoemd. Wij tellen dit mee vanaf "
        "50% van de groepen.",
    ),
    "process.implementation.maintenance_all": (
        {},
        "Alle interventies die langer dan een jaar geleden begonnen, liepen na een jaar nog.",
    ),
    "show.comparable.before": (
        {"name": "Noord", "names": "Oost"},
        "Voor het programma leek Noord qua bevolking en inkomen het meest op Oost.",
    ),
    "learning.question.step_overdue": (
        {"day": "1 mei 2021", "step": 4, "name": "Inzet", "days": "94"},
        "Op 1 mei 2021 had stap 4 (Inzet) al 94 dagen klaar moeten zijn. Wat houdt de stap op, "
        "en wat is een haalbare datum?",
    ),
    "learning.ahead.which": (
        {"n": 2, "names": "Noord en Oost"},
        "Het verst met de doelen kwamen Noord en Oost.",
    ),
    "registry.fault.later.what": (
        {"label": "Periode vanaf", "other": "Periode tot en met"},
        "Periode vanaf is later dan Periode tot en met",
    ),
    "registry.workbook.title": ({"wijk": "Noord"}, "Registratie van Noord"),
}


@pytest.mark.parametrize("key", PLAIN)
def test_a_sentence_is_plain_dutch(key):
    given, expected = PLAIN[key]
    assert text(key, "nl", **given) == expected


def test_a_word_of_the_english_catalogue_means_one_thing():
    """Not shown is not displayed; an effect is demonstrated or not. A margin is no range."""
    for concern in ("effect", "effect_show", "show", "explanations", "process"):
        for key, said in messages(catalogue(concern, "en")):
            words = re.sub(r"\{[^}]*\}", "", said)
            assert not re.search(r"\b(ranges?|comparators?)\b", words), f"{concern}.{key}: {said}"
            if "conclusion" in key or "verdict" in key:
                assert "shown" not in words, f"{concern}.{key}: {said}"
