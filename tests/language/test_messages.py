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
