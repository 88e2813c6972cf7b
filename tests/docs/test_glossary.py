"""Readers find every word that needs an explanation in the glossary."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.language.test_messages import CONCERNS, messages
from wijkkit.language import glossary
from wijkkit.language.messages import catalogue
from wijkkit.reports.cells import markdown_blocks
from wijkkit.reports.pages import words_notebook
from wijkkit.reports.pandoc import plain

#: Beginnings of words that a reader may not know. Where one is used, the glossary must have it.
JARGON = [
    *["95%", "alfa", "asset", "betrouwbaarheid", "bewijsniveau", "bootstrap", "catalogus"],
    *["concept", "CR1", "CR2", "criterium", "difference-in-differences", "doelgroep", "dosis"],
    *["effect", "erkend", "gebiedsadviseur", "geregistreerd", "gewicht", "gewogen"],
    *["grenzen van toeval", "groepsgesprek", "groepsinterview", "hiërarchisch", "ICC", "imputatie"],
    *["indicator", "interventie", "kerncijfers", "kloof", "logisch model", "logistische"],
    *["marge", "meting", "netwerk", "niet te onderscheiden", "odds ratio", "onzekerheid"],
    *["p-waarde", "procentpunt", "programmawijk", "psychosociale", "Rademacher"],
    *["randomisatie", "randvoorwaarden", "regressie", "risicofactor", "robuust", "samenstelling"],
    *["schaal", "SDQ", "SES", "sleutelfigu", "sociaal-economisch", "stakeholder", "steekproef"],
    *["streefwaarde", "trechter", "verbetercyclus", "vergelijkbare wijken", "vergelijkingswijk"],
    *["verschil in verschillen", "vrijgegeven", "Webb", "weging"],
]
#: What a report says in other, plainer words.
FORBIDDEN = [
    *["significant", "p<", "statistisch", "hypothese", "regressiecoëfficiënt", "coëfficiënt"],
    *["variantie", "standaardfout", "standaarddeviatie", "covariaat", "covariaten", "respondent"],
    *["heterogeniteit", "causaal", "causale", "robuustheid", "multivariaat", "prevalentie"],
    *["baseline", "follow-up", "outcome", "setting", "implementatie", "participatie", "cohort"],
    *["ten aanzien van", "met betrekking tot", "teneinde", "middels ", "derhalve", "conform"],
]


def used(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}", text, flags=re.IGNORECASE) is not None


def dutch_messages() -> Iterator[tuple[str, str]]:
    """Yield what a reader of a report may see: not the forms for those who fill the registry."""
    for concern in set(CONCERNS) - {"glossary", "registry", "workbench"}:
        for key, message in messages(catalogue(concern, "nl")):
            yield f"{concern}.{key}", re.sub(r"\{[^}]*\}", "", message)


def words_of_the_demo() -> Iterator[tuple[str, str]]:
    """Yield the Dutch labels of the study that comes with the project."""
    for name in ("study.yml", "indicators.yml"):
        text = (ROOT / "parameters" / name).read_text(encoding="utf-8")
        yield name, " ".join(re.findall(r'nl: "([^"]*)"', text))


TEXTS = [*dutch_messages(), *words_of_the_demo()]


def test_the_list_of_a_report_has_a_meaning_for_each_term():
    listed = words_notebook("nl")["cells"][0]["outputs"][0]["data"]["text/markdown"]
    (found,) = markdown_blocks(listed)
    terms = [plain([{"t": "Plain", "c": term}]) for term, _ in found["c"]]
    assert found["t"] == "DefinitionList" and terms == list(glossary("nl"))


@pytest.mark.parametrize("word", JARGON)
def test_a_word_that_needs_it_is_explained(word):
    places = [place for place, text in TEXTS if used(word, text)]
    explained = any(word.casefold() in term.casefold() for term in glossary("nl"))
    assert explained or not places, places


def test_every_term_of_the_glossary_is_used():
    everything = " ".join(text for _, text in TEXTS) + " ".join(glossary("nl").values())
    for term in glossary("nl"):
        words = [word.partition(" (")[0].strip() for word in term.split(",")]
        assert any(used(word, everything) for word in words), term


def test_a_word_with_a_plainer_one_is_not_used():
    texts = [*TEXTS, *glossary("nl").items()]
    found = {(place, word) for place, text in texts for word in FORBIDDEN if used(word, text)}
    assert found == set()


def sentences() -> list[str]:
    texts = [*(text for _, text in dutch_messages()), *glossary("nl").values()]
    parts = [part for text in texts for part in re.split(r"(?<=[.?!:;])\s+", text)]
    return [part for part in parts if part.endswith((".", "?")) and len(part.split()) >= 3]


def test_dutch_sentences_are_short():
    lengths = [len(part.split()) for part in sentences()]
    assert sum(lengths) / len(lengths) < 10
    assert [part for part in sentences() if len(part.split()) > 25] == []


def notebook_sentences() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                yield path.name, "".join(cell["source"])


def test_notebooks_use_no_word_with_a_plainer_one():
    found = {
        (at, word) for at, text in notebook_sentences() for word in FORBIDDEN if used(word, text)
    }
    assert found == set()


@pytest.mark.parametrize(
    ("heading", "part"), [("In reports", "report"), ("In this project", "project")]
)
def test_the_page_of_the_documentation_says_what_the_catalogue_says(heading, part):
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    section = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [f"| {term} | {meaning} |" for term, meaning in glossary("en", part).items()]
    assert section.strip().splitlines()[2:] == rows
